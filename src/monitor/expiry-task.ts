// The task `expiry`: claims the certificates something is due for, says what, and remembers what came of it.

import type { CertificateRecord, DueRecord, DueSubject, Storage } from '../inventory/index.js'
import { type ClaimedWork, deleteOrphans, finishWork, readWork } from './claimed-work.js'
import { afterExpiry, decideExpiry, type ExpiryDecision, type ExpiryFacts } from './decide-expiry.js'
import { expiryMemory, subjectOf, withMemory } from './due-data.js'
import { type ExpiryPolicy, expiryState } from './expiry.js'
import { type ExpiryNotice, noticeSubject, type NoticeSubject } from './notice.js'
import { expiryPolicyOf, type MonitorSettings } from './settings.js'
import { claim, type Claimant, type Done, nothingDone, revokeEffect, type Task } from './task.js'

export interface ExpiryTaskOptions {
  readonly storage: Storage
  readonly settings: MonitorSettings
  readonly notifiers: readonly string[]
  /** MON-6. */
  readonly takesDown: (trusted: CertificateRecord) => Promise<readonly NoticeSubject[]>
  readonly retryAfter: number
}

/** A certificate somebody has to be told of, or do something about. */
interface Work extends ClaimedWork {
  readonly certificate: CertificateRecord
  readonly decision: ExpiryDecision
  readonly notice: ExpiryNotice | undefined
}

/** Claims what is due, a bounded amount of it. Where nobody has to be told, as of most, it is done with at once. */
export async function beginExpiry(options: ExpiryTaskOptions, claimant: Claimant): Promise<Task> {
  const { storage } = options
  const { now, worker } = claimant
  const work: Work[] = []
  await claim(storage, 'expiry', claimant, async (claims) => {
    const silent: DueRecord[] = []
    const others: DueRecord[] = []
    for (const one of claims) {
      const next = silently(one, options, now)
      if (next === undefined) others.push(one)
      else silent.push(next)
    }
    await storage.finishDue(silent, worker)
    if (others.length === 0) return 0
    const found = await readWork(storage, others)
    await deleteOrphans(
      storage,
      found.flatMap((one) => (one.certificate === undefined ? one.claim : [])),
    )
    const before = work.length
    for (const { claim: one, certificate } of found) {
      if (certificate === undefined) continue
      const decision = decide(certificate, one, options, now)
      work.push({ claim: one, certificate, decision, notice: await noticeOf(certificate, decision, options, now) })
    }
    return work.length - before
  })
  return {
    notices: work.flatMap(({ notice, decision: { waiting } }) => (notice === undefined ? [] : [{ notice, waiting }])),
    effects: work.flatMap(({ certificate, decision }) =>
      decision.isToBeRevoked ? [revokeEffect(certificate, 'expired')] : [],
    ),
    finish: (done) =>
      finishWork(
        storage,
        work.map((one) => ({
          mark: one.decision.mark,
          next: nextOf(one.claim, one.certificate, one.decision, options, done, now),
          ...one,
        })),
        worker,
      ),
  }
}

/** The due record afterwards, where it alone says that there is nothing to be done. */
function silently(due: DueRecord, options: ExpiryTaskOptions, now: number): DueRecord | undefined {
  const subject = subjectOf(due)
  if (subject === undefined) return undefined
  const { kind, id, sha256, notBefore, notAfter } = subject
  const { node, purpose } = due
  // The mark follows from what was done: a certificate is marked before that is remembered.
  const mark = expiryMemory(due, sha256).isRevoked ? 'expired' : undefined
  const facts = { node, purpose, kind, id, sha256, notBefore, notAfter, mark } as const
  const decision = decide(facts, due, options, now)
  const isSilent = decision.due === undefined && !decision.isToBeRevoked && decision.mark === mark
  return isSilent ? nextOf(due, facts, decision, options, nothingDone, now) : undefined
}

/** MON-1: phones' certificates count where that is enabled. Their end is marked all the same. */
const policyOf = (facts: ExpiryFacts, settings: MonitorSettings): ExpiryPolicy | undefined =>
  facts.kind === 'endpoint' && settings.lscMonitoring === 'disabled' ? undefined : expiryPolicyOf(settings, facts)

const decide = (
  facts: ExpiryFacts,
  due: DueRecord,
  { settings, notifiers }: ExpiryTaskOptions,
  now: number,
): ExpiryDecision => decideExpiry(facts, expiryMemory(due, facts.sha256), policyOf(facts, settings), notifiers, now)

async function noticeOf(
  record: CertificateRecord,
  { due }: ExpiryDecision,
  { settings, takesDown }: ExpiryTaskOptions,
  now: number,
): Promise<ExpiryNotice | undefined> {
  if (due === undefined) return undefined
  const { node, purpose, sha256 } = record
  const { level, daysLeft } = expiryState(record, expiryPolicyOf(settings, record), now)
  return {
    type: 'expiry',
    ...noticeSubject(record),
    key: JSON.stringify([sha256, node, purpose, due]),
    ...{ level, daysLeft, due },
    takesDown: record.kind === 'trust' ? await takesDown(record) : [],
  }
}

function nextOf(
  due: DueRecord,
  facts: ExpiryFacts & DueSubject,
  decision: ExpiryDecision,
  { settings, retryAfter }: ExpiryTaskOptions,
  { delivered, revoked }: Done,
  now: number,
): DueRecord {
  const isRevoked = decision.isToBeRevoked && revoked.has(revokeEffect(facts, 'expired').key)
  const done = { delivered, isRevoked, retryAt: now + retryAfter }
  const { memory, dueAt } = afterExpiry(facts, decision, policyOf(facts, settings), done, now)
  return withMemory(due, facts, dueAt, memory)
}
