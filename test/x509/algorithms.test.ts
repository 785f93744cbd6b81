// Public keys and signature algorithms: what they are, and the parameter rules of their definitions.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { bitString, explicit, integer, nullValue, objectIdentifier, sequence } from '../../src/der/writer.js'
import { parseCertificate, type PublicKey, type SignatureAlgorithm } from '../../src/x509/index.js'
import { identifierOf } from '../../src/x509/object-identifiers.js'
import { hex, makeCertificate } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const algorithm = (name: string, ...parameters: Uint8Array[]): Uint8Array =>
  sequence(objectIdentifier(/^\d/.test(name) ? name : identifierOf(name)), ...parameters)
const keyOf = (identifier: Uint8Array, key: Uint8Array): PublicKey =>
  parseCertificate(makeCertificate({ publicKey: sequence(identifier, bitString(key)) })).publicKey.key
const signatureOf = (identifier: Uint8Array): SignatureAlgorithm =>
  parseCertificate(makeCertificate({ signature: identifier })).signatureAlgorithm

const modulus = (1n << 2047n) + 1n
const rsaKey = sequence(integer(modulus), integer(65537))
const point = (form: number, length: number): Uint8Array => Uint8Array.of(form, ...new Uint8Array(length).fill(1))
const curve = (name: string): Uint8Array => objectIdentifier(identifierOf(name))
const mgf1 = (hash: string): Uint8Array => explicit(1, algorithm('mgf1', algorithm(hash, nullValue())))

