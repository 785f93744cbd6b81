// The schema, as numbered steps. A step once published is never changed: what follows it is a step of its own.

import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './names.js'
import { columns } from './rows.js'

/** Statements of one step, run in one transaction. */
export interface Migration {
  readonly version: number
  readonly statements: (tables: Tables) => readonly RawBuilder<unknown>[]
}

const textColumns = [
  'common_name',
  'subject',
  'issuer',
  'serial_number',
  'key_type',
  'usage',
  'purpose',
  'node',
  'type',
]
  .concat('description')
  .map((name) => sql`${sql.id(name)} bytea not null`)
const timeColumns = ['not_before', 'not_after', 'installed_at'].map(
  (name) => sql`${sql.id(name)} double precision not null`,
)

/**
 * `bytea` holds what is compared as bytes (see code-units.ts), `text` what JSON has made harmless, `double precision` numbers
 * as JavaScript has them: no setting of the database or its collations changes what comes out.
 */
const first: Migration = {
  version: 1,
  statements: (tables) => [
    sql`create table ${tables.scope} (
      id bytea primary key,
      name text not null,
      revision bigint not null default 0
    ) with (fillfactor = 80)`,
    sql`create table ${tables.record} (
      id bytea primary key,
      scope bytea not null,
      kind text not null,
      place bytea not null,
      is_long boolean not null,
      body text not null,
      der bytea
    )`,
    // What is read for a decision. Audit and history only ever grow, and are not among it.
    sql`create index record_scope on ${tables.record} (scope) where kind <> 'audit' and kind <> 'history'`,
    sql`create index record_place on ${tables.record} (kind, place) where not is_long`,
    sql`create index record_long on ${tables.record} (kind) where is_long`,

    sql`create table ${tables.certificate} (
      id bytea primary key,
      place bytea not null,
      is_long boolean not null,
      sha256 text not null,
      trigrams integer[],
      ${sql.join([...textColumns, ...timeColumns])}
    ) with (fillfactor = 90)`,
    ...Object.values(columns).map(
      (name) =>
        sql`create index ${sql.id(`certificate_${name}`)} on ${tables.certificate} (${sql.id(name)}, place) where not is_long`,
    ),
    sql`create index certificate_long on ${tables.certificate} (is_long) where is_long`,
    sql`create index certificate_sha256 on ${tables.certificate} (sha256) where length(sha256) <= 64`,
    // Numbers of new rows wait in a list, which is read with the index and worked in when it has grown to a megabyte: some
    // two hundred commits share the work, and none of them waits long for it.
    sql`create index certificate_trigrams on ${tables.certificate} using gin (trigrams)
      with (fastupdate = on, gin_pending_list_limit = 1024) where not is_long`,

    // Apart from the record, since a lease is written far more often than it. Two indexes, so that a claim meets none of what
    // others hold: what nobody does, in its order, and leases by their end.
    sql`create table ${tables.due} (
      id bytea primary key,
      task bytea not null,
      due_at double precision not null,
      held_until double precision,
      lease_owner text
    ) with (fillfactor = 70)`,
    sql`create index due_free on ${tables.due} (task, due_at, id) where held_until is null`,
    sql`create index due_held on ${tables.due} (task, held_until) where held_until is not null`,

    // Commits that stand, and those that were given up and must never stand.
    sql`create table ${tables.commit_log} (
      id uuid primary key,
      is_given_up boolean not null default false,
      at timestamptz not null default now()
    )`,
    sql`create index commit_log_at on ${tables.commit_log} (at)`,

    sql`create table ${tables.private_key} (
      handle uuid primary key,
      wrapping_key text not null,
      parameters text not null,
      public_key bytea not null,
      nonce bytea not null,
      wrapped bytea not null,
      created_at timestamptz not null default now()
    )`,
    sql`create index private_key_wrapping on ${tables.private_key} (wrapping_key, handle)`,
  ],
}

export const migrations: readonly Migration[] = [first]
