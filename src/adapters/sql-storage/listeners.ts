// Connections that listen, of the two ready engines.

import type { Listener } from './changes.js'
import type { PgliteDatabase } from './dialect.js'

/** The part of a `Client` of `pg` used here. */
export interface PgClient {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  end(): Promise<void>
}

/**
 * Listens over connections of `pg`, one at a time, apart from the pool's.
 * @param makeClient makes a client that is not connected yet: `() => new Client({ connectionString })`
 */
export function pgListener(makeClient: () => PgClient): Listener {
  return {
    async listen(channel, received, lost) {
      const client = makeClient()
      let isOver = false
      const end = (): void => {
        if (isOver) return
        isOver = true
        lost()
      }
      client.on('notification', ({ payload = '' }) => received(payload))
      try {
        // A failure before anybody listens is the caller's to know, once.
        client.on('error', () => undefined)
        await client.connect()
        await client.query(`listen ${channel}`)
      } catch (error) {
        await client.end().catch(() => undefined)
        throw error
      }
      client.on('end', end)
      return async () => {
        isOver = true
        await client.end()
      }
    },
  }
}

/** Listens in a database within the process. */
export const pgliteListener = (database: PgliteDatabase): Listener => ({
  listen: (channel, received) => database.listen(channel, received),
})
