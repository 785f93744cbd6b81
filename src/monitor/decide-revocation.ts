// What a check of revocation means: what people and the application are told, and when to check again. Pure.

import type { CertificateRecord } from '../inventory/index.js'
import { isFinal } from '../ocsp/gravity.js'
import { isAccepted, type RevocationPolicy } from '../ocsp/index.js'
import type { RevocationStatus } from '../revocation/index.js'
import { NEVER } from './decide-expiry.js'
import type { RevocationAlert, RevocationMemory } from './due-data.js'

/** What a check found; `exempt` also where there is nobody to ask. */
export type CheckResult = RevocationStatus | { readonly status: 'exempt'; readonly reason: 'self-signed' | 'no-source' }

/** What checks are judged by. Times in milliseconds. */
export interface RevocationRules {
  readonly policy: RevocationPolicy
  readonly every: number
  /** How long nobody may answer before people are told. */
  readonly undeterminedAfter: number
}

/** When and why a check was made. */
export interface CheckTime {
  readonly now: number
  /** When it was due: the same however often it is made. */
  readonly dueAt: number
}

/** Whether a check is due, and not only the delivery of what the last one found. */
export function needsCheck(
  record: CertificateRecord,
  memory: RevocationMemory,
  rules: RevocationRules,
  now: number,
): boolean {
  const { checkedAt } = memory
  const isNew = checkedAt === undefined || now < checkedAt
  const next = nextRevocationCheck(record, memory, rules, now)
  return next < NEVER && (isNew || now >= next)
}

/** The memory after a check. What was announced stays announced while the alert is the same. */
export function afterCheck(
  memory: RevocationMemory,
  result: CheckResult,
  { policy, undeterminedAfter }: RevocationRules,
  { now, dueAt }: CheckTime,
): RevocationMemory {
  const { status } = result
  const silentSince = status === 'undetermined' ? (memory.silentSince ?? dueAt) : undefined
  const checked = { ...memory, checkedAt: now, status, silentSince }
  // What is revoked only a good status takes back, what is unknown no silence.
  const known = memory.alert?.status
  if ((known === 'revoked' && status === 'unknown') || (isGrave(known) && status === 'undetermined')) return checked
  const alert = alertOf(result, memory, { policy, undeterminedAfter, now, dueAt, silentSince })
  if (alert === undefined) return { ...checked, alert: undefined, announcedBy: [], isRevoked: false }
  const isKnown = memory.alert?.status === alert.status && memory.alert.since === alert.since
  return { ...checked, alert, ...(isKnown ? {} : { announcedBy: [], isRevoked: false }) }
}

const isGrave = (status: RevocationAlert['status'] | undefined): boolean => status === 'revoked' || status === 'unknown'

function alertOf(
  result: CheckResult,
  { alert: known }: RevocationMemory,
  {
    policy,
    undeterminedAfter,
    now,
    dueAt,
    silentSince = dueAt,
  }: CheckTime & Omit<RevocationRules, 'every'> & { readonly silentSince: number | undefined },
): RevocationAlert | undefined {
  switch (result.status) {
    case 'good':
    case 'exempt':
      return undefined
    case 'revoked': {
      const { revokedAt, reason, source } = result
      return { status: 'revoked', since: revokedAt.getTime(), reason, message: `says the ${source}` }
    }
    case 'unknown': {
      if (isAccepted('unknown', policy)) return undefined
      const since = known?.status === 'unknown' ? known.since : dueAt
      return { status: 'unknown', since, message: `says the ${result.source}` }
    }
    case 'undetermined': {
      if (now < tellingTime(silentSince + undeterminedAfter)) return undefined
      return { status: 'undetermined', since: silentSince, message: notesOf(result) }
    }
  }
}

/** At midnight, UTC: a responder that is down is one digest about all its certificates, and not one about each. */
const tellingTime = (time: number): number => Math.ceil(time / DAY) * DAY

const notesOf = ({ notes }: Extract<RevocationStatus, { status: 'undetermined' }>): string =>
  notes.length === 0
    ? 'nobody was there to be asked'
    : [...new Set(notes.map(({ source, message }) => `${source}: ${message}`))].join('; ')

/**
 * The mark a certificate carries after a check: one put on by a hold that has ended goes (OCS-2, OCS-8). Where nobody
 * remembers what put it on, since the worker died that did, a good status says that it was a hold.
 */
export function markAfterCheck(
  { mark }: CertificateRecord,
  before: RevocationMemory,
  { alert, status }: RevocationMemory,
): CertificateRecord['mark'] {
  if (alert?.status === 'revoked') return 'revoked'
  const wasHold = before.alert?.status === 'revoked' ? !isFinal(before.alert) : status === 'good'
  return mark === 'revoked' && wasHold ? undefined : mark
}

/** A check without an answer is made again at the full hour, all that wait together, where the interval is longer. */
const HOUR = 3_600_000
const DAY = 24 * HOUR

/**
 * When a certificate is to be checked after its last check. Each has its own place in the interval, by its fingerprint:
 * copies of one on many nodes come at the same moment and cost one request, different ones spread over the interval.
 * Nothing is to be found out any more of one that is revoked for good or has ended.
 */
export function nextRevocationCheck(
  { sha256, notAfter }: CertificateRecord,
  { alert, status, checkedAt: known }: RevocationMemory,
  { every }: RevocationRules,
  now: number,
): number {
  if (now > notAfter || (alert && isFinal(alert))) return NEVER
  const checkedAt = known ?? now
  if (status === 'undetermined' && every > HOUR) return (Math.floor(checkedAt / HOUR) + 1) * HOUR
  const phase = Math.floor((Number.parseInt(sha256.slice(0, 8), 16) / 2 ** 32) * every)
  return phase + (Math.floor((checkedAt - phase) / every) + 1) * every
}
