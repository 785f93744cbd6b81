// OCS-6: long-lived connections, whose certificates are validated again while they last.

import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryStorage, describeRecord, type Storage } from '../../src/inventory/index.js'
import {
  type CertificateMonitor,
  type ConnectionDrop,
  defaultMonitorSettings,
  type LongLivedConnection,
  type MonitorSettings,
} from '../../src/monitor/index.js'
import { OcspTransportError, type RevocationPolicy } from '../../src/ocsp/index.js'
import { createTestCa, type IssuedCertificate, type OcspResponder, type TestCa } from '../../src/testkit/index.js'
import { bareRecord, DAY, HOUR, ManualClock, monitorOf, put, Recorder, remove, start } from '../support/monitor.js'

let storage: Storage
let clock: ManualClock
let ca: TestCa
let responder: OcspResponder
let requests: number
let isDown: boolean
beforeEach(async () => {
  storage = createMemoryStorage()
  clock = new ManualClock()
  requests = 0
  isDown = false
  ca = await createTestCa({ name: 'Directory CA', clock, notBefore: new Date(start - 400 * DAY) })
  responder = await ca.ocspResponder()
  await put(storage, await caRecord())
})

const caRecord = async () =>
  bareRecord(0, { ...(await describeRecord(ca.certificate)), purpose: 'tomcat-trust', kind: 'trust', id: 'ca' })

const every = (hours: number) => ({ every: hours, unit: 'hours' }) as const

const validity = (hours: number): MonitorSettings => ({
  ...defaultMonitorSettings,
  certificateValidityCheck: { state: 'enabled', validityCheckFrequency: every(hours) },
})

const withRevocation = (policy: RevocationPolicy): MonitorSettings => ({
  ...validity(24),
  ocsp: { state: 'enabled', responder: 'from-certificate' },
  revocationCheck: { state: 'enabled', every: every(8), policy },
})

const monitorWith = (settings: MonitorSettings): CertificateMonitor =>
  monitorOf(storage, clock, [], {
    settings,
    sleep: () => Promise.resolve(),
    ocsp: {
      sleep: () => Promise.resolve(),
      transport: {
        send: ({ request }) => {
          requests++
          return isDown ? Promise.reject(new OcspTransportError('network', 'down')) : responder.answer(request)
        },
      },
    },
  })

const issue = (days = 300): Promise<IssuedCertificate> =>
  ca.issue({
    dns: ['ldap.example.com'],
    authorityInfoAccess: { ocsp: ['http://ocsp.example.com/'] },
    notBefore: new Date(start - DAY),
    notAfter: new Date(start + days * DAY),
  })

const connectionOf = (
  { certificate }: IssuedCertificate,
  changes: Partial<LongLivedConnection> = {},
): LongLivedConnection => ({
  id: 'ldap 1',
  protocol: 'ldap',
  node: 'pub',
  trust: 'tomcat-trust',
  certificate,
  ...changes,
})

/** Lives so many hours, and returns what was dropped, by the hour. */
async function live(
  monitor: CertificateMonitor,
  hours: number,
): Promise<readonly (ConnectionDrop & { hour: number })[]> {
  const drops: (ConnectionDrop & { hour: number })[] = []
  const end = clock.time + hours * HOUR
  while (clock.time <= end) {
    const { drops: found, next } = await monitor.tick()
    drops.push(...found.map((drop) => ({ ...drop, hour: (clock.time - start) / HOUR })))
    expect(next.getTime()).not.toBeNaN()
    clock.time = Math.max(clock.time + 1, next.getTime())
  }
  return drops
}

