// MON-6: a chain ends with its earliest certificate.

import { beforeEach, expect, it } from 'vitest'
import { type CertificateRecord, createMemoryStorage, describeRecord, type Storage } from '../../src/inventory/index.js'
import type { ExpiryNotice } from '../../src/monitor/index.js'
import { createTestCa, type IssuedCertificate, type TestCa } from '../../src/testkit/index.js'
import { bareRecord, DAY, ManualClock, monitorOf, put, Recorder, start } from '../support/monitor.js'

let storage: Storage
let clock: ManualClock
let recorder: Recorder
beforeEach(() => {
  storage = createMemoryStorage()
  clock = new ManualClock()
  recorder = new Recorder()
})

const until = (days: number) => ({ notBefore: new Date(start - 400 * DAY), notAfter: new Date(start + days * DAY) })
const rootOf = (name: string, days: number): Promise<TestCa> => createTestCa({ name, clock, ...until(days) })

const install = async (
  issued: Pick<IssuedCertificate, 'certificate'>,
  changes: Partial<CertificateRecord>,
): Promise<CertificateRecord> =>
  put(storage, bareRecord(0, { ...(await describeRecord(issued.certificate)), ...changes }))
const trust = (issued: Pick<IssuedCertificate, 'certificate'>, id: string, node = 'pub'): Promise<CertificateRecord> =>
  install(issued, { purpose: 'tomcat-trust', kind: 'trust', id, node })

/** What the notice of a trusted certificate names, as of a day. */
async function takenDownBy(record: CertificateRecord, day: number): Promise<readonly string[]> {
  clock.time = start + day * DAY
  await monitorOf(storage, clock, [recorder]).tick()
  const notices = recorder.notices.filter((one): one is ExpiryNotice => one.type === 'expiry')
  const notice = notices.find(({ sha256, node }) => sha256 === record.sha256 && node === record.node)
  return (notice ?? expect.fail('there is no such notice')).takesDown.map(
    ({ purpose, node }) => `${purpose} on ${node}`,
  )
}

it('MON-6 an intermediate that ends first is reported with every identity of its node it takes down', async () => {
  const root = await rootOf('Root', 900)
  const intermediate = await root.issueIntermediate({ name: 'Intermediate', ...until(40) })
  const other = await root.issueIntermediate({ name: 'Other', ...until(800) })
  await trust(root, 'root')
  await trust(other, 'other')
  const record = await trust(intermediate, 'intermediate')
  await trust(intermediate, 'intermediate', 'sub1')
  const names = { dns: ['pub.example.com'] }
  await install(await intermediate.issue({ ...names, ...until(300) }), { purpose: 'tomcat' })
  await install(await intermediate.issue({ ...names, ...until(300) }), { purpose: 'tomcat-ECDSA' })
  await install(await intermediate.issue({ ...names, ...until(300) }), { purpose: 'tomcat', node: 'sub2' })
  await install(await other.issue({ ...names, ...until(300) }), { purpose: 'CallManager' })
  expect(await takenDownBy(record, 15)).toStrictEqual(['tomcat on pub', 'tomcat-ECDSA on pub'])
})

it('MON-6 neither an identity that ends before it nor one with another way to a root goes down', async () => {
  const root = await rootOf('Root', 40)
  const heir = await rootOf('Heir', 900)
  const record = await trust(root, 'root')
  await trust(heir, 'heir')
  const crossed = await root.issueIntermediate({ name: 'Crossed', ...until(700) })
  await trust(crossed, 'crossed')
  await trust(await heir.crossSign(crossed, until(700)), 'cross')
  const names = { dns: ['pub.example.com'] }
  await install(await root.issue({ ...names, ...until(40) }), { purpose: 'tomcat' })
  await install(await crossed.issue({ ...names, ...until(300) }), { purpose: 'tomcat-ECDSA' })
  expect(await takenDownBy(record, 15)).toStrictEqual([])
})

it('MON-6 names what its own trust purpose vouches for, and of that what holds until then', async () => {
  const root = await rootOf('Root', 40)
  const stranger = await rootOf('Stranger', 900)
  const record = await trust(root, 'root')
  const names = { dns: ['pub.example.com'] }
  // Of another trust purpose, though the same root has issued it.
  await install(await root.issue({ ...names, ...until(300) }), { purpose: 'CallManager' })
  // Whose chain never held.
  await install(await stranger.issue({ ...names, ...until(300) }), { purpose: 'tomcat' })
  await install(await root.issue({ ...names, ...until(300) }), { purpose: 'tomcat-ECDSA' })
  expect(await takenDownBy(record, 15)).toStrictEqual(['tomcat-ECDSA on pub'])
})

it('MON-6 what stands in a scope that is damaged is not named, and everybody else is told', async () => {
  const root = await rootOf('Root', 40)
  const record = await trust(root, 'root')
  const names = { dns: ['pub.example.com'] }
  await install(await root.issue({ ...names, ...until(300) }), { purpose: 'tomcat' })
  await install(await root.issue({ ...names, ...until(300) }), { purpose: 'tomcat-ECDSA' })
  const whole = storage
  const failing = (code: string): Storage => ({
    ...whole,
    read: (scopes) =>
      scopes.some(({ purpose }) => purpose === 'tomcat')
        ? Promise.reject(Object.assign(new Error('cannot be read'), { code }))
        : whole.read(scopes),
  })
  storage = failing('damaged')
  expect(await takenDownBy(record, 15)).toStrictEqual(['tomcat-ECDSA on pub'])
  // What may be read a moment later is waited for.
  storage = failing('connection')
  clock.time += 40 * DAY
  await expect(monitorOf(storage, clock, [recorder]).tick()).rejects.toThrow('cannot be read')
})

it('MON-6 a root takes down what stands below its intermediates, whose own ends come later', async () => {
  const root = await rootOf('Root', 40)
  const intermediate = await root.issueIntermediate({ name: 'Intermediate', ...until(800) })
  const record = await trust(root, 'root')
  await trust(intermediate, 'intermediate')
  await install(await intermediate.issue({ dns: ['pub.example.com'], ...until(300) }), { purpose: 'tomcat' })
  expect(await takenDownBy(record, 15)).toStrictEqual(['tomcat on pub'])
})

it('MON-6 a root that has ended already is reported with what it has taken down', async () => {
  const root = await rootOf('Root', 10)
  const record = await trust(root, 'root')
  await install(await root.issue({ dns: ['pub.example.com'], ...until(300) }), { purpose: 'tomcat' })
  expect(await takenDownBy(record, 20)).toStrictEqual(['tomcat on pub'])
})
