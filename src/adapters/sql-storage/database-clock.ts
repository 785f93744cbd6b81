// The time as the database tells it: one clock for all workers, whatever their own say. Leases are fair by it.

import { sql } from 'kysely'
import type { Clock } from '../../base/clock.js'
import type { Database } from './database.js'

/** Milliseconds after which the time is asked for again. */
const REFRESH = 60_000

/**
 * Between two questions the machine's count of milliseconds goes on from the last answer: it does not leap when somebody
 * sets the machine's clock. Wrong by at most half the time the question took.
 */
export class DatabaseClock implements Clock {
  private known = { time: 0, at: -Infinity }

  constructor(private readonly database: Database) {}

  now(): Date {
    return new Date(Math.round(this.known.time + performance.now() - this.known.at))
  }

  /** Asks where the last answer is old. */
  async refresh(): Promise<void> {
    if (performance.now() - this.known.at < REFRESH) return
    const start = performance.now()
    const [row] = await this.database.rows<{ time: number }>(
      'clock',
      sql`select extract(epoch from clock_timestamp())::float8 * 1000 as time`,
    )
    const end = performance.now()
    // The answer may have taken several attempts: it is as old as half of all of them at the most.
    if (row !== undefined) this.known = { time: row.time, at: (start + end) / 2 }
  }
}
