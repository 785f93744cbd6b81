// Certificates that say themselves that there is no status to ask for (RFC 9608 §4, RFC 6960 §4.2.2.2.1).

import type { Certificate } from '../x509/index.js'
import { valueOf } from '../x509/value-of.js'

/**
 * Why no status is looked for; undefined where one is. Both extensions are the issuer's word, and count in end entities
 * alone. Where RFC 9608 §3 forbids noRevAvail the status is looked for, under profiles that do not refuse the certificate.
 */
export function exemptionOf(certificate: Certificate): 'noRevAvail' | 'ocspNoCheck' | undefined {
  const basicConstraints = certificate.extension('basicConstraints')
  if (basicConstraints?.error !== undefined || basicConstraints?.value.cA === true) return undefined
  if (valueOf(certificate.extension('noRevAvail')) && !namesSources(certificate)) return 'noRevAvail'
  return valueOf(certificate.extension('ocspNoCheck')) && isResponder(certificate) ? 'ocspNoCheck' : undefined
}

/** What "MUST NOT" stand beside noRevAvail; one that cannot be read may name anything. */
function namesSources(certificate: Certificate): boolean {
  if (certificate.extension('cRLDistributionPoints') ?? certificate.extension('freshestCRL')) return true
  const access = certificate.extension('authorityInfoAccess')
  if (access?.error !== undefined) return true
  return access?.value.some(({ accessMethod }) => accessMethod === 'ocsp') === true
}

/** RFC 9608 §1: ocspNoCheck "is appropriate for inclusion only in certificates issued to … responders". */
const isResponder = (certificate: Certificate): boolean =>
  valueOf(certificate.extension('extendedKeyUsage'))?.includes('ocspSigning') === true
