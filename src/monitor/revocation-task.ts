// The task `revocation` (OCS-7, OCS-8): claims the certificates whose check is due, checks each once however many copies
// there are, and remembers what was found and who was told.

import type { CertificateRecord, DueRecord, Storage } from '../inventory/index.js'
import type { RevocationSources } from '../revocation/index.js'
import { type Certificate, ParseError, parseCertificate } from '../x509/index.js'
import { commitWork, type CurrentWork, readWork, type WorkChange } from './claimed-work.js'
import {
  afterCheck,
  type CheckResult,
  markAfterCheck,
  needsCheck,
  nextRevocationCheck,
  type RevocationRules,
} from './decide-revocation.js'
import {
  type CheckedStatus,
  type RevocationAlert,
  type RevocationMemory,
  revocationMemory,
  withMemory,
} from './due-data.js'
import type { HostQueues } from './host-queues.js'
import type { InstalledIssuers } from './issuers.js'
import { noticeSubject, type RevocationNotice } from './notice.js'
import { likelyHost, type RevocationChecker } from './revocation-checker.js'
import type { MonitorSettings } from './settings.js'
import { claim, type Claimant, type Done, nothingDone, revokeEffect, type RevokeEffect, type Task } from './task.js'

export interface RevocationTaskOptions {
  readonly storage: Storage
  readonly settings: MonitorSettings
  readonly rules: RevocationRules
  readonly sources: RevocationSources
  readonly checker: RevocationChecker
  readonly issuers: InstalledIssuers
  readonly queues: HostQueues
  readonly notifiers: readonly string[]
  readonly retryAfter: number
  /** Until when checks are begun; milliseconds since 1970. */
  readonly until: number
}

/** A certificate that was claimed, and what is remembered of it before and after the check. */
interface Work {
  readonly claim: DueRecord
  readonly certificate: CertificateRecord
  readonly before: RevocationMemory
  after: RevocationMemory
}

/** Work with a finding somebody has yet to learn of. */
interface Alarm extends Work {
  readonly waiting: readonly string[]
  readonly effect: RevokeEffect | undefined
}

export interface RevocationRun extends Task {
  /** Checks that were made, by what they found. Copies of a certificate are one check. */
  readonly checks: Readonly<Record<CheckedStatus, number>>
}

/** Claims and checks what is due, a bounded amount of it. Where all is well nothing more has to be done. */
export async function beginRevocation(options: RevocationTaskOptions, claimant: Claimant): Promise<RevocationRun> {
  const { storage, rules, notifiers } = options
  const { now } = claimant
  const unchecked: Work[] = []
  const known: Work[] = []
  const isDrained = await claim(storage, 'revocation', claimant, async (claims) => {
    const current = await readWork(storage, claims)
    const gone: DueRecord[] = []
    for (const [at, one] of claims.entries()) {
      const { certificate, due = one } = current[at] ?? {}
      if (certificate === undefined) gone.push(one)
      else {
        const before = revocationMemory(due, certificate.sha256)
        const isDue = needsCheck(certificate, before, rules, now)
        ;(isDue ? unchecked : known).push({ claim: one, certificate, before, after: before })
      }
    }
    await commitWork(
      storage,
      gone.map((one) => ({ claim: one })),
      (_, { due, certificate }) => ({
        puts: [],
        deletes: due !== undefined && certificate === undefined ? [due] : [],
      }),
    )
    return claims.length - gone.length
  })
  const { results, left } = await check(unchecked, options, now)
  for (const work of unchecked) {
    const result = results.get(work.certificate.sha256)
    if (result !== undefined) {
      work.after = afterCheck(work.before, result, rules, { now, dueAt: work.claim.dueAt })
    }
  }
  const done = [...known, ...unchecked.filter(({ certificate }) => results.has(certificate.sha256))]
  const alarms = done.map((work) => alarmOf(work, notifiers))
  const isAlarming = ({ waiting, effect }: Alarm): boolean => waiting.length > 0 || effect !== undefined
  const finish = (work: readonly Alarm[], what: Done): Promise<void> =>
    commitWork(storage, work, (one, current) => changeOf(one, current, options, what, now))
  await finish(
    alarms.filter((one) => !isAlarming(one)),
    nothingDone,
  )
  await release(storage, left)
  const alarming = alarms.filter(isAlarming)
  return {
    isDrained: isDrained && left.length === 0,
    notices: alarming.flatMap(({ certificate, after: { alert }, waiting }) =>
      alert === undefined ? [] : [{ notice: noticeOf(certificate, alert), waiting }],
    ),
    effects: alarming.flatMap(({ effect }) => effect ?? []),
    checks: countOf([...results.values()]),
    finish: (what) => finish(alarming, what),
  }
}

