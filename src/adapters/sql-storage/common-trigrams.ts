// Which parts of texts are in very many certificates, by the statistics the server keeps for its planner.

import { sql } from 'kysely'
import type { Database } from './database.js'

/** How long what was read holds. A server gathers statistics anew when a tenth of a table has changed. */
const MILLISECONDS = 600_000

/** The share of certificates each number is in, as far as it is among the most common ones. One for one store. */
export class CommonTrigrams {
  private shares: ReadonlyMap<number, number> = new Map()
  private readAt = -Infinity

  constructor(private readonly database: Database) {}

  /** Never rejects: without statistics nothing is known to be common. */
  async read(): Promise<ReadonlyMap<number, number>> {
    const now = performance.now()
    if (now - this.readAt < MILLISECONDS) return this.shares
    this.readAt = now
    const { schema } = this.database.tables
    // Behind the shares of the elements stand three numbers more, which have no element.
    const rows = await this.database
      .rows<{ number: number; share: number }>(
        'query',
        sql`select number, share from pg_stats, unnest(most_common_elems::text::int4[], most_common_elem_freqs) as c(number, share)
          where schemaname = ${schema}::text and tablename = 'certificate' and attname = 'trigrams' and number is not null`,
      )
      .catch(() => [])
    this.shares = new Map(rows.map(({ number, share }) => [number, share]))
    return this.shares
  }
}
