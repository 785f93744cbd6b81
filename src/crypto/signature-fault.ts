import type { SignatureVerdict } from './provider.js'

/** Why a signature does not count, as a clause; undefined for `valid`, and for nothing else a provider may answer. */
export const signatureFault = (verdict: SignatureVerdict, whose: string): string | undefined =>
  verdict === 'valid'
    ? undefined
    : `${whose} ${verdict === 'invalid' ? 'does not verify' : 'cannot be verified by this crypto provider'}`
