// Uploads of identities: UPL-1 … UPL-8, CSR-7, CSR-9, PUR-4, PUR-8 … PUR-12.

import { beforeEach, describe, expect, it } from 'vitest'
import { parseCertificateList } from '../../src/crl/index.js'
import { type CryptoProvider, runtimeCrypto } from '../../src/crypto/index.js'
import { writePkcs7 } from '../../src/pkcs7/index.js'
import type { IssuedCertificate, TestCa } from '../../src/testkit/index.js'
import {
  answer,
  audits,
  certify,
  codesOf,
  DAY,
  done,
  everything,
  hostOf,
  installedIn,
  messagesOf,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
  subjectsIn,
} from '../support/manager.js'

const tomcat = { purpose: 'tomcat', node: 'pub' }
const tomcatTrust = { purpose: 'tomcat-trust', node: 'pub' }

let setting: Setting
let root: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting)
})

const trustRoot = async (purpose = 'tomcat-trust', node = 'pub'): Promise<void> => {
  done(await setting.manager.upload({ purpose, node, file: root.pem }))
}

describe('the chain', () => {
  it('UPL-1 takes root, then intermediate, then the identity certificate', async () => {
    const { manager, storage } = setting
    const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
    await trustRoot()
    done(await manager.upload({ ...tomcatTrust, file: intermediate.pem }))
    const leaf = await certify(setting, intermediate, tomcat)
    done(await manager.upload({ ...tomcat, file: leaf.pem }))
    expect(
      (await installedIn(storage, tomcat)).map(({ commonName, origin, type }) => [commonName, origin, type]),
    ).toEqual([['pub.example.com', 'uploaded', 'ca-signed']])
  })

  it('UPL-4 verifies the signatures of authorities once, and those of identities each', async () => {
    const signed: string[] = []
    const crypto: CryptoProvider = {
      digest: (algorithm, data) => runtimeCrypto.digest(algorithm, data),
      verify: (algorithm, key, signature, data) => {
        signed.push(Buffer.from(data).toString('hex'))
        return runtimeCrypto.verify(algorithm, key, signature, data)
      },
    }
    setting = setUp({ crypto })
    root = await rootOf(setting)
    const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
    await trustRoot()
    done(await setting.manager.upload({ ...tomcatTrust, file: intermediate.pem }))
    const leaves = [await certify(setting, intermediate, tomcat), await certify(setting, intermediate, tomcat)]
    const last = leaves.at(-1)
    if (last === undefined) throw new Error('no certificate')
    done(await setting.manager.plan.upload({ ...tomcat, file: last.der }))
    done(await setting.manager.upload({ ...tomcat, file: last.der }))
    const count = ({ certificate }: IssuedCertificate): number =>
      signed.filter((one) => one === Buffer.from(certificate.tbsCertificate).toString('hex')).length
    expect([root, intermediate, last].map(count)).toEqual([1, 1, 1])
    // Neither is a forgery taken for what it imitates.
    const forged = last.der.slice()
    forged.fill(forged.at(-1) === 0 ? 1 : 0, -1)
    expect(codesOf(await setting.manager.upload({ ...tomcat, file: forged }))).toEqual(['chain'])
  })

  it('UPL-1 refuses an identity whose root is not trusted, naming the issuer and its key identifier', async () => {
    const { manager, storage } = setting
    const leaf = await certify(setting, root, tomcat)
    const before = await everything(storage)
    const result = await manager.upload({ ...tomcat, file: leaf.pem })
    expect(codesOf(result)).toEqual(['issuer-missing'])
    const identifier = Buffer.from(root.certificate.subjectKeyIdentifier ?? []).toString('hex')
    expect(messagesOf(result)).toContain('CN=Root')
    expect(messagesOf(result)).toContain(identifier)
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-1 refuses an identity, and an intermediate, where only the intermediate’s issuer is missing', async () => {
    const { manager } = setting
    const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
    const leaf = await certify(setting, intermediate, tomcat)
    expect(codesOf(await manager.upload({ ...tomcatTrust, file: intermediate.pem }))).toEqual(['issuer-missing'])
    const result = await manager.upload({ ...tomcat, file: leaf.pem + intermediate.pem })
    expect(codesOf(result)).toEqual(['issuer-missing'])
    expect(messagesOf(result)).toMatch(/^CN=Intermediate: .*issuer CN=Root/)
  })

  it.each(['PEM, leaf first', 'PEM, root first', 'PKCS#7'])(
    'UPL-1 installs the CA certificates of a file with the whole chain in the same commit (%s)',
    async (form) => {
      const { manager, storage } = setting
      const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
      const leaf = await certify(setting, intermediate, tomcat)
      const chain = [leaf, intermediate, root]
      const file =
        form === 'PKCS#7'
          ? writePkcs7({ certificates: chain.map(({ certificate }) => certificate) })
          : (form === 'PEM, leaf first' ? chain : [...chain].reverse()).map(({ pem }) => pem).join('')
      const { changes } = done(await manager.upload({ ...tomcat, file }))
      expect(await subjectsIn(storage, tomcatTrust)).toEqual(expect.arrayContaining(['CN=Intermediate', 'CN=Root']))
      expect(
        changes.filter(({ type }) => type === 'install').map(({ subject, purpose }) => `${subject} ${purpose}`),
      ).toEqual(
        expect.arrayContaining(['CN=Root tomcat-trust', 'CN=Intermediate tomcat-trust', 'CN=pub.example.com tomcat']),
      )
      const uploads = (await audits(storage)).filter(({ action }) => action === 'upload')
      expect(uploads).toHaveLength(1)
    },
  )

  it('UPL-1 leaves out CA certificates of the file that the chain does not need, and says so', async () => {
    const { manager, storage } = setting
    const stranger = await rootOf(setting, { name: 'Stranger' })
    const leaf = await certify(setting, root, tomcat)
    const { notices } = done(await manager.upload({ ...tomcat, file: leaf.pem + root.pem + stranger.pem }))
    expect(await subjectsIn(storage, tomcatTrust)).not.toContain('CN=Stranger')
    expect(notices.filter(({ code }) => code === 'not-installed').map(({ message }) => message)).toEqual([
      'CN=Stranger of the file is not part of the chain, and is not installed',
    ])
  })

  it('UPL-1 goes by the trusted root where the file carries an older one of the same name', async () => {
    const { manager, storage } = setting
    const sameKey = {
      key: root.key,
      name: 'Root',
      clock: setting.clock,
      subjectKeyIdentifier: root.written.keyIdentifier,
    }
    const old = await rootOf(setting, { ...sameKey, notBefore: new Date(setting.clock.now().getTime() - 100 * DAY) })
    await trustRoot()
    const leaf = await certify(setting, root, tomcat)
    done(await manager.upload({ ...tomcat, file: leaf.pem + old.pem }))
    expect((await installedIn(storage, tomcatTrust)).find(({ subject }) => subject === 'CN=Root')?.notBefore).toBe(
      root.certificate.notBeforeTime,
    )
  })
})

