// The journal: one numbered file for each commit. A commit is on the medium as `000000000007.pending` before it gets the name
// `000000000007.json`, by which everybody sees it: what is seen has been written, and what failed was never seen.

import { membersOf } from '../../base/json.js'
import type {
  AuditRecord,
  InventoryRecord,
  Lease,
  RecordKey,
  RecordKind,
  ScopeRevision,
} from '../../inventory/index.js'
import { readChecked, writeChecked } from './checked-json.js'
import { asFileStoreError, FileStoreError, systemCode } from './errors.js'
import type { NewFile } from './file-system.js'
import { type Files, forEach } from './files.js'
import { isStem } from './names.js'
import { DamageError, decodeRecord, encodeRecord } from '../record-codec.js'

/** Version of everything in the store's directory. Entries carry it, so that a process of an older version notices. */
export const FORMAT_VERSION = 1

/** What one commit does. Applied in this order, and again and again with the same result. */
export interface JournalEntry {
  /** Its number, one more than that of the commit before. */
  readonly commit: number
  /** Records no longer there. */
  readonly deletes: readonly RecordKey[]
  /** Files no longer there, without extension: those of the deleted, and of the replaced that had other names. */
  readonly removes: readonly string[]
  readonly puts: readonly { readonly record: InventoryRecord; readonly lease?: Lease }[]
  /** Every scope with a file written, with its revision afterwards. */
  readonly scopes: readonly ScopeRevision[]
  readonly audits: readonly AuditRecord[]
}

const DIRECTORY = 'journal'
/** Where entries that cannot be read are kept once the journal has gone on. */
export const KEPT = 'damaged'
const NAME = /^(\d{12})\.(json|pending)$/

type Extension = 'json' | 'pending'
const fileOf = (commit: number, extension: Extension = 'json'): string =>
  `${DIRECTORY}/${String(commit).padStart(12, '0')}.${extension}`

/** Numbers of the commits in the journal, without gaps. */
export interface JournalRange {
  readonly first: number
  readonly last: number
}

/** Range and entries; those that are damaged by themselves. */
export interface JournalContent extends JournalRange {
  readonly entries: readonly JournalEntry[]
  readonly damaged: readonly FileStoreError[]
}

export class Journal {
  constructor(private readonly files: Files) {}

  /** Makes the first entry, which does nothing: the journal is never empty, so that its highest number is always known. */
  async create(): Promise<void> {
    if ((await this.range()) !== undefined) return
    const nothing = { deletes: [], removes: [], puts: [], scopes: [], audits: [] }
    await this.files.createOnce(fileOf(0), encodeEntry({ ...nothing, commit: 0 }))
  }

  /** The commits that stand; undefined where the journal is empty, which it is in no store that is whole. */
  async range(): Promise<JournalRange | undefined> {
    return rangeOf(await this.numbers('json'))
  }

  /** Entries from one number to another. Undefined where one is no longer there, having been settled meanwhile. */
  async read(first: number, last: number): Promise<JournalContent | undefined> {
    const entries: JournalEntry[] = []
    const damaged: FileStoreError[] = []
    for (let commit = first; commit <= last; commit++) {
      const file = fileOf(commit)
      const text = await this.files.read(file)
      if (text === undefined) return undefined
      try {
        entries.push(decodeEntry(text, commit, this.files.path(file)))
      } catch (error) {
        if (!(error instanceof DamageError)) throw error
        const message = `the commit cannot be read (${error.message}); what it wrote may be in the records already`
        damaged.push(new FileStoreError('damaged', this.files.path(file), message, { cause: error }))
      }
    }
    return { first, last, entries, damaged }
  }

  /**
   * Adds an entry. Once it resolves with true the commit stands, whatever happens. False where the number is taken.
   * @throws FileStoreError where it failed: then it does not stand, unless the code is `unconfirmed`
   */
  async append(entry: JournalEntry): Promise<boolean> {
    const { files } = this
    const [pending, file] = [fileOf(entry.commit, 'pending'), fileOf(entry.commit)]
    const text = encodeEntry(entry)
    let created: NewFile
    try {
      created = await files.system.create(files.path(pending))
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      throw asFileStoreError(error, files.path(pending), 'writing a commit')
    }
    try {
      await files.fill(created, text, 'synced')
      await files.sync(DIRECTORY)
      if (!(await this.publish(pending, file, text))) {
        await this.takeBack(pending)
        return false
      }
    } catch (error) {
      await this.takeBack(pending, error)
      throw asFileStoreError(error, files.path(file), 'writing a commit')
    }
    return true
  }

  /** Gives an entry the name everybody sees it by. False where another has it. */
  private async publish(pending: string, file: string, text: string): Promise<boolean> {
    const { files } = this
    try {
      return await files.linkOnce(files.path(pending), files.path(file))
    } catch (error) {
      // Over a network the answer can fail to come back where the call did not.
      if ((await files.read(file).catch(() => undefined)) === text) return true
      throw error
    }
  }

  /** A name that was on its way to the medium, and must not come back after a power failure. */
  private async takeBack(pending: string, because?: unknown): Promise<void> {
    try {
      await this.files.remove(pending)
      await this.files.sync(DIRECTORY)
    } catch (error) {
      const message =
        'the medium failed twice, so that the change may stand or not: read the store again before going on, and check the disk'
      throw new FileStoreError('unconfirmed', this.files.path(pending), message, { cause: because ?? error })
    }
  }

