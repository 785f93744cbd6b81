// Which of several answers about one certificate counts: the gravest, since a good one may be the mistake, or the fraud.

import type { OcspCertStatus } from './ocsp-response.js'

/** What is said of a certificate, and from when to when. */
type Answer = OcspCertStatus & { readonly thisUpdate: Date; readonly nextUpdate: Date | undefined }

/** Whether a certificate is revoked for good, and not on hold: an old word of it is as true as a new one. */
export const isFinal = ({
  status,
  reason,
}: {
  readonly status: string
  readonly reason?: string | undefined
}): boolean => status === 'revoked' && reason !== 'certificateHold'

const gravity = (answer: Answer): number =>
  isFinal(answer) ? 3 : ['good', 'unknown', 'revoked'].indexOf(answer.status)

/** Until when an answer is said to hold; one without an end is the first to be asked for again. */
const endOf = ({ nextUpdate }: Answer): number => nextUpdate?.getTime() ?? 0

/**
 * Whether `a` counts rather than `b`: it is graver; of equal ones the newer; then the one that ends sooner. Answers alike in all of this
 * differ in nothing but the time and reason of a revocation, of which the earlier counts, and then the reason's name: so that
 * their order decides nothing.
 */
export function isGraver(a: Answer, b: Answer): boolean {
  const difference =
    gravity(a) - gravity(b) ||
    a.thisUpdate.getTime() - b.thisUpdate.getTime() ||
    endOf(b) - endOf(a) ||
    byRevocation(a, b)
  return difference > 0
}

function byRevocation(a: Answer, b: Answer): number {
  if (a.status !== 'revoked' || b.status !== 'revoked') return 0
  return b.revokedAt.getTime() - a.revokedAt.getTime() || (a.reason < b.reason ? 1 : -1)
}
