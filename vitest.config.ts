/** How tests run. Set CERTWARD_TEST_REPORT to a file name for a JSON report next to the printed one. */

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { within } from './test/support/extent.js'

const report = process.env['CERTWARD_TEST_REPORT']

/** Files that take the longest, the longest first: begun last, one of them would keep one processor idle. */
const slow = [
  ...['examples/example', 'sql-storage/contracts', 'file-storage/faults', 'file-storage/contracts', 'monitor/sweep'],
  ...['oracles/describe', 'oracles/certificates', 'file-storage/processes', 'manager/upload', 'sql-storage/processes'],
  ...['examples/short', 'sql-storage/crashes', 'file-storage/power-failure', 'examples/workers', 'conformance/paths'],
]

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = slow.findIndex((name) => moduleId.endsWith(`${name}.test.ts`))
      return at < 0 ? slow.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  resolve: {
    alias: { '#crypto': fileURLToPath(new URL('./src/crypto/node.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: within(30_000),
    // Tests begin hundreds of processes. Each costs a copy of the page tables of the one that begins it, 60 ms with the gigabyte that
    // threads have together, and less with what each of two processes has.
    pool: 'forks',
    maxWorkers: 2,
    // Test files share the modules they import, which takes a fifth less time than loading them anew for each. No module of
    // src keeps anything but caches.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: { include: ['src/**'], reportsDirectory: 'coverage' },
  },
})
