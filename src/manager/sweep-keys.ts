// Keys nothing refers to, left behind by a process that ended between two steps: found and destroyed, and never one that
// somebody is about to use.

import type { RecordKind, Scope, Storage } from '../inventory/index.js'
import { records } from '../inventory/pages.js'
import type { Surroundings } from './settings.js'
import type { State } from './state.js'

/** Where a sweep notes the keys it is about to destroy. Of no node and no purpose of any catalogue. */
export const sweepScope: Scope = { node: '', purpose: 'key-sweep' }

const place = { ...sweepScope, kind: 'setting', id: 'condemned' } as const

/** Whether a sweep has announced that it destroys the key. Who commits a new key relies on this being false. */
export const isCondemned = (state: State, handle: string): boolean =>
  state
    .in(sweepScope)
    .some((record) => record.kind === 'setting' && Array.isArray(record.value) && record.value.includes(handle))

/**
 * Destroys the keys no record refers to and returns how many. Safe beside operations that make keys: those are announced
 * first, in a scope every commit of a new key relies on. A key committed before is found in use when it is looked for
 * again; one that is to be committed after is refused there.
 * @throws Error where records are damaged: nobody knows which keys they refer to
 */
export async function sweepKeys({ storage, keys }: Surroundings): Promise<number> {
  // Before the keys are listed: whatever an earlier sweep has announced and not destroyed yet is on that list, and so is
  // announced again. In the other order this announcement would take the earlier one back under its feet.
  const { revisions } = await storage.read([sweepScope])
  const orphans = await unused(storage, await keys.handles())
  if (orphans.length === 0) return 0
  const announced = await storage.commit({
    relies: revisions,
    puts: [{ ...place, value: [...orphans].sort() }],
    deletes: [],
    appends: [],
  })
  // Another sweep is under way.
  if (!announced.ok) return 0
  const condemned = await unused(storage, orphans)
  for (const handle of condemned) await keys.destroy(handle)
  return condemned.length
}

/** Kinds of records that refer to keys, in the order a key passes from one to the other: it is missed in neither. */
const referring: readonly RecordKind[] = ['request', 'identity']

async function unused(storage: Storage, handles: readonly string[]): Promise<readonly string[]> {
  const used = new Set<string>()
  for (const kind of referring) {
    const { isPartial } = await storage.list(kind, { limit: 1 })
    if (isPartial) throw new Error('sweepKeys: damaged records may name keys: mend them first')
    for await (const record of records(storage, kind)) {
      if ('keyHandle' in record && record.keyHandle !== undefined) used.add(record.keyHandle)
    }
  }
  return handles.filter((handle) => !used.has(handle))
}
