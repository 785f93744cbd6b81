// What the due records of a certificate remember from one check to the next.

import { isObject, type JsonObject, membersOf } from '../base/json.js'
import type { DueRecord, DueSubject, Plain } from '../inventory/index.js'

/** Of the task `expiry`. */
export interface ExpiryMemory {
  /** The due time each notifier has delivered last. */
  readonly sent: Readonly<Record<string, number>>
  /** The last one before the end, once there are any after it. */
  readonly sentBeforeEnd: Readonly<Record<string, number>>
  /** Whether the application has been told to use it no more (OCS-8). */
  readonly isRevoked: boolean
}

/** Statuses a check can come to. `exempt`: there is nobody to ask. */
export type CheckedStatus = 'good' | 'revoked' | 'unknown' | 'undetermined' | 'exempt'

/** Something about a certificate's revocation that people must learn of. Times are milliseconds since 1970. */
export interface RevocationAlert {
  readonly status: 'revoked' | 'unknown' | 'undetermined'
  /** When it was revoked, or since when nothing good is known of it. With the status it tells alerts apart. */
  readonly since: number
  /** CRLReason. */
  readonly reason?: string
  readonly message: string
}

/** Of the task `revocation`. */
export interface RevocationMemory {
  readonly checkedAt: number | undefined
  readonly status: CheckedStatus | undefined
  /** Since when there has been no answer; undefined where the last check had one. */
  readonly silentSince: number | undefined
  readonly alert: RevocationAlert | undefined
  /** The notifiers that have delivered the alert. */
  readonly announcedBy: readonly string[]
  /** Whether the application has been told to use it no more, because of this alert. */
  readonly isRevoked: boolean
}

const timeOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

const statuses: readonly CheckedStatus[] = ['good', 'revoked', 'unknown', 'undetermined', 'exempt']

const isKind = (value: unknown): value is DueSubject['kind'] =>
  value === 'identity' || value === 'trust' || value === 'endpoint'

/** The certificate a due record is about; undefined where it does not say. */
export function subjectOf({ data }: DueRecord): DueSubject | undefined {
  const { kind, id, sha256, notBefore, notAfter } = membersOf(data)
  const isWhole = isKind(kind) && typeof id === 'string' && typeof sha256 === 'string'
  if (!isWhole || typeof notBefore !== 'number' || typeof notAfter !== 'number') return undefined
  return { kind, id, sha256, notBefore, notAfter }
}

/** Of a certificate that came by other means than a manager a due record may know another in its place. */
const remembered = ({ data }: DueRecord, sha256: string): JsonObject => {
  const members = membersOf(data)
  return members['sha256'] === sha256 ? members : {}
}

/** What is remembered of the certificate with this fingerprint. */
export function expiryMemory(due: DueRecord, sha256: string): ExpiryMemory {
  const { sent, sentBeforeEnd, isRevoked } = remembered(due, sha256)
  if (sent === undefined && isRevoked === undefined) return noExpiryMemory
  return { sent: timesOf(sent), sentBeforeEnd: timesOf(sentBeforeEnd), isRevoked: isRevoked === true }
}

/** Nothing was told of most certificates yet. */
const noTimes: Readonly<Record<string, number>> = {}
const noExpiryMemory: ExpiryMemory = { sent: noTimes, sentBeforeEnd: noTimes, isRevoked: false }

const timesOf = (value: unknown): Readonly<Record<string, number>> =>
  value === undefined
    ? noTimes
    : Object.fromEntries(
        Object.entries(membersOf(value)).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
      )

/** The same for revocation. */
export function revocationMemory(due: DueRecord, sha256: string): RevocationMemory {
  const { checkedAt, status, silentSince, alert, announcedBy, isRevoked } = remembered(due, sha256)
  const names = Array.isArray(announcedBy) ? (announcedBy as readonly unknown[]) : []
  return {
    checkedAt: timeOf(checkedAt),
    status: statuses.find((one) => one === status),
    silentSince: timeOf(silentSince),
    alert: alertOf(membersOf(alert)),
    announcedBy: names.filter((name) => typeof name === 'string'),
    isRevoked: isRevoked === true,
  }
}

function alertOf({ status, since, reason, message }: JsonObject): RevocationAlert | undefined {
  const isAlert = status === 'revoked' || status === 'unknown' || status === 'undetermined'
  if (!isAlert || typeof since !== 'number' || typeof message !== 'string') return undefined
  return { status, since, message, ...(typeof reason === 'string' && { reason }) }
}

/** The due record of a certificate with its next due time, and with what is to be remembered. */
export const withMemory = (
  due: DueRecord,
  subject: DueSubject,
  dueAt: number,
  memory: ExpiryMemory | RevocationMemory,
): DueRecord => {
  const { kind, id, sha256, notBefore, notAfter } = subject
  // Nothing to remember: what it knows of the certificate it keeps.
  if (memory === noExpiryMemory && membersOf(due.data)['sha256'] === sha256) return { ...due, dueAt }
  return { ...due, dueAt, data: { kind, id, sha256, notBefore, notAfter, ...plainOf(memory) } }
}

/** As a record holds it: without what is undefined, or remembers nothing. */
const plainOf = (memory: ExpiryMemory | RevocationMemory): { readonly [name: string]: Plain } =>
  Object.fromEntries(Object.entries(memory).filter((entry): entry is [string, Plain] => !isEmpty(entry[1])))

const isEmpty = (value: unknown): boolean => value === undefined || (isObject(value) && Object.keys(value).length === 0)
