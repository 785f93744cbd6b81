// Telling other processes what has changed, by LISTEN and NOTIFY: for caches of anchors, and for screens.

import { type Scope, scopeKey } from '../../inventory/index.js'
import { sleep } from './database.js'
import { asSqlStorageError } from './errors.js'

/** What has changed, here or in another process. */
export interface Change {
  /** Undefined where nobody knows: too many at once, or the connection was away. Anything may have changed then. */
  readonly scopes: readonly Scope[] | undefined
}

/** Listens on a channel of the database until the function it resolves to is called. */
export interface Listener {
  /**
   * @param lost called once where the connection ends by itself
   */
  listen(channel: string, received: (payload: string) => void, lost: () => void): Promise<() => Promise<void>>
}

/** PostgreSQL takes less than 8,000 bytes. */
const MOST_PAYLOAD = 7_900

/** Schemas have names that need no quoting. */
export const changesChannel = (schema: string): string => `${schema}_changes`.slice(0, 63)

/** Empty where there are too many. JSON escapes what a database's text cannot hold. */
export function changesPayload(places: readonly Scope[]): string {
  const text = `[${[...new Set(places.map(scopeKey))].join()}]`
  return Buffer.byteLength(text) <= MOST_PAYLOAD ? text : ''
}

function readPayload(payload: string): Change {
  const isPair = (value: unknown): value is [string, string] =>
    Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
  try {
    const pairs: unknown = JSON.parse(payload)
    if (Array.isArray(pairs) && pairs.every(isPair)) {
      return { scopes: pairs.map(([node, purpose]) => ({ node, purpose })) }
    }
  } catch {
    // Anybody may write to a channel; said below.
  }
  return { scopes: undefined }
}

const MOST_WAIT = 30_000

/**
 * Tells of changes until it is stopped, over as many connections as it takes; after each new one, that anything may
 * have changed.
 * @returns once it listens, what stops it
 */
export async function watchChanges(
  listener: Listener,
  schema: string,
  changed: (change: Change) => void,
): Promise<() => Promise<void>> {
  let isStopped = false
  let stop: () => Promise<void> = () => Promise.resolve()
  const connect = async (): Promise<void> => {
    stop = await listener.listen(
      changesChannel(schema),
      (payload) => {
        if (!isStopped) changed(readPayload(payload))
      },
      () => void reconnect(),
    )
    // Stopped while it connected.
    if (isStopped) await stop()
  }
  const reconnect = async (): Promise<void> => {
    for (let wait = 100; !isStopped; wait = Math.min(2 * wait, MOST_WAIT)) {
      try {
        await connect()
        changed({ scopes: undefined })
        return
      } catch {
        await sleep(wait)
      }
    }
  }
  try {
    await connect()
  } catch (error) {
    throw asSqlStorageError(error, 'watch')
  }
  return async () => {
    isStopped = true
    await stop()
  }
}
