// Which key of ours a certificate is for (UPL-2).

import { equalBytes } from '../base/bytes.js'
import type { Scope } from '../inventory/index.js'
import type { Certificate } from '../x509/index.js'
import type { State } from './state.js'

/** A key the identity of a scope may have, and its handle (UPL-2). */
export interface OfferedKey {
  /** DER of the subjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  readonly handle: string
  readonly of: 'request' | 'identity'
}

/** The pending request's key, and the installed identity's. */
export function offeredKeys(state: State, scope: Scope): readonly OfferedKey[] {
  const request = state.request(scope)
  const identity = state.identity(scope)
  const keys: OfferedKey[] = []
  if (request !== undefined) {
    const { der } = state.requestOf(request).publicKey
    keys.push({ publicKey: der, handle: request.keyHandle, of: 'request' })
  }
  if (identity?.keyHandle !== undefined) {
    const { der } = state.certificateOf(identity).publicKey
    keys.push({ publicKey: der, handle: identity.keyHandle, of: 'identity' })
  }
  return keys
}

/** The key that the certificate is for. */
export const keyFor = (offered: readonly OfferedKey[], certificate: Certificate): OfferedKey | undefined =>
  offered.find(({ publicKey }) => equalBytes(publicKey, certificate.publicKey.der))