describe('public keys', () => {
  it('tell RSA by bits and exponent', () => {
    const key = keyOf(algorithm('rsaEncryption', nullValue()), rsaKey)
    expect(key).toMatchObject({ type: 'rsa', modulusLength: 2048, publicExponent: 65537n, pss: undefined })
    const odd = keyOf(algorithm('rsaEncryption', nullValue()), sequence(integer((1n << 1023n) - 1n), integer(3)))
    expect(odd).toMatchObject({ modulusLength: 1023, publicExponent: 3n })
  })

  it('tell RSA-PSS keys, with and without the restrictions of RFC 4055 §3.3', () => {
    expect(keyOf(algorithm('rsassaPss'), rsaKey)).toMatchObject({ type: 'rsa-pss', pss: undefined })
    const parameters = sequence(explicit(0, algorithm('sha256')), mgf1('sha256'), explicit(2, integer(32)))
    expect(keyOf(algorithm('rsassaPss', parameters), rsaKey)).toMatchObject({
      pss: { hash: 'sha-256', maskHash: 'sha-256', saltLength: 32 },
    })
  })

  it.each([
    ['P-192', 48],
    ['P-224', 56],
    ['P-256', 64],
    ['P-384', 96],
    ['P-521', 132],
    ['secp256k1', 64],
    ['brainpoolP256r1', 64],
    ['brainpoolP384r1', 96],
    ['brainpoolP512r1', 128],
  ])('tell EC keys by named curve: %s', (name, length) => {
    expect(keyOf(algorithm('ecPublicKey', curve(name)), point(4, length))).toMatchObject({ type: 'ec', curve: name })
    for (const form of [2, 3]) {
      const compressed = keyOf(algorithm('ecPublicKey', curve(name)), point(form, length / 2))
      expect(compressed).toMatchObject({ type: 'ec', curve: name, point: point(form, length / 2) })
      parseErrorOf(() => keyOf(algorithm('ecPublicKey', curve(name)), point(form, length)), 'invalid-public-key')
    }
    for (const wrong of [length - 1, length + 1, length / 2]) {
      const error = parseErrorOf(
        () => keyOf(algorithm('ecPublicKey', curve(name)), point(4, wrong)),
        'invalid-public-key',
      )
      expect(error).toMatchObject({ expected: `a ${name} point of ${length + 1} bytes`, found: `${wrong + 1}` })
    }
  })

  it('have their algorithm with its parameters undecoded, and the bits of the key, whatever they hold', () => {
    const rows = [
      [algorithm('rsaEncryption', nullValue()), '1.2.840.113549.1.1.1', 'rsaEncryption', nullValue()],
      [algorithm('ecPublicKey', curve('P-256')), '1.2.840.10045.2.1', 'ecPublicKey', curve('P-256')],
      [algorithm('1.2.3'), '1.2.3', undefined, undefined],
    ] as const
    for (const [identifier, oid, name, parameters] of rows) {
      const der = sequence(identifier, bitString(hex('0102')))
      const { publicKey } = parseCertificate(makeCertificate({ publicKey: der }))
      expect(publicKey.der).toEqual(der)
      expect(publicKey.algorithm).toEqual({ oid, name, parameters })
      expect(publicKey.keyBytes).toEqual(hex('0102'))
    }
  })

  it('tell unknown curves by OID, and name explicit parameters as what they are', () => {
    // The second is registered, as a type of attribute.
    for (const curveOid of ['1.2.3', '2.5.4.3']) {
      const key = keyOf(algorithm('ecPublicKey', objectIdentifier(curveOid)), point(4, 10))
      expect(key).toMatchObject({ type: 'ec', curve: undefined, curveOid })
    }
    expect(keyOf(algorithm('ecPublicKey', sequence(integer(1))), point(4, 64))).toMatchObject({ type: 'ec-explicit' })
  })

  it.each([
    ['Ed25519', 'ed25519', 32],
    ['Ed448', 'ed448', 57],
    ['X25519', 'x25519', 32],
    ['X448', 'x448', 56],
    ['ML-DSA-44', 'ml-dsa-44', 1312],
    ['ML-DSA-65', 'ml-dsa-65', 1952],
    ['ML-DSA-87', 'ml-dsa-87', 2592],
  ])('tell %s by its one length (RFC 8410, RFC 9881)', (name, type, length) => {
    expect(keyOf(algorithm(name), new Uint8Array(length))).toMatchObject({ type })
    parseErrorOf(() => keyOf(algorithm(name), new Uint8Array(length + 1)), 'invalid-public-key')
    parseErrorOf(() => keyOf(algorithm(name, nullValue()), new Uint8Array(length)), 'invalid-algorithm-parameters')
  })

  it('tell DSA, with its parameters or inheriting them', () => {
    const parameters = sequence(integer((1n << 1023n) + 1n), integer((1n << 159n) + 1n), integer(2))
    expect(keyOf(algorithm('dsa', parameters), integer(5))).toMatchObject({
      type: 'dsa',
      modulusLength: 1024,
      parameters: { q: new Uint8Array([0x80, ...new Uint8Array(18), 1]) },
    })
    expect(keyOf(algorithm('dsa'), integer(5))).toMatchObject({ modulusLength: undefined })
  })

  it('tell unknown algorithms by OID', () => {
    expect(keyOf(algorithm('1.2.3.4', nullValue()), hex('aa'))).toEqual({
      type: 'unknown',
      oid: '1.2.3.4',
      key: hex('aa'),
    })
  })

  it.each<[string, Uint8Array, Uint8Array, ParseErrorCode]>([
    ['RSA without parameters', algorithm('rsaEncryption'), rsaKey, 'invalid-algorithm-parameters'],
    [
      'a negative modulus',
      algorithm('rsaEncryption', nullValue()),
      sequence(integer(-5), integer(3)),
      'invalid-public-key',
    ],
    [
      'a zero exponent',
      algorithm('rsaEncryption', nullValue()),
      sequence(integer(5), integer(0)),
      'invalid-public-key',
    ],
    [
      'bytes after an RSA key',
      algorithm('rsaEncryption', nullValue()),
      Uint8Array.of(...rsaKey, 5, 0),
      'trailing-bytes',
    ],
    ['EC without a curve', algorithm('ecPublicKey'), point(4, 64), 'invalid-algorithm-parameters'],
    ['EC with the implicit curve', algorithm('ecPublicKey', nullValue()), point(4, 64), 'invalid-algorithm-parameters'],
    ['a hybrid point', algorithm('ecPublicKey', curve('P-256')), point(6, 64), 'invalid-public-key'],
    ['a point of the wrong length', algorithm('ecPublicKey', curve('P-256')), point(4, 63), 'invalid-public-key'],
    ['no point', algorithm('ecPublicKey', curve('P-256')), hex(''), 'invalid-public-key'],
    ['bytes after a DSA key', algorithm('dsa'), Uint8Array.of(...integer(5), 5, 0), 'trailing-bytes'],
    [
      'a DSA parameter too many',
      algorithm('dsa', sequence(integer(7), integer(5), integer(2), integer(1))),
      integer(5),
      'trailing-bytes',
    ],
    [
      'a negative DSA parameter',
      algorithm('dsa', sequence(integer(7), integer(-5), integer(2))),
      integer(5),
      'invalid-public-key',
    ],
  ])('FMT-3 are refused: %s', (_, identifier, key, code) => {
    expect(parseErrorOf(() => keyOf(identifier, key), code).where).toContain('subjectPublicKeyInfo')
  })

  it('FMT-3 say what stands where a positive number or a point is to be', () => {
    const found = (identifier: Uint8Array, key: Uint8Array): string =>
      parseErrorOf(() => keyOf(identifier, key), 'invalid-public-key').found
    const rsa = algorithm('rsaEncryption', nullValue())
    expect(found(rsa, sequence(integer(0), integer(3)))).toBe('zero')
    expect(found(rsa, sequence(integer(-128), integer(3)))).toBe('a negative number')
    expect(found(rsa, sequence(integer(-1), integer(3)))).toBe('a negative number')
    // Curves nobody knows have points of the same forms.
    for (const oid of ['1.2.3', identifierOf('P-256')]) {
      const ec = algorithm('ecPublicKey', objectIdentifier(oid))
      expect(found(ec, hex(''))).toBe('none')
      for (const form of [0, 1, 5, 6, 7]) expect(found(ec, point(form, 64))).toBe(`0${form}`)
    }
  })
})