describe('certificates of one name in the file', () => {
  const dated = (days: number): { notBefore: Date } => ({
    notBefore: new Date(setting.clock.now().getTime() - days * DAY),
  })

  it('UPL-5 puts a renewed intermediate in the place of the trusted one the certificate does not rest on', async () => {
    const { manager, storage } = setting
    await trustRoot()
    const old = await root.issueIntermediate({ name: 'Intermediate', ...dated(3) })
    done(await manager.upload({ ...tomcatTrust, file: old.pem }))
    const renewed = await root.issueIntermediate({ name: 'Intermediate', ...dated(2) })
    const leaf = await certify(setting, renewed, tomcat)
    done(await manager.upload({ ...tomcat, file: leaf.pem + renewed.pem }))
    const sha256 = await renewed.certificate.fingerprint()
    expect(
      (await installedIn(storage, tomcatTrust)).filter(({ subject }) => subject === 'CN=Intermediate'),
    ).toMatchObject([{ sha256 }])
  })

  it('UPL-5 refuses a chain that needs two of them, since a trust purpose holds one', async () => {
    const { manager, storage } = setting
    await trustRoot()
    const first = await root.issueIntermediate({ name: 'Intermediate', ...dated(3) })
    const between = await first.issueIntermediate({ name: 'Between', ...dated(3) })
    const second = await between.issueIntermediate({ name: 'Intermediate', ...dated(2) })
    const leaf = await certify(setting, second, tomcat)
    const before = await everything(storage)
    const result = await manager.upload({ ...tomcat, file: leaf.pem + second.pem + between.pem + first.pem })
    expect(codesOf(result)).toEqual(['unsuitable-file'])
    expect(messagesOf(result)).toMatch(/needs several certificates of CN=Intermediate/)
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-5 refuses a chain that needs a trusted certificate and the newer one of its subject in the file', async () => {
    const { manager, storage } = setting
    await trustRoot()
    const first = await root.issueIntermediate({ name: 'Intermediate', ...dated(3) })
    const between = await first.issueIntermediate({ name: 'Between', ...dated(3) })
    done(await manager.upload({ ...tomcatTrust, file: first.pem + between.pem }))
    const second = await between.issueIntermediate({ name: 'Intermediate', ...dated(2) })
    const leaf = await certify(setting, second, tomcat)
    const before = await everything(storage)
    const result = await manager.upload({ ...tomcat, file: leaf.pem + second.pem })
    expect(codesOf(result)).toEqual(['unsuitable-file'])
    expect(messagesOf(result)).toMatch(/needs several certificates of CN=Intermediate/)
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-4 refuses with the certificate a root of the file that has not signed itself', async () => {
    const { manager, storage } = setting
    const forged = await rootOf(setting, { name: 'Forged', signature: 'broken' })
    const leaf = await certify(setting, forged, tomcat)
    const before = await everything(storage)
    const result = await manager.upload({ ...tomcat, file: leaf.pem + forged.pem })
    expect(codesOf(result)).toEqual(['chain'])
    expect(messagesOf(result)).toMatch(/its own key has not signed it/)
    expect(await everything(storage)).toEqual(before)
  })
})

