// A commit: one statement, and so one transaction and one round trip, that locks the scopes it rests on, compares their
// revisions, and writes everything if they hold. Each has an id of its own in the commit log, so that what has become of it
// can be asked afterwards.

import { type RawBuilder, sql } from 'kysely'
import { type ChangeSet, type CommitResult, type Scope, scopeKey } from '../../inventory/index.js'
import { type OwnChange, ownChange } from './change.js'
import { changesChannel, changesPayload } from './changes.js'
import { byteaText } from './code-units.js'
import type { Database } from './database.js'
import { KEEP_PLAN } from './dialect.js'
import { asSqlStorageError, failure, isTaken, mayHaveCommitted, SqlStorageError } from './errors.js'
import { recordId, scopeId } from './names.js'
import { certificateRows, columns, dueRows, recordRow, type Row, rowsOf } from './rows.js'

const DOING = 'commit'

/** Commits after which old entries of the commit log are removed. */
const PRUNE_EVERY = 1_000

export class Committer {
  private sincePruned = 0

  /** @param isAnnounced whether other processes are told what has changed */
  constructor(
    private readonly database: Database,
    private readonly isAnnounced: boolean,
  ) {}

  async commit(change: ChangeSet): Promise<CommitResult> {
    const own = ownChange(change)
    const statement = this.statementOf(own)
    const result = await this.database.again(DOING, () => this.attempt(own, statement))
    this.database.counters[result.ok ? 'commits' : 'conflicts']++
    if (++this.sincePruned % PRUNE_EVERY === 1) await this.prune()
    return result
  }

  private async attempt(own: OwnChange, statement: (id: string) => RawBuilder<Answer>): Promise<CommitResult> {
    for (;;) {
      const id = crypto.randomUUID()
      let answer: Answer | undefined
      try {
        answer = await this.database.once(statement(id))
      } catch (error) {
        if (isTaken(error, 'record_pkey')) {
          // eslint-disable-next-line preserve-caught-error -- what a server says of a row may quote it
          throw new TypeError('commit: expected a new id for each record appended, found one that is taken')
        }
        if (!mayHaveCommitted(error)) throw asSqlStorageError(error, DOING)
        if (await this.stands(id)) return { ok: true }
        throw failure('unavailable', DOING)
      }
      const found = answer?.found ?? undefined
      if (found === undefined) return { ok: true }
      const conflict = await this.conflicts(own, found)
      if (conflict.length > 0) return { ok: false, conflict }
      // Scopes nobody had written before are there now, and can be locked.
    }
  }

  /** The scopes that have moved on. Those never written are made, for the next attempt to lock. */
  private async conflicts({ relies }: OwnChange, found: string): Promise<readonly Scope[]> {
    const revisions = new Map(JSON.parse(found) as readonly (readonly [id: string, revision: number])[])
    const revisionOf = (scope: Scope): number | undefined => revisions.get(scopeId(scope).toString('hex'))
    const conflict = relies.filter(({ scope, revision }) => (revisionOf(scope) ?? 0) !== revision)
    if (conflict.length === 0) {
      await this.create(relies.map(({ scope }) => scope).filter((scope) => revisionOf(scope) === undefined))
    }
    return conflict.map(({ scope }) => scope)
  }

  /** In one order, as they are locked, so that two commits do not wait for each other. */
  private async create(scopes: readonly Scope[]): Promise<void> {
    const rows = scopes.map((scope) => ({ id: byteaText(scopeId(scope)), name: scopeKey(scope) }))
    await this.database.once(sql`insert into ${this.database.tables.scope} (id, name)
      select id, name from ${rowsOf(rows)} as row(id bytea, name text) order by id on conflict do nothing`)
  }

