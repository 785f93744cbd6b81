/** The public API is what docs/api-report says it is, and says what it is for. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apiReport, reportDirectory } from '../scripts/api-report.js'

describe('the public API', () => {
  const { files, undocumented } = apiReport()

  it('is what the report says: after a change on purpose, run npm run api-report', () => {
    const recorded = existsSync(reportDirectory) ? readdirSync(reportDirectory).sort() : []
    expect(recorded).toEqual([...files.keys()].sort())
    for (const [file, text] of files) expect(readFileSync(join(reportDirectory, file), 'utf8'), file).toBe(text)
  })

  it('has a comment on every exported name', () => {
    expect(undocumented).toEqual([])
  })
})
