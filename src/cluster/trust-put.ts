// The change that gives a node a certificate another one holds.

import type { CertificateOrigin } from '../inventory/index.js'
import type { TrustChange } from './gateway.js'

/** What a node is told of a certificate, beside where it is to stand. */
interface Held {
  readonly der: Uint8Array
  readonly description: string
  readonly origin: CertificateOrigin
  readonly installedAt: number
}

/** What the system has generated stays known as that, and cannot be deleted (DEL-2). */
export const putOf = (
  purpose: string,
  id: string,
  { der, description, origin, installedAt }: Held,
): Extract<TrustChange, { action: 'put' }> => ({
  action: 'put',
  purpose,
  id,
  der,
  description,
  origin: origin === 'generated' ? origin : 'replicated',
  installedAt,
})
