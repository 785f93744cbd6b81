// The storage in PostgreSQL: loading, pages, commits and claims, as the inventory grows to a million certificates. Starts a
// server of its own, with fsync. CERTWARD_SQL_SIZES sets the sizes.

import { totalmem } from 'node:os'
import { Pool } from 'pg'
import { openSqlStore, postgresDialect } from '../src/adapters/sql-storage/index.js'
import { type AuditRecord, type Query, recordKey, type SortField, type Storage } from '../src/inventory/index.js'
import { fieldValue } from '../src/inventory/query.js'
import { hasPostgres, PostgresServer } from '../test/support/postgres.js'
import { atMost, type Column, type Goal, type Line, milliseconds, type Result, short, times } from './report.js'
import { certificateAt, EPOCH, inventoryFrom, mixed } from './sql-inventory.js'

const sizes = (process.env['CERTWARD_SQL_SIZES'] ?? '10000,100000,1000000').split(',').map(Number)
const BATCH = 1_000
const PAGE = 50
const DAY = 86_400_000
const WORKERS = 4
const DRAINED = 20_000

const gigabytes = (share: number): string => `${Math.max(1, Math.floor((totalmem() * share) / 2 ** 30))}GB`

/** A quarter of the memory for the server's cache is what its documentation begins with; docs/scale.md names the rest. */
const settings = [
  `shared_buffers = ${gigabytes(1 / 4)}`,
  `effective_cache_size = ${gigabytes(1 / 2)}`,
  ...['maintenance_work_mem = 512MB', 'random_page_cost = 1.1', 'wal_compression = lz4'],
  ...['max_wal_size = 8GB', 'checkpoint_timeout = 30min', 'jit = off'],
]

interface Subject {
  readonly storage: Storage
  readonly pool: Pool
  readonly size: number
}

export async function sql(): Promise<Result> {
  if (!hasPostgres('the benchmark of PostgreSQL')) return { tables: [], goals: [] }
  const server = await PostgresServer.start({ fsync: 'on', settings })
  const pool = new Pool(server.config({ max: WORKERS }))
  try {
    const { storage } = await openSqlStore({ dialect: postgresDialect(pool), pool })
    await pool.query('create table bare (id int primary key, value int not null)')
    await pool.query('insert into bare select at, 0 from generate_series(1, 1000) as at')
    const measured: Measured[] = []
    let loaded = 0
    for (const size of sizes) {
      const rate = await load(storage, loaded, size)
      loaded = size
      await pool.query('vacuum analyze')
      measured.push({ size, rate, ...(await measure({ storage, pool, size })) })
    }
    return report(measured, await drain({ storage, pool, size: loaded }))
  } finally {
    await pool.end()
    await server.remove()
  }
}

/** Milliseconds, but for the rate, which is certificates a second, each with what is due for it. */
interface Measured extends Pages {
  readonly size: number
  readonly rate: number
  readonly commit: number
  readonly slowCommit: number
  readonly small: number
  readonly bare: number
  readonly claim: number
}

async function load(storage: Storage, from: number, to: number): Promise<number> {
  const start = performance.now()
  let next = from
  const lane = async (): Promise<void> => {
    while (next < to) {
      const first = next
      next += BATCH
      const puts = inventoryFrom(first, Math.min(BATCH, to - first))
      const { revisions } = await storage.read(puts)
      const { ok } = await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })
      if (!ok) next = first
    }
  }
  await Promise.all([lane(), lane()])
  return ((to - from) / (performance.now() - start)) * 1000
}

