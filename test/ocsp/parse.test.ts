// The structure of responses (OCS-9, RFC 6960 §4.2.1): each field right, and each field wrong with its own code.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import * as tags from '../../src/der/tags.js'
import {
  bitString,
  element,
  explicit,
  generalizedTime,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  time,
} from '../../src/der/writer.js'
import { nonceOf, parseOcspResponse } from '../../src/ocsp/index.js'
import { ed25519, extension, hex, makeCertificate, name } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'
import { withOneMore } from '../support/with-one-more.js'

const NOW = Date.UTC(2026, 5, 1)
const NOTHING = new Uint8Array(0)
const sha1 = sequence(objectIdentifier('1.3.14.3.2.26'), nullValue())

interface Parts {
  readonly status?: Uint8Array
  readonly type?: string
  /** Behind the response's bytes. */
  readonly afterBytes?: Uint8Array
  readonly version?: Uint8Array
  readonly responderId?: Uint8Array
  readonly producedAt?: Uint8Array
  readonly responses?: Uint8Array
  readonly single?: Single
  readonly extensions?: Uint8Array
  readonly signatureAlgorithm?: Uint8Array
  readonly signature?: Uint8Array
  readonly certs?: Uint8Array
  /** Behind the BasicOCSPResponse. */
  readonly afterBasic?: Uint8Array
}
interface Single {
  readonly hash?: Uint8Array
  readonly serial?: Uint8Array
  readonly status?: Uint8Array
  readonly thisUpdate?: Uint8Array
  readonly nextUpdate?: Uint8Array
  readonly extensions?: Uint8Array
}

const GOOD = element(tags.context(0))
const keyHash = (length: number): Uint8Array => explicit(2, octetString(new Uint8Array(length)))

const singleOf = ({ hash = sha1, serial = integer(5), status = GOOD, ...parts }: Single): Uint8Array =>
  sequence(
    sequence(hash, octetString(new Uint8Array(20)), octetString(new Uint8Array(20)), serial),
    status,
    parts.thisUpdate ?? generalizedTime(NOW),
    parts.nextUpdate ?? NOTHING,
    parts.extensions ?? NOTHING,
  )

function responseOf(parts: Parts = {}): Uint8Array {
  const data = sequence(
    parts.version ?? NOTHING,
    parts.responderId ?? keyHash(20),
    parts.producedAt ?? generalizedTime(NOW),
    parts.responses ?? sequence(singleOf(parts.single ?? {})),
    parts.extensions ?? NOTHING,
  )
  const signature = parts.signature ?? bitString(new Uint8Array(64))
  const basic = sequence(data, parts.signatureAlgorithm ?? ed25519(), signature, parts.certs ?? NOTHING)
  const content = octetString(Uint8Array.from([...basic, ...(parts.afterBasic ?? [])]))
  const type = objectIdentifier(parts.type ?? '1.3.6.1.5.5.7.48.1.1')
  const bytes = explicit(0, sequence(type, content))
  return sequence(parts.status ?? integer(0, tags.ENUMERATED), bytes, parts.afterBytes ?? NOTHING)
}

