// A catalogue for another product, to show that nothing is particular to the appliance: a farm of web servers that
// present one certificate over HTTPS and another to the services behind them.

import { defineCatalogue } from '../../src/purposes/index.js'

export const webFarm = defineCatalogue({
  name: 'web-farm',
  purposes: [
    {
      usage: 'identity',
      id: 'https',
      description: 'What visitors see',
      trust: 'https-trust',
      profile: 'server',
      keys: [
        { type: 'ec', curve: 'P-256' },
        { type: 'rsa', modulusLength: 2048 },
      ],
      placement: 'every-node',
      distributions: ['multi-server'],
      services: [{ service: 'nginx' }],
      effects: { upload: [], regenerate: [] },
      notices: [],
      issuerSignatures: ['rsa', 'ecdsa'],
      cites: [],
    },
    {
      usage: 'identity',
      id: 'mtls-client',
      description: 'What the services behind the farm see',
      trust: 'mtls-trust',
      profile: 'client',
      keys: [{ type: 'ec', curve: 'P-256' }],
      placement: 'every-node',
      distributions: ['this-server'],
      services: [{ service: 'nginx' }],
      effects: { upload: [], regenerate: [] },
      notices: [],
      issuerSignatures: ['ecdsa'],
      cites: [],
    },
    {
      usage: 'trust',
      id: 'https-trust',
      description: 'Public authorities',
      replicated: true,
      copiesRootsTo: [],
      cites: [],
    },
    {
      usage: 'trust',
      id: 'mtls-trust',
      description: 'The internal authority',
      replicated: true,
      copiesRootsTo: [],
      cites: [],
    },
  ],
  profiles: [
    {
      id: 'server',
      keyUsage: [
        { usage: 'digitalSignature', required: 'always' },
        { usage: 'keyEncipherment', required: 'never' },
      ],
      extendedKeyUsage: [{ usage: 'serverAuth', required: 'always' }],
      cites: [],
    },
    {
      id: 'client',
      keyUsage: [{ usage: 'digitalSignature', required: 'always' }],
      extendedKeyUsage: [{ usage: 'clientAuth', required: 'always' }],
      cites: [],
    },
  ],
  limits: { rsaModulusLength: undefined, wildcardIdentities: 'accepted' },
  requestHashes: ['sha-256'],
  selfSignedDays: 30,
})