describe('the key', () => {
  it('UPL-2 refuses a certificate for another key than the pending request’s', async () => {
    const { manager, storage } = setting
    await trustRoot()
    const first = await certify(setting, root, tomcat)
    await manager.generateCsr({ ...tomcat, subject: { commonName: hostOf('pub') } })
    const before = await everything(storage)
    const result = await manager.upload({ ...tomcat, file: first.pem })
    expect(codesOf(result)).toEqual(['key-mismatch'])
    expect(result.ok || result.findings[0]?.rule).toBe('UPL-2')
    expect(messagesOf(result)).toMatch(/neither for the key of the pending request nor for the installed one/)
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-2 refuses a certificate where neither a request is pending nor anything installed, and says so', async () => {
    await trustRoot('tomcat-trust', 'sub1')
    const leaf = await certify(setting, root, tomcat)
    const result = await setting.manager.upload({ ...tomcat, node: 'sub1', file: leaf.pem })
    expect(codesOf(result)).toEqual(['key-mismatch'])
    expect(messagesOf(result)).toMatch(/no request is pending/)
  })

  it('CSR-9 asks a renewal on the installed key for none of the names of a request on another', async () => {
    const { manager, storage } = setting
    await trustRoot()
    const csr = done(await manager.generateCsr({ ...tomcat, subject: { commonName: hostOf('pub') } }))
    done(await manager.upload({ ...tomcat, file: (await answer(csr.pem, root)).pem }))
    const hosts = ['pub', 'sub1', 'sub2'].map(hostOf)
    const distribution = { type: 'multi-server', hosts } as const
    done(await manager.generateCsr({ ...tomcat, subject: { commonName: 'ms.example.com' }, distribution }))
    done(await manager.upload({ ...tomcat, file: (await answer(csr.pem, root)).pem }))
    expect(await recordsOf(storage, 'request')).toHaveLength(1)
  })

  it('UPL-2 takes a renewal on the installed key, without a request; a pending request of another key stays', async () => {
    const { manager, storage, keys } = setting
    await trustRoot()
    const csr = done(await manager.generateCsr({ ...tomcat, subject: { commonName: hostOf('pub') } }))
    done(await manager.upload({ ...tomcat, file: (await answer(csr.pem, root)).pem }))
    done(await manager.upload({ ...tomcat, file: (await answer(csr.pem, root)).pem }))
    expect(await keys.handles()).toHaveLength(1)
    await manager.generateCsr({ ...tomcat, subject: { commonName: hostOf('pub') } })
    done(await manager.upload({ ...tomcat, file: (await answer(csr.pem, root)).pem }))
    expect(await recordsOf(storage, 'request')).toHaveLength(1)
    expect(await keys.handles()).toHaveLength(2)
    expect((await recordsOf(storage, 'history')).filter(({ purpose }) => purpose === 'tomcat')).toHaveLength(2)
  })

  it('UPL-3 deletes the request it answers, overwrites a third-party certificate, and destroys the key that replaces', async () => {
    const { manager, storage, keys } = setting
    await trustRoot()
    const first = await certify(setting, root, tomcat)
    done(await manager.upload({ ...tomcat, file: first.pem }))
    const [old] = await keys.handles()
    const second = await certify(setting, root, tomcat)
    const { changes } = done(await manager.upload({ ...tomcat, file: second.pem }))
    expect(await recordsOf(storage, 'request')).toEqual([])
    expect(await keys.handles()).not.toContain(old)
    expect(await keys.handles()).toHaveLength(1)
    const fingerprints = await Promise.all([first, second].map(({ certificate }) => certificate.fingerprint()))
    const [before, after] = fingerprints
    expect(changes[0]).toMatchObject({ type: 'replace', ...tomcat, before, after })
    expect(changes.map(({ type }) => type)).toEqual(['replace', 'request-removed', 'replace'])
  })
})

