// The appliance's catalogue states the requirements' rows; defineCatalogue finds what is wrong with others.

import { describe, expect, it } from 'vitest'
import { webFarm } from '../../examples/catalogues/web-farm.js'
import {
  type Catalogue,
  defineCatalogue,
  type IdentityPurpose,
  profileOf,
  purposeOf,
  type TrustPurpose,
  unifiedCommunications as catalogue,
} from '../../src/purposes/index.js'

const identities = catalogue.purposes.flatMap((purpose) => (purpose.usage === 'identity' ? [purpose] : []))
const trusts = catalogue.purposes.flatMap((purpose) => (purpose.usage === 'trust' ? [purpose] : []))
const identity = (id: string): IdentityPurpose => {
  const purpose = purposeOf(catalogue, id)
  if (purpose.usage !== 'identity') throw new TypeError(id)
  return purpose
}
const trust = (id: string): TrustPurpose => {
  const purpose = purposeOf(catalogue, id)
  if (purpose.usage !== 'trust') throw new TypeError(id)
  return purpose
}
const usages = (id: string, field: 'keyUsage' | 'extendedKeyUsage'): string => {
  const rows = profileOf(catalogue, identity(id))[field]
  return rows.map(({ usage, required }) => (required === 'always' ? usage : `${usage} (${required})`)).join(', ')
}

