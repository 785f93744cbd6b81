// Writes CRLs (RFC 5280 §5): complete ones and deltas, of any scope, right or wrong.

import type { Der } from '../base/brands.js'
import { concatBytes } from '../base/bytes.js'
import { writePem } from '../pem/index.js'
import * as tags from '../der/tags.js'
import { generalizedTime, integer, sequence } from '../der/writer.js'
import {
  distributionPoints,
  issuingDistributionPoint,
  type TestDistributionPoint,
  type TestIssuingDistributionPoint,
} from './distribution-points.js'
import {
  authorityKeyIdentifier,
  changedExtensions,
  type ExtensionChanges,
  extensionsField,
  type PlannedExtension,
} from './extensions.js'
import { generalNames, nameOf, type TestName } from './names.js'
import { type ChangedRevocation, reasonCodes, type RevocationReason, type TestCrlEntry } from './revocations.js'
import { signed, type SignatureChanges } from './sign.js'
import type { TestCertificate } from './test-certificate.js'
import { DAY, type TimeForm, timeOf, wholeSeconds } from './times.js'

/** Extensions a CRL has of its own accord or on request. */
export type CrlExtensionName =
  'authorityKeyIdentifier' | 'cRLNumber' | 'deltaCRLIndicator' | 'issuingDistributionPoint' | 'freshestCRL'

/** What a CRL says. By default it is complete, lists every certificate revoked, and is valid for a week from now on. */
export interface CrlOptions extends ExtensionChanges<CrlExtensionName>, SignatureChanges {
  /** Default the clock's time. Whole seconds. */
  readonly thisUpdate?: Date
  /** Default a week after thisUpdate. `omit` leaves it out, which RFC 5280 §5.1.2.5 forbids. */
  readonly nextUpdate?: Date | 'omit'
  /** Default one more than the greatest number so far. */
  readonly number?: bigint | number
  /** Makes it a delta against the CRL of that number: what has changed since that was issued, or everything if it was not. */
  readonly delta?: { readonly base: bigint | number }
  /** The scope. Entries outside it are left out: kinds of certificates, where known, and reasons. */
  readonly issuingDistributionPoint?: TestIssuingDistributionPoint
  readonly freshestCRL?: readonly TestDistributionPoint[]
  /** Who issues and signs it: for an indirect CRL, or an authority's separate key. Default the authority itself. */
  readonly issuer?: TestCertificate
  /** Another issuer's name; the key is the issuer's all the same. */
  readonly issuerName?: TestName
  /** Entries in place of those the authority would list. */
  readonly entries?: readonly TestCrlEntry[]
  /** Default 2. Version 1 has no extensions but those asked for. */
  readonly version?: 1 | 2
  /** Default what RFC 5280 §5.1.2.4 demands: UTCTime through 2049. */
  readonly timeForm?: TimeForm
}

/** A CRL the kit has written. */
export interface TestCrl {
  readonly der: Der<'CertificateList'>
  readonly pem: string
  readonly number: bigint
  readonly thisUpdate: Date
}

/** What the authority has decided and kept. */
export interface CrlState {
  readonly number: bigint
  readonly issuer: TestCertificate
  /** What a CRL of every scope would list. */
  readonly revocations: readonly ChangedRevocation[]
  readonly now: Date
}

/**
 * What a CRL of this scope says of the certificate; undefined where it says nothing. One known by its number alone is taken
 * to be in scope.
 */
function entryInScope(revocation: ChangedRevocation, scope: TestIssuingDistributionPoint): TestCrlEntry | undefined {
  const { isAuthority, toldBefore = [], reason, ...entry } = revocation
  const { onlyContainsUserCerts, onlyContainsCACerts, onlySomeReasons } = scope
  if (onlyContainsUserCerts === true && isAuthority === true) return undefined
  if (onlyContainsCACerts === true && isAuthority === false) return undefined
  const covers = (sought: RevocationReason | undefined): boolean =>
    onlySomeReasons === undefined || onlySomeReasons.some((covered) => covered === sought)
  // One released from hold: the CRLs that cover the hold tell so.
  if (covers(reason === 'removeFromCRL' ? 'certificateHold' : reason)) return revocation
  // RFC 5280 §5.2.4 (c): "list the certificate as revoked but omit the reason code".
  return toldBefore.some(covers) ? entry : undefined
}