describe('the checks', () => {
  it('UPL-4 lists every failing check at once and writes nothing', async () => {
    const { manager, storage } = setting
    const stranger = await rootOf(setting, { name: 'Stranger' })
    const csr = done(
      await manager.generateCsr({
        ...tomcat,
        subject: { commonName: hostOf('pub') },
        subjectAltNames: { ip: ['192.0.2.1'] },
      }),
    )
    const leaf = await answer(csr.pem, stranger, {
      requestedExtensions: 'ignore',
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth'],
      notAfter: new Date(setting.clock.now().getTime() - DAY),
    })
    const before = await everything(storage)
    const result = await manager.upload({ ...tomcat, file: leaf.pem })
    expect([...new Set(codesOf(result))].sort()).toEqual(['expired', 'issuer-missing', 'name-missing', 'profile'])
    expect(await everything(storage)).toEqual(before)
  })

  it('UPL-4 refuses a certificate that is not valid yet, or no longer, by the clock', async () => {
    const { manager, clock } = setting
    await trustRoot()
    const leaf = await certify(setting, root, tomcat, { notBefore: new Date(clock.now().getTime() + DAY) })
    expect(codesOf(await manager.upload({ ...tomcat, file: leaf.pem }))).toEqual(['not-yet-valid'])
    clock.advance(2 * DAY)
    done(await manager.upload({ ...tomcat, file: leaf.pem }))
  })

  it('UPL-4, OCS-7 refuse a revoked certificate where revocation is checked', async () => {
    const { clock } = setting
    const { manager } = (setting = setUp({
      clock,
      revocation: { sources: { crls: { crlsFor: async () => [parseCertificateList((await root.crl()).der)] } } },
    }))
    await trustRoot()
    const leaf = await certify(setting, root, tomcat)
    done(await manager.plan.upload({ ...tomcat, file: leaf.pem }))
    root.revoke(leaf)
    expect(codesOf(await manager.upload({ ...tomcat, file: leaf.pem }))).toEqual(['revoked'])
  })

  it('UPL-4, OCS-7 refuse what no source speaks of under common-criteria, and take it under standard-soft-fail', async () => {
    const { clock } = setting
    const strict = (setting = setUp({ clock, revocation: { sources: {} } }))
    await trustRoot()
    const leaf = await certify(strict, root, tomcat)
    expect(codesOf(await strict.manager.upload({ ...tomcat, file: leaf.pem }))).toEqual(['revocation-undetermined'])
    const { storage, keys } = strict
    const soft = setUp({ storage, keys, clock, revocation: { sources: {}, policy: 'standard-soft-fail' } })
    done(await soft.manager.upload({ ...tomcat, file: leaf.pem }))
  })

  it('CSR-7 names every usage an authority that ignores the request leaves out', async () => {
    const { manager } = setting
    await trustRoot()
    const leaf = await certify(setting, root, tomcat, { requestedExtensions: 'ignore', dns: [hostOf('pub')] })
    const result = await manager.upload({ ...tomcat, file: leaf.pem })
    expect(new Set(codesOf(result))).toEqual(new Set(['profile']))
    expect(messagesOf(result)).toMatch(/lacks the key usage dataEncipherment/)
    expect(messagesOf(result)).toMatch(/lacks the extended key usage clientAuth/)
    expect(messagesOf(result)).not.toMatch(/keyAgreement|ipsecEndSystem/)
  })

  it('CSR-7 takes a certificate with usages nobody has asked for', async () => {
    const { manager } = setting
    await trustRoot()
    const leaf = await certify(setting, root, tomcat, {
      keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment', 'contentCommitment'],
      extendedKeyUsage: ['serverAuth', 'clientAuth', 'emailProtection'],
    })
    done(await manager.upload({ ...tomcat, file: leaf.pem }))
  })

  it('CSR-9 refuses a multi-server certificate that lacks a node, naming it; names of any case and order are the same', async () => {
    const { manager } = setting
    await trustRoot()
    const hosts = ['pub', 'sub1', 'sub2'].map(hostOf)
    const input = {
      ...tomcat,
      subject: { commonName: 'ms.example.com' },
      distribution: { type: 'multi-server', hosts },
    } as const
    const csr = done(await manager.generateCsr(input))
    const usages = {
      keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      requestedExtensions: 'ignore',
    } as const
    const lacking = await answer(csr.pem, root, { ...usages, dns: ['ms.example.com', hostOf('pub')] })
    const result = await manager.upload({ ...tomcat, file: lacking.pem })
    expect(codesOf(result)).toEqual(['name-missing', 'name-missing'])
    expect(messagesOf(result)).toMatch(/DNS:sub1\.example\.com .*\n.*DNS:sub2\.example\.com/)
    const names = ['SUB2.example.com', 'sub1.EXAMPLE.com', 'pub.example.com', 'MS.example.com', 'extra.example.com']
    done(await manager.upload({ ...tomcat, file: (await answer(csr.pem, root, { ...usages, dns: names })).pem }))
  })

  it('PUR-9, PUR-10 refuse an EC certificate for an RSA purpose, and wildcards', async () => {
    const { manager } = setting
    await trustRoot()
    const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
    const csr = done(await manager.generateCsr({ ...ec, subject: { commonName: hostOf('pub') } }))
    const leaf = await answer(csr.pem, root)
    expect(new Set(codesOf(await manager.upload({ ...tomcat, file: leaf.pem })))).toEqual(
      new Set(['key-mismatch', 'profile']),
    )
    const wild = await answer(csr.pem, root, { dns: ['*.example.com', hostOf('pub')] })
    const result = await manager.upload({ ...ec, file: wild.pem })
    expect(codesOf(result)).toEqual(['profile'])
    expect(messagesOf(result)).toMatch(/wildcard/)
  })
})

