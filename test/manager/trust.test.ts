// Trusted certificates: UPL-1, UPL-5, PUR-4 … PUR-7.

import { beforeEach, describe, expect, it } from 'vitest'
import type { TestCa } from '../../src/testkit/index.js'
import {
  certify,
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
  subjectsIn,
} from '../support/manager.js'

const trust = { purpose: 'tomcat-trust', node: 'pub' }

let setting: Setting
let root: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
})

/** Another certificate of the root's name and key, so many days older or newer. */
const renewed = (days: number): Promise<TestCa> =>
  rootOf(setting, {
    key: root.key,
    notBefore: new Date(root.certificate.notBeforeTime + days * DAY),
    notAfter: new Date(root.certificate.notBeforeTime + 1000 * DAY),
  })

describe('what is there already', () => {
  it('UPL-5 keeps the description', async () => {
    done(await setting.manager.upload({ ...trust, file: root.pem, description: 'of the company' }))
    expect(await installedIn(setting.storage, trust)).toMatchObject([
      { description: 'of the company', origin: 'uploaded' },
    ])
  })

  it('UPL-5 changes nothing for a byte-identical certificate, and says so', async () => {
    const { manager, storage } = setting
    done(await manager.upload({ ...trust, file: root.pem, description: 'first' }))
    const before = await everything(storage)
    const outcome = done(await manager.upload({ ...trust, file: root.der, description: 'second' }))
    expect(outcome).toMatchObject({ changes: [], effects: [], notices: [{ code: 'already-installed' }] })
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-5 replaces by a newer notBefore, keeps the old one in history, and refuses an older one', async () => {
    const { manager, storage } = setting
    const newer = await renewed(1)
    setting.clock.advance(2 * DAY)
    done(await manager.upload({ ...trust, file: root.pem }))
    const { changes } = done(await manager.upload({ ...trust, file: newer.pem }))
    const [before, after] = await Promise.all([root, newer].map(({ certificate }) => certificate.fingerprint()))
    expect(changes).toEqual([{ type: 'replace', ...trust, subject: 'CN=Root', before, after }])
    expect(await recordsOf(storage, 'history')).toMatchObject([{ sha256: before, why: 'replaced' }])
    const result = await manager.upload({ ...trust, file: root.pem })
    expect(codesOf(result)).toEqual(['older-certificate'])
    expect(messagesOf(result)).toContain('CN=Root')
    expect(await installedIn(storage, trust)).toMatchObject([{ sha256: after }])
  })

  it('UPL-5 refuses another certificate of the same time and subject', async () => {
    const { manager } = setting
    const twin = await renewed(0)
    done(await manager.upload({ ...trust, file: root.pem }))
    expect(codesOf(await manager.upload({ ...trust, file: twin.pem }))).toEqual(['older-certificate'])
    const both = await rootOf(setting, { keyType: 'p256', name: 'Both' })
    const same = await rootOf(setting, { keyType: 'p256', name: 'Both' })
    expect(codesOf(await manager.upload({ ...trust, file: both.pem + same.pem }))).toEqual(['unsuitable-file'])
  })
})

