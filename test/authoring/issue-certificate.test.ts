// What an authority issues: the requester's name and key, usages granted or ignored, and nothing that is not the
// requester's to ask for, however it asks.

import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type CreatedCertificate,
  issueCertificate,
  type IssueInput,
  type Signer,
  signerFromKeyObject,
  validFor,
} from '../../src/authoring/index.js'
import { ParseError } from '../../src/base/errors.js'
import { context } from '../../src/der/tags.js'
import {
  booleanValue,
  ia5String,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
} from '../../src/der/writer.js'
import { type CertificationRequest, parseCertificationRequest } from '../../src/pkcs10/index.js'
import { type Certificate, parseCertificate } from '../../src/x509/index.js'
import { disagreements, factsOf } from '../oracles/facts.js'
import { nodeFacts } from '../oracles/node-facts.js'
import { peculiarFacts } from '../oracles/peculiar-facts.js'
import { pkijsFacts } from '../oracles/pkijs-facts.js'
import { ec, identities, makeAuthority, profile, requestOf, rsa, signerFor, signerOf } from '../support/authoring.js'
import { attribute, extension, makeCertificate, makeRequest } from '../support/make-certificate.js'
import { openssl as runOpenssl, temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'issued certificates verified by openssl')
const now = new Date('2026-11-24T12:00:00Z')

let root: CreatedCertificate & { readonly key: Signer }
beforeAll(async () => {
  root = await makeAuthority(signerOf({ type: 'rsa', modulusLength: 2048 }), now)
})

const issue = async (input: Partial<IssueInput> & Pick<IssueInput, 'request'>): Promise<Certificate> =>
  (
    await issueCertificate({
      issuer: root.certificate,
      key: root.key,
      requestedExtensions: 'grant',
      ...validFor(90, now),
      ...input,
    })
  ).certificate

/** What openssl, at its strictest, says of a chain: `ok`, or its errors. */
function opensslVerdict(chain: readonly Certificate[], ...options: readonly string[]): string {
  const pem = (certificate: Certificate): string => new X509Certificate(certificate.der).toString()
  const { path, remove } = temporaryDirectory()
  try {
    const [leaf, ...intermediates] = chain
    writeFileSync(join(path, 'root.pem'), root.pem)
    writeFileSync(join(path, 'chain.pem'), intermediates.map(pem).join(''))
    writeFileSync(join(path, 'leaf.pem'), leaf === undefined ? '' : pem(leaf))
    const at = String(now.getTime() / 1000 + 86_400)
    const untrusted = intermediates.length > 0 ? ['-untrusted', 'chain.pem'] : []
    const args = ['verify', '-x509_strict', '-attime', at, ...options, '-CAfile', 'root.pem', ...untrusted, 'leaf.pem']
    return runOpenssl(openssl ?? 'openssl', args, undefined, path)
      .toString()
      .trim()
  } catch (error) {
    return String(error instanceof Error && 'stderr' in error ? error.stderr : error)
  } finally {
    remove()
  }
}

/** A request that asks for the extensions given, signed by nobody. */
const hostileRequest = (...extensions: readonly Uint8Array[]): CertificationRequest =>
  parseCertificationRequest(makeRequest({ attributes: [attribute('extensionRequest', sequence(...extensions))] }))
const namesOf = ({ extensions }: Certificate): readonly string[] => extensions.map(({ name, oid }) => name ?? oid)