describe('the purpose', () => {
  it('PUR-4 refuses CA certificates for an identity and an application certificate for trust, naming the right purpose', async () => {
    const { manager } = setting
    const leaf = await certify(setting, root, tomcat)
    const wrong = await manager.upload({ ...tomcat, file: root.pem })
    expect(codesOf(wrong)).toEqual(['wrong-purpose'])
    expect(messagesOf(wrong)).toMatch(/belong into tomcat-trust, not tomcat/)
    for (const file of [leaf.pem, leaf.pem + root.pem]) {
      const result = await manager.upload({ ...tomcatTrust, file })
      expect(codesOf(result)).toEqual(['wrong-purpose'])
      expect(messagesOf(result)).toMatch(/belongs into tomcat or tomcat-ECDSA, not tomcat-trust/)
    }
  })

  it('PUR-4 refuses this node’s own certificate even where it is said to be a peer’s', async () => {
    const { manager } = setting
    const leaf = await certify(setting, root, tomcat)
    const result = await manager.upload({ ...tomcatTrust, file: leaf.pem, as: 'peer' })
    expect(codesOf(result)).toEqual(['wrong-purpose'])
    expect(messagesOf(result)).toMatch(/certificate of tomcat on pub/)
    done(await manager.upload({ ...tomcatTrust, node: 'sub1', file: leaf.pem, as: 'peer' }))
  })

  it('PUR-8, CSR-10 keep CAPF on the first node, for requests, uploads and regeneration alike', async () => {
    const { manager } = setting
    const capf = { purpose: 'CAPF', node: 'sub1' }
    const subject = { commonName: 'CAPF' }
    for (const result of [
      await manager.generateCsr({ ...capf, subject }),
      await manager.regenerate(capf),
      await manager.generateSelfSigned(capf),
    ]) {
      expect(codesOf(result)).toContain('wrong-node')
      expect(messagesOf(result)).toMatch(/use pub/)
    }
    await trustRoot('CAPF-trust')
    const leaf = await certify(
      setting,
      root,
      { purpose: 'CAPF', node: 'pub', subject },
      { basicConstraints: { cA: true } },
    )
    expect(codesOf(await manager.upload({ ...capf, file: leaf.pem }))).not.toContain('done')
    const plain = await root.issue({ dns: [hostOf('sub1')] })
    expect(codesOf(await manager.upload({ ...capf, file: plain.pem }))).toContain('wrong-node')
    done(await manager.upload({ purpose: 'CAPF', node: 'pub', file: leaf.pem }))
  })

  it('PUR-8 keeps each node’s certificate apart from the others’', async () => {
    const { manager, storage } = setting
    for (const node of ['pub', 'sub1']) {
      await trustRoot('tomcat-trust', node)
      const leaf = await certify(setting, root, { purpose: 'tomcat-ECDSA', node })
      done(await manager.upload({ purpose: 'tomcat-ECDSA', node, file: leaf.pem }))
      expect(await subjectsIn(storage, { purpose: 'tomcat-ECDSA', node })).toEqual([`CN=${hostOf(node)}`])
    }
    expect(await installedIn(storage, { purpose: 'tomcat-ECDSA', node: 'sub2' })).toEqual([])
  })

  it('PUR-1, CLU-1 refuse purposes and nodes there are not, both at once, in every operation and every plan', async () => {
    const { manager } = setting
    const place = { purpose: 'apache', node: 'sub9' }
    const subject = { commonName: 'x.example' }
    const none = { ...place, sha256: '00' }
    const results = await Promise.all([
      manager.generateCsr({ ...place, subject }),
      manager.plan.generateCsr({ ...place, subject }),
      manager.upload({ ...place, file: root.pem }),
      manager.plan.upload({ ...place, file: root.pem }),
      manager.delete(none),
      manager.plan.delete(none),
      manager.regenerate(place),
      manager.plan.regenerate(place),
      manager.generateSelfSigned(place),
      manager.plan.generateSelfSigned(place),
    ])
    for (const result of results) expect(codesOf(result)).toEqual(['unknown-purpose', 'unknown-node'])
    for (const result of [await manager.show(none), await manager.download(none), await manager.downloadCsr(place)]) {
      expect(result).toMatchObject({ ok: false, findings: [{ code: 'unknown-purpose' }, { code: 'unknown-node' }] })
    }
  })

  it('PUR-13 takes nothing for endpoints', async () => {
    const place = { purpose: 'LSC', node: 'pub' }
    expect(codesOf(await setting.manager.upload({ ...place, file: root.pem }))).toEqual(['wrong-purpose'])
    expect(codesOf(await setting.manager.generateSelfSigned(place))).toEqual(['wrong-purpose'])
  })
})

