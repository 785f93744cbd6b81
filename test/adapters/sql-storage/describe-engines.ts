/** The same tests on every engine. */

import { afterAll, beforeAll, describe } from 'vitest'
import { hasPostgres } from '../../support/postgres.js'
import { type Engine, pgliteEngine, postgresEngine } from './engines.js'

/** Tests on every engine there is: PGlite in memory and, where asked for, in a directory; and PostgreSQL where it is installed. */
export function describeEngines(
  what: string,
  tests: (engine: Pick<Engine, 'open' | 'query'>) => void,
  { inDirectory = false }: { readonly inDirectory?: boolean } = {},
): void {
  const engines = [
    ['PGlite', true, () => pgliteEngine('memory')],
    ...(inDirectory ? [['PGlite in a directory', true, () => pgliteEngine('directory')] as const] : []),
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
