// The task `expiry`: claims the certificates something is due for, says what, and remembers what came of it.

import type { CertificateRecord, DueRecord, Storage } from '../inventory/index.js'
import { commitWork, type CurrentWork, readWork, type WorkChange } from './claimed-work.js'
import { afterExpiry, decideExpiry, type ExpiryDecision } from './decide-expiry.js'
import { expiryMemory, withMemory } from './due-data.js'
import { type ExpiryPolicy, expiryState } from './expiry.js'
import { type ExpiryNotice, noticeSubject, type NoticeSubject } from './notice.js'
import { expiryPolicyOf, type MonitorSettings } from './settings.js'
import { claim, type Claimant, type Done, nothingDone, revokeEffect, type Task } from './task.js'

/** A certificate that was claimed, and what is due for it. */
interface Work {
  readonly claim: DueRecord
  /** Undefined where it is gone. */
  readonly certificate: CertificateRecord | undefined
  readonly decision: ExpiryDecision | undefined
  readonly notice: ExpiryNotice | undefined
}

export interface ExpiryTaskOptions {
  readonly storage: Storage
  readonly settings: MonitorSettings
  readonly notifiers: readonly string[]
  /** MON-6. */
  readonly takesDown: (trusted: CertificateRecord) => Promise<readonly NoticeSubject[]>
  readonly retryAfter: number
}

/** Claims what is due, a bounded amount of it. What nobody has to be told of is done with at once. */
export async function beginExpiry(options: ExpiryTaskOptions, claimant: Claimant): Promise<Task> {
  const { storage } = options
  const work: Work[] = []
  const { now } = claimant
  const isDrained = await claim(storage, 'expiry', claimant, async (claims) => {
    const current = await readWork(storage, claims)
    const silent: Work[] = []
    for (const [at, one] of claims.entries()) {
      const certificate = current[at]?.certificate
      const decision = certificate && decide(certificate, current[at]?.due ?? one, options, now)
      const isSilent = decision === undefined || (decision.due === undefined && !decision.isToBeRevoked)
      if (isSilent) silent.push({ claim: one, certificate, decision, notice: undefined })
      else work.push({ claim: one, certificate, decision, notice: await noticeOf(certificate, decision, options, now) })
    }
    await finish(options, silent, nothingDone, now)
    return claims.length - silent.length
  })
  return {
    isDrained,
    notices: work.flatMap(({ notice, decision }) =>
      notice === undefined ? [] : [{ notice, waiting: decision?.waiting ?? [] }],
    ),
    effects: work.flatMap(({ certificate, decision }) =>
      certificate === undefined || decision?.isToBeRevoked !== true ? [] : [revokeEffect(certificate, 'expired')],
    ),
    finish: (done) => finish(options, work, done, now),
  }
}

/** MON-1: phones' certificates count where that is enabled. Their end is marked all the same. */
const policyOf = (record: CertificateRecord, settings: MonitorSettings): ExpiryPolicy | undefined =>
  record.kind === 'endpoint' && settings.lscMonitoring === 'disabled' ? undefined : expiryPolicyOf(settings, record)

const decide = (
  record: CertificateRecord,
  due: DueRecord,
  { settings, notifiers }: ExpiryTaskOptions,
  now: number,
): ExpiryDecision => decideExpiry(record, expiryMemory(due, record.sha256), policyOf(record, settings), notifiers, now)

async function noticeOf(
  record: CertificateRecord | undefined,
  { due }: ExpiryDecision,
  { settings, takesDown }: ExpiryTaskOptions,
  now: number,
): Promise<ExpiryNotice | undefined> {
  if (record === undefined || due === undefined) return undefined
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

/** Remembers what was done, on what is stored by now: others may have replaced the certificate in the meantime. */
const finish = (options: ExpiryTaskOptions, work: readonly Work[], done: Done, now: number): Promise<void> =>
  commitWork(options.storage, work, (one, current) => changeOf(one, current, options, done, now))

function changeOf(
  { certificate: seen, decision: decided }: Work,
  { due, certificate }: CurrentWork,
  options: ExpiryTaskOptions,
  { delivered, revoked }: Done,
  now: number,
): WorkChange {
  // The certificate went, and its due record with it, or before long.
  if (due === undefined) return { puts: [], deletes: [] }
  if (certificate === undefined) return { puts: [], deletes: [due] }
  // Renewed meanwhile: its due record is a new one, and due at once.
  if (seen === undefined || seen.sha256 !== certificate.sha256) return { puts: [], deletes: [] }
  const decision = decide(certificate, due, options, now)
  const effect = revokeEffect(certificate, 'expired')
  const { memory, dueAt } = afterExpiry(
    certificate,
    // What was delivered is what was decided then.
    { ...decision, due: decided?.due, waiting: decided?.waiting ?? [] },
    policyOf(certificate, options.settings),
    { delivered, isRevoked: revoked.has(effect.key), retryAt: now + options.retryAfter },
    now,
  )
  const next = withMemory(due, dueAt, certificate.sha256, memory)
  const marked = decision.mark === certificate.mark ? [] : [{ ...certificate, mark: decision.mark }]
  return { puts: [...marked, next], deletes: [] }
}