  /**
   * Ends what a crash has interrupted: a commit on the medium that had not got its name gets it, one not written in full
   * goes. To be called by the holder of the lock. Returns the number of a commit brought to its end.
   */
  async recover(): Promise<number | undefined> {
    const last = (await this.range())?.last
    let finished: number | undefined
    for (const commit of await this.numbers('pending')) {
      const pending = fileOf(commit, 'pending')
      if (last !== undefined && commit === last + 1 && (await this.isWhole(pending, commit))) {
        await this.files.sync(pending)
        await this.files.sync(DIRECTORY)
        if (await this.files.linkOnce(this.files.path(pending), this.files.path(fileOf(commit)))) finished = commit
      } else if (commit !== last) {
        await this.files.remove(pending)
      }
    }
    // From here on the names of all that stands are on the medium, and their first names may go.
    await this.files.sync(DIRECTORY)
    for (const commit of await this.numbers('pending')) await this.files.remove(fileOf(commit, 'pending'))
    return finished
  }

  private async isWhole(file: string, commit: number): Promise<boolean> {
    try {
      decodeEntry((await this.files.read(file)) ?? '', commit, this.files.path(file))
      return true
    } catch (error) {
      if (error instanceof DamageError) return false
      throw error
    }
  }

  /**
   * Removes all entries but the last, whose effects are on the medium. Where that is cut short those left below a gap are no
   * longer counted, and go with the next. The last stays: its name must be on the medium before the others' go.
   */
  async trim(last: number, damaged: readonly FileStoreError[]): Promise<void> {
    for (const { path } of damaged) await this.keepAside(path)
    await this.files.sync(DIRECTORY)
    await forEach(await this.files.list(DIRECTORY), async (name) => {
      const [, digits, extension] = NAME.exec(name) ?? []
      const number = Number(digits)
      if (number < last || (number === last && extension === 'pending')) await this.files.remove(`${DIRECTORY}/${name}`)
    })
  }

  /** A damaged entry is no longer in the way, and still there for whoever wants to look. */
  private async keepAside(path: string): Promise<void> {
    await this.files.requireDirectory(KEPT)
    const name = path.slice(path.lastIndexOf('/') + 1)
    await this.files.linkOnce(path, this.files.path(`${KEPT}/${name}`))
  }

  /** In ascending order. */
  private async numbers(extension: Extension): Promise<readonly number[]> {
    const numbers: number[] = []
    for (const name of await this.files.list(DIRECTORY)) {
      const [, digits, found] = NAME.exec(name) ?? []
      if (found === extension) numbers.push(Number(digits))
    }
    return numbers.sort((a, b) => a - b)
  }
}

/** The numbers without a gap up to the highest: those before a gap are left of a trim a power failure has cut short. */
function rangeOf(numbers: readonly number[]): JournalRange | undefined {
  const last = numbers.at(-1)
  if (last === undefined) return undefined
  let first = last
  for (let at = numbers.length - 2; numbers[at] === first - 1; at--) first--
  return { first, last }
}

function encodeEntry({ commit, deletes, removes, puts, scopes, audits }: JournalEntry): string {
  return writeChecked({
    version: FORMAT_VERSION,
    commit,
    deletes: deletes.map(({ node, purpose, kind, id }) => ({ node, purpose, kind, id })),
    removes,
    puts: puts.map(({ record, lease }) => ({ record: encodeRecord(record), lease })),
    scopes: scopes.map(({ scope: { node, purpose }, revision }) => ({ node, purpose, revision })),
    audits: audits.map(encodeRecord),
  })
}

/** @throws DamageError, or FileStoreError `newer-version` */
function decodeEntry(text: string, number: number, path: string): JournalEntry {
  const body = readChecked(text)
  const { version, commit } = body
  checkVersion(version, path)
  if (commit !== number) throw new DamageError(`expected commit ${number}, found ${String(commit)}`)
  return {
    commit: number,
    deletes: listOf(body['deletes'], readPlace),
    removes: listOf(body['removes'], (value) => {
      if (typeof value === 'string' && isStem(value)) return value
      throw new DamageError('removes: expected paths of records')
    }),
    puts: listOf(body['puts'], (value) => {
      const { record, lease } = membersOf(value)
      return { record: decodeRecord(record), ...(lease === undefined ? {} : { lease: readLease(lease) }) }
    }),
    scopes: listOf(body['scopes'], readScopeRevision),
    audits: listOf(body['audits'], readAudit),
  }
}

/** @throws FileStoreError `newer-version` */
export function checkVersion(version: unknown, path: string): void {
  if (version === FORMAT_VERSION) return
  if (typeof version !== 'number' || version < FORMAT_VERSION) throw new DamageError('expected a version')
  const message = `it is of format ${version}, and this version of certward knows formats up to ${FORMAT_VERSION}: update it`
  throw new FileStoreError('newer-version', path, message)
}

function listOf<T>(value: unknown, read: (item: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new DamageError('expected a list')
  return value.map(read)
}

function readPlace(value: unknown): RecordKey {
  const { node, purpose, kind, id } = membersOf(value)
  if ([node, purpose, kind, id].every((item) => typeof item === 'string')) {
    return { node, purpose, kind: kind as RecordKind, id } as RecordKey
  }
  throw new DamageError('deletes: expected places of records')
}

export function readScopeRevision(value: unknown): ScopeRevision {
  const { node, purpose, revision } = membersOf(value)
  if (typeof node === 'string' && typeof purpose === 'string' && typeof revision === 'number') {
    return { scope: { node, purpose }, revision }
  }
  throw new DamageError('expected a node, a purpose and a revision')
}

export function readLease(value: unknown): Lease {
  const { owner, until } = membersOf(value)
  if (typeof owner === 'string' && typeof until === 'number') return { owner, until }
  throw new DamageError('lease: expected an owner and a time')
}

export function readAudit(value: unknown): AuditRecord {
  const record = decodeRecord(value)
  if (record.kind === 'audit') return record
  throw new DamageError(`expected an audit record, found ${record.kind}`)
}
