// What an error says, whatever it was that somebody threw.

import { membersOf } from './json.js'

/** By its shape: in sandboxes, and under Jest, errors of the runtime are of another realm. */
export function reasonOf(error: unknown): string {
  const { message } = membersOf(error)
  return typeof message === 'string' ? message : String(error)
}
