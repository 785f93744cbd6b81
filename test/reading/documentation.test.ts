// docs/reading.md: its blocks, one after the other, are a program that runs.

import { expect, it } from 'vitest'
import { createCertificateRequest, writePkcs7 } from '../../src/index.js'
import { createTestCa, generateTestKey } from '../../src/testkit/index.js'
import { runGuide } from '../support/documentation.js'

it('docs/reading.md shows code that runs, and prints what it says', async () => {
  const ca = await createTestCa()
  const server = await ca.issue({ dns: ['server.example'] })
  const request = await createCertificateRequest({
    profile: { keyUsage: [{ usage: 'digitalSignature' }], extendedKeyUsage: [{ usage: 'serverAuth' }] },
    subject: { commonName: 'server.example' },
    key: await generateTestKey(),
  })
  const { promised, output } = runGuide('docs/reading.md', {
    'chain.p7b': writePkcs7({ certificates: [server.certificate, ca.certificate] }),
    'server.pem': server.pem,
    'request.der': request.der,
    'with-key.pem': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
  })
  expect(promised).toHaveLength(6)
  // An object's own lines are its print's, whatever their breaks.
  const oneLine = (text: string): string => text.replace(/\s+/g, ' ')
  for (const text of promised) expect(oneLine(output)).toContain(`${oneLine(text)} `)
})