  /**
   * Every part that writes asks `fit` first, and `fit` all that is `locked`: nothing is written before all scopes are locked
   * and found as they should be. A change of nothing locks and writes nothing.
   */
  private statementOf(own: OwnChange): (id: string) => RawBuilder<Answer> {
    const { tables } = this.database
    const relied = own.relies.map(({ scope, revision }) => ({ id: byteaText(scopeId(scope)), revision }))
    const written = [...own.puts, ...own.appends]
    const isWriting = written.length + own.deletes.length > 0
    const parts: RawBuilder<unknown>[] = [
      sql`relied as (select id, revision from ${rowsOf(relied)} as row(id bytea, revision float8))`,
      sql`locked as materialized (select id, revision from ${tables.scope}
        where id = any(${own.relies.map(({ scope }) => scopeId(scope))}::bytea[]) order by id
        ${isWriting ? sql`for no key update` : sql``})`,
      sql`fit as (select count(*) = ${relied.length}::int as fits from locked join relied using (id, revision))`,
    ]
    if (own.changed.length > 0) {
      parts.push(sql`moved as (update ${tables.scope} set revision = revision + 1
        where id = any(${own.changed.map(scopeId)}::bytea[]) and ${FITS})`)
    }
    if (own.deletes.length > 0) {
      const ids = own.deletes.map(recordId)
      for (const table of ['record', 'certificate', 'due'] as const) {
        parts.push(sql`${sql.id(`removed_${table}`)} as (
          delete from ${tables[table]} where id = any(${ids}::bytea[]) and ${FITS})`)
      }
    }
    if (own.puts.length > 0) parts.push(sql`put as (${upsertRecords(this.database, own.puts.map(recordRow))})`)
    if (own.appends.length > 0)
      parts.push(sql`appended as (${insertRecords(this.database, own.appends.map(recordRow))})`)
    const certificates = certificateRows(written)
    if (certificates.length > 0) parts.push(sql`certificates as (${upsertCertificates(this.database, certificates)})`)
    const due = dueRows(written)
    if (due.length > 0) parts.push(sql`dues as (${upsertDue(this.database, due)})`)
    const announced =
      this.isAnnounced && isWriting
        ? sql`, case when ${FITS} then pg_notify(${changesChannel(tables.schema)}::text,
            ${changesPayload([...own.puts, ...own.deletes, ...own.appends])}::text) end`
        : sql``
    const answer = sql`select case when not ${FITS} then
      (select coalesce(json_agg(json_build_array(encode(id, 'hex'), revision)), '[]')::text from locked) end as found ${announced}`
    const logged = (id: string): RawBuilder<unknown> =>
      sql`logged as (insert into ${tables.commit_log} (id) select ${id}::uuid where ${FITS})`
    return (id) => sql<Answer>`${KEEP_PLAN}with ${sql.join(isWriting ? [...parts, logged(id)] : parts)} ${answer}`
  }

  /**
   * Whether a commit stands whose connection was lost. The id is written as given up: where the commit is still under way this
   * waits for it, where it stands this finds it, and otherwise it can never come to stand any more.
   * @throws SqlStorageError `unconfirmed` where nobody can be asked
   */
  private async stands(id: string): Promise<boolean> {
    const { commit_log } = this.database.tables
    try {
      const [entry] = await this.database.rows<{ is_given_up: boolean }>(
        DOING,
        sql`insert into ${commit_log} (id, is_given_up) values (${id}::uuid, true)
          on conflict (id) do update set id = excluded.id returning is_given_up`,
      )
      this.database.counters.resolved++
      return entry?.is_given_up === false
    } catch (error) {
      throw failure('unconfirmed', DOING, error instanceof SqlStorageError ? error.reason : undefined)
    }
  }

  /** Entries nobody can ask for any more. Left for the next time where it fails: the commit stands. */
  private async prune(): Promise<void> {
    const { commit_log } = this.database.tables
    await this.database
      .rows(DOING, sql`delete from ${commit_log} where at < now() - interval '1 day'`)
      .catch(() => undefined)
  }
}

interface Answer {
  /** Null where everything has been written; otherwise the revisions found, as JSON. */
  readonly found: string | null
}

const FITS = sql`(select fits from fit)`

/** An id that is taken fails, and with it the commit. */
const insertRecords = ({ tables }: Database, rows: readonly Row[]): RawBuilder<unknown> =>
  sql`insert into ${tables.record} (id, scope, kind, place, is_long, body, der)
    select * from ${rowsOf(rows)}
    as row(id bytea, scope bytea, kind text, place bytea, is_long boolean, body text, der bytea) where ${FITS}`

const upsertRecords = (database: Database, rows: readonly Row[]): RawBuilder<unknown> =>
  sql`${insertRecords(database, rows)} on conflict (id) do update set body = excluded.body, der = excluded.der`

const timeNames: readonly string[] = [columns.notBefore, columns.notAfter, columns.installedAt]
const certificateColumns = [
  ...(['id bytea', 'place bytea', 'is_long boolean', 'sha256 text', 'trigrams integer[]'] as const),
  ...Object.values(columns).map((name) => `${name} ${timeNames.includes(name) ? 'float8' : 'bytea'}`),
].map((column) => column.split(' ') as [name: string, type: string])

function upsertCertificates({ tables }: Database, rows: readonly Row[]): RawBuilder<unknown> {
  const names = certificateColumns.map(([name]) => sql.id(name))
  const typed = certificateColumns.map(([name, type]) => sql`${sql.id(name)} ${sql.raw(type)}`)
  const updates = certificateColumns
    .filter(([name]) => name !== 'id' && name !== 'place')
    .map(([name]) => sql`${sql.id(name)} = excluded.${sql.id(name)}`)
  return sql`insert into ${tables.certificate} (${sql.join(names)})
    select * from ${rowsOf(rows)} as row(${sql.join(typed)}) where ${FITS}
    on conflict (id) do update set ${sql.join(updates)}`
}

/** What is put is nobody's: a lease on it ends. */
const upsertDue = ({ tables }: Database, rows: readonly Row[]): RawBuilder<unknown> =>
  sql`insert into ${tables.due} (id, task, due_at)
    select id, task, due_at from ${rowsOf(rows)} as row(id bytea, task bytea, due_at double precision)
    where ${FITS} on conflict (id) do update
    set task = excluded.task, due_at = excluded.due_at, held_until = null, lease_owner = null`
