// The store's directory as one thing: who may write when, what the journal has, what has to be mended. One object in one
// process; others, here and elsewhere, work on the same directory.

import type { RecordKind, Scope } from '../../inventory/index.js'
import { DamagedDirectories } from './damaged-directories.js'
import { effectsOf, putInPlace, repair, stage, syncAll, unstage } from './effects.js'
import { FileStoreError } from './errors.js'
import type { Files } from './files.js'
import { Journal, type JournalContent, type JournalEntry } from './journal.js'
import { applyEntry, auditFile, auditLines, load } from './load.js'
import { checkFormat, createLayout } from './layout.js'
import type { DirectoryLock } from './lock.js'
import { recordStem } from './names.js'
import { StoredTable } from './stored-table.js'

/** Entries the journal grows to before they are settled: what a load reads twice, and what a commit in so many waits for. */
const JOURNAL_ENTRIES = 64

/** Failures after which a store can still be read. */
const UNWRITABLE: readonly string[] = ['no-space', 'read-only', 'permission-denied']

export class StoreDirectory {
  /**
   * What the store holds, as of the last entry known. Current within {@link reading} and {@link writing}; another object after
   * an {@link append} that came too late.
   */
  table = new StoredTable()
  /** What has been mended, in words. */
  readonly repairs: string[] = []
  /** What is damaged or foreign, and why nothing can be written. */
  problems: readonly FileStoreError[] = []
  /** The journal as last seen. */
  private known: JournalContent = { first: 0, last: -1, entries: [], damaged: [] }
  /** Whether all that the known entries say of files is known to have been done. */
  private isInPlace = false
  private damaged = new DamagedDirectories()
  private isAuditDamaged = false
  private hasLostCommits = false
  private readonly journal: Journal
  private needsRecovery = true
  private isClosed = false
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    readonly files: Files,
    private readonly lock: DirectoryLock,
    private readonly journalEntries = JOURNAL_ENTRIES,
  ) {
    this.journal = new Journal(files)
  }

  /** Makes the store where there is none, mends what a crash has left, reads it. */
  async open(): Promise<void> {
    await this.enqueue(async () => {
      const isStore = await checkFormat(this.files)
      try {
        if (!isStore) await this.files.requireDirectory('lock')
        await this.locked(async () => Promise.resolve())
      } catch (error) {
        if (!isStore || !(error instanceof FileStoreError) || !UNWRITABLE.includes(error.code)) throw error
        await this.load()
        this.problems = [...this.problems, error]
      }
    })
  }

  /** Runs `work` on the newest state. */
  reading<T>(work: (table: StoredTable) => T): Promise<T> {
    return this.enqueue(async () => {
      await this.catchUp()
      return work(this.table)
    })
  }

  /** Runs `work` while nobody else writes, once {@link table} has the newest state. */
  writing<T>(work: () => Promise<T>): Promise<T> {
    return this.enqueue(() =>
      this.locked(async () => {
        await this.catchUp()
        return work()
      }),
    )
  }

  /** @throws FileStoreError `damaged` where a decision on the scope would rest on less than was written */
  checkScopes(scopes: readonly Scope[]): void {
    for (const scope of scopes) {
      const problem = this.damaged.of(scope)
      if (problem !== undefined) throw problem
    }
  }

  /** Whether records that are not in the table may be on the medium, damaged. */
  isPartial(kind: RecordKind): boolean {
    if (this.hasLostCommits) return true
    return kind === 'audit' ? this.isAuditDamaged : !this.damaged.isEmpty
  }

  /** Adds an entry, and does what it says. Within {@link writing} only. False where somebody else was faster. */
  async append(change: Omit<JournalEntry, 'commit' | 'removes'>): Promise<boolean> {
    const entry: JournalEntry = { ...change, commit: this.known.last + 1, removes: this.removesOf(change) }
    // Written while the commit is on its way to the medium.
    const staging = stage(this.files, effectsOf([entry]))
    let stands = false
    try {
      stands = await this.journal.append(entry)
    } finally {
      if (!stands) await unstage(this.files, await staging)
    }
    if (!stands) {
      // Where the lock has been broken, or a commit before was interrupted.
      await this.recover()
      return false
    }
    this.apply([entry])
    // The commit stands. What fails from here on is made up for by whoever settles the entry.
    try {
      await putInPlace(this.files, await staging)
      if (this.known.last - this.known.first >= this.journalEntries) await this.settle()
    } catch {
      this.needsRecovery = true
    }
    return true
  }

  /** Settles the journal, and lets nothing be done any more. */
  async close(): Promise<void> {
    if (this.isClosed) return
    try {
      await this.writing(() => this.settle())
    } catch (error) {
      // Whoever opens the store next does it.
      if (!(error instanceof FileStoreError)) throw error
    } finally {
      this.isClosed = true
    }
  }

  private removesOf({ deletes, puts }: Pick<JournalEntry, 'deletes' | 'puts'>): readonly string[] {
    const written = new Set(puts.map(({ record }) => recordStem(record)))
    const stems = [...deletes, ...puts.map(({ record }) => record)]
      .map((place) => this.table.get(place))
      .filter((record) => record !== undefined)
      .map(recordStem)
    return [...new Set(stems)].filter((stem) => !written.has(stem))
  }

  /** One after the other: the table is read and written across waits. */
  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      if (this.isClosed) throw new FileStoreError('closed', this.files.root, 'the store has been closed: open it again')
      return work()
    }
    const result = this.queue.then(run, run)
    this.queue = result.catch(() => undefined)
    return result
  }

  private async locked<T>(work: () => Promise<T>): Promise<T> {
    const abandonedBy = await this.lock.acquire()
    if (abandonedBy !== undefined) {
      this.needsRecovery = true
      this.repairs.push(`the lock left behind by ${abandonedBy} was taken over`)
    }
    try {
      if (this.needsRecovery) await this.recover()
      return await work()
    } finally {
      await this.giveBack()
    }
  }

  /** Where it fails again and again the lock stays this process's, to be given back after its next use or with its end. */
  private async giveBack(): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await this.lock.release()
        return
      } catch {
        // Tried again, for what it is worth.
      }
    }
  }

  /** Ends what was interrupted. With the lock held. */
  private async recover(): Promise<void> {
    if (await this.files.closeToOthers()) this.repairs.push('the directory was open to others: its mode is 0700 now')
    await createLayout(this.files)
    await this.files.removeTemporaries()
    await this.lock.tidy()
    const finished = await this.journal.recover()
    if (finished !== undefined)
      this.repairs.push(`commit ${finished}, interrupted on the medium, was brought to its end`)
    const { effects } = await this.load()
    const mended = await repair(this.files, effects)
    this.isInPlace = true
    if (mended > 0) this.repairs.push(`${mended} files of interrupted commits were put into place`)
    this.needsRecovery = false
  }

  private async load(): Promise<Awaited<ReturnType<typeof load>>> {
    const loaded = await load(this.files, this.journal)
    this.table = loaded.table
    this.problems = loaded.problems
    this.damaged = loaded.damaged
    this.isAuditDamaged = loaded.isAuditDamaged
    this.hasLostCommits = loaded.hasLostCommits
    this.known = loaded.journal
    this.isInPlace = false
    return loaded
  }

  /** Brings the table to the newest commit, whoever made it. */
  private async catchUp(): Promise<void> {
    const range = await this.journal.range()
    const { last } = this.known
    if (range === undefined || range.first > last + 1 || range.last < last) {
      await this.load()
      return
    }
    if (range.last > last) {
      const content = await this.journal.read(last + 1, range.last)
      if (content?.damaged.length !== 0) {
        await this.load()
        return
      }
      this.apply(content.entries)
      this.isInPlace = false
    }
    this.forget(range.first)
  }

  private apply(entries: readonly JournalEntry[]): void {
    for (const entry of entries) applyEntry(this.table, entry)
    const { first, last, entries: before, damaged } = this.known
    this.known = { first, last: entries.at(-1)?.commit ?? last, entries: [...before, ...entries], damaged }
  }

  /** Entries before a number, which are no longer in the journal. Whoever settled them has moved the damaged out of the way. */
  private forget(first: number): void {
    if (first <= this.known.first) return
    const entries = this.known.entries.filter(({ commit }) => commit >= first)
    this.known = { ...this.known, first, entries, damaged: [] }
  }

  /** Gets what the journal says to the medium, and the journal's entries out of the way but for the last. */
  private async settle(): Promise<void> {
    const { first, last, entries, damaged } = this.known
    if (first === last) return
    const effects = new Map(effectsOf(entries))
    if (!this.isInPlace) await repair(this.files, effects)
    this.isInPlace = true
    const lines = auditLines(entries.filter(({ commit }) => commit < last))
    if (lines !== '') {
      // A load reads it whatever the journal has, so that it has to be whole before it has its name.
      await this.files.replace(auditFile(first), lines, 'synced')
      effects.set(auditFile(first), lines)
    }
    await syncAll(this.files, effects)
    await this.journal.trim(last, damaged)
    this.forget(last)
  }
}