describe('the unified-communications catalogue', () => {
  it('PUR-1 PUR-2 has every identity purpose, each with a trust purpose', () => {
    expect(identities.map(({ id }) => id)).toEqual([
      'tomcat',
      'tomcat-ECDSA',
      'CallManager',
      'CallManager-ECDSA',
      'CAPF',
      'TVS',
      'ITLRecovery',
      'ipsec',
      'cup',
      'cup-ECDSA',
      'cup-xmpp',
      'cup-xmpp-ECDSA',
      'cup-xmpp-s2s',
      'cup-xmpp-s2s-ECDSA',
    ])
    for (const { trust: store } of identities) expect(trust(store).usage).toBe('trust')
  })

  it('PUR-3 has every trust purpose, and ECDSA identities share their RSA sibling’s', () => {
    expect(trusts.map(({ id }) => id)).toEqual([
      'tomcat-trust',
      'CallManager-trust',
      'Phone-SAST-trust',
      'CAPF-trust',
      'ipsec-trust',
      'TVS-trust',
      'Phone-VPN-trust',
      'cup-trust',
      'cup-xmpp-trust',
    ])
    for (const { id, trust: store } of identities.filter((purpose) => purpose.id.endsWith('-ECDSA'))) {
      expect(store).toBe(identity(id.replace('-ECDSA', '')).trust)
    }
  })

  it('PUR-5 copies roots from CAPF-trust to CallManager-trust, and nothing else', () => {
    expect(trusts.filter(({ copiesRootsTo }) => copiesRootsTo.length > 0)).toMatchObject([
      { id: 'CAPF-trust', copiesRootsTo: ['CallManager-trust'] },
    ])
  })

  it('PUR-6 keeps directory certificates in tomcat-trust', () => {
    expect(trust('tomcat-trust')).toMatchObject({
      description: expect.stringContaining('LDAP') as string,
      cites: expect.arrayContaining(['PUR-6']) as string[],
    })
  })

  it('PUR-7 replicates tomcat-trust, CallManager-trust and Phone-SAST-trust', () => {
    expect(trusts.filter(({ replicated }) => replicated).map(({ id }) => id)).toEqual([
      'tomcat-trust',
      'CallManager-trust',
      'Phone-SAST-trust',
    ])
  })

  it('PUR-8 CSR-10 keeps CAPF on the first node, every other identity on each', () => {
    expect(identities.filter(({ placement }) => placement === 'first-node').map(({ id }) => id)).toEqual(['CAPF'])
  })

  it('PUR-9 CSR-8 takes RSA keys under RSA signatures, and EC keys under either for -ECDSA', () => {
    for (const { id, keys, issuerSignatures } of identities) {
      const shown = keys.map((key) => (key.type === 'rsa' ? key.modulusLength : key.curve)).sort()
      const ec = id.endsWith('-ECDSA')
      expect([shown, issuerSignatures]).toEqual(
        ec
          ? [
              ['P-256', 'P-384', 'P-521'],
              ['rsa', 'ecdsa'],
            ]
          : [[2048, 3072, 4096], ['rsa']],
      )
    }
    expect(catalogue.requestHashes).toEqual(['sha-256', 'sha-384', 'sha-512'])
  })

  it('PUR-10 limits keys to 4096 bits and refuses wildcards', () => {
    expect(catalogue.limits).toEqual({ rsaModulusLength: 4096, wildcardIdentities: 'refused' })
  })

  it('PUR-11 names the services to restart', () => {
    const tomcat = [{ service: 'Cisco Tomcat' }, { service: 'Cisco CallManager', when: 'SIP OAuth mode' }]
    expect(identity('tomcat').services).toEqual(tomcat)
    expect(identity('tomcat-ECDSA').services).toEqual(tomcat)
    expect(identity('CallManager').services).toEqual([])
    expect(identity('CallManager-ECDSA').services).toEqual([{ service: 'Cisco CallManager' }])
    expect(identity('CAPF').services).toEqual([])
    expect(identity('TVS').services).toEqual([])
  })

  it('PUR-12 tells at a tomcat-ECDSA upload that EC ciphers are off', () => {
    expect(identity('tomcat-ECDSA').notices).toContainEqual(
      expect.objectContaining({ code: 'ec-ciphers-off', on: 'upload', when: 'always' }),
    )
    expect(identity('tomcat').notices.map(({ code }) => code)).not.toContain('ec-ciphers-off')
  })

  it('PUR-13 inventories phones’ certificates as endpoints', () => {
    expect(catalogue.purposes.filter(({ usage }) => usage === 'endpoint').map(({ id }) => id)).toEqual(['LSC'])
  })

  it('CSR-2 CAPF asks for serverAuth, digitalSignature and keyCertSign', () => {
    expect(usages('CAPF', 'extendedKeyUsage')).toBe('serverAuth')
    expect(usages('CAPF', 'keyUsage')).toBe('digitalSignature, keyCertSign')
  })

  it('CSR-3 tomcat asks for keyAgreement and ipsecEndSystem without requiring them', () => {
    for (const id of ['tomcat', 'tomcat-ECDSA']) {
      expect(usages(id, 'extendedKeyUsage')).toBe('serverAuth, clientAuth, ipsecEndSystem (never)')
      expect(usages(id, 'keyUsage')).toBe(
        'digitalSignature, keyEncipherment (rsa), dataEncipherment (rsa), keyAgreement (never)',
      )
    }
  })

  it('CSR-4 ipsec requires all of it', () => {
    expect(usages('ipsec', 'extendedKeyUsage')).toBe('serverAuth, clientAuth, ipsecEndSystem')
    expect(usages('ipsec', 'keyUsage')).toBe('digitalSignature, keyEncipherment, dataEncipherment, keyAgreement')
  })

  it('CSR-5 CallManager, TVS and the presence identities share a profile', () => {
    for (const id of ['CallManager', 'CallManager-ECDSA', 'TVS', 'cup', 'cup-xmpp-s2s-ECDSA']) {
      expect(usages(id, 'extendedKeyUsage')).toBe('serverAuth, clientAuth')
      expect(usages(id, 'keyUsage')).toBe(
        'digitalSignature, keyEncipherment (rsa), dataEncipherment (rsa), keyAgreement',
      )
    }
  })

  it('CSR-9 offers multi-server certificates for tomcat, CallManager, cup-xmpp, cup-xmpp-s2s and their ECDSA siblings', () => {
    const multi = identities.filter(({ distributions }) => distributions.includes('multi-server')).map(({ id }) => id)
    expect(multi).toEqual([
      'tomcat',
      'tomcat-ECDSA',
      'CallManager',
      'CallManager-ECDSA',
      'cup-xmpp',
      'cup-xmpp-ECDSA',
      'cup-xmpp-s2s',
      'cup-xmpp-s2s-ECDSA',
    ])
  })

  it('UPL-6 REG-4 lists effects: CTL for CAPF and CallManager, TFTP for tomcat, phones, and a backup always', () => {
    expect(identity('tomcat').effects.upload.map(({ type }) => type)).toEqual(['cycle-tftp', 'backup-required'])
    expect(identity('CAPF').effects.upload.map(({ type }) => type)).toEqual([
      'update-ctl',
      'reset-phones',
      'backup-required',
    ])
    expect(identity('ITLRecovery').effects.regenerate.map(({ type }) => type)).toContain('update-ctl')
    for (const { effects } of identities)
      expect(effects.regenerate.map(({ type }) => type)).toContain('backup-required')
    for (const id of ['TVS', 'CAPF', 'CallManager']) {
      expect(identity(id).effects.regenerate.map(({ type }) => type)).toContain('reset-phones')
    }
  })

  it('REG-5 makes self-signed certificates for five years', () => {
    expect(catalogue.selfSignedDays).toBe(5 * 365)
  })

  it('cites a requirement in every row', () => {
    for (const { id, cites } of [...catalogue.purposes, ...catalogue.profiles])
      expect([id, cites.length > 0]).toEqual([id, true])
  })

  it('says which profile a catalogue lacks that was not defined', () => {
    const undefinedOne = { ...catalogue, profiles: [] }
    expect(() => profileOf(undefinedOne, identity('tomcat'))).toThrow(
      /^catalogue unified-communications has no profile "/,
    )
  })

  it('names the purposes there are when asked for another', () => {
    expect(() => purposeOf(catalogue, 'apache')).toThrow(/tomcat, tomcat-ECDSA.*found "apache"/)
  })
})