async function measure(subject: Subject): Promise<Omit<Measured, 'size' | 'rate'>> {
  return { ...(await measurePages(subject)), ...(await measureCommits(subject)), ...(await measureClaims(subject)) }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The least that `share` of the times are no longer than. */
function percentile(measured: readonly number[], share: number): number {
  const sorted = [...measured].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
}

const COMMITS = 400

/**
 * Replaces certificates anywhere, each with an audit record; and puts one record, which with its scope is two rows; in turn
 * with bare transactions of two rows over the same pool.
 */
async function measureCommits({
  storage,
  pool,
  size,
}: Subject): Promise<Pick<Measured, 'commit' | 'slowCommit' | 'small' | 'bare'>> {
  const bare = async (index: number): Promise<void> => {
    const client = await pool.connect()
    await client.query('begin')
    for (const salt of [1, 2]) {
      await client.query('update bare set value = value + 1 where id = $1', [1 + (mixed(index, salt) % 1000)])
    }
    await client.query('commit')
    client.release()
  }
  const [commits, smalls, bares]: [number[], number[], number[]] = [[], [], []]
  for (let index = 1; index <= COMMITS; index++) {
    const record = certificateAt(mixed(index, 40) % size, index)
    const { node, purpose } = record
    const audit: AuditRecord = {
      ...({ kind: 'audit', id: `${size} ${index}`, node, purpose, at: index, actor: 'bench' } as const),
      ...({ action: 'upload', outcome: 'done', before: [], after: [record.sha256], findings: [] } as const),
    }
    const { revisions } = await storage.read([{ node, purpose }])
    const change = { relies: revisions, puts: [record], deletes: [], appends: [audit] }
    bares.push(await time(() => bare(index)))
    commits.push(await time(() => storage.commit(change)))
    const setting = { kind: 'setting', id: 'bench', node, purpose, value: index } as const
    const next = (await storage.read([{ node, purpose }])).revisions
    smalls.push(await time(() => storage.commit({ relies: next, puts: [setting], deletes: [], appends: [] })))
  }
  return {
    ...{ commit: percentile(commits, 0.5), slowCommit: percentile(commits, 0.99) },
    ...{ small: percentile(smalls, 0.5), bare: percentile(bares, 0.5) },
  }
}

const sorts: readonly SortField[] = [
  ...(['commonName', 'subject', 'issuer', 'serialNumber', 'keyType', 'usage', 'purpose', 'node', 'type'] as const),
  ...(['description', 'notBefore', 'notAfter', 'installedAt'] as const),
]

/** Conditions people put to a list, by what they cost a database: each with a certificate it is true of. */
const filters: readonly (readonly [name: string, where: (index: number) => NonNullable<Query['where']>])[] = [
  ['begins with', (index) => [{ field: 'commonName', operator: 'begins-with', value: `HOST${index}` }]],
  [
    'ends with',
    (index) => [{ field: 'serialNumber', operator: 'ends-with', value: certificateAt(index).serialNumber.slice(-5) }],
  ],
  ['contains, in few', (index) => [{ field: 'subject', operator: 'contains', value: `ost${index}.dept` }]],
  [
    'contains, in some',
    (index) => [{ field: 'subject', operator: 'contains', value: `department ${mixed(index, 2) % 500},` }],
  ],
  ['contains, in many', () => [{ field: 'issuer', operator: 'contains', value: 'issuing' }]],
  ['contains, in none', (index) => [{ field: 'commonName', operator: 'contains', value: `nobody${index}` }]],
  [
    'is exactly, one',
    (index) => [{ field: 'serialNumber', operator: 'is-exactly', value: certificateAt(index).serialNumber }],
  ],
  ['is exactly, one in twenty', () => [{ field: 'type', operator: 'is-exactly', value: 'self-signed' }]],
  ['is empty', () => [{ field: 'description', operator: 'is-empty' }]],
  ['is not empty', () => [{ field: 'description', operator: 'is-not-empty' }]],
  ['of a node', (index) => [{ field: 'node', operator: 'is-exactly', value: certificateAt(index).node }]],
  [
    'expires in a month',
    (index) => {
      const start = EPOCH + (index % 300) * DAY
      return [
        { field: 'notAfter', operator: 'after', value: new Date(start) },
        { field: 'notAfter', operator: 'before', value: new Date(start + 30 * DAY) },
      ]
    },
  ],
  [
    'of an issuer, expired',
    () => [
      { field: 'issuer', operator: 'begins-with', value: 'CN=Partner' },
      { field: 'notAfter', operator: 'before', value: new Date(EPOCH) },
    ],
  ],
]

/** The slowest of a hundred pages, all sorts or filters together: none is so rare among them that it would not show. */
interface Pages {
  readonly sorted: number
  readonly deep: number
  readonly filtered: number
  readonly slowestFilter: string
}

async function measurePages({ storage, size }: Subject): Promise<Pages> {
  const [first, deep]: [number[], number[]] = [[], []]
  for (const by of sorts) {
    for (const direction of ['ascending', 'descending'] as const) {
      const { sorted, cursors } = await walk(storage, { sort: { by, direction }, limit: PAGE }, size)
      first.push(...sorted)
      deep.push(...cursors)
    }
  }
  const all: number[] = []
  const filtered: { readonly name: string; readonly slow: number }[] = []
  for (const [name, where] of filters) {
    for (const by of ['commonName', 'notAfter'] as const) {
      const measured: number[] = []
      for (let at = 0; at < 50; at++) {
        const query: Query = { where: where(mixed(at, 50) % size), sort: { by }, limit: PAGE }
        measured.push(await time(() => storage.query(query)))
      }
      all.push(...measured.slice(1))
      filtered.push({ name: `${name}, by ${by}`, slow: percentile(measured.slice(1), 0.5) })
    }
  }
  const slowest = filtered.sort((a, b) => b.slow - a.slow)[0]
  return {
    sorted: percentile(first, 0.99),
    deep: percentile(deep, 0.99),
    filtered: percentile(all, 0.99),
    slowestFilter: slowest === undefined ? '' : `${slowest.name}, p50 ${asMilliseconds(slowest.slow)}`,
  }
}

/** First pages, and pages that begin anywhere. */
async function walk(
  storage: Storage,
  query: Query,
  size: number,
): Promise<{ readonly sorted: readonly number[]; readonly cursors: readonly number[] }> {
  const [sorted, cursors]: [number[], number[]] = [[], []]
  const { by = 'commonName', direction = 'ascending' } = query.sort ?? {}
  for (let at = 0; at < 40; at++) {
    sorted.push(await time(() => storage.query(query)))
    const record = certificateAt(mixed(at, 60) % size)
    const cursor = JSON.stringify([by, direction, fieldValue(record, by), recordKey(record)])
    cursors.push(await time(() => storage.query({ ...query, cursor })))
  }
  // The first of each has a plan and pages to find that the others have found.
  return { sorted: sorted.slice(1), cursors: cursors.slice(1) }
}

const CLAIMS = 100

async function measureClaims({ storage, pool }: Subject): Promise<Pick<Measured, 'claim'>> {
  const now = EPOCH + 180 * DAY
  const measured: number[] = []
  for (let at = 0; at < CLAIMS; at++) {
    const lease = { owner: 'bench', until: now + DAY }
    measured.push(await time(() => storage.claimDue('expiry', now, 100, lease)))
  }
  await pool.query('update certward.due set held_until = null, lease_owner = null where held_until is not null')
  return { claim: percentile(measured, 0.99) }
}

interface Drained {
  readonly seconds: number
  readonly claimed: number
  readonly doubled: number
  readonly missed: number
}

/** Workers claim what is due, and commit when it is due next, until nothing is. */
async function drain({ storage, pool }: Subject): Promise<Drained> {
  const due = await pool.query<{ due_at: number }>(
    'select due_at from certward.due order by due_at offset $1 limit 1',
    [DRAINED - 1],
  )
  const now = due.rows[0]?.due_at ?? 0
  const claims = new Map<string, number>()
  const work = async (owner: string): Promise<void> => {
    for (;;) {
      const claimed = await storage.claimDue('expiry', now, 100, { owner, until: now + DAY })
      if (claimed.length === 0) return
      for (const { id } of claimed) claims.set(id, (claims.get(id) ?? 0) + 1)
      const puts = claimed.map((record) => ({ ...record, dueAt: record.dueAt + 365 * DAY }))
      for (;;) {
        const { revisions } = await storage.read(puts)
        if ((await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })).ok) break
      }
    }
  }
  const took = await time(() => Promise.all(Array.from({ length: WORKERS }, (_, at) => work(`worker ${at}`))))
  const left = await pool.query<{ count: number }>('select count(*)::int from certward.due where due_at <= $1', [now])
  return {
    seconds: took / 1000,
    claimed: claims.size,
    doubled: [...claims.values()].filter((count) => count > 1).length,
    missed: left.rows[0]?.count ?? NaN,
  }
}

