// The test kit in somebody else's tests, here of an HTTPS client: node --import tsx --test examples/your-tests.test.ts

import assert from 'node:assert/strict'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createTestCa, type TestCertificate } from 'certward/testkit'

/** What is tested: says what a server answered, or the code of what was wrong with it. */
const fetchFrom = (port: number, ca: string): Promise<string> =>
  new Promise((resolve) => {
    const request = get({ port, ca, host: '127.0.0.1', servername: 'shop.example' }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
    request.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code))
  })

async function answerBehind(leaf: TestCertificate, ca: string): Promise<string> {
  const server = createServer({ cert: leaf.chainPem, key: leaf.key.pem }, (_, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await fetchFrom((server.address() as AddressInfo).port, ca)
  } finally {
    server.close()
  }
}

const root = await createTestCa({ name: 'Test Root' })
const authority = await root.issueIntermediate({ name: 'Test Authority' })

await test('the client trusts a server of its authority', async () => {
  assert.equal(await answerBehind(await authority.issue({ dns: ['shop.example'] }), root.pem), 'hello')
})

await test('the client refuses a certificate that has run out', async () => {
  const [notBefore, notAfter] = [new Date('2025-01-01T00:00:00Z'), new Date('2025-02-01T00:00:00Z')]
  const leaf = await authority.issue({ dns: ['shop.example'], notBefore, notAfter })
  assert.equal(await answerBehind(leaf, root.pem), 'CERT_HAS_EXPIRED')
})

await test('the client refuses another name', async () => {
  assert.equal(
    await answerBehind(await authority.issue({ dns: ['other.example'] }), root.pem),
    'ERR_TLS_CERT_ALTNAME_INVALID',
  )
})

await test('the client refuses an authority nobody has vouched for', async () => {
  const stranger = await createTestCa({ name: 'Stranger' })
  const leaf = await stranger.issue({ dns: ['shop.example'] })
  assert.equal(await answerBehind(leaf, root.pem), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
})
