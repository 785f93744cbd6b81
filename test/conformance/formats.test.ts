/** The loaders: on the real data where it is at hand, and on manifests with one thing wrong each. */

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformanceData } from '../support/conformance-data.js'
import { ManifestError } from './formats/shape.js'
import { loadLimbo } from './formats/limbo.js'
import { loadOcsp } from './formats/ocsp.js'
import { loadPkits } from './formats/pkits.js'

const data = conformanceData('the loaders on the real conformance data')

describe.skipIf(data === undefined)('on the real data', () => {
  const path = (...names: string[]): string => join(data ?? '', ...names)

  it('loads x509-limbo, given as the file or as its directory', () => {
    const cases = loadLimbo(path('limbo.json.gz'))
    expect(cases).toHaveLength(4928)
    expect(cases.filter(({ accept }) => accept)).toHaveLength(501)
    expect(loadLimbo(path())).toStrictEqual(cases)
    expect(cases[0]).toMatchObject({
      id: 'crl::revoked-certificate-with-crl',
      accept: false,
      features: ['has-crl'],
      validationKind: 'SERVER',
      at: new Date('2024-01-01T00:00:00Z'),
      expectedPeerName: { kind: 'DNS', value: 'revoked.example.com' },
      maxChainDepth: undefined,
    })
  })

  it('loads PKITS, given as the directory or as its manifest', () => {
    const cases = loadPkits(path('pkits'))
    expect(cases).toHaveLength(249)
    expect(loadPkits(path('pkits', 'pkits.json')).map(({ id }) => id)).toStrictEqual(cases.map(({ id }) => id))
    expect(cases[0]).toMatchObject({ id: '4.1.1 ValidSignaturesTest1', accept: true, initialExplicitPolicy: false })
    const der = cases.flatMap(({ certificates, crls }) => [...certificates, ...crls])
    expect(der.every((bytes) => bytes[0] === 0x30)).toBe(true)
  })

  it('loads the OCSP cases of OpenSSL', () => {
    const cases = loadOcsp(path('openssl-ocsp'))
    expect(cases).toHaveLength(29)
    expect(cases.filter(({ accept }) => accept)).toHaveLength(4)
    expect(cases[0]).toMatchObject({ id: 'direct_with_intermediate_success', at: new Date('2012-10-12T00:00:00Z') })
    expect(cases.flatMap(({ responses }) => responses).every((bytes) => bytes[0] === 0x30)).toBe(true)
  })
})

const pem = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'
const limboCase = {
  id: 'rfc5280::case',
  description: 'A case.',
  validation_kind: 'SERVER',
  trusted_certs: [pem],
  untrusted_intermediates: [],
  peer_certificate: pem,
  signature_algorithms: [],
  key_usage: [],
  extended_key_usage: ['serverAuth', '1.3.6.1.5.5.7.3.2'],
  expected_result: 'SUCCESS',
  expected_peer_names: [],
}
const pkitsCase = {
  id: '4.1.1',
  name: 'ValidSignaturesTest1',
  certificates: ['a.crt'],
  crls: ['a.crl'],
  initialPolicySet: ['2.5.29.32.0'],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialInhibitAnyPolicy: false,
  userConstrainedPolicySet: [],
  shouldValidate: true,
}
const ocspCase = {
  name: 'direct_success',
  root: 'root.pem',
  intermediates: [],
  certificate: 'leaf.pem',
  responses: ['leaf.ors'],
  at: '2012-10-12T00:00:00Z',
  expected: 'good',
  failing: null,
}

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'certward-formats-'))
  for (const name of ['certs', 'crls']) mkdirSync(join(directory, name))
  write('certs/a.crt', 'certificate')
  write('crls/a.crl', 'crl')
  write('root.pem', pem)
  write('leaf.pem', pem)
  write('leaf.ors', 'MAMK\nAQA=\n')
  write('broken.ors', 'MAMK*AQA')
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const write = (name: string, content: string | Buffer): void => {
  writeFileSync(join(directory, name), content)
}

