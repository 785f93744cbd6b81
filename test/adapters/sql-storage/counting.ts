/** Writers whose commits can be counted afterwards: a number in two scopes, and an audit record for each step of it. */

import type { AuditRecord, InventoryRecord, Scope, Storage } from '../../../src/inventory/index.js'
import { sampleSetting } from '../../../src/inventory/contract-case.js'
import { recordsOf } from '../../support/manager.js'

const scopes: readonly Scope[] = ['left', 'right'].map((purpose) => ({ node: 'pub', purpose }))

const numberOf = (records: readonly InventoryRecord[], purpose: string, name: string): number => {
  const found = records.find((one) => one.kind === 'setting' && one.purpose === purpose && one.id === name)
  return found?.kind === 'setting' ? Number(found.value) : 0
}

/** Makes the writer's number one more, and returns it; undefined where another writer was faster. */
export async function countOnce(storage: Storage, name: string): Promise<number | undefined> {
  const { records, revisions } = await storage.read(scopes)
  const next = numberOf(records, 'left', name) + 1
  const audit: AuditRecord = {
    ...({ kind: 'audit', id: `${name} ${next}`, node: 'pub', purpose: 'left', at: next, actor: name } as const),
    ...({ action: 'count', outcome: 'done', before: [], after: [], findings: [] } as const),
  }
  const puts = scopes.map((scope) => sampleSetting(name, next, scope))
  const { ok } = await storage.commit({ relies: revisions, puts, deletes: [], appends: [audit] })
  return ok ? next : undefined
}

/** Counts to `most`, however often others are faster; the last number that was acknowledged. */
export async function countTo(storage: Storage, name: string, most: number): Promise<number> {
  let last = 0
  while (last < most) last = (await countOnce(storage, name)) ?? last
  return last
}

/** Each writer's number. @throws Error where the scopes and the audit differ */
export async function countsOf(storage: Storage): Promise<Readonly<Record<string, number>>> {
  const { records } = await storage.read(scopes)
  const [left, right] = scopes.map(({ purpose }) => {
    const own = records.filter((one) => one.kind === 'setting' && one.purpose === purpose)
    return Object.fromEntries(own.map(({ id }) => [id, numberOf(records, purpose, id)]).sort())
  })
  const audited: Record<string, number> = {}
  for (const { id } of await recordsOf(storage, 'audit')) {
    const [name = ''] = id.split(' ')
    audited[name] = (audited[name] ?? 0) + 1
  }
  const sorted = Object.fromEntries(Object.entries(audited).sort())
  if (JSON.stringify(left) !== JSON.stringify(right) || JSON.stringify(left) !== JSON.stringify(sorted)) {
    throw new Error(`expected the same numbers, found ${JSON.stringify({ left, right, sorted })}`)
  }
  return left ?? {}
}
