// What is left of commits whose entries in the journal are damaged. The files they put into place name the commit that wrote
// them, and so are newer than what the entries before say.

import { effectsOf } from './effects.js'
import { type Files, forEach } from './files.js'
import type { JournalContent, JournalEntry } from './journal.js'
import type { StoredRecord, StoredScope } from './record-file.js'
import { readStored } from './stored-file.js'
import { DamageError } from '../record-codec.js'

/** The journal with what is left of its damaged entries in their places. What those deleted is not known any more. */
export async function withRemains(files: Files, content: JournalContent): Promise<JournalContent> {
  if (content.damaged.length === 0) return content
  const records: StoredRecord[] = []
  const scopes: StoredScope[] = []
  // Files the other entries say nothing of are read as they are.
  await forEach(effectsOf(content.entries).keys(), async (file) => {
    const found = file.endsWith('.json') ? await readBack(files, file) : undefined
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

async function readBack(files: Files, file: string): Promise<StoredRecord | StoredScope | undefined> {
  try {
    return await readStored(files, file, true)
  } catch (error) {
    if (error instanceof DamageError) return undefined
    throw error
  }
}
