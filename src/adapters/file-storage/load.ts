// Reads a whole store: the records' files, and what the journal has that is not in them yet. What is damaged is named and left
// where it is; everything else is read.

import type { AuditRecord, InventoryRecord, ScopeRevision } from '../../inventory/index.js'
import { readChecked, writeChecked } from './checked-json.js'
import { DamagedDirectories } from './damaged-directories.js'
import { type Effects, effectsOf } from './effects.js'
import { FileStoreError } from './errors.js'
import { type Files, forEach, parentOf } from './files.js'
import { type Journal, type JournalContent, type JournalEntry, type JournalRange, KEPT, readAudit } from './journal.js'
import { RECORD_FILE, scopeFile } from './names.js'
import type { StoredRecord } from './record-file.js'
import { withRemains } from './remains.js'
import { readStored } from './stored-file.js'
import { StoredTable } from './stored-table.js'
import { DamageError, encodeRecord } from '../record-codec.js'

/** What a store holds. */
export interface Loaded {
  readonly table: StoredTable
  readonly journal: JournalContent
  /** What is damaged or foreign. */
  readonly problems: readonly FileStoreError[]
  readonly damaged: DamagedDirectories
  readonly isAuditDamaged: boolean
  /** Whether there are commits that cannot be read, whatever they did. */
  readonly hasLostCommits: boolean
  /** What the journal's entries come to. */
  readonly effects: Effects
}

/** Times a load is tried while others commit. With the lock held, once is enough. */
const ATTEMPTS = 10

/** @throws FileStoreError */
export async function load(files: Files, journal: Journal): Promise<Loaded> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const range = await journal.range()
    if (range === undefined) {
      const message = 'the journal is empty, which it never is: restore the directory from a backup'
      throw new FileStoreError('damaged', files.path('journal'), message)
    }
    const content = await journal.read(range.first, range.last)
    if (content === undefined) continue
    const loaded = await loadOnce(files, await withRemains(files, content))
    // Whoever has committed or settled meanwhile has changed the files under our eyes.
    const after = await journal.range()
    if (isSameRange(range, after)) return loaded
  }
  throw new FileStoreError(
    'locked',
    files.root,
    'other processes keep changing the store faster than it can be read: try again',
  )
}

const isSameRange = (a: JournalRange, b: JournalRange | undefined): boolean => a.first === b?.first && a.last === b.last

async function loadOnce(files: Files, journal: JournalContent): Promise<Loaded> {
  const effects = effectsOf(journal.entries)
  const reader = new RecordReader(files, effects)
  await reader.readAll()
  const table = new StoredTable()
  for (const { record, lease } of reader.records.values()) {
    table.put(record)
    if (lease !== undefined) table.lease(record, lease)
  }
  for (const { scope, revision } of reader.scopes) table.setRevision(scope, revision)
  for (const audit of reader.audits) if (table.get(audit) === undefined) table.put(audit)
  for (const entry of journal.entries) applyEntry(table, entry)
  const put = [...reader.records.values(), ...journal.entries.flatMap(({ puts }) => puts)]
  for (const { record } of put) if (waits(record) && reader.damaged.of(record) !== undefined) table.remove(record)
  const problems = [...journal.damaged, ...reader.problems]
  const { damaged, isAuditDamaged } = reader
  const hasLostCommits = reader.hasLostCommits || journal.damaged.length > 0
  return { table, journal, problems, damaged, isAuditDamaged, hasLostCommits, effects }
}

/**
 * What waits to be acted upon. Who does so reads its scope and writes to it, which is refused of a damaged one; and of words
 * for other nodes, which come in their order, some may be lost.
 */
const waits = ({ kind }: InventoryRecord): boolean => kind === 'due' || kind === 'outbox'

/** Does to the table what an entry does. */
export function applyEntry(table: StoredTable, { deletes, puts, scopes, audits }: JournalEntry): void {
  for (const place of deletes) table.remove(place)
  for (const { record, lease } of puts) {
    table.put(record)
    if (lease !== undefined) table.lease(record, lease)
  }
  for (const { scope, revision } of scopes) table.setRevision(scope, revision)
  for (const audit of audits) if (table.get(audit) === undefined) table.put(audit)
}

class RecordReader {
  /** By the path without extension. */
  readonly records = new Map<string, StoredRecord>()
  readonly scopes: ScopeRevision[] = []
  readonly audits: AuditRecord[] = []
  readonly problems: FileStoreError[] = []
  readonly damaged = new DamagedDirectories()
  isAuditDamaged = false
  hasLostCommits = false
  private readonly unreadable = new Set<string>()

  constructor(
    private readonly files: Files,
    /** What the journal says of a file, which is then not read. */
    private readonly effects: Effects,
  ) {}

