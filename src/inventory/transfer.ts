// Moving an inventory from one storage to another, whatever they are: the way into a database, and the way back.

import { itemsOf } from '../base/json.js'
import { checkPageLimit } from './query.js'
import { commitOrFail } from './commit-again.js'
import { recordPages, records } from './pages.js'
import { type AuditRecord, type InventoryRecord, recordKey, type RecordKind } from './records.js'
import { recordDigest } from './record-digest.js'
import { scopesOf } from './scope-map.js'
import type { Storage } from './storage.js'

/** From where to where records are copied, how it goes on after an interruption, and who is told. */
export interface TransferOptions {
  readonly from: Storage
  readonly to: Storage
  /** Records of one commit, 1 to 1,000. Default 500. */
  readonly batch?: number
  /**
   * Where to go on: `checkpoint` of the progress that was told last. Default from the beginning, which is as right: what is
   * there already is not written again. What stands before it is only compared at the end.
   */
  readonly resume?: string
  /** Told after each commit, and never at the same time twice. What it throws ends the transfer. */
  readonly onProgress?: (progress: TransferProgress) => void | Promise<void>
}

/** How far a transfer has come. */
export interface TransferProgress {
  /** What is being moved: first the records of one kind, then of the next; and at the end the comparison. */
  readonly stage: RecordKind | 'verify'
  /** Records read in this run, and those of them that were missing or different, and written. */
  readonly read: number
  readonly written: number
  /** For `resume`. */
  readonly checkpoint: string
}

/** The records of a kind, as counted and hashed. */
export interface KindSummary {
  readonly count: number
  /** SHA-256 over the records in the order of their places, lower-case hex; empty where there is none. The same in any storage. */
  readonly fingerprint: string
  /** There where the storage has records of the kind that are damaged, and are not among these. */
  readonly isPartial?: true
}

/** The records of every kind, as counted and hashed: equal for equal content, in any storage. */
export type InventorySummary = Readonly<Record<RecordKind, KindSummary>>

/** What a transfer came to, as counted and hashed at its end. */
export interface TransferResult {
  /** Both hold the same records, all of them and no others, and none of them is damaged. */
  readonly isVerified: boolean
  readonly read: number
  readonly written: number
  readonly from: InventorySummary
  readonly to: InventorySummary
  /** Kinds in which they differ, as somebody has written to one of them or `to` was not empty; and those with damaged records. */
  readonly differences: readonly RecordKind[]
}

/** What others refer to comes first: a monitor drops what is due for a certificate that is not there. */
const kinds: readonly RecordKind[] = [
  ...(['setting', 'trust', 'identity', 'endpoint', 'request', 'due'] as const),
  ...(['backup-pending', 'outbox', 'history', 'audit'] as const),
]

const DEFAULT_BATCH = 500
const PAGE = 1_000

/**
 * Copies every record into another storage, and compares the two. Nothing is removed anywhere: records that only `to` has
 * stay, and show as a difference. Run it again after an interruption; it goes on. Let nobody write to `from` meanwhile: what
 * is written behind the reader's back is missed, and shows as a difference.
 *
 * Revisions and leases stay behind: those who hold a revision of `from` get a conflict at `to`, and read again. Private keys
 * are a key store's, which never gives one out.
 *
 * @throws TypeError for a batch or a checkpoint that makes no sense
 * @throws Error what a storage rejects with; what has been committed stays
 * @example
 * const { isVerified } = await transferInventory({ from: files.storage, to: database.storage })
 */
