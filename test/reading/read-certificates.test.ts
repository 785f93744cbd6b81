// Files of any form: told apart by content, read in full, or refused with what they look like and what to do.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import {
  element,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  utf8String,
} from '../../src/der/writer.js'
import { writePem } from '../../src/pem/index.js'
import { writePkcs7 } from '../../src/pkcs7/index.js'
import { readCertificates } from '../../src/reading/index.js'
import { parseCertificate } from '../../src/x509/index.js'
import { ed25519, ed25519Key, hex, makeCertificate, makeCrl, makeRequest, name } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const certificate = makeCertificate({ subject: name('One') })
const second = makeCertificate({ subject: name('Two') })
const request = makeRequest()
const crlV1 = makeCrl(1)
const crlV2 = makeCrl(2)
const bundle = writePkcs7({ certificates: [parseCertificate(certificate), parseCertificate(second)], crls: [crlV2] })
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const SECRET = 'c2VjcmV0IGtleSBieXRlcw=='
const keyBlock = (label: string): string => `-----BEGIN ${label}-----\n${SECRET}\n-----END ${label}-----\n`

describe('readCertificates', () => {
  it('FMT-1 reads PEM with blocks of every kind, and says what each was', () => {
    const file = [
      'Bag Attributes\n',
      writePem('CERTIFICATE', certificate),
      writePem('X509 CERTIFICATE', second),
      writePem('TRUSTED CERTIFICATE', Uint8Array.of(...certificate, ...sequence(utf8String('alias')))),
      writePem('PKCS7', bundle),
      writePem('CMS', bundle),
      writePem('CERTIFICATE REQUEST', request),
      writePem('NEW CERTIFICATE REQUEST', request),
      writePem('X509 CRL', crlV2),
      writePem('DH PARAMETERS', nullValue()),
    ].join('note\n')
    const read = readCertificates(file)
    expect(read.format).toBe('pem')
    expect(read.certificates.map(({ subject }) => subject.toString())).toEqual([
      'CN=One',
      'CN=Two',
      'CN=One',
      'CN=One',
      'CN=Two',
      'CN=One',
      'CN=Two',
    ])
    expect(read.requests).toHaveLength(2)
    expect(read.crls).toEqual([crlV2, crlV2, crlV2])
    expect(read.blocks.map(({ kind }) => kind)).toEqual([
      'certificate',
      'certificate',
      'trusted-certificate',
      'pkcs7',
      'pkcs7',
      'request',
      'request',
      'crl',
      'other',
    ])
    for (const { label, offset } of read.blocks)
      expect(file.startsWith(`-----BEGIN ${label ?? ''}-----`, offset)).toBe(true)
  })

  it.each<[string, Uint8Array, string, string, number[]]>([
    ['a certificate', certificate, 'der', 'certificate', [1, 0, 0]],
    ['a request', request, 'der', 'request', [0, 1, 0]],
    ['a CRL, version 1', crlV1, 'der', 'crl', [0, 0, 1]],
    ['a CRL, version 2', crlV2, 'der', 'crl', [0, 0, 1]],
    ['a PKCS#7 bundle', bundle, 'pkcs7', 'pkcs7', [2, 0, 1]],
    ['a version 1 certificate', makeCertificate({ version: new Uint8Array(0) }), 'der', 'certificate', [1, 0, 0]],
  ])('FMT-1 tells by content: %s', (_, file, format, kind, counts) => {
    for (const input of [file, file.slice().buffer, Buffer.from(file)]) {
      const read = readCertificates(input)
      expect(read).toMatchObject({ format, blocks: [{ kind, label: undefined, offset: 0 }] })
      expect([read.certificates.length, read.requests.length, read.crls.length]).toEqual(counts)
    }
  })

  it('FMT-1 takes a PKCS#7 bundle under the label CERTIFICATE, which some authorities write', () => {
    expect(readCertificates(writePem('CERTIFICATE', bundle))).toMatchObject({
      blocks: [{ kind: 'pkcs7' }],
      certificates: { length: 2 },
    })
  })

  it('reads PEM after text that starts like DER', () => {
    expect(readCertificates(text(`0 certificates\n${writePem('CERTIFICATE', certificate)}`)).certificates).toHaveLength(
      1,
    )
  })

  it.each([
    'PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'DSA PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ])('FMT-3 refuses a block %s by name, its bytes in no message', (label) => {
    for (const file of [keyBlock(label), writePem('CERTIFICATE', certificate) + keyBlock(label)]) {
      const error = parseErrorOf(() => readCertificates(file), 'private-key')
      expect(error.message).toContain(label)
      expect(
        JSON.stringify([error.message, error.stack, error.where, error.found, error.expected, error.remedy]),
      ).not.toMatch(/secret|c2Vj/)
    }
  })

  it.each<[string, Uint8Array]>([
    ['PKCS#8', sequence(integer(0), ed25519(), octetString(octetString(new Uint8Array(32))))],
    [
      'PKCS#8 with the public key',
      sequence(integer(1), ed25519(), octetString(octetString(new Uint8Array(32))), hex('81 02 00 01')),
    ],
    ['PKCS#1', sequence(...Array.from({ length: 9 }, (_, i) => integer(i)))],
    ['SEC1', sequence(integer(1), octetString(new Uint8Array(32)))],
    [
      'encrypted PKCS#8',
      sequence(sequence(objectIdentifier('1.2.840.113549.1.5.13'), sequence()), octetString(new Uint8Array(40))),
    ],
  ])('FMT-3 refuses a private key in DER: %s', (_, file) => {
    parseErrorOf(() => readCertificates(file), 'private-key')
  })

  it.each(['CERTIFICATE', 'TRUSTED CERTIFICATE', 'PKCS7', 'CERTIFICATE REQUEST', 'X509 CRL'])(
    'FMT-3 refuses a private key under the label %s',
    (label) => {
      const pkcs8 = sequence(integer(0), ed25519(), octetString(octetString(new Uint8Array(32))))
      parseErrorOf(() => readCertificates(writePem(label, pkcs8)), 'private-key')
    },
  )

  it('FMT-3 refuses a private key whose block is itself malformed', () => {
    for (const broken of [
      keyBlock('PRIVATE KEY').slice(0, 40),
      keyBlock('Private Key'),
      keyBlock('RSA PRIVATE KEY').replace('END RSA', 'END'),
    ]) {
      parseErrorOf(() => readCertificates(broken), 'private-key')
    }
  })

  it('lets the content decide where the label says otherwise', () => {
    expect(readCertificates(writePem('CERTIFICATE', request)).blocks).toMatchObject([{ kind: 'request' }])
    expect(readCertificates(writePem('X509 CRL', certificate)).blocks).toMatchObject([{ kind: 'certificate' }])
    expect(readCertificates(writePem('PKCS7', crlV2)).blocks).toMatchObject([{ kind: 'crl' }])
  })

  it.each<[string, Uint8Array | string, ParseErrorCode, RegExp, RegExp]>([
    ['a PuTTY key', 'PuTTY-User-Key-File-3: ssh-rsa', 'unrecognised-format', /private key/, /certificate/],
    ['an empty file', '', 'empty-input', /empty/, /fetch or export/],
    ['white space only', ' \r\n\t', 'empty-input', /empty/, /fetch or export/],
    ['an HTML page', '\n<!DOCTYPE html><html>', 'unrecognised-format', /HTML/, /fetch the certificate/],
    [
      'UTF-16 text, little-endian',
      Buffer.from(`\ufeff${writePem('CERTIFICATE', certificate)}`, 'utf16le'),
      'unrecognised-format',
      /UTF-16/,
      /UTF-8/,
    ],
    [
      'UTF-16 text, big-endian',
      Buffer.from(`\ufeff${writePem('CERTIFICATE', certificate)}`, 'utf16le').swap16(),
      'unrecognised-format',
      /UTF-16/,
      /UTF-8/,
    ],
    [
      'UTF-16 text without a mark',
      Buffer.from(writePem('CERTIFICATE', certificate), 'utf16le'),
      'unrecognised-format',
      /UTF-16/,
      /UTF-8/,
    ],
    [
      'a PKCS#12 file',
      sequence(
        integer(3),
        sequence(objectIdentifier('1.2.840.113549.1.7.1'), element(0xa0, octetString(hex('00')))),
        sequence(),
      ),
      'unrecognised-format',
      /PKCS#12/,
      /openssl pkcs12/,
    ],
    ['a bare public key', ed25519Key(), 'unrecognised-format', /public key/, /certificate/],
    ['an RSA public key', sequence(integer(5), integer(3)), 'unrecognised-format', /public key/, /certificate/],
    ['an OCSP response', sequence(hex('0a 01 00')), 'unrecognised-format', /OCSP/, /certificate/],
    ['an OpenSSH public key', 'ssh-ed25519 AAAAC3Nz user@host', 'unrecognised-format', /OpenSSH/, /export/],
    ['a Java key store', hex('feedfeed 00000002'), 'unrecognised-format', /Java/, /keytool/],
    ['an archive', hex('504b0304 0000'), 'unrecognised-format', /archive/, /unpack/],
    [
      'base64 without PEM lines',
      Buffer.from(certificate).toString('base64'),
      'unrecognised-format',
      /base64/,
      /BEGIN and END/,
    ],
    ['JSON', '{"certificate": "…"}', 'unrecognised-format', /JSON/, /take the certificate out/],
    ['text that is not ASCII', 'Grüße', 'unrecognised-format', /text/, /PEM or DER/],
    ['plain text', 'hello', 'unrecognised-format', /text/, /PEM or DER/],
    ['text whose first digit is the tag of a SEQUENCE', Buffer.from('0 errors'), 'unrecognised-format', /text/, /DER/],
    [
      'hexadecimal digits',
      Buffer.from(Buffer.from(certificate).toString('hex')),
      'unrecognised-format',
      /text/,
      /PEM or DER/,
    ],
    ['other bytes', hex('00 ff fe 80 81'), 'unrecognised-format', /binary/, /PEM or DER/],
    [
      'a PEM file of other things',
      writePem('PUBLIC KEY', ed25519Key()),
      'unrecognised-format',
      /PUBLIC KEY/,
      /give the certificate/,
    ],
  ])('FMT-3 says what it is and what to do: %s', (_, file, code, what, remedy) => {
    const error = parseErrorOf(() => readCertificates(file), code)
    expect(error.found).toMatch(what)
    expect(error.remedy).toMatch(remedy)
  })

  it('FMT-3 refuses the whole file for one malformed block, naming it, with the offset inside its DER', () => {
    const file = writePem('CERTIFICATE', certificate) + writePem('CERTIFICATE', makeCertificate({ extensions: [] }))
    const error = parseErrorOf(() => readCertificates(file), 'empty-extensions')
    expect(error.where).toMatch(/^block 2 \(CERTIFICATE at \d+\): Certificate\.extensions$/)
    expect(error.cause).toMatchObject({ where: 'Certificate.extensions', offset: error.offset })
    parseErrorOf(
      () => readCertificates(writePem('TRUSTED CERTIFICATE', Uint8Array.of(...certificate, ...sequence(), 0))),
      'trailing-bytes',
    )
    parseErrorOf(() => readCertificates(writePem('X509 CRL', integer(1))), 'unexpected-tag')
    parseErrorOf(() => readCertificates(writePem('X509 CRL', Uint8Array.of(...crlV2, 0))), 'trailing-bytes')
    parseErrorOf(() => readCertificates(writePem('CERTIFICATE', new Uint8Array(0))), 'truncated')
  })

  it('FMT-4 bounds the size of the file and the number of certificates, whatever blocks they come in', () => {
    const pem = writePem('CERTIFICATE', certificate)
    expect(parseErrorOf(() => readCertificates(pem, { fileSize: 100 }), 'limit-exceeded').expected).toContain(
      'limits.fileSize',
    )
    expect(readCertificates(pem + pem, { certificatesPerFile: 2 }).certificates).toHaveLength(2)
    const tooMany = [
      pem + pem + pem,
      pem + writePem('PKCS7', bundle),
      writePem('CERTIFICATE REQUEST', request).repeat(3),
      writePem('X509 CRL', crlV1).repeat(3),
    ]
    for (const file of tooMany) {
      expect(
        parseErrorOf(() => readCertificates(file, { certificatesPerFile: 2 }), 'limit-exceeded').expected,
      ).toContain('limits.certificatesPerFile')
    }
    expect(() => readCertificates(pem, { fileSize: 0 })).toThrow(TypeError)
  })

  it('refuses what is neither bytes nor text', () => {
    // @ts-expect-error -- callers without types
    expect(() => readCertificates(5)).toThrow(TypeError)
  })
})