describe('issueCertificate', () => {
  it.each(identities.map((purpose) => [purpose.id, purpose] as const))(
    'CSR-7 grants a request for %s, and the other readers and openssl agree with the result',
    async (id, purpose) => {
      const request = await requestOf({
        profile: profile(id),
        subjectAltNames: { ip: ['192.0.2.1'] },
        key: await signerFor(purpose),
      })
      const certificate = await issue({ request, ...(id === 'CAPF' ? { authority: { pathLenConstraint: 0 } } : {}) })
      expect(certificate.subject.equals(request.subject)).toBe(true)
      expect(certificate.publicKey.der).toEqual(request.publicKey.der)
      expect(certificate.issuer.der).toEqual(root.certificate.subject.der)
      for (const name of ['keyUsage', 'extendedKeyUsage', 'subjectAltName'] as const) {
        expect(certificate.extension(name)?.bytes).toEqual(request.extension(name)?.bytes)
      }
      expect(certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(root.certificate.subjectKeyIdentifier)
      const der = new Uint8Array(certificate.der)
      for (const theirs of [nodeFacts(der), peculiarFacts(der), pkijsFacts(der)]) {
        expect(disagreements(id, factsOf(certificate), theirs)).toEqual([])
      }
      expect(new X509Certificate(der).verify(new X509Certificate(root.der).publicKey)).toBe(true)
      if (openssl === undefined) return
      expect(opensslVerdict([certificate], '-purpose', 'sslserver', '-verify_hostname', 'host.test')).toBe(
        'leaf.pem: OK',
      )
    },
  )

  it('CSR-7 ignores what is asked for where the authority does', async () => {
    const certificate = await issue({ request: await requestOf(), requestedExtensions: 'ignore' })
    expect(namesOf(certificate)).toEqual(['basicConstraints', 'subjectKeyIdentifier', 'authorityKeyIdentifier'])
    expect(certificate.basicConstraints).toEqual({ cA: false, pathLenConstraint: undefined })
  })

  it('issues authorities of their own key usages, whose certificates openssl accepts', async () => {
    const key = await signerFromKeyObject(ec('P-384'), 'sha-384')
    const request = await requestOf({ subject: { commonName: 'Test Intermediate' }, key })
    const intermediate = await issue({
      request,
      requestedExtensions: 'ignore',
      authority: { pathLenConstraint: 0 },
    })
    expect(intermediate.basicConstraints).toEqual({ cA: true, pathLenConstraint: 0 })
    expect(intermediate.keyUsage).toEqual(['keyCertSign', 'cRLSign'])
    const leaf = await issue({ request: await requestOf(), issuer: intermediate, key })
    // One level more than the intermediate allows.
    const lowerKey = await signerFromKeyObject(ec())
    const below = await issue({
      request: await requestOf({ subject: { commonName: 'Test Lower' }, key: lowerKey }),
      issuer: intermediate,
      key,
      authority: {},
    })
    expect(below.keyUsage).toEqual(['digitalSignature', 'keyCertSign'])
    const deep = await issue({ request: await requestOf(), issuer: below, key: lowerKey })
    if (openssl === undefined) return
    expect(opensslVerdict([leaf, intermediate])).toBe('leaf.pem: OK')
    expect(opensslVerdict([deep, below, intermediate])).toContain('path length constraint exceeded')
  })

  it('grants extensions as critical as they are asked for, and marks those of its own as RFC 5280 §4.2.1 has them', async () => {
    const names = sequence(ia5String('host.test', context(2)))
    const usages = sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))
    const criticalOf = async (critical: boolean, subject?: Uint8Array): Promise<Readonly<Record<string, boolean>>> => {
      const asked = [extension('extendedKeyUsage', usages, critical), extension('subjectAltName', names, critical)]
      const attributes = [attribute('extensionRequest', sequence(...asked))]
      const request = parseCertificationRequest(makeRequest({ attributes, ...(subject && { subject }) }))
      const { extensions } = await issue({ request })
      return Object.fromEntries(extensions.map(({ name, oid, critical: isCritical }) => [name ?? oid, isCritical]))
    }
    const own = { basicConstraints: true, subjectKeyIdentifier: false, authorityKeyIdentifier: false }
    expect(await criticalOf(true)).toEqual({ ...own, extendedKeyUsage: true, subjectAltName: true })
    expect(await criticalOf(false)).toEqual({ ...own, extendedKeyUsage: false, subjectAltName: false })
    expect(await criticalOf(false, sequence())).toEqual({ ...own, extendedKeyUsage: false, subjectAltName: true })
  })

  it('signs with RSASSA-PSS so that openssl accepts it', async () => {
    const authority = await makeAuthority(signerFromKeyObject(rsa(), 'sha-256', 'rsa-pss'), now)
    const certificate = await issue({ request: await requestOf(), issuer: authority.certificate, key: authority.key })
    expect(certificate.signatureAlgorithm).toMatchObject({
      scheme: 'rsa-pss',
      pss: { hash: 'sha-256', saltLength: 32 },
    })
    expect(new X509Certificate(certificate.der).verify(new X509Certificate(authority.der).publicKey)).toBe(true)
  })

  it('adds what the authority states, in place of what the request asks for', async () => {
    const certificate = await issue({
      request: await requestOf(),
      extensions: [
        { type: 'extendedKeyUsage', value: sequence() },
        { type: '1.2.3.4', critical: true, value: nullValue() },
      ],
    })
    expect(namesOf(certificate)).toEqual([
      'basicConstraints',
      'keyUsage',
      'subjectAltName',
      'extendedKeyUsage',
      '1.2.3.4',
      'subjectKeyIdentifier',
      'authorityKeyIdentifier',
    ])
    expect(certificate.extension('1.2.3.4')).toMatchObject({ critical: true, bytes: nullValue() })
  })

  it('identifies the authority by its subjectKeyIdentifier, whatever that is, and without one by its key', async () => {
    const key = await signerOf({ type: 'ec', curve: 'P-256' })
    const identifier = extension('subjectKeyIdentifier', octetString(Uint8Array.of(1, 2, 3)))
    const named = parseCertificate(makeCertificate({ publicKey: key.publicKey, extensions: [identifier] }))
    const child = await issue({ request: await requestOf(), issuer: named, key })
    expect(child.authorityKeyIdentifier?.keyIdentifier).toEqual(Uint8Array.of(1, 2, 3))
    const issuer = parseCertificate(makeCertificate({ publicKey: key.publicKey }))
    const certificate = await issue({ request: await requestOf(), issuer, key })
    expect(certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(certificate.subjectKeyIdentifier)
  })

  it('names every fault of the input in one error', async () => {
    const attempt = issue({
      request: await requestOf(),
      key: await signerFromKeyObject(ec()),
      notAfter: new Date(now.getTime() - 1000),
      authority: { pathLenConstraint: 0.5 },
      extensions: [
        { type: 'basicConstraints', value: sequence() },
        { type: '2.5.29.14', value: sequence() },
        { type: 'authorityKeyIdentifier', value: sequence() },
        { type: 'tlsFeature', value: sequence() },
        { type: '1.3.6.1.5.5.7.1.24', value: sequence() },
      ],
    })
    await expect(attempt).rejects.toThrow(
      new TypeError(
        'issueCertificate: notBefore is after notAfter; pathLenConstraint is 0.5: expected a number of certificates; ' +
          'key is not the one the issuer’s certificate certifies; extensions holds basicConstraints, which is there ' +
          'already; extensions holds subjectKeyIdentifier, which is there already; extensions holds ' +
          'authorityKeyIdentifier, which is there already; extensions holds tlsFeature, which ' +
          'is there already',
      ),
    )
  })
})

