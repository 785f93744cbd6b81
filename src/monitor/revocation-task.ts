// The task `revocation` (OCS-7, OCS-8): claims the certificates whose check is due, checks each once however many copies
// there are, and remembers what was found and who was told.

import type { CertificateRecord, DueRecord, Storage } from '../inventory/index.js'
import type { RevocationSources } from '../revocation/index.js'
import type { Certificate } from '../x509/index.js'
import { type ClaimedWork, deleteOrphans, finishWork, readWork } from './claimed-work.js'
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
import { installedCertificate } from './installed-certificate.js'
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
interface Work extends ClaimedWork {
  readonly certificate: CertificateRecord
  readonly before: RevocationMemory
  readonly after: RevocationMemory
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
  const { now, worker } = claimant
  const claimed: Work[] = []
  await claim(storage, 'revocation', claimant, async (claims) => {
    const found = await readWork(storage, claims)
    const orphans = found.flatMap((one) => (one.certificate === undefined ? one.claim : []))
    await deleteOrphans(storage, orphans)
    for (const { claim: one, certificate } of found) {
      if (certificate === undefined) continue
      const before = revocationMemory(one, certificate.sha256)
      claimed.push({ claim: one, certificate, before, after: before })
    }
    return claims.length - orphans.length
  })
  const isDue = ({ certificate, before }: Work): boolean => needsCheck(certificate, before, rules, now)
  const unchecked = claimed.filter(isDue)
  const results = await check(unchecked, options, now)
  const checked = unchecked.flatMap((work) => {
    const result = results.get(work.certificate.sha256)
    const time = { now, dueAt: work.claim.dueAt }
    return result === undefined ? [] : [{ ...work, after: afterCheck(work.before, result, rules, time) }]
  })
  const left = unchecked.filter(({ certificate }) => !results.has(certificate.sha256))
  // Written again as they were they are due still, and nobody's.
  await storage.finishDue(
    left.map((work) => work.claim),
    worker,
  )
  const alarms = [...claimed.filter((work) => !isDue(work)), ...checked].map((work) => alarmOf(work, notifiers))
  const finish = (work: readonly Alarm[], done: Done): Promise<void> =>
    finishWork(
      storage,
      work.map((one) => ({
        mark: markAfterCheck(one.certificate, one.before, one.after),
        next: nextOf(one, options, done, now),
        ...one,
      })),
      worker,
    )
  const isAlarming = ({ waiting, effect }: Alarm): boolean => waiting.length > 0 || effect !== undefined
  await finish(
    alarms.filter((one) => !isAlarming(one)),
    nothingDone,
  )
  const alarming = alarms.filter(isAlarming)
  return {
    notices: alarming.flatMap(({ certificate, after: { alert }, waiting }) =>
      alert === undefined ? [] : [{ notice: noticeOf(certificate, alert), waiting }],
    ),
    effects: alarming.flatMap(({ effect }) => effect ?? []),
    checks: countOf([...results.values()]),
    finish: (done) => finish(alarming, done),
  }
}

/** What was found of each certificate, by its fingerprint; of those there was no time for nothing. */
async function check(
  unchecked: readonly Work[],
  options: RevocationTaskOptions,
  now: number,
): Promise<ReadonlyMap<string, CheckResult>> {
  const results = new Map<string, CheckResult>()
  const distinct = new Map(unchecked.map(({ certificate }) => [certificate.sha256, certificate]))
  const jobs = [...distinct.values()].flatMap((record) => {
    const certificate = installedCertificate(record)
    if (certificate === undefined) {
      results.set(record.sha256, undeterminedHere('the record holds no certificate that can be read'))
      return []
    }
    const host = likelyHost(certificate, options.settings, options.sources)
    const exemption = exemptionOf(certificate, host, options)
    if (exemption !== undefined) {
      results.set(record.sha256, exemption)
      return []
    }
    const run = async (): Promise<void> => {
      results.set(record.sha256, await statusOf(record, certificate, options, now))
    }
    return [{ host, run }]
  })
  await options.queues.run(jobs, options.until)
  return results
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
  return undeterminedHere(`its issuer ${record.issuer} is not installed: upload it to a trust purpose`)
}

const undeterminedHere = (message: string): CheckResult => ({
  status: 'undetermined',
  notes: [{ source: 'inventory', message }],
})

function alarmOf(work: Work, notifiers: readonly string[]): Alarm {
  const { alert, announcedBy, isRevoked } = work.after
  const isNew = alert?.status === 'revoked' && !isRevoked
  return {
    waiting: alert === undefined ? [] : notifiers.filter((name) => !announcedBy.includes(name)),
    ...work,
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

function nextOf(
  { claim: due, certificate, after, waiting, effect }: Alarm,
  { rules, retryAfter }: RevocationTaskOptions,
  { delivered, revoked }: Done,
  now: number,
): DueRecord {
  const told = waiting.filter((name) => delivered.has(name))
  const isRevoked = after.isRevoked || (effect !== undefined && revoked.has(effect.key))
  const memory = { ...after, announcedBy: [...new Set([...after.announcedBy, ...told])], isRevoked }
  const next = nextRevocationCheck(certificate, memory, rules, now)
  const hasFailed = told.length < waiting.length || (effect !== undefined && !isRevoked)
  return withMemory(due, certificate, hasFailed ? Math.min(next, now + retryAfter) : next, memory)
}

/** How many results there are of each kind. */
export function countOf(results: readonly CheckResult[]): Readonly<Record<CheckedStatus, number>> {
  const counts = { good: 0, revoked: 0, unknown: 0, undetermined: 0, exempt: 0 }
  for (const { status } of results) counts[status]++
  return counts
}
