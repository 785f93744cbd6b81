// keyUsage (RFC 5280 §4.2.1.3).

import type { DerReader } from '../../der/reader.js'
import { readNamedBits } from './named-bits.js'

/** The bits of keyUsage in the order of the standard. */
export const keyUsageBits = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

/** One bit of keyUsage. `contentCommitment` is X.509's name for what was nonRepudiation. */
export type KeyUsageBit = (typeof keyUsageBits)[number]

/** What the key may be used for, in the order of the standard. */
export type KeyUsage = readonly KeyUsageBit[]

export function readKeyUsage(reader: DerReader): KeyUsage {
  const usage = readNamedBits(reader, keyUsageBits)
  // §4.2.1.3: "at least one of the bits MUST be set to 1".
  if (usage.length === 0) {
    reader.fail('invalid-extension', reader.contentStart, 'at least one bit of RFC 5280 set', 'none')
  }
  return usage
}