describe('OCS-9 parseOcspResponse', () => {
  it('reads every field', () => {
    const { status, basic } = parseOcspResponse(
      responseOf({
        responderId: explicit(1, name('Responder')),
        extensions: explicit(1, sequence(extension('1.3.6.1.5.5.7.48.1.2', octetString(hex('0102'))))),
        certs: explicit(0, sequence(makeCertificate(), makeCertificate())),
        single: {
          serial: integer(-5),
          status: element(tags.contextConstructed(1), generalizedTime(NOW), explicit(0, integer(1, tags.ENUMERATED))),
          nextUpdate: explicit(0, generalizedTime(NOW + 1000)),
          extensions: explicit(1, sequence(extension('1.2.3', nullValue(), true))),
        },
      }),
    )
    expect(status).toBe('successful')
    expect(basic).toMatchObject({
      producedAt: new Date(NOW),
      responses: [
        {
          certId: { hash: 'sha-1', serialNumberBytes: hex('fb') },
          certStatus: { status: 'revoked', revokedAt: new Date(NOW), reason: 'keyCompromise' },
          thisUpdate: new Date(NOW),
          nextUpdate: new Date(NOW + 1000),
          extensions: [{ oid: '1.2.3', critical: true }],
        },
      ],
      certificates: [{ version: 3 }, { version: 3 }],
    })
    if (basic === undefined) return
    expect(basic.responderId.type === 'byName' && basic.responderId.name.toString()).toBe('CN=Responder')
    expect(nonceOf(basic)).toEqual(hex('0102'))
  })

  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('reads status %i, %s', (code, status) => {
    const der = sequence(integer(code, tags.ENUMERATED))
    expect(parseOcspResponse(der)).toEqual({ status, basic: undefined })
    parseErrorOf(() => parseOcspResponse(Uint8Array.from([...der, 0])), 'trailing-bytes')
    // Only a successful response has bytes.
    const { code: error } = parseErrorOf(
      () => parseOcspResponse(responseOf({ status: integer(code, tags.ENUMERATED) })),
      'trailing-bytes',
    )
    expect(error).toBe('trailing-bytes')
  })

  it('reads no certificates and no answers where there are none', () => {
    const empty = parseOcspResponse(responseOf({ responses: sequence(), certs: explicit(0, sequence()) }))
    expect(empty.basic).toMatchObject({ responses: [], certificates: [], extensions: [] })
    expect(empty.basic && nonceOf(empty.basic)).toBeUndefined()
  })

  it('RFC 4055 §2.1 reads CertIDs whose hash has no parameters, and those of a hash it does not know', () => {
    const hashOf = (hash: Uint8Array) =>
      parseOcspResponse(responseOf({ single: { hash } })).basic?.responses[0]?.certId.hash
    expect(hashOf(sequence(objectIdentifier('1.3.14.3.2.26')))).toBe('sha-1')
    expect(hashOf(sequence(objectIdentifier('1.2.3.4'), integer(1)))).toBeUndefined()
  })

  const enumerated = (value: number): Uint8Array => integer(value, tags.ENUMERATED)
  const utcTime = time(NOW)
  it.each<[string, Parts, ParseErrorCode]>([
    ['a status that is not defined', { status: enumerated(4) }, 'integer-out-of-range'],
    ['a status beyond all', { status: enumerated(7) }, 'integer-out-of-range'],
    ['a status that is an INTEGER', { status: integer(0) }, 'unexpected-tag'],
    ['another type of response', { type: '1.3.6.1.5.5.7.48.1.2' }, 'unsupported-content-type'],
    ['more behind the bytes', { afterBytes: nullValue() }, 'trailing-bytes'],
    ['more behind the basic response', { afterBasic: nullValue() }, 'trailing-bytes'],
    ['version 1, written out', { version: explicit(0, integer(0)) }, 'invalid-version'],
    ['version 2', { version: explicit(0, integer(1)) }, 'invalid-version'],
    ['no responder', { responderId: NOTHING }, 'unexpected-tag'],
    ['a responder of another kind', { responderId: explicit(3, name('Responder')) }, 'unexpected-tag'],
    [
      'a hash as a responder of another kind',
      { responderId: explicit(3, octetString(hex('01'.repeat(20)))) },
      'unexpected-tag',
    ],
    ['a responder whose hash is too short', { responderId: keyHash(19) }, 'invalid-extension'],
    ['a responder whose hash is too long', { responderId: keyHash(32) }, 'invalid-extension'],
    [
      'a responder with more than a name',
      { responderId: explicit(1, Uint8Array.from([...name('R'), 5, 0])) },
      'trailing-bytes',
    ],
    ['a responder whose name is malformed', { responderId: explicit(1, sequence(integer(1))) }, 'unexpected-tag'],
    ['a UTCTime for producedAt', { producedAt: utcTime }, 'unexpected-tag'],
    ['a UTCTime for thisUpdate', { single: { thisUpdate: utcTime } }, 'unexpected-tag'],
    ['a UTCTime for nextUpdate', { single: { nextUpdate: explicit(0, utcTime) } }, 'unexpected-tag'],
    ['a nextUpdate that is not tagged', { single: { nextUpdate: generalizedTime(NOW) } }, 'trailing-bytes'],
    [
      'a time with fractions of a second',
      { producedAt: element(tags.GENERALIZED_TIME, Buffer.from('20260601000000.5Z')) },
      'invalid-time',
    ],
    ['answers that are no sequence', { responses: element(tags.SET) }, 'unexpected-tag'],
    ['a serial number that is padded', { single: { serial: hex('02020005') } }, 'non-minimal-integer'],
    ['a serial number without content', { single: { serial: hex('0200') } }, 'empty-integer'],
    [
      'a hash with parameters',
      { single: { hash: sequence(objectIdentifier('1.3.14.3.2.26'), integer(1)) } },
      'invalid-algorithm-parameters',
    ],
    ['a status of another kind', { single: { status: element(tags.context(3)) } }, 'unexpected-tag'],
    ['good with content', { single: { status: element(tags.context(0), Uint8Array.of(1)) } }, 'invalid-null'],
    ['good in constructed form', { single: { status: element(tags.contextConstructed(0)) } }, 'unexpected-tag'],
    ['unknown with content', { single: { status: element(tags.context(2), Uint8Array.of(1)) } }, 'invalid-null'],
    ['revoked without a time', { single: { status: element(tags.contextConstructed(1)) } }, 'truncated'],
    [
      'revoked for the reason 7',
      { single: { status: element(tags.contextConstructed(1), generalizedTime(NOW), explicit(0, enumerated(7))) } },
      'invalid-extension',
    ],
    [
      'revoked for the reason 11',
      { single: { status: element(tags.contextConstructed(1), generalizedTime(NOW), explicit(0, enumerated(11))) } },
      'integer-out-of-range',
    ],
    [
      'revoked with more behind the reason',
      {
        single: {
          status: element(tags.contextConstructed(1), generalizedTime(NOW), explicit(0, enumerated(1)), nullValue()),
        },
      },
      'trailing-bytes',
    ],
    ['no extensions in their place', { extensions: explicit(1, sequence()) }, 'empty-extensions'],
    ['no extensions in an answer’s', { single: { extensions: explicit(1, sequence()) } }, 'empty-extensions'],
    [
      'an extension twice',
      { extensions: explicit(1, sequence(extension('1.2.3', nullValue()), extension('1.2.3', nullValue()))) },
      'duplicate-extension',
    ],
    ['a signature of some bits', { signature: bitString(Uint8Array.of(0xf0), 4) }, 'invalid-bit-string'],
    [
      'parameters its algorithm does not have',
      { signatureAlgorithm: sequence(objectIdentifier('1.3.101.112'), nullValue()) },
      'invalid-algorithm-parameters',
    ],
    ['a certificate that is malformed', { certs: explicit(0, sequence(sequence(integer(1)))) }, 'unexpected-tag'],
    ['a certificate that is none', { certs: explicit(0, sequence(nullValue())) }, 'unexpected-tag'],
    ['a certificate without the sequence', { certs: explicit(0, makeCertificate()) }, 'unexpected-tag'],
    [
      'certificates twice',
      { certs: Uint8Array.from([...explicit(0, sequence()), ...explicit(0, sequence())]) },
      'trailing-bytes',
    ],
  ])('refuses %s', (_, parts, code) => {
    parseErrorOf(() => parseOcspResponse(responseOf(parts)), code)
  })

  it('refuses what is cut short, at every byte', () => {
    const der = responseOf({ certs: explicit(0, sequence(makeCertificate())) })
    for (let length = 0; length < der.length; length++) {
      parseErrorOf(() => parseOcspResponse(der.subarray(0, length)), 'truncated')
    }
    parseErrorOf(() => parseOcspResponse(Uint8Array.from([...der, 0])), 'trailing-bytes')
  })

  it('refuses an element too many, wherever it stands', () => {
    const der = responseOf({
      responderId: explicit(1, name('Responder')),
      extensions: explicit(1, sequence(extension('1.2.3', nullValue(), true))),
      certs: explicit(0, sequence(makeCertificate())),
      single: {
        status: element(tags.contextConstructed(1), generalizedTime(NOW), explicit(0, enumerated(1))),
        nextUpdate: explicit(0, generalizedTime(NOW + 1000)),
        extensions: explicit(1, sequence(extension('1.2.3', nullValue()))),
      },
    })
    expect(parseOcspResponse(der).basic?.certificates).toHaveLength(1)
    // The response's own bytes are in the only OCTET STRING of that length.
    const edited = [...withOneMore(der, (content) => content.length > 100)]
    // As many as are constructed: 23 down to the response's extensions, 1 for the signature's algorithm, 16 in certs.
    expect(edited).toHaveLength(40)
    // A certificate's key is decoded once it is asked for.
    const read = (one: Uint8Array) => parseOcspResponse(one).basic?.certificates.map(({ publicKey }) => publicKey.key)
    expect(read(der)).toMatchObject([{ type: 'ed25519' }])
    for (const one of edited) parseErrorOf(() => read(one))
  })

  it('reads a responder by the hash of its key', () => {
    const hash = hex('01'.repeat(20))
    const { basic } = parseOcspResponse(responseOf({ responderId: explicit(2, octetString(hash)) }))
    expect(basic?.responderId).toEqual({ type: 'byKey', keyHash: hash })
  })

  it.each<[string, Parts]>([
    ['ResponseData', { responderId: NOTHING }],
    ['ResponseData.responses', { responses: element(tags.SET) }],
    ['ResponseData.responseExtensions', { extensions: explicit(1, sequence()) }],
    ['BasicOCSPResponse.signatureAlgorithm', { signatureAlgorithm: nullValue() }],
    ['BasicOCSPResponse.signature', { signature: nullValue() }],
    ['BasicOCSPResponse.certs', { certs: explicit(0, nullValue()) }],
  ])('says where the fault is: %s', (where, parts) => {
    expect(parseErrorOf(() => parseOcspResponse(responseOf(parts))).where).toBe(where)
  })

  it('refuses what exceeds a limit, and names it', () => {
    const der = responseOf({ certs: explicit(0, sequence(makeCertificate(), makeCertificate())) })
    const bounds = [{ responseSize: der.length - 1 }, { certificates: 1 }, { singleResponses: 0 }] as const
    for (const limits of bounds) {
      const error = parseErrorOf(() => parseOcspResponse(der, limits), 'limit-exceeded')
      expect(error.expected).toContain(`limits.${Object.keys(limits)[0] ?? ''}`)
    }
    expect(parseOcspResponse(der, { responseSize: der.length, certificates: 2 }).status).toBe('successful')
  })
})