it('CLU-3, CLU-4 name the identities nodes know each other by, and the remedies in the guide’s order', () => {
  const exchanged = catalogue.purposes.filter(
    (purpose) => purpose.usage === 'identity' && purpose.exchange !== undefined,
  )
  expect(exchanged.map(({ id }) => id)).toEqual(['tomcat', 'tomcat-ECDSA'])
  for (const purpose of exchanged) {
    expect(purpose.usage === 'identity' && purpose.exchange?.remedies).toEqual([
      { type: 'wait', minutes: 30 },
      { type: 'restart-service', service: 'Cisco Intercluster Sync Agent' },
      { type: 'restart-service', service: 'Cisco Tomcat' },
      { type: 'wait', minutes: 30 },
      { type: 'delete-stale' },
      { type: 'exchange' },
      { type: 'restart-service', service: 'Cisco Tomcat' },
    ])
  }
})

describe('defineCatalogue', () => {
  it('accepts the appliance’s catalogue and the web farm’s', () => {
    expect(defineCatalogue(catalogue)).toBe(catalogue)
    expect(webFarm.purposes).toHaveLength(4)
  })

  it('names every fault in one error', () => {
    const [https, client, trustStore] = webFarm.purposes
    const broken = {
      ...webFarm,
      purposes: [
        {
          ...https,
          trust: 'nowhere',
          profile: 'none',
          selfSignedKeys: [],
          keys: [{ type: 'rsa', modulusLength: 8192 }],
        },
        { ...client, trust: 'https', keys: [], distributions: [], issuerSignatures: [] },
        { ...client, trust: 'a' },
        { ...trustStore, id: 'a', copiesRootsTo: ['b', 'gone', 'https'] },
        { ...trustStore, id: 'b', copiesRootsTo: ['c'] },
        { ...trustStore, id: 'c', copiesRootsTo: ['a'] },
      ],
      profiles: [
        ...webFarm.profiles,
        { ...webFarm.profiles[0], id: 'twice' },
        { ...webFarm.profiles[0], id: 'twice' },
        {
          id: 'empty',
          keyUsage: [],
          extendedKeyUsage: [
            { usage: 'serverAuth', required: 'always' },
            { usage: 'serverAuth', required: 'never' },
          ],
          cites: [],
        },
      ],
      limits: { rsaModulusLength: 1024, wildcardIdentities: 'accepted' },
      requestHashes: [],
      selfSignedDays: 0,
      designatedResponders: 'https',
      trustLists: [{ id: 'list', purposes: ['a'], mostCertificates: 1, consequence: '', cites: [] }],
    } as Catalogue
    let message = ''
    try {
      defineCatalogue(broken)
    } catch (error) {
      message = error instanceof TypeError ? error.message : ''
    }
    for (const fault of [
      'identity "https" has the trust purpose "nowhere", which does not exist',
      'identity "https" names a profile "none" that does not exist',
      'identity "https" takes RSA keys of 8192 bits',
      'identity "mtls-client" has the trust purpose "https", which is of usage identity',
      'identity "mtls-client" takes no kind of key',
      'purpose "mtls-client" is defined more than once',
      'trust purpose "a" copies to "gone", which does not exist',
      'trust purpose "a" copies to "https", which is of usage identity',
      'copies go round in a circle: a → b → c → a',
      'identity "mtls-client" has no distribution',
      'identity "mtls-client" accepts no issuer signature',
      'profile "twice" is defined more than once',
      'profile "empty" has no key usage',
      'profile "empty" lists serverAuth more than once',
      'requestHashes is empty',
      'selfSignedDays is 0',
      'limits.rsaModulusLength is 1024',
      'identity "https" has no kind of key to sign itself with',
      'trust list "list" names "a", which is no identity purpose',
      'designatedResponders names "https", which is of usage identity',
    ]) {
      expect(message).toContain(fault)
    }
    expect(message.split('in a circle')).toHaveLength(2)
  })

  it.each([0, -1, 0.5, NaN, Infinity])('REG-5 takes %s for no number of days', (selfSignedDays) => {
    expect(() => defineCatalogue({ ...webFarm, selfSignedDays })).toThrow(/selfSignedDays is .*expected a positive/)
    expect(defineCatalogue({ ...webFarm, selfSignedDays: 1 }).selfSignedDays).toBe(1)
  })

  it('finds a key usage that a profile lists twice, and a limit just too low', () => {
    const [profile] = webFarm.profiles
    const usage = { usage: 'digitalSignature', required: 'always' } as const
    const twice = { ...profile, id: 'p', keyUsage: [usage, usage] } as Catalogue['profiles'][number]
    const limits = { ...webFarm.limits, rsaModulusLength: 2047 }
    expect(() => defineCatalogue({ ...webFarm, profiles: [...webFarm.profiles, twice] })).toThrow(
      'profile "p" lists digitalSignature more than once',
    )
    expect(() => defineCatalogue({ ...webFarm, limits })).toThrow('limits.rsaModulusLength is 2047')
  })

  it('takes copies that meet again for no circle', () => {
    const [, , trustStore] = webFarm.purposes
    const store = (id: string, ...copiesRootsTo: readonly string[]) => ({ ...trustStore, id, copiesRootsTo })
    const purposes = [...webFarm.purposes, store('a', 'b', 'c'), store('b', 'd'), store('c', 'd'), store('d')]
    const meeting = { ...webFarm, purposes } as Catalogue
    expect(defineCatalogue(meeting)).toBe(meeting)
  })
})
