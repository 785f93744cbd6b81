// Where a certificate says that something about its issuer is found (RFC 5280 §4.2.2.1).

import type { Certificate } from './certificate.js'
import { valueOf } from './value-of.js'

/** URIs of authorityInfoAccess, in their order; none where it is malformed. */
export const accessUris = (certificate: Certificate, method: 'ocsp' | 'caIssuers'): readonly string[] =>
  (valueOf(certificate.extension('authorityInfoAccess')) ?? []).flatMap(({ accessMethod, accessLocation }) =>
    accessMethod === method && accessLocation.type === 'uniformResourceIdentifier' ? accessLocation.value : [],
  )