describe('the file', () => {
  it('UPL-1 takes several CA certificates in any order', async () => {
    const upper = await root.issueIntermediate({ name: 'Upper' })
    const lower = await upper.issueIntermediate({ name: 'Lower' })
    for (const order of [
      [root, upper, lower],
      [lower, upper, root],
      [upper, lower, root, upper],
    ]) {
      const { storage, manager } = setUp({ clock: setting.clock })
      const { changes } = done(await manager.upload({ ...trust, file: order.map(({ pem }) => pem).join('') }))
      expect(changes[0]?.subject).toBe('CN=Root')
      expect(await subjectsIn(storage, trust)).toEqual(['CN=Lower', 'CN=Root', 'CN=Upper'])
    }
  })

  it('UPL-1 refuses the whole file where one certificate’s issuer is missing', async () => {
    const { manager, storage } = setting
    const upper = await root.issueIntermediate({ name: 'Upper' })
    const lower = await upper.issueIntermediate({ name: 'Lower' })
    const before = await everything(storage)
    const result = await manager.upload({ ...trust, file: root.pem + lower.pem })
    expect(codesOf(result)).toEqual(['issuer-missing'])
    expect(messagesOf(result)).toMatch(/issuer CN=Upper/)
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-5 installs the newest of several certificates of one subject, in any order', async () => {
    setting.clock.advance(3 * DAY)
    const newer = await renewed(1)
    for (const file of [root.pem + newer.pem, newer.pem + root.pem]) {
      const { storage, manager } = setUp({ clock: setting.clock })
      const { notices, changes } = done(await manager.upload({ ...trust, file }))
      expect(changes).toHaveLength(1)
      expect(notices.map(({ code }) => code)).toEqual(['not-installed'])
      expect((await installedIn(storage, trust)).map(({ notBefore }) => notBefore)).toEqual([
        newer.certificate.notBeforeTime,
      ])
    }
  })

  it('UPL-4 refuses an authority that only the older root its file replaces has signed', async () => {
    const { manager, storage } = setting
    const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
    setting.clock.advance(2 * DAY)
    const rekeyed = await rootOf(setting, { keyType: 'p256' })
    done(await manager.upload({ ...trust, file: root.pem }))
    const before = await everything(storage)
    const result = await manager.upload({ ...trust, file: intermediate.pem + rekeyed.pem })
    expect(codesOf(result)).toEqual(['chain'])
    expect(messagesOf(result)).toMatch(/^CN=Intermediate: .*signature/)
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-4 refuses an expired root, one that has not signed itself, and one of a key too weak or too long, all at once', async () => {
    const { manager, clock } = setting
    const expired = await rootOf(setting, {
      name: 'Expired',
      keyType: 'p256',
      notAfter: new Date(clock.now().getTime() - DAY),
    })
    const forged = await rootOf(setting, { name: 'Forged', keyType: 'p256', signature: 'broken' })
    const result = await manager.upload({ ...trust, file: expired.pem + forged.pem })
    expect([...codesOf(result)].sort()).toEqual(['chain', 'expired'])
    expect(messagesOf(result)).toMatch(/CN=Forged names itself/)
  })
})

