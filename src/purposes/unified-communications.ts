// The appliance's catalogue: Cisco Unified Communications Manager with the IM and Presence Service, as its guide "Manage
// Certificates" and the vendor's public documentation describe it. Data only; each row cites the requirement it states.

import type {
  Catalogue,
  CsrProfile,
  EndpointPurpose,
  IdentityPurpose,
  KeyKind,
  Notice,
  Purpose,
  RemedyTemplate,
  TrustList,
  TrustPurpose,
} from './catalogue.js'

/** CSR-8: the first is the default. */
const rsaKeys: readonly KeyKind[] = [2048, 3072, 4096].map((modulusLength) => ({ type: 'rsa', modulusLength }))
const ecKeys: readonly KeyKind[] = [
  { type: 'ec', curve: 'P-384' },
  { type: 'ec', curve: 'P-256' },
  { type: 'ec', curve: 'P-521' },
]

const profiles: readonly CsrProfile[] = [
  {
    id: 'capf',
    keyUsage: [
      { usage: 'digitalSignature', required: 'always' },
      { usage: 'keyCertSign', required: 'always' },
    ],
    extendedKeyUsage: [{ usage: 'serverAuth', required: 'always' }],
    cites: ['CSR-2'],
  },
  {
    id: 'tomcat',
    // CSR-3: keyAgreement and ipsecEndSystem are asked for and not required. CSR-5: nor are the encipherments of an EC
    // certificate, for which RFC 5480 §3 forbids them.
    keyUsage: [
      { usage: 'digitalSignature', required: 'always' },
      { usage: 'keyEncipherment', required: 'rsa' },
      { usage: 'dataEncipherment', required: 'rsa' },
      { usage: 'keyAgreement', required: 'never' },
    ],
    extendedKeyUsage: [
      { usage: 'serverAuth', required: 'always' },
      { usage: 'clientAuth', required: 'always' },
      { usage: 'ipsecEndSystem', required: 'never' },
    ],
    cites: ['CSR-3', 'CSR-5'],
  },
  {
    id: 'ipsec',
    keyUsage: [
      { usage: 'digitalSignature', required: 'always' },
      { usage: 'keyEncipherment', required: 'always' },
      { usage: 'dataEncipherment', required: 'always' },
      { usage: 'keyAgreement', required: 'always' },
    ],
    extendedKeyUsage: [
      { usage: 'serverAuth', required: 'always' },
      { usage: 'clientAuth', required: 'always' },
      { usage: 'ipsecEndSystem', required: 'always' },
    ],
    cites: ['CSR-4'],
  },
  {
    id: 'callmanager',
    keyUsage: [
      { usage: 'digitalSignature', required: 'always' },
      { usage: 'keyEncipherment', required: 'rsa' },
      { usage: 'dataEncipherment', required: 'rsa' },
      { usage: 'keyAgreement', required: 'always' },
    ],
    extendedKeyUsage: [
      { usage: 'serverAuth', required: 'always' },
      { usage: 'clientAuth', required: 'always' },
    ],
    cites: ['CSR-5'],
  },
]

/** REG-2: "a new key length of 3072 or 4096". */
const longerRsaKeys = rsaKeys.slice(1)

/** CLU-4: the guide's steps, in its order. */
const exchangeRemedies: readonly RemedyTemplate[] = [
  { type: 'wait', minutes: 30 },
  { type: 'restart-service', service: 'Cisco Intercluster Sync Agent' },
  { type: 'restart-service', service: 'Cisco Tomcat' },
  { type: 'wait', minutes: 30 },
  { type: 'delete-stale' },
  { type: 'exchange' },
  { type: 'restart-service', service: 'Cisco Tomcat' },
]

/** The identity trust list phones load: vendor documentation of its file's limit. */
const identityTrustList: TrustList = {
  id: 'ITL',
  purposes: ['CallManager', 'CallManager-ECDSA', 'CAPF', 'TVS', 'ITLRecovery'],
  mostCertificates: 39,
  consequence: 'its file outgrows the 64 kB that phones load',
  cites: ['vendor documentation'],
}

/** UPL-7. */
const openByName: Notice = {
  code: 'open-by-name',
  on: 'upload',
  when: 'no-ip-address',
  message: 'Open the page by its host name: the certificate holds no IP address, so opening it by address warns.',
}