/** What was found of each certificate, by its fingerprint, and the work there was no time for. */
async function check(
  unchecked: readonly Work[],
  options: RevocationTaskOptions,
  now: number,
): Promise<{ readonly results: ReadonlyMap<string, CheckResult>; readonly left: readonly Work[] }> {
  const results = new Map<string, CheckResult>()
  const distinct = new Map(unchecked.map(({ certificate }) => [certificate.sha256, certificate]))
  const jobs = [...distinct.values()].flatMap((record) => {
    const parsed = parsedOrReason(record)
    if (typeof parsed === 'string') {
      results.set(record.sha256, { status: 'undetermined', notes: [{ source: 'inventory', message: parsed }] })
      return []
    }
    const host = likelyHost(parsed, options.settings)
    const exemption = exemptionOf(parsed, host, options)
    if (exemption !== undefined) {
      results.set(record.sha256, exemption)
      return []
    }
    const run = async (): Promise<void> => {
      results.set(record.sha256, await statusOf(record, parsed, options, now))
    }
    return [{ host, run }]
  })
  await options.queues.run(jobs, options.until)
  return { results, left: unchecked.filter(({ certificate }) => !results.has(certificate.sha256)) }
}

/** A storage may hold what it was given in worse days. */
function parsedOrReason({ der }: CertificateRecord): Certificate | string {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof ParseError) return `the certificate cannot be read: ${error.message}`
    throw error
  }
}

function exemptionOf(
  { isSelfSigned }: Certificate,
  host: string,
  { sources }: RevocationTaskOptions,
): CheckResult | undefined {
  if (isSelfSigned) return { status: 'exempt', reason: 'self-signed' }
  return host === '' && sources.crls === undefined ? { status: 'exempt', reason: 'no-source' } : undefined
}

async function statusOf(
  record: CertificateRecord,
  certificate: Certificate,
  { issuers, checker, sources }: RevocationTaskOptions,
  now: number,
): Promise<CheckResult> {
  const issuer = await issuers.issuerOf(record, certificate)
  if (issuer !== undefined) return checker.statusOf(certificate, issuer, sources, new Date(now))
  const message = `its issuer ${record.issuer} is not installed: upload it to a trust purpose`
  return { status: 'undetermined', notes: [{ source: 'inventory', message }] }
}

function alarmOf(work: Work, notifiers: readonly string[]): Alarm {
  const { alert, announcedBy, isRevoked } = work.after
  const isNew = alert?.status === 'revoked' && !isRevoked
  return {
    ...work,
    waiting: alert === undefined ? [] : notifiers.filter((name) => !announcedBy.includes(name)),
    effect: isNew ? revokeEffect(work.certificate, 'revoked', alert.since) : undefined,
  }
}

function noticeOf(record: CertificateRecord, { status, since, reason, message }: RevocationAlert): RevocationNotice {
  const { sha256, node, purpose } = record
  return {
    type: 'revocation',
    ...noticeSubject(record),
    key: JSON.stringify([sha256, node, purpose, status, since]),
    ...{ status, message },
    ...(status === 'revoked' && { revokedAt: since }),
    ...(reason !== undefined && { reason }),
  }
}

function changeOf(
  { certificate: seen, before, after, waiting, effect }: Alarm,
  { due, certificate }: CurrentWork,
  { rules, retryAfter }: RevocationTaskOptions,
  { delivered, revoked }: Done,
  now: number,
): WorkChange {
  // Gone or renewed meanwhile, and looked at anew.
  if (due === undefined || certificate?.sha256 !== seen.sha256) return { puts: [], deletes: [] }
  const told = waiting.filter((name) => delivered.has(name))
  const isRevoked = after.isRevoked || (effect !== undefined && revoked.has(effect.key))
  const memory = { ...after, announcedBy: [...new Set([...after.announcedBy, ...told])], isRevoked }
  const next = nextRevocationCheck(certificate, memory, rules, now)
  const hasFailed = told.length < waiting.length || (effect !== undefined && !isRevoked)
  const dueAt = Math.max(now + 1, hasFailed ? Math.min(next, now + retryAfter) : next)
  const mark = markAfterCheck(certificate, before, after)
  const marked = mark === certificate.mark ? [] : [{ ...certificate, mark }]
  return { puts: [...marked, withMemory(due, dueAt, certificate.sha256, memory)], deletes: [] }
}

/** Written again as it was a due record is due still, and nobody's. */
const release = (storage: Storage, left: readonly Work[]): Promise<void> =>
  commitWork(storage, left, (_, { due }) => ({ puts: due === undefined ? [] : [due], deletes: [] }))

function countOf(results: readonly CheckResult[]): Readonly<Record<CheckedStatus, number>> {
  const counts = { good: 0, revoked: 0, unknown: 0, undetermined: 0, exempt: 0 }
  for (const { status } of results) counts[status]++
  return counts
}
