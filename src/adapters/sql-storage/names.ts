// Where things are: the tables of a schema, and the ids of records and scopes.

import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { type RecordKey, recordKey, type Scope, scopeKey } from '../../inventory/index.js'
import { codeUnitBytes } from './code-units.js'

const tableNames = ['scope', 'record', 'certificate', 'due', 'commit_log', 'private_key', 'migration'] as const
type TableName = (typeof tableNames)[number]

/** The tables of one store, as parts of statements. */
export type Tables = Readonly<Record<TableName, RawBuilder<unknown>>> & { readonly schema: string }

/** @throws TypeError for a name a schema should not have */
export function tablesIn(schema: string): Tables {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new TypeError(`schema: expected lower-case letters, digits and underscores, found ${JSON.stringify(schema)}`)
  }
  const entries = tableNames.map((name) => [name, sql.id(schema, name)])
  return { schema, ...(Object.fromEntries(entries) as Record<TableName, RawBuilder<unknown>>) }
}

const digest = (text: string): Buffer => createHash('sha256').update(codeUnitBytes(text)).digest()

/** Ids are digests: names of any length fit an index then. */
export const recordId = (place: RecordKey): Buffer => digest(recordKey(place))
export const scopeId = (scope: Scope): Buffer => digest(scopeKey(scope))
export const taskId = (task: string): Buffer => digest(task)
