// Which bits of keyUsage go with which purpose (RFC 5280 §4.2.1.12).

import type { ExtendedKeyUsagePurpose, KeyUsage } from '../x509/index.js'

/** "Key usage bits that may be consistent" with each. */
const consistentBits = new Map<ExtendedKeyUsagePurpose, KeyUsage>([
  ['serverAuth', ['digitalSignature', 'keyEncipherment', 'keyAgreement']],
  ['clientAuth', ['digitalSignature', 'keyAgreement']],
  ['codeSigning', ['digitalSignature']],
  ['emailProtection', ['digitalSignature', 'contentCommitment', 'keyEncipherment', 'keyAgreement']],
  ['timeStamping', ['digitalSignature', 'contentCommitment']],
  ['ocspSigning', ['digitalSignature', 'contentCommitment']],
])

/** Why a key of this usage serves no such purpose, as a clause; undefined where it may. */
export function inconsistency(usage: KeyUsage, purpose: ExtendedKeyUsagePurpose): string | undefined {
  const bits = consistentBits.get(purpose)
  return bits?.some((bit) => usage.includes(bit)) === false
    ? `its keyUsage (${usage.join(', ')}) does not go with ${purpose}, which takes ${bits.join(' or ')}`
    : undefined
}
