// What commits come to on the medium: of each file only the last thing that was done to it counts.

import type { ScopeRevision } from '../../inventory/index.js'
import { type Files, forEach, parentOf, type StagedFile } from './files.js'
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
    // Of a kind without one there is none to remove.
    if (pem !== undefined || stored === undefined) effects.set(`${stem}.pem`, pem)
  }
  for (const [file, { revision, commit }] of scopes) effects.set(file, writeScope(revision, commit))
  return effects
}

/** Effects whose files are written, and have yet to be put into their places. */
export interface Staged {
  readonly written: readonly StagedFile[]
  /** Paths of files that are not to be there. */
  readonly removed: readonly string[]
  /** Why not all could be written, or nothing. */
  readonly failures: readonly unknown[]
}

/** Writes the files that are to be there. Always resolves: what went wrong is thrown by {@link putInPlace}. */
export async function stage(files: Files, effects: Effects): Promise<Staged> {
  const written: StagedFile[] = []
  const removed: string[] = []
  const failures: unknown[] = []
  try {
    await forEach(effects, async ([file, text]) => {
      if (text === undefined) removed.push(file)
      else written.push(await files.stage(file, text, 'not synced'))
    })
  } catch (error) {
    failures.push(error)
  }
  return { written, removed, failures }
}

/** Puts the files into place. They get to the medium later: until then the journal has what they hold. */
export async function putInPlace(files: Files, { written, removed, failures }: Staged): Promise<void> {
  await forEach([...removed, ...written], (file) => (typeof file === 'string' ? files.remove(file) : files.put(file)))
  if (failures.length > 0) throw failures[0]
}

/** Removes files that are not to be put into place after all. */
export async function unstage(files: Files, { written }: Staged): Promise<void> {
  await forEach(written, ({ temporary }) => files.discard(temporary))
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

/** Waits until what is in place is on the medium. */
export async function syncAll(files: Files, effects: Effects): Promise<void> {
  const directories = new Set<string>()
  await forEach(effects, async ([file, text]) => {
    if (text !== undefined) await files.sync(file)
    for (let directory = parentOf(file); directory !== ''; directory = parentOf(directory)) directories.add(directory)
  })
  await forEach(directories, async (directory) => {
    if ((await files.kindOf(directory)) !== undefined) await files.sync(directory)
  })
}