  async readAll(): Promise<void> {
    await forEach(await this.files.list('records'), async (node) => {
      const ofNode = `records/${node}`
      for (const purpose of await this.namesIn(ofNode)) {
        const directory = `${ofNode}/${purpose}`
        await this.readScopes(directory, new Set(await this.namesIn(directory)))
      }
    })
    this.checkRevisions()
    const known = this.problems.length
    for (const name of [...(await this.files.list(AUDIT))].sort()) {
      await this.unlessUnreadable(`${AUDIT}/${name}`, () => this.readAudits(`${AUDIT}/${name}`))
    }
    this.isAuditDamaged = this.problems.length > known
    for (const name of await this.files.list(KEPT)) {
      const message = 'a commit that could not be read: look what it may have done, mend that, and remove it'
      this.report('damaged', `${KEPT}/${name}`, message)
      this.hasLostCommits = true
    }
  }

  /** Names in a directory of records; none in what is no directory, or cannot be read. */
  private async namesIn(directory: string): Promise<readonly string[]> {
    const names = await this.unlessUnreadable(
      directory,
      async () => {
        const kind = await this.files.kindOf(directory)
        if (kind === 'directory') return this.files.list(directory)
        if (kind !== undefined) this.report('foreign-file', directory, 'expected a directory; it has been left alone')
        return []
      },
      directory,
    )
    return names ?? []
  }

  /** What is damaged or cannot be read is named, and what is in `directory` not to be relied on; everything else is read. */
  private async unlessUnreadable<T>(file: string, read: () => Promise<T>, directory?: string): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      const isLocal = error instanceof FileStoreError && error.code !== 'newer-version'
      if (!isLocal && !(error instanceof DamageError)) throw error
      const message = `it cannot be read (${error.message}): restore it from a backup, or move it and its namesakes away`
      const problem = this.report('damaged', file, message)
      this.unreadable.add(file)
      if (directory !== undefined) this.damaged.add(directory, problem)
      return undefined
    }
  }

  private async readScopes(directory: string, names: ReadonlySet<string>): Promise<void> {
    await forEach(names, async (name) => {
      const file = `${directory}/${name}`
      if (!RECORD_FILE.test(name)) {
        this.report('foreign-file', file, 'no file store writes such a file; it has been left alone')
        return
      }
      if (!this.effects.has(file)) await this.unlessUnreadable(file, () => this.readFile(file, names), directory)
    })
  }

  /** Records of a scope whose revision is in no file: whether it has moved on nobody can tell. */
  private checkRevisions(): void {
    const scopeFiles = this.scopes.map(({ scope }) => scopeFile(scope))
    const known = new Set([...this.unreadable, ...scopeFiles, ...this.effects.keys()])
    for (const [stem, { record }] of this.records) {
      const file = scopeFile(record)
      if (known.has(file)) continue
      known.add(file)
      const problem = this.report('damaged', file, 'the file with the revision of the records is missing')
      this.damaged.add(parentOf(stem), problem)
    }
  }

  private async readFile(file: string, names: ReadonlySet<string>): Promise<void> {
    const stem = file.slice(0, file.lastIndexOf('.'))
    const beside = stem.slice(stem.lastIndexOf('/') + 1)
    if (file.endsWith('.pem')) {
      // Read with its record; without one it is what is left of it.
      if (!names.has(`${beside}.json`)) throw new DamageError('the record it belongs to is missing')
      return
    }
    const stored = await readStored(this.files, file, names.has(`${beside}.pem`))
    // Gone since it was listed: the load is done again.
    if (stored === undefined) return
    if ('record' in stored) this.records.set(stem, stored)
    else this.scopes.push(stored.revision)
  }

  private async readAudits(file: string): Promise<void> {
    const text = (await this.files.read(file)) ?? ''
    for (const [at, line] of text.split('\n').entries()) {
      if (line === '') continue
      try {
        this.audits.push(readAudit(readChecked(line)))
      } catch (error) {
        if (!(error instanceof DamageError)) throw error
        this.report('damaged', file, `line ${at + 1} cannot be read: ${error.message}`)
      }
    }
  }

  private report(code: 'damaged' | 'foreign-file', relative: string, message: string): FileStoreError {
    const problem = new FileStoreError(code, this.files.path(relative), message)
    this.problems.push(problem)
    return problem
  }
}

const AUDIT = 'audit'

/** The file of audit records, one a line, of commits from a number on. */
export const auditFile = (first: number): string => `${AUDIT}/${String(first).padStart(12, '0')}.jsonl`

export const auditLines = (entries: readonly JournalEntry[]): string =>
  entries.flatMap(({ audits }) => audits.map((audit) => writeChecked(encodeRecord(audit)))).join('')