describe('signature algorithms', () => {
  it('carry scheme and hash', () => {
    expect(signatureOf(algorithm('sha384WithRSAEncryption', nullValue()))).toMatchObject({
      scheme: 'rsa-pkcs1',
      hash: 'sha-384',
    })
    expect(signatureOf(algorithm('sha384WithRSAEncryption'))).toMatchObject({ scheme: 'rsa-pkcs1' })
    expect(signatureOf(algorithm('ecdsaWithSHA512'))).toMatchObject({ scheme: 'ecdsa', hash: 'sha-512' })
    expect(signatureOf(algorithm('Ed448'))).toMatchObject({ scheme: 'ed448', hash: undefined })
    expect(signatureOf(algorithm('ML-DSA-65'))).toMatchObject({ scheme: 'ml-dsa-65' })
    // What an algorithm nobody knows may have for parameters, its definition says.
    for (const parameters of [[], [sequence(integer(1))], [integer(1)]]) {
      expect(signatureOf(algorithm('1.2.3', ...parameters))).toMatchObject({ oid: '1.2.3', scheme: undefined })
    }
    expect(signatureOf(algorithm('1.2.3', nullValue()))).toEqual({
      oid: '1.2.3',
      name: undefined,
      scheme: undefined,
      hash: undefined,
      pss: undefined,
    })
  })

  it('decode RSASSA-PSS parameters with the defaults of RFC 4055 §3.1', () => {
    expect(signatureOf(algorithm('rsassaPss', sequence()))).toMatchObject({
      pss: { hash: 'sha-1', maskHash: 'sha-1', saltLength: 20 },
    })
    const full = sequence(explicit(0, algorithm('sha512')), mgf1('sha256'), explicit(2, integer(64)))
    expect(signatureOf(algorithm('rsassaPss', full))).toMatchObject({
      scheme: 'rsa-pss',
      hash: 'sha-512',
      pss: { hash: 'sha-512', maskHash: 'sha-256', saltLength: 64 },
    })
  })

  it('decode RSASSA-PSS parameters that write out the defaults, which RFC 4055 §3.1 wants recognised', () => {
    const written = sequence(
      explicit(0, algorithm('sha1', nullValue())),
      explicit(1, algorithm('mgf1', algorithm('sha1'))),
      explicit(3, integer(1)),
    )
    expect(signatureOf(algorithm('rsassaPss', written)).pss).toEqual({
      hash: 'sha-1',
      maskHash: 'sha-1',
      saltLength: 20,
    })
    const full = sequence(
      explicit(0, algorithm('sha256')),
      mgf1('sha256'),
      explicit(2, integer(32)),
      explicit(3, integer(1)),
    )
    expect(signatureOf(algorithm('rsassaPss', full)).pss).toEqual({
      hash: 'sha-256',
      maskHash: 'sha-256',
      saltLength: 32,
    })
  })

  it.each<[string, Uint8Array, ParseErrorCode]>([
    ['ECDSA with NULL (RFC 5758 §3.2)', algorithm('ecdsaWithSHA256', nullValue()), 'invalid-algorithm-parameters'],
    ['Ed25519 with NULL (RFC 8410 §3)', algorithm('Ed25519', nullValue()), 'invalid-algorithm-parameters'],
    ['RSA with a SEQUENCE', algorithm('sha256WithRSAEncryption', sequence()), 'invalid-algorithm-parameters'],
    ['PSS without parameters', algorithm('rsassaPss'), 'invalid-algorithm-parameters'],
    [
      'PSS that writes out the default salt length (X.690 §11.5)',
      algorithm('rsassaPss', sequence(explicit(2, integer(20)))),
      'explicit-default',
    ],
    ['PSS with trailer field 0', algorithm('rsassaPss', sequence(explicit(3, integer(0)))), 'integer-out-of-range'],
    ['PSS with trailer field 2', algorithm('rsassaPss', sequence(explicit(3, integer(2)))), 'integer-out-of-range'],
    [
      'PSS with a hash that is none',
      algorithm('rsassaPss', sequence(explicit(0, algorithm('Ed25519')))),
      'invalid-algorithm-parameters',
    ],
    [
      'PSS with a hash that has parameters',
      algorithm('rsassaPss', sequence(explicit(0, algorithm('sha256', integer(1))))),
      'invalid-algorithm-parameters',
    ],
    [
      'PSS with a field too many',
      algorithm('rsassaPss', sequence(explicit(2, integer(32)), explicit(4, integer(1)))),
      'trailing-bytes',
    ],
    [
      'PSS with a mask function that has two parameters',
      algorithm('rsassaPss', sequence(explicit(1, algorithm('mgf1', algorithm('sha256'), nullValue())))),
      'trailing-bytes',
    ],
    [
      'PSS with another mask function',
      algorithm('rsassaPss', sequence(explicit(1, algorithm('sha256', algorithm('sha256'))))),
      'invalid-algorithm-parameters',
    ],
    [
      'PSS with a negative salt length',
      algorithm('rsassaPss', sequence(explicit(2, integer(-1)))),
      'integer-out-of-range',
    ],
  ])('FMT-3 refuse %s', (_, identifier, code) => {
    parseErrorOf(() => signatureOf(identifier), code)
  })
})
