/** Where the conformance data lies. The data is not part of the repository; docs/conformance.md says where to get it. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { leaveOut } from './leave-out.js'

/**
 * The directory with limbo.json.gz, pkits and openssl-ocsp: `CERTWARD_CONFORMANCE_DATA`, by default
 * ../shared/conformance next to the checkout. Undefined when there is none, after a note of what is left out; throws
 * instead when `CERTWARD_REQUIRE_ALL=1`.
 *
 * @param what - What the caller leaves out without it, for the note.
 */
export function conformanceData(what = 'tests on conformance data'): string | undefined {
  const directory =
    process.env['CERTWARD_CONFORMANCE_DATA'] ?? fileURLToPath(new URL('../../../shared/conformance', import.meta.url))
  if (existsSync(directory)) return directory
  leaveOut(
    what,
    `needs the conformance data, and ${directory} does not exist`,
    'docs/conformance.md says how to get it',
  )
  return undefined
}
