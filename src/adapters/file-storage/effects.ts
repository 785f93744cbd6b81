// What commits come to on the medium: of each file only the last thing that was done to it counts.

import type { ScopeRevision } from '../../inventory/index.js'
import { type Files, forEach, parentOf } from './files.js'
import type { JournalEntry } from './journal.js'
import { recordStem, scopeFile } from './names.js'
import { type StoredRecord, writeRecord, writeScope } from './record-file.js'

/** Files by path from the store's directory; undefined for one that is not to be there. */
export type Effects = ReadonlyMap<string, string | undefined>

/** What entries, in their order, come to. */
export function effectsOf(entries: readonly JournalEntry[]): Effects {
  const records = new Map<string, StoredRecord | undefined>()
  const scopes = new Map<string, { readonly revision: ScopeRevision; readonly commit: number }>()
  for (const { commit, removes, puts, scopes: revisions } of entries) {
    for (const stem of removes) records.set(stem, undefined)
    for (const { record, lease } of puts) records.set(recordStem(record), { record, lease, commit })
    for (const revision of revisions) scopes.set(scopeFile(revision.scope), { revision, commit })
  }
  const effects = new Map<string, string | undefined>()
  for (const [stem, stored] of records) {
    const { json, pem } = stored === undefined ? { json: undefined, pem: undefined } : writeRecord(stored)
    effects.set(`${stem}.json`, json)
    effects.set(`${stem}.pem`, pem)
  }
  for (const [file, { revision, commit }] of scopes) effects.set(file, writeScope(revision, commit))
  return effects
}

/** Puts the files into place. They get to the medium later: until then the journal has what they hold. */
export async function putInPlace(files: Files, effects: Effects): Promise<void> {
  await forEach(effects, ([file, text]) =>
    text === undefined ? files.remove(file) : files.replace(file, text, 'not synced'),
  )
}

/** Puts into place what is not. Returns how many files were not as they should be. */
export async function repair(files: Files, effects: Effects): Promise<number> {
  let count = 0
  await forEach(effects, async ([file, text]) => {
    if ((await files.read(file)) === text) return
    count++
    await (text === undefined ? files.remove(file) : files.replace(file, text, 'not synced'))
  })
  return count
}

/** Puts into place what is not, and waits until all of it is on the medium: the entries are no longer needed then. */
export async function settle(files: Files, effects: Effects): Promise<void> {
  await repair(files, effects)
  const directories = new Set<string>()
  await forEach(effects, async ([file, text]) => {
    if (text !== undefined) await files.sync(file)
    for (let directory = parentOf(file); directory !== ''; directory = parentOf(directory)) directories.add(directory)
  })
  await forEach(directories, async (directory) => {
    if ((await files.kindOf(directory)) !== undefined) await files.sync(directory)
  })
}