describe('hostile requests', () => {
  it('make nobody an authority: neither cA nor keyCertSign is granted', async () => {
    const request = await requestOf({
      profile: { keyUsage: [{ usage: 'digitalSignature' }, { usage: 'keyCertSign' }], extendedKeyUsage: [] },
    })
    const certificate = await issue({ request })
    expect(certificate.keyUsage).toEqual(['digitalSignature'])
    expect(certificate.basicConstraints?.cA).toBe(false)
    const asked = hostileRequest(
      extension('basicConstraints', sequence(booleanValue(true), integer(7)), true),
      extension('keyUsage', Uint8Array.of(3, 2, 2, 4), true),
    )
    expect(asked.extension('keyUsage')?.value).toEqual(['keyCertSign'])
    const refused = await issue({ request: asked })
    expect(namesOf(refused)).toEqual(['basicConstraints', 'subjectKeyIdentifier', 'authorityKeyIdentifier'])
    expect(refused.basicConstraints).toEqual({ cA: false, pathLenConstraint: undefined })
  })

  it('are not granted unknown extensions, critical or not, nor any that are the authority’s to state', async () => {
    const value = sequence()
    const asked = hostileRequest(
      extension('1.2.3.4', value, true),
      extension('1.2.3.5', value),
      extension('ocspNoCheck', nullValue()),
      extension('noRevAvail', nullValue()),
      extension('nameConstraints', value, true),
      extension('certificatePolicies', value),
      extension('authorityInfoAccess', value),
      extension('cRLDistributionPoints', value),
      extension('subjectKeyIdentifier', value),
      extension('authorityKeyIdentifier', value),
      extension('precertificatePoison', nullValue(), true),
      extension('tlsFeature', sequence(integer(5))),
    )
    expect(namesOf(await issue({ request: asked }))).toEqual([
      'basicConstraints',
      'tlsFeature',
      'subjectKeyIdentifier',
      'authorityKeyIdentifier',
    ])
  })

  it('with malformed values of what is granted are refused, and no certificate holds them', async () => {
    for (const name of ['keyUsage', 'extendedKeyUsage', 'subjectAltName', 'tlsFeature']) {
      const request = hostileRequest(extension(name, Uint8Array.of(0x30, 0x7f)))
      await expect(issue({ request })).rejects.toThrow(ParseError)
      await expect(issue({ request, requestedExtensions: 'ignore' })).resolves.toBeDefined()
    }
  })

  it('that ask for an extension twice are refused when they are read', () => {
    const twice = extension('keyUsage', Uint8Array.of(3, 2, 7, 128))
    expect(() => hostileRequest(twice, twice)).toThrow(/each extension once/)
  })

  it('with an empty subject get a critical subjectAltName (RFC 5280 §4.2.1.6)', async () => {
    const names = extension('subjectAltName', sequence(ia5String('host.test', context(2))))
    const attributes = [attribute('extensionRequest', sequence(names))]
    const request = parseCertificationRequest(makeRequest({ subject: sequence(), attributes }))
    expect(request.extension('subjectAltName')?.critical).toBe(false)
    const certificate = await issue({ request })
    expect(certificate.subject.isEmpty).toBe(true)
    expect(certificate.extension('subjectAltName')?.critical).toBe(true)
    if (openssl !== undefined) expect(opensslVerdict([certificate])).toBe('leaf.pem: OK')
  })
})
