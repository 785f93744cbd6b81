// README.md: its code is a program that runs.

import { expect, it } from 'vitest'
import { createTestCa } from '../src/testkit/index.js'
import { runGuide } from './support/documentation.js'

it('README.md shows code that runs, and explains its verdict', async () => {
  const root = await createTestCa({ name: 'Example Root' })
  const authority = await root.issueIntermediate({ name: 'Example Authority' })
  const judge = async (dns: string): Promise<string> => {
    const server = await authority.issue({ dns: [dns] })
    return runGuide('README.md', { 'server.pem': server.chainPem, 'roots.pem': root.pem }).output
  }
  expect(await judge('www.example.com')).toMatch(/^valid/)
  const refused = await judge('www.example.org')
  expect(refused).toContain('peer-name-mismatch')
  expect(refused).toContain('www.example.org')
})
