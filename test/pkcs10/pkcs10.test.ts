// PKCS#10 requests: what is asked for, and the encodings refused.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { bitString, element, ia5String, integer, nullValue, sequence, utf8String } from '../../src/der/writer.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { attribute, extension, hex, makeRequest, type RequestParts } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const keyUsage = extension('keyUsage', bitString(hex('a0'), 5), true)
const password = attribute('challengePassword', utf8String('hunter2'))

describe('parseCertificationRequest', () => {
  it.each(['extensionRequest', 'microsoftExtensionRequest'])('CSR-1 reads the extensions asked for in %s', (type) => {
    const request = parseCertificationRequest(makeRequest({ attributes: [attribute(type, sequence(keyUsage))] }))
    expect(request.subject.toString()).toBe('CN=Requester')
    expect(request.publicKey.key.type).toBe('ed25519')
    expect(request.signatureAlgorithm.scheme).toBe('ed25519')
    expect(request.extension('keyUsage')).toMatchObject({
      critical: true,
      value: ['digitalSignature', 'keyEncipherment'],
    })
    expect(request.extension('subjectAltName')).toBeUndefined()
  })

  it('keeps signature, signed bytes and attributes', () => {
    const der = makeRequest({ attributes: [password] })
    const request = parseCertificationRequest(der)
    expect(request.der).toEqual(der)
    expect(Buffer.from(der).includes(Buffer.from(request.certificationRequestInfo))).toBe(true)
    expect(request.signatureValue).toEqual(new Uint8Array(64))
    expect(request.attributes).toEqual([{ type: '1.2.840.113549.1.9.7', values: [utf8String('hunter2')] }])
    expect(request.extensions).toEqual([])
  })

  it('reads the challenge password, and shows it nowhere else', () => {
    const request = parseCertificationRequest(makeRequest({ attributes: [password] }))
    expect(request.challengePassword).toBe('hunter2')
    expect(
      parseCertificationRequest(makeRequest({ attributes: [attribute('challengePassword', ia5String('old'))] }))
        .challengePassword,
    ).toBe('old')
    for (const shown of [JSON.stringify(request), inspect(request)]) expect(shown).not.toContain('hunter2')
    expect(request.toJSON()).toMatchObject({ hasChallengePassword: true, attributes: ['challengePassword'] })
  })

  it('reads a request without attributes, and without the field for them', () => {
    expect(parseCertificationRequest(makeRequest()).attributes).toEqual([])
    expect(parseCertificationRequest(makeRequest({ attributesField: new Uint8Array(0) })).attributes).toEqual([])
  })

  it.each<[string, RequestParts, ParseErrorCode]>([
    ['version 2', { version: integer(1) }, 'invalid-version'],
    ['an attribute twice', { attributes: [password, password] }, 'duplicate-attribute'],
    [
      'two lists of extensions',
      {
        attributes: [
          attribute('microsoftExtensionRequest', sequence(keyUsage)),
          attribute('extensionRequest', sequence(keyUsage)),
        ].sort((a, b) => Buffer.compare(a, b)),
      },
      'duplicate-attribute',
    ],
    [
      'two values of extensionRequest',
      { attributes: [attribute('extensionRequest', sequence(keyUsage), sequence(keyUsage, keyUsage))] },
      'invalid-extension',
    ],
    [
      'an extension twice',
      { attributes: [attribute('extensionRequest', sequence(keyUsage, keyUsage))] },
      'duplicate-extension',
    ],
    ['no value', { attributes: [attribute('challengePassword')] }, 'invalid-extension'],
    ['no value of an attribute nobody knows', { attributes: [attribute('1.2.3')] }, 'invalid-extension'],
    ['a password that is no text', { attributes: [attribute('challengePassword', nullValue())] }, 'unexpected-tag'],
    ['attributes of another type', { attributesField: element(0xa1) }, 'unexpected-tag'],
    [
      'attributes out of order',
      { attributes: [attribute('1.2.4', nullValue()), attribute('1.2.3', nullValue())] },
      'set-out-of-order',
    ],
    ['values out of order', { attributes: [attribute('1.2.3', integer(2), integer(1))] }, 'set-out-of-order'],
  ])('FMT-3 refuses %s', (_, parts, code) => {
    expect(parseErrorOf(() => parseCertificationRequest(makeRequest(parts)), code).where).toContain(
      'CertificationRequest',
    )
  })

  it.each<[string, RequestParts]>([
    ['version', { version: nullValue() }],
    ['subject', { subject: nullValue() }],
    ['subjectPublicKeyInfo', { publicKey: nullValue() }],
    ['attributes', { attributesField: nullValue() }],
    ['signature', { signature: nullValue() }],
  ])('FMT-3 says that it is the %s which is no such thing', (field, parts) => {
    const error = parseErrorOf(() => parseCertificationRequest(makeRequest(parts)), 'unexpected-tag')
    expect(error.where).toBe(`CertificationRequest.${field}`)
  })

  it('FMT-4 refuses a request larger than limits.certificateSize', () => {
    const der = makeRequest({ attributes: [attribute('1.2.3', utf8String('x'.repeat(1024 * 1024)))] })
    expect(parseErrorOf(() => parseCertificationRequest(der), 'limit-exceeded').expected).toContain(
      'limits.certificateSize',
    )
    expect(parseCertificationRequest(der, { certificateSize: der.length }).attributes).toHaveLength(1)
  })

  it('FMT-3 refuses bytes after the request, and what is no request', () => {
    parseErrorOf(() => parseCertificationRequest(Uint8Array.of(...makeRequest(), 0)), 'trailing-bytes')
    parseErrorOf(() => parseCertificationRequest(hex('30 00')), 'truncated')
    // @ts-expect-error -- callers without types
    expect(() => parseCertificationRequest('text')).toThrow(TypeError)
  })
})
