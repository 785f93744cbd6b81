// validateCertificate: path and revocation in one call, with the search going on where a path is revoked.

import { type PathFinding, type PathRequest, type PathVerdict, validatePath } from '../path/index.js'
import { checkRevocation, type RevocationCheck, type RevocationVerdict } from './check-revocation.js'

/** What {@link validateCertificate} judges: a request for a path, and where revocation is asked after. */
export interface CertificateRequest extends Omit<PathRequest, 'furtherCheck'> {
  /** How revocation is checked; the time, profile and provider of the path are taken where it sets none. */
  readonly revocation: Omit<RevocationCheck, 'at'> & { readonly at?: Date }
}

/** The path's verdict, and the last path's revocation. */
export type CertificateVerdict = PathVerdict & { readonly revocation: RevocationVerdict | undefined }

/**
 * Validates a certificate's path and the revocation of every certificate on it. A path with a revoked certificate is
 * refused and the search goes on: a certificate issued anew, or a cross-certificate, may give another. Codes `revoked` and
 * `revocation-undetermined` are among the findings then. Under a policy that lets pass what is unknown or undetermined a
 * valid verdict does not mean that nothing is revoked: `revocation` says what is known of each certificate.
 *
 * @throws TypeError as {@link validatePath} does
 */
export async function validateCertificate(request: CertificateRequest): Promise<CertificateVerdict> {
  let revocation: RevocationVerdict | undefined
  const { revocation: check, ...path } = request
  const inherited = {
    at: request.at,
    ...(request.profile && { profile: request.profile }),
    ...(request.crypto && { crypto: request.crypto }),
  }
  const verdict = await validatePath({
    ...path,
    furtherCheck: async (built) => {
      revocation = await checkRevocation(built, {
        certificates: request.intermediates ?? [],
        ...inherited,
        ...check,
      })
      return revocation.findings.map(toPathFinding)
    },
  })
  // With scope `target` the authorities are still to be checked.
  if (!verdict.ok || revocation?.certificates.length !== verdict.path.length) return { ...verdict, revocation }
  return { ...verdict, notChecked: verdict.notChecked.filter((one) => one !== 'revocation'), revocation }
}

const remedies = {
  revoked: 'replace the certificate: nothing makes a revoked one valid again but, for one on hold, its issuer',
  'revocation-undetermined': 'make the responder or the CRLs reachable and current, or relax the policy',
} as const

function toPathFinding({ code, message, rule, certificate }: RevocationVerdict['findings'][number]): PathFinding {
  const pathCode = code === 'revoked' ? code : 'revocation-undetermined'
  return { code: pathCode, message, remedy: remedies[pathCode], rule, subject: certificate.subject, certificate }
}
