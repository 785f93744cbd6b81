// Regeneration: REG-1 … REG-6.

import { beforeEach, expect, it } from 'vitest'
import { createCertificateManager } from '../../src/manager/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import { parseCertificate } from '../../src/x509/index.js'
import {
  certify,
  cluster as members,
  codesOf,
  DAY,
  done,
  everything,
  installedIn,
  messagesOf,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'sub1' }

let setting: Setting
let root: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting)
})

const installed = async (place = ec) => {
  const [record] = await installedIn(setting.storage, place)
  if (record === undefined) throw new Error('nothing is installed')
  return { record, certificate: parseCertificate(record.der) }
}

it('REG-1 regenerates identities only, and only where there is one', async () => {
  const { manager } = setting
  for (const purpose of ['tomcat-trust', 'LSC']) {
    expect(codesOf(await manager.regenerate({ purpose, node: 'pub' }))).toEqual(['wrong-purpose'])
    expect(codesOf(await manager.generateSelfSigned({ purpose, node: 'pub' }))).toEqual(['wrong-purpose'])
  }
  expect(codesOf(await manager.regenerate(ec))).toEqual(['not-found'])
})

it('REG-1 regenerates an expired certificate', async () => {
  const { manager, clock } = setting
  done(await manager.generateSelfSigned(ec))
  clock.advance(6 * 365 * DAY)
  const { record } = await installed()
  expect(record.notAfter).toBeLessThan(clock.now().getTime())
  done(await manager.regenerate(ec))
  expect((await installed()).record.notAfter).toBeGreaterThan(clock.now().getTime())
})

it('REG-2 keeps key type and length, subject and names, and takes a new key', async () => {
  const { manager, keys } = setting
  const subject = {
    commonName: 'web.example.com',
    organization: 'Example',
    organizationalUnit: ['A', 'B'],
    country: 'US',
  }
  const names = { dns: ['other.example.com'], ip: ['192.0.2.1', '2001:db8::1'] }
  const leaf = await certify(setting, root, {
    ...ec,
    subject,
    subjectAltNames: names,
    key: { type: 'ec', curve: 'P-521' },
  })
  done(await manager.upload({ ...ec, file: leaf.pem + root.pem }))
  const [oldKey] = await keys.handles()
  const { changes } = done(await manager.regenerate(ec))
  const { record, certificate } = await installed()
  expect(record).toMatchObject({ keyType: 'EC P-521', type: 'self-signed', origin: 'generated' })
  expect(certificate.subject.toString()).toBe(leaf.certificate.subject.toString())
  expect(certificate.subjectAltName).toEqual(leaf.certificate.subjectAltName)
  expect(await keys.handles()).not.toContain(oldKey)
  expect(changes[0]).toMatchObject({
    type: 'replace',
    before: await leaf.certificate.fingerprint(),
    after: record.sha256,
  })
})

it('REG-2 goes by the first host name where the authority has left out the common name, else by the node’s', async () => {
  const { manager } = setting
  for (const [commonName, names, subject] of [
    ['web.example.com', { dns: ['www.example.com'] }, 'CN=web.example.com,O=Example'],
    ['The web', { ip: ['192.0.2.1'] }, 'CN=sub1,O=Example'],
  ] as const) {
    const asked = { ...ec, subject: { commonName }, subjectAltNames: names }
    const leaf = await certify(setting, root, asked, { name: { organization: 'Example' } })
    done(await manager.upload({ ...ec, file: leaf.pem + root.pem }))
    done(await manager.regenerate(ec))
    expect((await installed()).record).toMatchObject({ subject, origin: 'generated' })
  }
})

it('REG-2 generates with 3072 or 4096 bits, 3072 by default, and with no other length; regenerate keeps 2048', async () => {
  const { manager } = setting
  const place = { purpose: 'ipsec', node: 'pub' }
  const of = (modulusLength: number) => manager.generateSelfSigned({ ...place, key: { type: 'rsa', modulusLength } })
  for (const length of [1024, 2048, 8192]) {
    const result = await of(length)
    expect(codesOf(result)).toEqual(['key-not-offered'])
    expect(messagesOf(result)).toBe(`ipsec takes keys of RSA 3072, RSA 4096, not of RSA ${length}`)
  }
  expect(codesOf(await manager.generateSelfSigned({ ...place, key: { type: 'ec', curve: 'P-256' } }))).toEqual([
    'key-not-offered',
  ])
  done(await manager.generateSelfSigned(place))
  expect((await installed(place)).record.keyType).toBe('RSA 3072 bit')
  const leaf = await certify(setting, root, place)
  done(await manager.upload({ ...place, file: leaf.pem + root.pem }))
  done(await manager.regenerate(place))
  expect((await installed(place)).record.keyType).toBe('RSA 2048 bit')
})

