/** A sweep over up to 5,000 certificates, against responders of the test kit behind HTTP: good, slow, lying, hanging and dead ones. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMemoryStorage, describeRecord, type Storage } from '../../src/inventory/index.js'
import { defaultMonitorSettings, type MonitorSettings } from '../../src/monitor/index.js'
import { fetchOcspTransport } from '../../src/ocsp/index.js'
import { createTestCa, type TestCa } from '../../src/testkit/index.js'
import { extent } from '../support/extent.js'
import { bareRecord, DAY, dueOf, ManualClock, monitorOf, put, Recorder, start } from '../support/monitor.js'

const COUNT = extent('CERTWARD_SWEPT', { all: 5000, some: 1500 })
const REVOKED = 25

type Behaviour = 'good' | 'slow' | 'lying' | 'hanging' | 'dead'
const shares: Readonly<Record<Behaviour, number>> = { good: COUNT - 500, slow: 300, lying: 100, hanging: 50, dead: 50 }

const clock = new ManualClock()
let ca: TestCa
const hosts = new Map<Behaviour, string>()
const requests = new Map<Behaviour, number>()
const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
})

beforeAll(async () => {
  ca = await createTestCa({ name: 'Example CA', clock, notBefore: new Date(start - DAY) })
  const stranger = await createTestCa({ name: 'Example CA', clock })
  const right = await ca.ocspResponder()
  const wrong = await stranger.ocspResponder({ status: () => 'good' })
  await serve('good', (body) => right.answer(body))
  await serve('slow', async (body) => {
    await sleep(50)
    return right.answer(body)
  })
  await serve('lying', (body) => wrong.answer(body))
  await serve('hanging', () => new Promise<never>(() => undefined))
  await serve('dead', () => Promise.reject(new Error('never asked')))
  closing.pop()?.()
})

async function serve(behaviour: Behaviour, answer: (request: Uint8Array) => Promise<Uint8Array>): Promise<void> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.set(behaviour, (requests.get(behaviour) ?? 0) + 1)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const der = await answer(new Uint8Array(Buffer.concat(chunks)))
    response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(der)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  hosts.set(behaviour, `127.0.0.1:${(server.address() as AddressInfo).port}`)
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
}

const settings: MonitorSettings = {
  ...defaultMonitorSettings,
  ocsp: { state: 'enabled', responder: 'from-certificate' },
  revocationCheck: { state: 'enabled', every: { every: 1, unit: 'days' }, policy: 'common-criteria' },
}

/** Every certificate its own, on one of ten nodes; the first of the good ones are revoked. */
async function install(storage: Storage): Promise<void> {
  await put(
    storage,
    bareRecord(0, { ...(await describeRecord(ca.certificate)), purpose: 'tomcat-trust', kind: 'trust', id: 'ca' }),
  )
  let number = 0
  for (const [behaviour, count] of Object.entries(shares) as [Behaviour, number][]) {
    for (let i = 0; i < count; i++, number++) {
      const issued = await ca.issue({
        authorityInfoAccess: { ocsp: [`http://${hosts.get(behaviour)}/`] },
        notBefore: new Date(start - DAY),
        notAfter: new Date(start + 300 * DAY),
      })
      if (behaviour === 'good' && i < REVOKED) ca.revoke(issued, { at: new Date(start - 1000), reason: 'superseded' })
      const place = { node: `node${number % 10}`, purpose: `purpose${Math.floor(number / 10)}` }
      await put(storage, bareRecord(0, { ...(await describeRecord(issued.certificate)), ...place }))
    }
  }
}

it('OCS-7 OCS-8 asks for each once, believes no liar, waits for nobody who is dead, and finds all that is revoked', async () => {
  const storage = createMemoryStorage()
  await install(storage)
  const recorder = new Recorder()
  const monitor = monitorOf(storage, clock, [recorder], {
    settings,
    // The clock stands: whoever kept to a rate by it would wait for ever longer.
    sleep: () => Promise.resolve(),
    ocsp: {
      transport: fetchOcspTransport({ timeout: 3000, privateHosts: 'accept' }),
      clientLimits: { retries: 0 },
    },
  })
  const report = await monitor.tick()
  const silent = shares.lying + shares.hanging + shares.dead
  expect(report.checks).toStrictEqual({
    ...{ good: COUNT - silent - REVOKED, revoked: REVOKED, undetermined: silent, unknown: 0, exempt: 1 },
  })
  expect(report.notices.every((notice) => notice.type === 'revocation' && notice.status === 'revoked')).toBe(true)
  expect(report.notices).toHaveLength(REVOKED)
  expect(report.effects).toHaveLength(REVOKED)
  const { records: revoked } = await storage.query({
    where: [{ field: 'usage', operator: 'is-exactly', value: 'identity' }],
    limit: 1000,
  })
  expect(revoked.filter(({ mark }) => mark === 'revoked').length).toBeLessThanOrEqual(REVOKED)

  expect(requests.get('good')).toBe(shares.good)
  expect(requests.get('slow')).toBe(shares.slow)
  expect(requests.get('lying')).toBe(shares.lying)
  // Left alone after a few failures, and not waited for by the others.
  expect(requests.get('hanging')).toBeLessThan(20)
  expect(requests.get('dead')).toBeUndefined()
  const { responders } = await monitor.metrics({ mostCertificates: 1 })
  expect(responders.find(({ host }) => host === hosts.get('dead'))?.failures).toBeLessThan(20)

  // Nobody is asked again before it is time, but for those that had no answer.
  requests.clear()
  clock.time += 3_600_000
  const second = await monitor.tick()
  expect(second.checks.undetermined).toBe(silent)
  expect(second.notices).toHaveLength(0)
  const [record] = (await storage.query({ sort: { by: 'notAfter' }, limit: 1 })).records
  if (record !== undefined) expect(await dueOf(storage, record, 'revocation')).toBeDefined()
}, 120_000)
