// Names of files and directories. Whatever a node, a purpose or a subject is called, its file has a name that a person knows
// again, that every file system takes, and that stays where it belongs.

import { createHash } from 'node:crypto'
import { type InventoryRecord, recordKey, type Scope, scopeKey } from '../../inventory/index.js'

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/
/** Names Windows takes for devices, whatever follows the dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
const LONGEST = 60

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Digits of a digest that keep names apart: two records in 2⁶⁴ share them. */
const mark = (text: string, digits = 16): string => sha256Hex(text).slice(0, digits)

/** A name as it is where it is harmless; else its harmless part, and a mark of the whole. */
function safeName(name: string): string {
  if (name.length <= LONGEST && PLAIN.test(name) && !DEVICE.test(name)) return name
  return `${label(name)}~${mark(JSON.stringify(name), 8)}`
}

/** What of a text can stand in a file name, for people; the empty text where nothing can. */
const label = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, LONGEST)

/** Where a scope's records are, from the store's directory. Cosmetic: two scopes may share it on a disk blind to case. */
export const scopeDirectory = ({ node, purpose }: Scope): string => `records/${safeName(node)}/${safeName(purpose)}`

/** The file of a scope's revision. */
export const scopeFile = (scope: Scope): string => `${scopeDirectory(scope)}/scope.${mark(scopeKey(scope))}.json`

/** A record's files without their extension: kind, subject or id, and the mark of its place, which alone keeps it apart. */
export function recordStem(record: InventoryRecord): string {
  const shown = label('commonName' in record ? record.commonName : record.id)
  const parts = [record.kind, ...(shown === '' ? [] : [shown]), mark(recordKey(record))]
  return `${scopeDirectory(record)}/${parts.join('.')}`
}

/** What `recordStem` and `scopeFile` make, as it stands in a directory of records. */
export const RECORD_FILE = /^[a-z-]+(\.[A-Za-z0-9._-]+)?\.[0-9a-f]{16}\.(json|pem)$/

const STEM = /^records\/[A-Za-z0-9._~-]+\/[A-Za-z0-9._~-]+\/[A-Za-z0-9._-]+$/

/** Whether a path, read from a journal, is one that `recordStem` makes and leads nowhere else. */
export const isStem = (path: string): boolean => STEM.test(path) && !path.split('/').some((part) => /^\.+$/.test(part))
