// Who did what, and what came of it.

import type { AuditRecord, Scope } from '../inventory/index.js'
import type { PlannedChange } from './change-builder.js'
import type { Refusal } from './outcome.js'

/** Who acts, for the audit. */
export interface Actor {
  /** Default: nobody in particular. */
  readonly actor?: string
}

function base(action: string, { node, purpose, actor = '' }: Scope & Actor, at: number) {
  // Padded, so that ids sort by time; random, so that no two are the same.
  const id = `${String(at).padStart(15, '0')} ${crypto.randomUUID()}`
  return { kind: 'audit', id, node, purpose, at, actor, action } as const
}

/** A change, as it is noted in the very commit that makes it. */
export function auditOfChange(
  action: string,
  place: Scope & Actor,
  at: number,
  { changes }: Pick<PlannedChange, 'changes'>,
): AuditRecord {
  const before = changes.flatMap((change) => change.before ?? [])
  const after = changes.flatMap((change) => change.after ?? [])
  return { ...base(action, place, at), outcome: 'done', before, after, findings: [] }
}

/** A refusal: by the codes of its findings, whose messages may quote what was uploaded. */
export function auditOfRefusal(action: string, place: Scope & Actor, at: number, { findings }: Refusal): AuditRecord {
  const codes = [...new Set(findings.map(({ code }) => code))]
  const outcome = codes.includes('conflict') ? 'conflict' : 'refused'
  return { ...base(action, place, at), outcome, before: [], after: [], findings: codes }
}