export async function transferInventory(options: TransferOptions): Promise<TransferResult> {
  const { from, to, batch = DEFAULT_BATCH, resume, onProgress } = options
  checkPageLimit(batch)
  const start = readCheckpoint(resume ?? writeCheckpoint('setting', undefined))
  const counts = { read: 0, written: 0 }
  const tell = async (stage: TransferProgress['stage'], checkpoint: string): Promise<void> =>
    onProgress?.({ stage, ...counts, checkpoint })
  for (const kind of kinds.slice(kinds.indexOf(start.kind))) {
    const after = kind === start.kind ? start.cursor : undefined
    for await (const { records, missing } of comparedPages(from, to, kind, batch, after)) {
      if (missing.length > 0) await write(to, missing)
      counts.read += records.length
      counts.written += missing.length
      const last = records.at(-1)
      if (last !== undefined) await tell(kind, writeCheckpoint(kind, recordKey(last)))
    }
  }
  await tell('verify', writeCheckpoint('audit', undefined))
  const [left, right] = [await summarizeInventory(from), await summarizeInventory(to)]
  const isSame = (a: KindSummary, b: KindSummary): boolean =>
    a.fingerprint === b.fingerprint && !a.isPartial && !b.isPartial
  const differences = kinds.filter((kind) => !isSame(left[kind], right[kind]))
  return { isVerified: differences.length === 0, ...counts, from: left, to: right, differences }
}

interface ComparedPage {
  readonly records: readonly InventoryRecord[]
  /** Those that `to` has not, or has otherwise. */
  readonly missing: readonly InventoryRecord[]
}

/** Walks both side by side, in the order of their places. */
async function* comparedPages(
  from: Storage,
  to: Storage,
  kind: RecordKind,
  limit: number,
  after: string | undefined,
): AsyncGenerator<ComparedPage> {
  const start = after !== undefined && { cursor: after }
  const present = records(to, kind, { limit: PAGE, ...start })
  let candidate = await present.next()
  for await (const page of recordPages(from, kind, { limit, ...start })) {
    const missing: InventoryRecord[] = []
    for (const record of page) {
      const key = recordKey(record)
      while (candidate.done !== true && recordKey(candidate.value) < key) candidate = await present.next()
      const isThere =
        candidate.done !== true &&
        recordKey(candidate.value) === key &&
        // An audit record is never changed: one that differs shows as a difference.
        (kind === 'audit' || (await isSameRecord(candidate.value, record)))
      if (!isThere) missing.push(record)
    }
    yield { records: page, missing }
  }
}

/** Counts and hashes everything a storage holds, but for revisions and leases. Reads all of it, a page at a time. */
export async function summarizeInventory(storage: Storage): Promise<InventorySummary> {
  const entries: [RecordKind, KindSummary][] = []
  for (const kind of kinds) entries.push([kind, await summarize(storage, kind)])
  return Object.fromEntries(entries) as Record<RecordKind, KindSummary>
}

async function summarize(storage: Storage, kind: RecordKind): Promise<KindSummary> {
  let count = 0
  let fingerprint = ''
  for await (const record of records(storage, kind, { limit: PAGE })) {
    fingerprint = await recordDigest(record, fingerprint)
    count++
  }
  const { isPartial } = await storage.list(kind, { limit: 1 })
  return { count, fingerprint, ...(isPartial && { isPartial }) }
}

const isSameRecord = async (a: InventoryRecord, b: InventoryRecord): Promise<boolean> =>
  (await recordDigest(a)) === (await recordDigest(b))

async function write(to: Storage, missing: readonly InventoryRecord[]): Promise<void> {
  const appends = missing.filter((record): record is AuditRecord => record.kind === 'audit')
  const puts = missing.filter(({ kind }) => kind !== 'audit')
  await commitOrFail('the storage that is being filled', to, scopesOf(puts), () => ({ puts, appends }))
}

const writeCheckpoint = (kind: RecordKind, cursor: string | undefined): string => JSON.stringify([kind, cursor ?? null])

function readCheckpoint(checkpoint: string): { readonly kind: RecordKind; readonly cursor: string | undefined } {
  const [found, cursor] = itemsOf(checkpoint)
  const kind = kinds.find((one) => one === found)
  if (kind !== undefined && (cursor === null || typeof cursor === 'string'))
    return { kind, cursor: cursor ?? undefined }
  throw new TypeError('resume: expected a checkpoint a transfer has told')
}
