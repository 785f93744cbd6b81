/** The same tests on every engine. */

import { afterAll, beforeAll, describe } from 'vitest'
import { isThorough } from '../../support/extent.js'
import { leaveOut } from '../../support/leave-out.js'
import { hasPostgres } from '../../support/postgres.js'
import { type Engine, pgliteEngine, postgresEngine } from './engines.js'

/**
 * Tests on every engine there is: PGlite in memory; where asked for and everything is tried, in a directory too; and PostgreSQL where it
 * is installed.
 */
export function describeEngines(
  what: string,
  tests: (engine: Pick<Engine, 'open' | 'query'>) => void,
  { inDirectory = false }: { readonly inDirectory?: boolean } = {},
): void {
  if (inDirectory && !isThorough) {
    leaveOut(
      `${what} on PGlite in a directory`,
      'takes a quarter of a minute',
      'CERTWARD_REQUIRE_ALL=1 tries everything',
    )
  }
  const engines = [
    ['PGlite', true, () => pgliteEngine('memory')],
    ...(inDirectory ? [['PGlite in a directory', isThorough, () => pgliteEngine('directory')] as const] : []),
    ['PostgreSQL', hasPostgres(`${what} on PostgreSQL`), postgresEngine],
  ] as const
  for (const [name, isHere, start] of engines) {
    describe.runIf(isHere)(name, () => {
      let engine: Engine
      beforeAll(async () => {
        engine = await start()
      }, 60_000)
      afterAll(() => engine.close())
      tests({ open: (options) => engine.open(options), query: (text) => engine.query(text) })
    })
  }
}