function entryOf(entry: TestCrlEntry, form: TimeForm | undefined): Uint8Array {
  const { serialNumber, revocationDate, reason, invalidityDate, certificateIssuer, extensions = [] } = entry
  const own: readonly PlannedExtension[] = [
    ...(reason === undefined
      ? []
      : [{ name: 'reasonCode', critical: false, value: integer(reasonCodes[reason], tags.ENUMERATED) }]),
    ...(invalidityDate === undefined
      ? []
      : [{ name: 'invalidityDate', critical: false, value: generalizedTime(invalidityDate.getTime()) }]),
    ...(certificateIssuer === undefined
      ? []
      : [
          {
            name: 'certificateIssuer',
            critical: true,
            value: sequence(...generalNames({ directory: [certificateIssuer] })),
          },
        ]),
  ]
  const all = changedExtensions(own, { extensions })
  return sequence(
    integer(serialNumber),
    timeOf(revocationDate.getTime(), form),
    ...(all.length === 0 ? [] : [sequence(...all)]),
  )
}

function crlExtensions(options: CrlOptions, { number, issuer }: CrlState): readonly PlannedExtension[] {
  const { delta, issuingDistributionPoint: scope, freshestCRL, version = 2 } = options
  const extension = (name: CrlExtensionName, critical: boolean, value: Uint8Array): PlannedExtension => ({
    name,
    critical,
    value,
  })
  return [
    ...(version === 1
      ? []
      : [
          extension('authorityKeyIdentifier', false, authorityKeyIdentifier(issuer.written.keyIdentifier)),
          extension('cRLNumber', false, integer(number)),
        ]),
    ...(delta === undefined ? [] : [extension('deltaCRLIndicator', true, integer(delta.base))]),
    ...(scope === undefined ? [] : [extension('issuingDistributionPoint', true, issuingDistributionPoint(scope))]),
    ...(freshestCRL === undefined ? [] : [extension('freshestCRL', false, distributionPoints(freshestCRL))]),
  ]
}

/** Writes and signs the CRL. */
export async function writeCrl(options: CrlOptions, state: CrlState): Promise<TestCrl> {
  const { version = 2, issuingDistributionPoint: scope = {}, issuerName, nextUpdate, timeForm } = options
  const thisUpdate = wholeSeconds(options.thisUpdate ?? state.now)
  const entries = options.entries ?? state.revocations.flatMap((revocation) => entryInScope(revocation, scope) ?? [])
  const extensions = changedExtensions(crlExtensions(options, state), options)
  const end = nextUpdate === 'omit' ? undefined : (nextUpdate?.getTime() ?? thisUpdate.getTime() + 7 * DAY)
  const write = (algorithm: Uint8Array): Uint8Array =>
    sequence(
      ...(version === 1 ? [] : [integer(1)]),
      algorithm,
      issuerName === undefined ? state.issuer.written.subject : nameOf(issuerName),
      timeOf(thisUpdate.getTime(), timeForm),
      ...(end === undefined ? [] : [timeOf(end, timeForm)]),
      // RFC 5280 §5.1.2.6: absent where there are no entries. Joined first, since a call takes only so many arguments.
      ...(entries.length === 0 ? [] : [sequence(concatBytes(entries.map((entry) => entryOf(entry, timeForm))))]),
      ...extensionsField(0, extensions),
    )
  const der = (await signed(write, state.issuer.key, options)) as Der<'CertificateList'>
  return { der, pem: writePem('X509 CRL', der), number: state.number, thisUpdate }
}
