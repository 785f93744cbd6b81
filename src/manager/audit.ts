// Who did what, and what came of it.

import type { AuditRecord, Scope, Storage } from '../inventory/index.js'
import type { Change, Refusal } from './outcome.js'

/** Who acts, for the audit. */
export interface Actor {
  /** Default: nobody in particular. */
  readonly actor?: string
}

/** What is said of every record. */
interface Noted {
  readonly action: string
  readonly place: Scope & Actor
  readonly at: number
}

const auditOf = (
  { action, place: { node, purpose, actor = '' }, at }: Noted,
  outcome: AuditRecord['outcome'],
  before: readonly string[],
  after: readonly string[],
  findings: readonly string[],
): AuditRecord => {
  // Padded, so that ids sort by time; random, so that no two are the same.
  const id = `${String(at).padStart(15, '0')} ${crypto.randomUUID()}`
  return { kind: 'audit', id, node, purpose, at, actor, action, outcome, before, after, findings }
}

/** A change, as it is noted in the very commit that makes it. */
export function auditOfChange(
  action: string,
  place: Scope & Actor,
  at: number,
  { changes }: { readonly changes: readonly Change[] },
): AuditRecord {
  const before = changes.flatMap((change) => change.before ?? [])
  const after = changes.flatMap((change) => change.after ?? [])
  return auditOf({ action, place, at }, 'done', before, after, [])
}

/** A refusal: by the codes of its findings, whose messages may quote what was uploaded. */
export function auditOfRefusal(action: string, place: Scope & Actor, at: number, { findings }: Refusal): AuditRecord {
  const codes = [...new Set(findings.map(({ code }) => code))]
  const outcome = codes.includes('conflict') ? 'conflict' : 'refused'
  return auditOf({ action, place, at }, outcome, [], [], codes)
}

/**
 * Is told of every audit record once the storage has it: a log elsewhere. It is not waited for, and what it throws changes
 * nothing: the storage lists them all.
 */
export type AuditListener = (record: AuditRecord) => void | Promise<void>

/** Tells of a record that has been committed. */
export function tellOf(record: AuditRecord, audit: AuditListener | undefined): void {
  void Promise.resolve(record)
    .then(audit)
    .catch(() => undefined)
}

/** Notes what was refused, or done elsewhere. */
export async function note(
  record: AuditRecord,
  { storage, audit }: { readonly storage: Storage; readonly audit: AuditListener | undefined },
): Promise<void> {
  await storage.commit({ relies: [], puts: [], deletes: [], appends: [record] })
  tellOf(record, audit)
}