describe('the limbo loader', () => {
  const load = (manifest: unknown) => {
    write('limbo.json', JSON.stringify(manifest))
    return loadLimbo(join(directory, 'limbo.json'))
  }

  it('fills in what the schema makes optional', () => {
    expect(load({ version: 1, testcases: [limboCase] })).toStrictEqual([
      {
        id: 'rfc5280::case',
        accept: true,
        description: 'A case.',
        features: [],
        conflictsWith: [],
        validationKind: 'SERVER',
        trustedCertificates: [pem],
        untrustedIntermediates: [],
        peerCertificate: pem,
        at: undefined,
        signatureAlgorithms: [],
        keyUsage: [],
        extendedKeyUsage: ['serverAuth', '1.3.6.1.5.5.7.3.2'],
        expectedPeerName: undefined,
        expectedPeerNames: [],
        maxChainDepth: undefined,
        crls: [],
      },
    ])
  })

  it('reads gzip whatever the file is called', () => {
    write('data', gzipSync(JSON.stringify({ version: 1, testcases: [limboCase] })))
    expect(loadLimbo(join(directory, 'data'))).toHaveLength(1)
  })

  it.each([
    [{ version: 2, testcases: [limboCase] }, 'limbo.json.version: expected 1'],
    [{ version: 1, testcases: [] }, 'limbo.json: no cases'],
    [{ version: 1, testcases: [limboCase, limboCase] }, 'limbo.json: two cases are named rfc5280::case'],
    [[limboCase], 'limbo.json: expected an object'],
    [
      withMember('expected_result', 'PASS'),
      'testcases[0].expected_result: expected one of SUCCESS, FAILURE, found "PASS"',
    ],
    [
      withMember('peer_certificate', undefined),
      'testcases[0].peer_certificate: expected a certificate in PEM, found nothing',
    ],
    [withMember('trusted_certs', ['MIIB']), 'testcases[0].trusted_certs[0]: expected a certificate in PEM'],
    [withMember('validation_time', '2024-01-01T00:00:00'), 'testcases[0].validation_time: expected a date and time'],
    [withMember('max_chain_depth', -1), 'testcases[0].max_chain_depth: expected a whole number'],
    [withMember('extended_key_usage', ['serverauth']), 'testcases[0].extended_key_usage[0]: expected one of'],
    [withMember('expected_peer_name', { kind: 'URI', value: 'x' }), 'testcases[0].expected_peer_name.kind: expected'],
  ])('names what is wrong: %#', (manifest, message) => {
    expect(() => load(manifest)).toThrow(ManifestError)
    expect(() => load(manifest)).toThrow(message)
  })

  function withMember(
    name: keyof typeof limboCase | 'validation_time' | 'max_chain_depth' | 'expected_peer_name',
    value: unknown,
  ) {
    return { version: 1, testcases: [{ ...limboCase, [name]: value }] }
  }
})

describe('the PKITS loader', () => {
  const load = (changes: Partial<Record<keyof typeof pkitsCase, unknown>>) => {
    write('pkits.json', JSON.stringify([{ ...pkitsCase, ...changes }]))
    return loadPkits(directory)
  }

  it('reads the files a case names', () => {
    const [first] = load({})
    expect(first?.certificates.map(String)).toStrictEqual(['certificate'])
    expect(first?.crls.map(String)).toStrictEqual(['crl'])
  })

  it.each([
    [{ certificates: ['../secret'] }, 'pkits.json[0].certificates[0]: expected a plain file name, found "../secret"'],
    [{ certificates: ['missing.crt'] }, /^cannot read .*missing\.crt: ENOENT/],
    [{ initialPolicySet: ['any'] }, 'pkits.json[0].initialPolicySet[0]: expected a dotted object identifier'],
    [{ shouldValidate: 'yes' }, 'pkits.json[0].shouldValidate: expected true or false, found "yes"'],
  ])('names what is wrong: %#', (changes, message) => {
    expect(() => load(changes)).toThrow(ManifestError)
    expect(() => load(changes)).toThrow(message)
  })
})

describe('the OCSP loader', () => {
  const load = (changes: Partial<Record<keyof typeof ocspCase, unknown>>) => {
    write('openssl-ocsp.json', JSON.stringify([{ ...ocspCase, ...changes }]))
    return loadOcsp(directory)
  }

  it('decodes the responses', () => {
    expect(load({})[0]?.responses.map((bytes) => [...bytes])).toStrictEqual([[0x30, 0x03, 0x0a, 0x01, 0x00]])
  })

  it.each([
    [{ responses: ['broken.ors'] }, /broken\.ors: not base64$/],
    [{ expected: 'revoked' }, 'openssl-ocsp.json[0].expected: expected one of good, rejected, stale, found "revoked"'],
    [{ at: '2012-13-12T00:00:00Z' }, 'openssl-ocsp.json[0].at: expected a date and time that exists'],
  ])('names what is wrong: %#', (changes, message) => {
    expect(() => load(changes)).toThrow(ManifestError)
    expect(() => load(changes)).toThrow(message)
  })
})

describe('a manifest that is no manifest', () => {
  it('is named', () => {
    write('text.json', 'hello')
    expect(() => loadLimbo(join(directory, 'text.json'))).toThrow(/^text\.json: not JSON/)
    expect(() => loadPkits(join(directory, 'certs'))).toThrow(/certs holds no pkits\.json$/)
    expect(() => loadOcsp(join(directory, 'nowhere'))).toThrow(/^cannot read .*nowhere: ENOENT/)
  })
})
