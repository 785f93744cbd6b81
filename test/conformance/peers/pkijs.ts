/** pkijs's chain engine, with everything it has a parameter for: policies and CRLs; it has none for purposes and names. */

import { webcrypto } from 'node:crypto'
import { Certificate, CertificateChainValidationEngine, CertificateRevocationList, CryptoEngine } from 'pkijs'
import type { PathPeer } from './path-case.js'

const engine = new CryptoEngine({ name: 'node', crypto: webcrypto as Crypto })

export const pkijs: PathPeer = async ({ anchors, intermediates, target, crls, at, policies }) => {
  const chain = new CertificateChainValidationEngine({
    trustedCerts: anchors.map((der) => Certificate.fromBER(new Uint8Array(der))),
    certs: [...intermediates, target].map((der) => Certificate.fromBER(new Uint8Array(der))),
    crls: crls.map((der) => CertificateRevocationList.fromBER(new Uint8Array(der))),
    checkDate: at,
  })
  const { result } = await chain.verify(
    policies === undefined
      ? {}
      : {
          initialPolicySet: [...policies.initialPolicySet],
          initialExplicitPolicy: policies.initialExplicitPolicy,
          initialPolicyMappingInhibit: policies.initialPolicyMappingInhibit,
          initialInhibitPolicy: policies.initialInhibitAnyPolicy,
        },
    engine,
  )
  return result
}
