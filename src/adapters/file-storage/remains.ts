// What is left of commits whose entries in the journal are damaged. The files they put into place name the commit that wrote
// them, and so are newer than what the entries before say.

import { type Effects, effectsOf } from './effects.js'
import { type Files, forEach } from './files.js'
import type { JournalContent, JournalEntry } from './journal.js'
import { recordStem, scopeFile } from './names.js'
import { readRecord, readScope, type StoredRecord, type StoredScope } from './record-file.js'
import { DamageError } from '../record-codec.js'

/** The journal with what is left of its damaged entries in their places. What those deleted is not known any more. */
export async function withRemains(files: Files, content: JournalContent): Promise<JournalContent> {
  if (content.damaged.length === 0) return content
  const effects = effectsOf(content.entries)
  const records: StoredRecord[] = []
  const scopes: StoredScope[] = []
  // Files the other entries say nothing of are read as they are.
  await forEach(effects.keys(), async (file) => {
    if (!file.endsWith('.json')) return
    const found = await readBack(files, effects, file)
    if (found !== undefined && 'record' in found) records.push(found)
    else if (found !== undefined) scopes.push(found)
  })
  const entries = new Map(content.entries.map((entry) => [entry.commit, entry]))
  for (let commit = content.first; commit <= content.last; commit++) {
    if (entries.has(commit)) continue
    const isOf = (stored: { readonly commit: number }): boolean => stored.commit === commit
    const remains: JournalEntry = {
      ...{ commit, deletes: [], removes: [], audits: [] },
      puts: records.filter(isOf).map(({ record, lease }) => ({ record, ...(lease && { lease }) })),
      scopes: scopes.filter(isOf).map(({ revision }) => revision),
    }
    entries.set(commit, remains)
  }
  return { ...content, entries: [...entries.values()].sort((a, b) => a.commit - b.commit) }
}

/** A record or a revision that is not as the journal says; nothing for one that cannot be read. */
async function readBack(files: Files, effects: Effects, file: string): Promise<StoredRecord | StoredScope | undefined> {
  try {
    const json = await files.read(file)
    if (json === undefined || json === effects.get(file)) return undefined
    const stem = file.slice(0, -'.json'.length)
    if (stem.slice(stem.lastIndexOf('/') + 1).startsWith('scope.')) {
      const stored = readScope(json)
      return scopeFile(stored.revision.scope) === file ? stored : undefined
    }
    const stored = readRecord({ json, pem: await files.read(`${stem}.pem`) })
    return recordStem(stored.record) === stem ? stored : undefined
  } catch (error) {
    if (error instanceof DamageError) return undefined
    throw error
  }
}