const asMilliseconds = (value: number): string => milliseconds(value * 1000)

function report(measured: readonly Measured[], drained: Drained): Result {
  const column = (key: string, heading: string, show: (value: number) => string): Column => ({ key, heading, show })
  const columns = [
    column('rate', 'loaded a second', short),
    column('sorted_p99_ms', 'first page', asMilliseconds),
    column('deep_p99_ms', 'page anywhere', asMilliseconds),
    column('filtered_p99_ms', 'filtered page', asMilliseconds),
    column('commit_p50_ms', 'certificate replaced', asMilliseconds),
    column('commit_p99_ms', 'p99', asMilliseconds),
    column('small_p50_ms', 'commit of a record', asMilliseconds),
    column('bare_p50_ms', 'two bare rows', asMilliseconds),
    column('claim_p99_ms', 'claim of 100', asMilliseconds),
  ]
  const lines = measured.map((one): Line => ({
    name: one.size.toLocaleString('en'),
    values: {
      ...{ rate: one.rate, sorted_p99_ms: one.sorted, deep_p99_ms: one.deep, filtered_p99_ms: one.filtered },
      ...{
        commit_p50_ms: one.commit,
        commit_p99_ms: one.slowCommit,
        small_p50_ms: one.small,
        bare_p50_ms: one.bare,
        claim_p99_ms: one.claim,
      },
    },
    note: `dearest filter: ${one.slowestFilter}`,
  }))
  const last = measured.at(-1)
  if (last === undefined) return { tables: [], goals: [] }
  const of = `of ${last.size.toLocaleString('en')}`
  const none = (name: string, found: number): Goal => ({ name, goal: '0', measured: short(found), met: found === 0 })
  return {
    tables: [
      {
        key: 'sql/growth',
        title: 'PostgreSQL, by the number of certificates; pages of 50, p99',
        columns,
        lines,
      },
    ],
    goals: [
      atMost(`a page of ${PAGE} ${of}, by any sort`, 20, Math.max(last.sorted, last.deep), asMilliseconds),
      atMost(`a page of ${PAGE} ${of}, by any filter`, 20, last.filtered, asMilliseconds),
      atMost(`a commit of a record and its scope ${of}, by two bare rows`, 2, last.small / last.bare, times),
      atMost(`claimDue of 100 ${of}`, 10, last.claim, asMilliseconds),
      none(
        `missed of ${DRAINED.toLocaleString('en')} drained by ${WORKERS} workers in ${short(drained.seconds)} s`,
        drained.missed,
      ),
      none('doubled', drained.doubled),
    ],
  }
}