describe('the outcome', () => {
  it('UPL-6, PUR-11 list the effects of a tomcat upload in order', async () => {
    const { manager } = setting
    const leaf = await certify(setting, root, tomcat)
    const { effects } = done(await manager.upload({ ...tomcat, file: leaf.pem + root.pem }))
    expect(
      effects.map((effect) => [
        effect.type,
        effect.node,
        'service' in effect ? effect.service : '',
        'when' in effect ? effect.when : '',
      ]),
    ).toEqual([
      ['restart-service', 'pub', 'Cisco Tomcat', ''],
      ['restart-service', 'pub', 'Cisco CallManager', 'SIP OAuth mode'],
      ['replicate', 'sub1', '', ''],
      ['replicate', 'sub2', '', ''],
      ['replicate', 'sub1', '', ''],
      ['replicate', 'sub2', '', ''],
      ['copy-to-store', 'pub', '', ''],
      ['cycle-tftp', 'pub', '', ''],
      ['backup-required', 'pub', '', ''],
    ])
  })

  it('UPL-6, PUR-5 list the effects of a CAPF upload with its chain: copy, CTL, phones, backup', async () => {
    const { manager } = setting
    const capf = { purpose: 'CAPF', node: 'pub' }
    const leaf = await certify(
      setting,
      root,
      { ...capf, subject: { commonName: 'CAPF' } },
      { basicConstraints: { cA: true } },
    )
    const { effects } = done(await manager.upload({ ...capf, file: root.pem + leaf.pem }))
    expect(effects.map(({ type }) => type)).toEqual([
      'replicate',
      'replicate',
      'copy-to-store',
      'update-ctl',
      'reset-phones',
      'backup-required',
    ])
    expect(effects.find(({ type }) => type === 'copy-to-store')).toMatchObject({ purpose: 'CallManager-trust' })
    expect(effects.find(({ type }) => type === 'reset-phones')).toMatchObject({ how: 'automatically' })
  })

  it('UPL-6 says that phones are reset by hand where the setting says so', async () => {
    const { clock } = setting
    setting = setUp({ clock, phoneReset: 'manually' })
    await trustRoot('CallManager-trust')
    const place = { purpose: 'CallManager-ECDSA', node: 'pub' }
    const leaf = await certify(setting, root, place)
    const { effects } = done(await setting.manager.upload({ ...place, file: leaf.pem }))
    expect(effects).toContainEqual(expect.objectContaining({ type: 'reset-phones', how: 'manually' }))
    expect(effects).toContainEqual(expect.objectContaining({ type: 'update-ctl', node: 'pub' }))
  })

  it('UPL-7 says to open the page by name unless the certificate holds an IP address', async () => {
    const { manager } = setting
    await trustRoot()
    const codes = async (ip: readonly string[]): Promise<readonly string[]> => {
      const leaf = await certify(setting, root, { ...tomcat, subjectAltNames: { ip } })
      return done(await manager.upload({ ...tomcat, file: leaf.pem })).notices.map(({ code }) => code)
    }
    expect(await codes([])).toEqual(['open-by-name'])
    expect(await codes(['192.0.2.7'])).toEqual([])
  })

  it('PUR-12 says of tomcat-ECDSA that EC ciphers are off by default', async () => {
    await trustRoot()
    const place = { purpose: 'tomcat-ECDSA', node: 'pub' }
    const leaf = await certify(setting, root, place)
    const { notices } = done(await setting.manager.upload({ ...place, file: leaf.pem }))
    expect(notices.map(({ code }) => code)).toEqual(['open-by-name', 'ec-ciphers-off'])
  })

  it('UPL-8 plans the same outcome, and the same refusal, without writing', async () => {
    const { manager, storage } = setting
    const leaf = await certify(setting, root, tomcat)
    const before = await everything(storage)
    const audited = await audits(storage)
    for (const file of [leaf.pem, leaf.pem + root.pem, root.pem]) {
      const planned = await manager.plan.upload({ ...tomcat, file })
      expect(await manager.plan.upload({ ...tomcat, file })).toEqual(planned)
    }
    expect(await everything(storage)).toEqual(before)
    expect(await audits(storage)).toEqual(audited)
    const file = leaf.pem + root.pem
    const planned = await manager.plan.upload({ ...tomcat, file })
    expect(await manager.upload({ ...tomcat, file })).toEqual(planned)
  })

  it('UPL-3 changes nothing for the very certificate that is installed, and says so', async () => {
    const { manager, storage } = setting
    await trustRoot()
    const leaf = await certify(setting, root, tomcat)
    done(await manager.upload({ ...tomcat, file: leaf.pem }))
    const before = await installedIn(storage, tomcat)
    const { changes, effects, notices } = done(await manager.upload({ ...tomcat, file: leaf.pem }))
    expect([changes, effects, notices.map(({ code }) => code)]).toEqual([[], [], ['already-installed']])
    expect(await installedIn(storage, tomcat)).toEqual(before)
  })
})