describe('a long-lived connection', () => {
  it('OCS-6 is validated again at the frequency, and dropped once its certificate has ended', async () => {
    const monitor = monitorWith(validity(12))
    monitor.watchConnection(connectionOf(await issue(3)))
    const drops = await live(monitor, 100)
    expect(drops).toMatchObject([{ hour: 84, connection: { id: 'ldap 1', protocol: 'ldap' } }])
    expect(drops[0]?.reasons).toMatchObject([expect.stringMatching(/CN=.*expired/)])
    expect((await monitor.metrics()).connections).toBe(0)
  })

  it.each([
    ['that was validated by a clock that ran ahead', 20],
    ['that began by a clock that ran ahead', 1],
  ])('OCS-6 %s is validated all the same once the clock is right', async (_, hours) => {
    clock.time = start + 400 * DAY
    const issued = await issue(3)
    const long = await issue(800)
    const monitor = monitorWith(validity(12))
    monitor.watchConnection(connectionOf(long))
    await live(monitor, hours)
    clock.time = start
    monitor.watchConnection(connectionOf(issued, { id: 'ldap 2' }))
    await remove(storage, await caRecord())
    expect(await live(monitor, 14)).toMatchObject([
      { hour: 12, connection: { id: 'ldap 1' } },
      { hour: 12, connection: { id: 'ldap 2' } },
    ])
  })

  it('OCS-6 is one from six hours on', async () => {
    const monitor = monitorWith(validity(1))
    const issued = await issue(1)
    monitor.watchConnection(connectionOf(issued, { openedAt: new Date(start + 22 * HOUR) }))
    clock.time = start + 22 * HOUR
    expect(await live(monitor, 20)).toMatchObject([{ hour: 28 }])
  })

  it('OCS-6 is not looked at where that is not enabled', async () => {
    const monitor = monitorWith({
      ...withRevocation('common-criteria'),
      certificateValidityCheck: { state: 'disabled' },
    })
    const issued = await issue()
    monitor.watchConnection(connectionOf(issued))
    ca.revoke(issued, { at: new Date(start) })
    expect(await live(monitor, 100)).toStrictEqual([])
  })

  it('OCS-6 goes by the interval of the scheduled check, where there is one', async () => {
    const monitor = monitorWith(withRevocation('common-criteria'))
    const issued = await issue()
    monitor.watchConnection(connectionOf(issued))
    expect(await live(monitor, 7)).toStrictEqual([])
    ca.revoke(issued, { at: new Date(clock.time - 1000), reason: 'keyCompromise' })
    const drops = await live(monitor, 20)
    expect(drops).toMatchObject([{ hour: 8 }])
    expect(drops[0]?.reasons[0]).toContain('keyCompromise')
  })

  it('OCS-6 is one of thousands that are all validated at once, where nobody has to be asked', async () => {
    const sleep = (): Promise<void> => Promise.reject(new Error('it waited for a turn'))
    const settings = { ...withRevocation('common-criteria'), revocationCheck: { state: 'disabled' } as const }
    const monitor = monitorOf(storage, clock, [], { settings, sleep })
    const connection = connectionOf(await issue(3))
    for (let at = 0; at < 2000; at++) monitor.watchConnection({ ...connection, id: String(at) })
    clock.time = start + 84 * HOUR
    expect((await monitor.tick()).drops).toHaveLength(2000)
  })

  it('OCS-6 waits for its turn where a responder is asked', async () => {
    let slept = 0
    const sleep = (): Promise<void> => {
      slept++
      return Promise.resolve()
    }
    const settings = withRevocation('common-criteria')
    const transport = { send: ({ request }: { readonly request: Uint8Array }) => responder.answer(request) }
    const monitor = monitorOf(storage, clock, [], { settings, sleep, ocsp: { transport } })
    const connection = connectionOf(await issue())
    for (let at = 0; at < 5; at++) monitor.watchConnection({ ...connection, id: String(at) })
    clock.time = start + 10 * HOUR
    await monitor.tick()
    expect(slept).toBeGreaterThanOrEqual(4)
  })

  it('OCS-6 that ends while it is looked at is not to be ended', async () => {
    const issued = await issue()
    ca.revoke(issued, { at: new Date(start), reason: 'keyCompromise' })
    let end = (): void => undefined
    const monitor = monitorOf(storage, clock, [], {
      settings: withRevocation('common-criteria'),
      sleep: () => Promise.resolve(),
      ocsp: {
        transport: {
          send: ({ request }) => {
            end()
            return responder.answer(request)
          },
        },
      },
    })
    end = monitor.watchConnection(connectionOf(issued))
    clock.time = start + 10 * HOUR
    expect((await monitor.tick()).drops).toStrictEqual([])
  })

  it('OCS-6 is named by the next report where the storage failed in between', async () => {
    let isFailing = true
    const claimDue: Storage['claimDue'] = (...args) =>
      isFailing ? Promise.reject(new Error('out of order')) : storage.claimDue(...args)
    const monitor = monitorOf({ ...storage, claimDue }, clock, [], { settings: validity(12) })
    const issued = await issue(3)
    const connection = connectionOf(issued)
    monitor.watchConnection(connection)
    const end = monitor.watchConnection({ ...connection, id: 'ended meanwhile' })
    clock.time = start + 84 * HOUR
    await expect(monitor.tick()).rejects.toThrow('out of order')
    end()
    isFailing = false
    expect((await monitor.tick()).drops.map((drop) => drop.connection)).toStrictEqual([connection])
    expect((await monitor.tick()).drops).toStrictEqual([])
  })

  it('OCS-6 whose trusted certificates cannot be read is neither dropped nor believed, and looked at again soon', async () => {
    let isFailing = false
    const read: Storage['read'] = (scopes) =>
      isFailing && scopes.some(({ purpose }) => purpose === 'tomcat-trust')
        ? Promise.reject(new Error('damaged'))
        : storage.read(scopes)
    const recorder = new Recorder()
    const monitor = monitorOf({ ...storage, read }, clock, [recorder], { settings: validity(12) })
    await put(storage, bareRecord(1))
    const connection = connectionOf(await issue(3))
    for (const id of ['one', 'two']) monitor.watchConnection({ ...connection, id })
    clock.time = start + 84 * HOUR
    isFailing = true
    const report = await monitor.tick()
    expect(report.failures).toStrictEqual([
      { notifier: 'connections', message: 'damaged' },
      { notifier: 'connections', message: 'damaged' },
    ])
    expect(report.drops).toStrictEqual([])
    expect(monitor.health().state).toBe('failing')
    // Everybody is told of everything else, and the next tick does not come at once.
    expect(recorder.notices).not.toStrictEqual([])
    expect(report.next.getTime()).toBe(clock.time + 10 * 60_000)
    isFailing = false
    expect((await monitor.tick()).drops).toStrictEqual([])
    clock.time += 10 * 60_000
    expect((await monitor.tick()).drops).toHaveLength(2)
  })

  it.each([
    ['common-criteria', 1],
    ['standard-hard-fail', 1],
    ['standard-soft-fail', 0],
  ] as const)('OCS-3 OCS-6 under %s a silent responder ends %d', async (policy, count) => {
    const monitor = monitorWith(withRevocation(policy))
    monitor.watchConnection(connectionOf(await issue()))
    isDown = true
    expect(await live(monitor, 30)).toHaveLength(count)
  })

  it('OCS-6 is dropped once what it was believed by is gone', async () => {
    const monitor = monitorWith(validity(6))
    monitor.watchConnection(connectionOf(await issue()))
    expect(await live(monitor, 10)).toStrictEqual([])
    await remove(storage, await caRecord())
    expect(await live(monitor, 10)).toHaveLength(1)
  })

  it('OCS-6 may be with a peer that is trusted by itself', async () => {
    const [issued, stranger] = [await issue(), await createTestCa({ name: 'Nobody', clock })]
    const pinned = await stranger.issue({ dns: ['peer.example'], notBefore: new Date(start - DAY) })
    await put(
      storage,
      bareRecord(0, {
        ...(await describeRecord(pinned.certificate)),
        purpose: 'ipsec-trust',
        kind: 'trust',
        id: 'peer',
      }),
    )
    const monitor = monitorWith(validity(6))
    monitor.watchConnection(connectionOf(pinned, { id: 'ipsec 1', protocol: 'ipsec', trust: 'ipsec-trust' }))
    monitor.watchConnection(connectionOf(issued, { id: 'ipsec 2', protocol: 'ipsec', trust: 'ipsec-trust' }))
    expect((await live(monitor, 10)).map(({ connection }) => connection.id)).toStrictEqual(['ipsec 2'])
  })

  it('OCS-6 is believed through what the peer sent or the store holds, and by no intermediate alone', async () => {
    const authority = await ca.issueIntermediate({ name: 'Issuing', notBefore: new Date(start - 300 * DAY) })
    const { certificate } = await authority.issue({ dns: ['peer.example'], notBefore: new Date(start - DAY) })
    const above = { ...(await describeRecord(authority.certificate)), kind: 'trust', id: 'issuing' } as const
    const root = { ...(await describeRecord(ca.certificate)), kind: 'trust', id: 'ca', purpose: 'CAPF-trust' } as const
    await put(storage, bareRecord(0, { ...above, purpose: 'ipsec-trust' }))
    await put(storage, bareRecord(0, root))
    await put(storage, bareRecord(0, { ...above, purpose: 'CAPF-trust' }))
    const monitor = monitorWith(validity(6))
    const sent = { intermediates: [authority.certificate] }
    const peer = { protocol: 'ipsec', node: 'pub', certificate }
    monitor.watchConnection({ ...peer, id: 'sent', trust: 'tomcat-trust', ...sent })
    monitor.watchConnection({ ...peer, id: 'not sent', trust: 'tomcat-trust' })
    monitor.watchConnection({ ...peer, id: 'held', trust: 'CAPF-trust' })
    monitor.watchConnection({ ...peer, id: 'no root', trust: 'ipsec-trust', ...sent })
    const ids = (await live(monitor, 10)).map(({ connection }) => connection.id)
    expect(ids).toStrictEqual(['not sent', 'no root'])
  })

  it('OCS-6 that has made way for another of its id is told of, and the other one is watched', async () => {
    const [ended, lasting] = [await issue(0.1), await issue()]
    let end = (): void => undefined
    const another = connectionOf(lasting)
    const recorder = new Recorder()
    const monitor = monitorOf(storage, clock, [], {
      settings: validity(6),
      notifiers: [
        {
          name: 'swapping',
          send: (digest) => {
            end()
            monitor.watchConnection(another)
            return recorder.send(digest)
          },
        },
      ],
    })
    end = monitor.watchConnection(connectionOf(ended))
    await put(storage, bareRecord(1))
    clock.time = start + 7 * HOUR
    expect((await monitor.tick()).drops).toMatchObject([{ connection: { certificate: ended.certificate } }])
    expect(recorder.digests).toHaveLength(1)
    expect((await monitor.metrics()).connections).toBe(1)
  })

  it('OCS-6 must be for what it is used for', async () => {
    const monitor = monitorWith(validity(6))
    const issued = await ca.issue({
      dns: ['a.example'],
      extendedKeyUsage: ['serverAuth'],
      notBefore: new Date(start - DAY),
    })
    monitor.watchConnection(connectionOf(issued, { id: 'a', extendedKeyUsage: ['serverAuth'] }))
    monitor.watchConnection(connectionOf(issued, { id: 'b', extendedKeyUsage: ['clientAuth'] }))
    expect((await live(monitor, 10)).map(({ connection }) => connection.id)).toStrictEqual(['b'])
  })

  it('OCS-6 that has ended is watched no more, and another of its id is', async () => {
    const monitor = monitorWith(validity(6))
    const [first, second] = [await issue(0.1), await issue()]
    const end = monitor.watchConnection(connectionOf(first))
    expect(() => monitor.watchConnection(connectionOf(second))).toThrow('ldap 1 is watched already')
    end()
    monitor.watchConnection(connectionOf(second))
    end()
    expect(await live(monitor, 10)).toStrictEqual([])
    expect((await monitor.metrics()).connections).toBe(1)
  })

  it('OCS-6 costs its responder one request, however many there are with that peer', async () => {
    const monitor = monitorWith(withRevocation('common-criteria'))
    const issued = await issue()
    for (let i = 0; i < 40; i++) monitor.watchConnection(connectionOf(issued, { id: `cti ${i}` }))
    await live(monitor, 9)
    expect(requests).toBe(1)
  })
})