it('REG-2 takes a curve, a subject and names, and refuses what cannot be written before it makes a key', async () => {
  const { manager, keys } = setting
  const refused = await manager.generateSelfSigned({ ...ec, subject: { commonName: '', country: 'USA' } })
  expect(codesOf(refused)).toEqual(['invalid-input'])
  expect(messagesOf(refused)).toMatch(/country is "USA".*commonName is empty/)
  expect(await keys.handles()).toEqual([])
  done(
    await manager.generateSelfSigned({
      ...ec,
      key: { type: 'ec', curve: 'P-256' },
      subject: { commonName: 'a.example' },
    }),
  )
  expect((await installed()).record).toMatchObject({ keyType: 'EC P-256', subject: 'CN=a.example' })
  const names = async () => (await installed()).certificate.subjectAltName?.map(({ value }) => value)
  // Those that are given, whatever the installed one has; and those of the installed one where none are.
  for (const dns of ['b.example', 'c.example']) {
    done(await manager.generateSelfSigned({ ...ec, subjectAltNames: { dns: [dns], ip: ['192.0.2.1'] } }))
    expect(await names()).toEqual(['a.example', dns, '192.0.2.1'])
  }
  done(await manager.generateSelfSigned(ec))
  expect(await names()).toEqual(['a.example', 'c.example', '192.0.2.1'])
})

it('UPL-7 notices what a catalogue has for a regenerated certificate without an IP address', async () => {
  const { storage, keys, clock } = setting
  const notice = { code: 'no-address', message: 'by name only', on: 'regenerate', when: 'no-ip-address' } as const
  const purposes = unifiedCommunications.purposes.map((one) =>
    one.usage === 'identity' ? { ...one, notices: [notice] } : one,
  )
  const catalogue = { ...unifiedCommunications, purposes }
  const manager = createCertificateManager({ catalogue, cluster: members, storage, keys, clock })
  const codes = async (ip: readonly string[]): Promise<readonly string[]> =>
    done(await manager.generateSelfSigned({ ...ec, subjectAltNames: { dns: ['a.example'], ip } })).notices.map(
      ({ code }) => code,
    )
  expect(await codes([])).toEqual(['no-address'])
  expect(await codes(['192.0.2.1'])).toEqual([])
})

it('REG-3 overwrites a third-party certificate, which stays in history, and destroys its key', async () => {
  const { manager, storage, keys } = setting
  const leaf = await certify(setting, root, ec)
  done(await manager.upload({ ...ec, file: leaf.pem + root.pem }))
  done(await manager.regenerate(ec))
  const history = (await recordsOf(storage, 'history')).filter(({ purpose }) => purpose === ec.purpose)
  expect(history).toMatchObject([
    { why: 'regenerated', sha256: await leaf.certificate.fingerprint(), usage: 'identity' },
  ])
  expect(await keys.handles()).toHaveLength(1)
})

it('REG-4 lists services, CTL, phones and backup, and says to do it outside business hours', async () => {
  const { manager } = setting
  const types = async (purpose: string): Promise<readonly string[]> => {
    const { effects, notices } = done(await manager.plan.generateSelfSigned({ purpose, node: 'pub' }))
    expect(notices.map(({ code }) => code)).toContain('outside-business-hours')
    return effects.map(({ type }) => type).filter((type) => type !== 'replicate' && type !== 'copy-to-store')
  }
  expect(await types('tomcat')).toEqual(['restart-service', 'restart-service', 'backup-required'])
  expect(await types('CallManager')).toEqual(['update-ctl', 'reset-phones', 'backup-required'])
  expect(await types('CallManager-ECDSA')).toEqual(['restart-service', 'update-ctl', 'reset-phones', 'backup-required'])
  expect(await types('CAPF')).toEqual(['update-ctl', 'reset-phones', 'backup-required'])
  expect(await types('TVS')).toEqual(['reset-phones', 'backup-required'])
  expect(await types('ITLRecovery')).toEqual(['update-ctl', 'backup-required'])
  expect(await types('ipsec')).toEqual(['backup-required'])
})

it('REG-5 makes certificates of five years with exactly the usages of the profile', async () => {
  done(await setting.manager.generateSelfSigned(ec))
  const { certificate } = await installed()
  expect((certificate.notAfterTime - certificate.notBeforeTime) / DAY).toBeCloseTo(1825, 3)
  expect([...(certificate.keyUsage ?? [])].sort()).toEqual(
    ['dataEncipherment', 'digitalSignature', 'keyAgreement', 'keyEncipherment'].sort(),
  )
  expect(certificate.extendedKeyUsage).toEqual(['serverAuth', 'clientAuth', 'ipsecEndSystem'])
  expect(certificate.isSelfSigned).toBe(true)
  expect(unifiedCommunications.selfSignedDays).toBe(1825)
})