describe('where it goes', () => {
  it('PUR-5 copies a CAPF root into CallManager-trust in the same commit, and intermediates not', async () => {
    const { manager, storage } = setting
    const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
    const { effects, changes } = done(
      await manager.upload({ purpose: 'CAPF-trust', node: 'sub1', file: intermediate.pem + root.pem }),
    )
    const target = { purpose: 'CallManager-trust', node: 'sub1' }
    expect(await installedIn(storage, target)).toMatchObject([{ subject: 'CN=Root', origin: 'copied' }])
    expect(changes.map(({ purpose, subject }) => `${purpose} ${subject}`)).toEqual([
      'CAPF-trust CN=Root',
      'CallManager-trust CN=Root',
      'CAPF-trust CN=Intermediate',
    ])
    expect(effects).toContainEqual(expect.objectContaining({ type: 'copy-to-store', ...target }))
    done(await manager.upload({ ...target, node: 'pub', file: root.pem }))
  })

  it('PUR-5 leaves a newer root of CallManager-trust as it is', async () => {
    const { manager, storage } = setting
    setting.clock.advance(3 * DAY)
    const newer = await renewed(1)
    const target = { purpose: 'CallManager-trust', node: 'pub' }
    done(await manager.upload({ ...target, file: newer.pem }))
    const { changes } = done(await manager.upload({ purpose: 'CAPF-trust', node: 'pub', file: root.pem }))
    expect(changes).toHaveLength(1)
    expect(await installedIn(storage, target)).toMatchObject([{ notBefore: newer.certificate.notBeforeTime }])
  })

  it('PUR-5 puts a newer root in the place of the one CallManager-trust has, and not the same one again', async () => {
    const { manager, storage } = setting
    const copies = { purpose: 'CallManager-trust', node: 'pub' }
    const newer = await renewed(1)
    setting.clock.advance(2 * DAY)
    done(await manager.upload({ ...copies, file: root.pem }))
    done(await manager.upload({ purpose: 'CAPF-trust', node: 'pub', file: newer.pem }))
    const sha256 = await newer.certificate.fingerprint()
    expect(await installedIn(storage, copies)).toMatchObject([{ sha256, origin: 'copied' }])
    done(await manager.delete({ purpose: 'CAPF-trust', node: 'pub', sha256 }))
    const { changes } = done(await manager.upload({ purpose: 'CAPF-trust', node: 'pub', file: newer.pem }))
    expect(changes.map(({ purpose }) => purpose)).toEqual(['CAPF-trust'])
  })

  it('PUR-6 takes an authority of a directory, and the directory’s own certificate where it is said to be a peer’s', async () => {
    const { manager, storage } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    const stranger = await rootOf(setting, { name: 'Stranger', keyType: 'p256' })
    const directory = await stranger.issue({ name: 'ldap.example.com' })
    expect(codesOf(await manager.upload({ ...trust, file: directory.pem }))).toEqual(['wrong-purpose'])
    done(await manager.upload({ ...trust, file: directory.pem, as: 'peer', description: 'directory' }))
    expect(await subjectsIn(storage, trust)).toEqual(['CN=Root', 'CN=ldap.example.com'])
  })

  it('PUR-6 validates a peer’s certificate, and takes one at a time', async () => {
    const { manager, clock } = setting
    const expired = await root.issue({ name: 'old.example', notAfter: new Date(clock.now().getTime() - DAY) })
    expect(codesOf(await manager.upload({ ...trust, file: expired.pem, as: 'peer' }))).toEqual(['expired'])
    const [one, two] = [await root.issue({ name: 'one.example' }), await root.issue({ name: 'two.example' })]
    expect(codesOf(await manager.upload({ ...trust, file: one.pem + two.pem, as: 'peer' }))).toEqual([
      'unsuitable-file',
      'unsuitable-file',
    ])
  })

  it('PUR-7 leaves word for every other node for the purposes that replicate, in the order it happened, and for no others', async () => {
    const { manager, storage } = setting
    const purposes = ['tomcat-trust', 'CallManager-trust', 'Phone-SAST-trust']
    for (const purpose of [...purposes, 'CAPF-trust', 'ipsec-trust', 'TVS-trust', 'Phone-VPN-trust', 'cup-trust']) {
      const ca = await rootOf(setting, { name: purpose, keyType: 'p256' })
      const { effects } = done(await manager.upload({ purpose, node: 'sub1', file: ca.pem }))
      const told = effects.filter(({ type }) => type === 'replicate').map(({ node }) => node)
      expect(told).toEqual(purposes.includes(purpose) || purpose === 'CAPF-trust' ? ['pub', 'sub2'] : [])
    }
    const words = (await recordsOf(storage, 'outbox')).filter((record) => record.kind === 'outbox')
    expect(
      words.map(({ target, purpose, action, record }) => [target, purpose, action, record?.subject]).sort(),
    ).toEqual(
      ['pub', 'sub2'].flatMap((target) =>
        ['CallManager-trust', 'CallManager-trust', 'Phone-SAST-trust', 'tomcat-trust'].map((purpose, index) => [
          target,
          purpose,
          'put',
          // The root of CAPF-trust is copied to CallManager-trust, and goes from there.
          `CN=${index === 0 ? 'CAPF-trust' : purpose}`,
        ]),
      ),
    )
  })

  it('UPL-5 keeps an uploaded authority and a generated certificate of the same name apart', async () => {
    const { manager, storage } = setting
    const place = { purpose: 'tomcat-ECDSA', node: 'pub' }
    done(await manager.generateSelfSigned({ ...place, subject: { commonName: 'Root' } }))
    done(await manager.upload({ ...trust, file: root.pem }))
    expect((await installedIn(storage, trust)).map(({ origin }) => origin).sort()).toEqual(['generated', 'uploaded'])
    const leaf = await certify(setting, root, place)
    done(await manager.upload({ ...place, file: leaf.pem }))
    expect(await subjectsIn(storage, trust)).toEqual(['CN=Root', 'CN=pub.example.com'])
  })
})
