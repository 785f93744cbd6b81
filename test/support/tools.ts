/** Finds the executables that some tests compare against. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { leaveOut } from './leave-out.js'

/** Each tool and the Debian package that brings it. */
const packages = {
  openssl: 'openssl',
  certtool: 'gnutls-bin',
  ocsptool: 'gnutls-bin',
} as const

/**
 * The path of an executable. Undefined when it is not on PATH, after a note of what is left out; throws instead when
 * `CERTWARD_REQUIRE_ALL=1`.
 *
 * @param what - What the caller leaves out without it, for the note.
 */
export function tool(name: keyof typeof packages, what = 'some tests'): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable)
  if (found === undefined) leaveOut(what, `needs ${name}`, `install it with apt-get install ${packages[name]}`)
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