/** PUR-12. */
const ecCiphersOff: Notice = {
  code: 'ec-ciphers-off',
  on: 'upload',
  when: 'always',
  message:
    'EC ciphers on the web interface are off by default. To use them set the enterprise parameter HTTPS Ciphers, then restart Cisco Tomcat on every node.',
}

/** REG-4. */
const outsideBusinessHours: Notice = {
  code: 'outside-business-hours',
  on: 'regenerate',
  when: 'always',
  message: 'Do this outside business hours: phones restart and services reboot.',
}

const tomcatServices = [{ service: 'Cisco Tomcat' }, { service: 'Cisco CallManager', when: 'SIP OAuth mode' }] as const
const backup = { type: 'backup-required' } as const
const ctl = { type: 'update-ctl' } as const
const phones = { type: 'reset-phones' } as const

/** What most identities have in common; a row states where it differs. PUR-8, PUR-9, UPL-6, REG-4. */
const common = {
  usage: 'identity',
  profile: 'callmanager',
  keys: rsaKeys,
  selfSignedKeys: longerRsaKeys,
  placement: 'every-node',
  distributions: ['this-server'],
  services: [],
  effects: { upload: [backup], regenerate: [backup] },
  notices: [outsideBusinessHours],
  issuerSignatures: ['rsa'],
} as const satisfies Partial<IdentityPurpose>

/** PUR-9: an EC key, under a CA that signs with either. */
const ecdsa = {
  keys: ecKeys,
  selfSignedKeys: ecKeys,
  issuerSignatures: ['rsa', 'ecdsa'],
} as const satisfies Partial<IdentityPurpose>

const everyServer = { distributions: ['this-server', 'multi-server'] } as const satisfies Partial<IdentityPurpose>

const tomcat = {
  ...common,
  ...everyServer,
  profile: 'tomcat',
  trust: 'tomcat-trust',
  description: 'Web services, and Cisco CallManager services while SIP OAuth mode is on',
  services: tomcatServices,
  exchange: { remedies: exchangeRemedies },
  effects: { upload: [{ type: 'cycle-tftp' }, backup], regenerate: [backup] },
} as const satisfies Partial<IdentityPurpose>

const callManager = {
  ...common,
  ...everyServer,
  trust: 'CallManager-trust',
  description: 'SIP, SIP trunk, SCCP, TFTP and the like',
  effects: { upload: [ctl, phones, backup], regenerate: [ctl, phones, backup] },
} as const satisfies Partial<IdentityPurpose>

const presence = (id: string, trust: string, description: string, more: Partial<IdentityPurpose>): IdentityPurpose => ({
  ...common,
  id,
  trust,
  description,
  cites: ['PUR-2', 'CSR-5'],
  ...more,
})

