// Each call of the storage and of a notifier fails in turn: whatever it is, everything is told of and done all the same.

import { beforeAll, expect, it } from 'vitest'
import { createMemoryStorage, describeRecord, type Storage } from '../../src/inventory/index.js'
import { defaultMonitorSettings, type MonitorSettings } from '../../src/monitor/index.js'
import { createTestCa, type IssuedCertificate, type TestCa } from '../../src/testkit/index.js'
import { extent } from '../support/extent.js'
import { eachCall, FailingCall } from '../support/failing-call.js'
import { bareRecord, DAY, HOUR, ManualClock, monitorOf, put, Recorder, start } from '../support/monitor.js'

const settings: MonitorSettings = {
  ...defaultMonitorSettings,
  ocsp: { state: 'enabled', responder: 'from-certificate' },
  revocationCheck: { state: 'enabled', every: { every: 24, unit: 'hours' }, policy: 'common-criteria' },
  certificateValidityCheck: { state: 'enabled', validityCheckFrequency: { every: 24, unit: 'hours' } },
}

const clock = new ManualClock()
let ca: TestCa
let revoked: IssuedCertificate
let good: IssuedCertificate
let answer: (request: Uint8Array) => Promise<Uint8Array>

beforeAll(async () => {
  ca = await createTestCa({ name: 'Example CA', clock, notBefore: new Date(start - 400 * DAY) })
  const issue = (days: number): Promise<IssuedCertificate> =>
    ca.issue({
      dns: ['pub.example.com'],
      authorityInfoAccess: { ocsp: ['http://ocsp.example.com/'] },
      notBefore: new Date(start - DAY),
      notAfter: new Date(start + days * DAY),
    })
  revoked = await issue(300)
  good = await issue(35)
  const revocationTime = new Date(start + 2 * DAY)
  const { serialNumber } = revoked.certificate
  const responder = await ca.ocspResponder({
    status: (asked) =>
      asked === BigInt(`0x${serialNumber}`) && clock.now() >= revocationTime ? { revocationTime } : undefined,
  })
  answer = (request) => responder.answer(request)
})

/** What a life of eight days comes to: everything told of, in the order it was told. */
interface Told {
  readonly notices: readonly string[]
  readonly effects: readonly string[]
  readonly drops: readonly string[]
  readonly marks: readonly unknown[]
}

async function live(failing: FailingCall): Promise<Told> {
  clock.time = start
  const memory = createMemoryStorage()
  const install = async ({ certificate }: Pick<IssuedCertificate, 'certificate'>, changes: object): Promise<unknown> =>
    put(memory, bareRecord(0, { ...(await describeRecord(certificate)), ...changes }))
  await install(ca, { purpose: 'tomcat-trust', kind: 'trust', id: 'ca' })
  await install(revoked, { node: 'pub' })
  await install(good, { node: 'sub1' })
  await put(memory, bareRecord(3, { node: 'sub2', sha256: 'cd'.repeat(32) }))
  const recorder = new Recorder()
  const monitor = monitorOf(
    failing.among<Storage>('storage', memory),
    clock,
    [failing.among<Recorder>('notifier', recorder, ['send'])],
    {
      settings,
      ocsp: { sleep: () => Promise.resolve(), transport: { send: ({ request }) => answer(request) } },
      sleep: () => Promise.resolve(),
    },
  )
  for (const [id, certificate] of [revoked.certificate, good.certificate].entries()) {
    monitor.watchConnection({
      ...{ id: `ldap ${id}`, protocol: 'ldap', node: 'pub', trust: 'tomcat-trust' },
      certificate,
    })
  }
  const effects: string[] = []
  const drops: string[] = []
  while (clock.time < start + 8 * DAY) {
    const report = await monitor.tick().catch(() => undefined)
    effects.push(...(report?.effects.map(({ key }) => key) ?? []))
    drops.push(...(report?.drops.map(({ connection }) => connection.id) ?? []))
    // A host that looks again soon after a failure, and not much oftener than it is asked to.
    const next = report === undefined ? clock.time + 20 * 60_000 : report.next.getTime()
    clock.time = Math.max(next, clock.time + (report === undefined ? 0 : 8 * HOUR))
  }
  const notices = recorder.notices.map(({ key }) => key)
  const marks = (await memory.query({})).records.map(({ node, purpose, mark }) => [node, purpose, mark])
  return { notices, effects, drops, marks }
}

const once = (keys: readonly string[]): readonly string[] => [...new Set(keys)].sort()

const timesOf = (keys: readonly string[]): readonly (readonly string[])[] =>
  once(keys).map((key) => keys.filter((one) => one === key))

it('MON-2 OCS-6 OCS-8 whichever call fails, every notice, effect and drop comes, none more than twice and no drop more than once', async () => {
  const whole = new FailingCall(-1, 'before')
  const expected = await live(whole)
  expect(expected.notices.length).toBeGreaterThan(3)
  expect(expected.effects).toHaveLength(2)
  expect(expected.drops).toStrictEqual(['ldap 0'])
  for (const list of [expected.notices, expected.effects]) expect(list).toHaveLength(once(list).length)
  for (const failing of eachCall(whole.calls, extent('CERTWARD_CALL_STRIDE', { all: 2, some: 7 }))) {
    const told = await live(failing)
    const call = String(failing.failed)
    expect(once(told.notices), call).toStrictEqual(once(expected.notices))
    expect(once(told.effects), call).toStrictEqual(once(expected.effects))
    expect(told.drops, call).toStrictEqual(expected.drops)
    expect(told.marks, call).toStrictEqual(expected.marks)
    // What could not be remembered is told of again, once.
    for (const { length } of timesOf([...told.notices, ...told.effects])) expect(length, call).toBeLessThanOrEqual(2)
  }
}, 300_000)
