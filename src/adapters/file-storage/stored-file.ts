// A record or a revision from its files, as whoever loads a store finds it.

import type { Files } from './files.js'
import { recordStem, scopeFile } from './names.js'
import { readRecord, readScope, type StoredRecord, type StoredScope } from './record-file.js'
import { DamageError } from '../record-codec.js'

/**
 * What a `.json` file holds, and the `.pem` beside it where there may be one; nothing where it is not there.
 * @throws DamageError, for one that belongs elsewhere too
 */
export async function readStored(
  files: Files,
  file: string,
  mayHavePem: boolean,
): Promise<StoredRecord | StoredScope | undefined> {
  const json = await files.read(file)
  if (json === undefined) return undefined
  const stem = file.slice(0, -'.json'.length)
  const isScope = file.slice(file.lastIndexOf('/') + 1).startsWith('scope.')
  const stored = isScope
    ? readScope(json)
    : readRecord({ json, pem: mayHavePem ? await files.read(`${stem}.pem`) : undefined })
  const place = 'record' in stored ? `${recordStem(stored.record)}.json` : scopeFile(stored.revision.scope)
  if (place !== file) throw new DamageError('it belongs elsewhere')
  return stored
}