it('REG-6 reports a backup pending until one is recorded that was begun after the regeneration', async () => {
  const { manager, clock } = setting
  expect(await manager.backupPending()).toEqual([])
  done(await manager.generateSelfSigned(ec))
  clock.advance(1000)
  const begun = clock.now()
  clock.advance(1000)
  const other = { purpose: 'CallManager-ECDSA', node: 'pub' }
  done(await manager.generateSelfSigned(other))
  expect(await manager.backupPending()).toEqual(expect.arrayContaining([ec, other]))
  expect(await manager.plan.recordBackup({ takenAt: begun })).toEqual([ec])
  expect(await manager.plan.recordBackup()).toEqual(expect.arrayContaining([ec, other]))
  expect(await manager.backupPending()).toHaveLength(2)
  expect(await manager.recordBackup({ takenAt: begun, actor: 'nightly' })).toEqual([ec])
  expect(await manager.backupPending()).toEqual([other])
  expect(await manager.recordBackup()).toEqual([other])
  expect(await manager.backupPending()).toEqual([])
})

it('UPL-8 plans a regeneration without making a key or writing anything', async () => {
  const { manager, storage, keys } = setting
  done(await manager.generateSelfSigned(ec))
  const [handles, before] = [await keys.handles(), await everything(storage)]
  const planned = done(await manager.plan.regenerate(ec))
  expect([await keys.handles(), await everything(storage)]).toEqual([handles, before])
  const outcome = done(await manager.regenerate(ec))
  expect(outcome.changes.map((change) => ({ ...change, after: undefined }))).toEqual(planned.changes)
  expect([outcome.effects, outcome.notices]).toEqual([planned.effects, planned.notices])
})

it('PUR-7 shows each self-signed certificate to every node, whatever others have its subject', async () => {
  const { manager, storage } = setting
  for (const node of ['pub', 'sub1']) {
    done(await manager.generateSelfSigned({ purpose: 'tomcat-ECDSA', node, subject: { commonName: 'shared.example' } }))
  }
  done(await manager.regenerate({ purpose: 'tomcat-ECDSA', node: 'pub' }))
  expect(await installedIn(storage, { purpose: 'tomcat-trust', node: 'pub' })).toHaveLength(1)
  const words = (await recordsOf(storage, 'outbox')).filter((record) => record.kind === 'outbox')
  expect(new Set(words.map(({ recordId }) => recordId)).size).toBe(2)
})

it('PUR-7, DEL-4 takes the copy of a self-signed certificate from every node once an authority has certified the purpose', async () => {
  const { manager, storage } = setting
  const place = { purpose: 'CallManager-ECDSA', node: 'pub' }
  const trust = { purpose: 'CallManager-trust', node: 'pub' }
  done(await manager.generateSelfSigned(place))
  const [shown] = await installedIn(storage, trust)
  done(await manager.upload({ ...trust, file: root.pem }))
  const leaf = await certify(setting, root, place)
  const { effects } = done(await manager.upload({ ...place, file: leaf.pem }))
  expect((await installedIn(storage, trust)).map(({ subject }) => subject)).toEqual([
    root.certificate.subject.toString(),
  ])
  const words = (await recordsOf(storage, 'outbox')).filter((record) => record.kind === 'outbox')
  const taken = words.filter(({ action }) => action === 'delete')
  expect(taken.map(({ target, recordId, sha256 }) => [target, recordId, sha256]).sort()).toEqual([
    ['sub1', shown?.id, shown?.sha256],
    ['sub2', shown?.id, shown?.sha256],
  ])
  expect(effects.filter(({ type }) => type === 'replicate').map(({ node, reason }) => [node, reason])).toEqual(
    ['sub1', 'sub2'].map((node) => [node, `${String(shown?.subject)} is no longer trusted on pub`]),
  )
})

it('CLU-3 says of the copy nodes know each other by whether it was generated or copied', async () => {
  const { manager, storage } = setting
  const place = { purpose: 'tomcat-ECDSA', node: 'pub' }
  const trust = { purpose: 'tomcat-trust', node: 'pub' }
  done(await manager.generateSelfSigned(place))
  expect(await installedIn(storage, trust)).toMatchObject([{ origin: 'generated' }])
  done(await manager.upload({ ...trust, file: root.pem }))
  const leaf = await certify(setting, root, place)
  done(await manager.upload({ ...place, file: leaf.pem }))
  const copies = (await installedIn(storage, trust)).filter(({ origin }) => origin !== 'uploaded')
  expect(copies).toMatchObject([{ origin: 'copied', sha256: await leaf.certificate.fingerprint() }])
})
