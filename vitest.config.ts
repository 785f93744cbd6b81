/** How tests run. Set CERTWARD_TEST_REPORT to a file name for a JSON report next to the printed one. */

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const report = process.env['CERTWARD_TEST_REPORT']

export default defineConfig({
  resolve: {
    alias: { '#crypto': fileURLToPath(new URL('./src/crypto/node.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'threads',
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: { include: ['src/**'], reportsDirectory: 'coverage' },
  },
})
