// Laws of PEM and PKCS#7: what is written is read back, whatever surrounds it.

import { rootCertificates } from 'node:tls'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPem, writePem } from '../../src/pem/index.js'
import { readPkcs7, writePkcs7 } from '../../src/pkcs7/index.js'
import { readCertificates } from '../../src/reading/index.js'
import { certificateFrom } from '../../src/x509/index.js'

const runs = { numRuns: 1000 }
const label = fc.constantFrom('CERTIFICATE', 'X509 CRL', 'PKCS7', 'A', 'NEW-STYLE LABEL')
// Text around blocks that holds no BEGIN line.
const around = fc
  .string({ unit: fc.constantFrom('a', ':', '-', '_', '=', '\n', '\r\n', ' ', 'é', 'BEGIN'), maxLength: 30 })
  .map((text) => `${text}\n`)
const blocks = fc.array(fc.record({ label, bytes: fc.uint8Array({ maxLength: 400 }), before: around }), {
  maxLength: 5,
})
const certificates = rootCertificates.slice(0, 40).map((pem) => certificateFrom(pem))

describe('write-then-read is identity', () => {
  it('FMT-2 for PEM, whatever text surrounds the blocks and whichever line ends they have', () => {
    fc.assert(
      fc.property(blocks, fc.boolean(), (list, crlf) => {
        const text = list.map(({ label: name, bytes, before }) => before + writePem(name, bytes)).join('')
        const read = readPem(crlf ? text.replace(/\r?\n/g, '\r\n') : text)
        expect(read.map((block) => [block.label, [...block.bytes]])).toEqual(
          list.map((block) => [block.label, [...block.bytes]]),
        )
      }),
      runs,
    )
  })

  it('base64 decodes as Node decodes it, for all lengths and line widths', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (bytes, width) => {
        const body = Buffer.from(bytes)
          .toString('base64')
          .replace(new RegExp(`.{${width}}`, 'g'), '$&\n')
        expect(readPem(`-----BEGIN X-----\n${body}\n-----END X-----`)[0]?.bytes).toEqual(bytes)
      }),
      runs,
    )
  })

  it('base64 with one character changed is refused, or decodes to other bytes: no two texts mean the same', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 120 }),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        (bytes, at, character) => {
          const body = Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n')
          const index = at % body.length
          fc.pre(!/\s/.test(character) && body[index] !== character && body[index] !== '\n')
          const edited = body.slice(0, index) + character + body.slice(index + 1)
          let decoded: Uint8Array | undefined
          try {
            decoded = readPem(`-----BEGIN X-----\n${edited}\n-----END X-----`)[0]?.bytes
          } catch {
            return
          }
          expect(decoded).not.toEqual(bytes)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('FMT-2 for PKCS#7, order and bytes kept', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(certificates.length - 1), { maxLength: 10 }), (picks) => {
        const chosen = picks.flatMap((pick) => certificates[pick] ?? [])
        const bundle = writePkcs7({ certificates: chosen })
        const read = readPkcs7(bundle)
        expect(read.encoding).toBe('der')
        // As text: toEqual compares arrays number by number, which took half a minute.
        const hexOf = ({ der }: { readonly der: Uint8Array }): string => Buffer.from(der).toString('hex')
        expect(read.certificates.map(hexOf)).toEqual(chosen.map(hexOf))
        expect(readCertificates(writePem('PKCS7', bundle)).certificates).toHaveLength(chosen.length)
      }),
      runs,
    )
  })
})