const identities: readonly IdentityPurpose[] = [
  {
    ...tomcat,
    id: 'tomcat',
    notices: [outsideBusinessHours, openByName],
    cites: ['PUR-2', 'PUR-11', 'CSR-3', 'CSR-9', 'UPL-6', 'UPL-7'],
  },
  {
    ...tomcat,
    ...ecdsa,
    id: 'tomcat-ECDSA',
    notices: [outsideBusinessHours, openByName, ecCiphersOff],
    cites: ['PUR-2', 'PUR-3', 'PUR-11', 'PUR-12', 'CSR-3', 'CSR-9'],
  },
  { ...callManager, id: 'CallManager', cites: ['PUR-2', 'PUR-11', 'CSR-5', 'CSR-9', 'UPL-6', 'REG-4'] },
  {
    ...callManager,
    ...ecdsa,
    id: 'CallManager-ECDSA',
    services: [{ service: 'Cisco CallManager' }],
    cites: ['PUR-2', 'PUR-3', 'PUR-11', 'CSR-5', 'CSR-9'],
  },
  {
    ...common,
    id: 'CAPF',
    trust: 'CAPF-trust',
    profile: 'capf',
    placement: 'first-node',
    description: 'The CAPF service of the publisher, which issues certificates to phones',
    effects: { upload: [ctl, phones, backup], regenerate: [ctl, phones, backup] },
    cites: ['PUR-2', 'PUR-8', 'PUR-11', 'CSR-2', 'CSR-10', 'UPL-6', 'REG-4'],
  },
  {
    ...common,
    id: 'TVS',
    trust: 'TVS-trust',
    description: 'The trust verification service, which phones ask when the server certificate changes',
    effects: { upload: [phones, backup], regenerate: [phones, backup] },
    cites: ['PUR-2', 'PUR-11', 'CSR-5', 'REG-4'],
  },
  {
    ...common,
    id: 'ITLRecovery',
    // The recovery key signs trust lists that phones check against the CallManager store.
    trust: 'CallManager-trust',
    description: 'Recovery of trust lists after a loss of the CallManager certificate',
    effects: { upload: [ctl, backup], regenerate: [ctl, backup] },
    cites: ['PUR-2', 'REG-4'],
  },
  {
    ...common,
    id: 'ipsec',
    trust: 'ipsec-trust',
    profile: 'ipsec',
    description: 'IPsec between nodes and with gateways',
    cites: ['PUR-2', 'CSR-4'],
  },
  presence('cup', 'cup-trust', 'SIP of the presence service', {}),
  presence('cup-ECDSA', 'cup-trust', 'SIP of the presence service, with an EC key', ecdsa),
  presence('cup-xmpp', 'cup-xmpp-trust', 'XMPP clients of the presence service', everyServer),
  presence('cup-xmpp-ECDSA', 'cup-xmpp-trust', 'XMPP clients of the presence service, with an EC key', {
    ...everyServer,
    ...ecdsa,
  }),
  presence('cup-xmpp-s2s', 'cup-xmpp-trust', 'XMPP federation of the presence service', everyServer),
  presence('cup-xmpp-s2s-ECDSA', 'cup-xmpp-trust', 'XMPP federation of the presence service, with an EC key', {
    ...everyServer,
    ...ecdsa,
  }),
]

const trust = (id: string, description: string, more: Partial<TrustPurpose> = {}): TrustPurpose => ({
  usage: 'trust',
  id,
  description,
  replicated: false,
  copiesRootsTo: [],
  cites: ['PUR-3'],
  ...more,
})

const trusts: readonly TrustPurpose[] = [
  trust('tomcat-trust', 'Authorities of web services; LDAP directories; designated OCSP responders', {
    replicated: true,
    cites: ['PUR-3', 'PUR-6', 'PUR-7', 'OCS-1'],
  }),
  trust('CallManager-trust', 'Authorities of call control', { replicated: true, cites: ['PUR-3', 'PUR-7'] }),
  trust('Phone-SAST-trust', 'Signers of trust lists', { replicated: true, cites: ['PUR-1', 'PUR-3', 'PUR-7'] }),
  trust('CAPF-trust', 'Authorities of CAPF', { copiesRootsTo: ['CallManager-trust'], cites: ['PUR-3', 'PUR-5'] }),
  trust('ipsec-trust', 'Authorities of IPsec peers'),
  trust('TVS-trust', 'Authorities of the trust verification service'),
  trust('Phone-VPN-trust', 'VPN gateways phones connect to'),
  trust('cup-trust', 'Authorities of presence over SIP'),
  trust('cup-xmpp-trust', 'Authorities of presence over XMPP'),
]

const endpoints: readonly EndpointPurpose[] = [
  {
    usage: 'endpoint',
    id: 'LSC',
    description: 'Locally significant certificates, which CAPF issues to phones',
    cites: ['PUR-13', 'MON-1'],
  },
]

const purposes: readonly Purpose[] = [...identities, ...trusts, ...endpoints]

/** The appliance's purposes, profiles, services, effects, replication and limits. */
export const unifiedCommunications: Catalogue = {
  name: 'unified-communications',
  purposes,
  profiles,
  // PUR-10.
  limits: { rsaModulusLength: 4096, wildcardIdentities: 'refused' },
  // CSR-8.
  requestHashes: ['sha-256', 'sha-384', 'sha-512'],
  // REG-5: five years.
  selfSignedDays: 1825,
  trustLists: [identityTrustList],
  // OCS-1.
  designatedResponders: 'tomcat-trust',
}
