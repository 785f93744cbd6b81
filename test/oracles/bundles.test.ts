/** Bundles of 500 and 5,000 distinct certificates, PEM in every shape and PKCS#7, read completely and in order. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, describe as group, it } from 'vitest'
import {
  type Certificate,
  parseCertificate,
  ParseError,
  readCertificates,
  readPkcs7,
  writePem,
  writePkcs7,
} from '../../src/index.js'
import { conformanceData } from '../support/conformance-data.js'
import { conformanceCorpus } from '../support/corpus.js'
import { openssl, temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'

const directory = conformanceData('bundles of conformance certificates')
const executable = tool('openssl', 'reading written bundles with openssl')
const certificates = directory === undefined ? [] : conformanceCorpus(directory).flatMap(({ der }) => parsed(der))

function parsed(der: Uint8Array): readonly Certificate[] {
  try {
    return [parseCertificate(der)]
  } catch (error) {
    if (error instanceof ParseError) return []
    throw error
  }
}

/** One block with lines of `width` characters, encoded without the library under test. */
function block(der: Uint8Array, width: number, lineEnd: string): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join(lineEnd)
}

interface Shape {
  readonly shape: string
  readonly text: (bundle: readonly Certificate[]) => string
}

const plain = (width: number, lineEnd: string) => (bundle: readonly Certificate[]) =>
  bundle.map(({ der }) => block(der, width, lineEnd)).join('')

const shapes: readonly Shape[] = [
  { shape: 'lines of 64 characters and LF', text: plain(64, '\n') },
  { shape: 'lines of 64 characters and CRLF', text: plain(64, '\r\n') },
  { shape: 'lines of 72 characters', text: plain(72, '\n') },
  { shape: 'lines of 76 characters and CRLF', text: plain(76, '\r\n') },
  { shape: 'one line a block', text: plain(100_000, '\n') },
  {
    shape: 'text, colons and hyphens around the blocks',
    text: (bundle) =>
      bundle
        .map(
          ({ der, subject }, number) =>
            `# ${number}: ${subject.toString()}\n---\nBag Attributes\n${block(der, 64, '\n')}\n`,
        )
        .join('== next - one_ ==\n'),
  },
  { shape: 'CR alone', text: plain(64, '\r') },
  {
    shape: 'no white space between the blocks',
    text: (bundle) => plain(64, '\n')(bundle).replaceAll('-----\n-----BEGIN', '----------BEGIN'),
  },
]

const sameBytes = (found: readonly Certificate[], expected: readonly Certificate[]): void => {
  expect(found).toHaveLength(expected.length)
  const wrong = found.findIndex(
    (certificate, index) => Buffer.compare(certificate.der, expected[index]?.der ?? Buffer.of()) !== 0,
  )
  expect(wrong, 'index of the first certificate that is another').toBe(-1)
}

group.skipIf(directory === undefined).each([500, 5000])('a bundle of %i distinct certificates', (size) => {
  const bundle = certificates.slice(0, size)

  it('is as large as it says, and holds no certificate twice', () => {
    expect(new Set(bundle.map(({ der }) => Buffer.from(der).toString('latin1'))).size).toBe(size)
  })

  it.each(shapes)('is read completely and in order from PEM with $shape, as bytes and as text (FMT-1)', ({ text }) => {
    const file = text(bundle)
    const fromText = readCertificates(file)
    expect(fromText.format).toBe('pem')
    sameBytes(fromText.certificates, bundle)
    expect(fromText.blocks.map(({ offset }) => offset)).toEqual(offsets(file))
    sameBytes(readCertificates(new Uint8Array(Buffer.from(file))).certificates, bundle)
  })

  it('is read completely and in order from PKCS#7, DER and PEM (FMT-1)', () => {
    const der = writePkcs7({ certificates: bundle })
    const read = readPkcs7(der)
    expect(read.encoding).toBe('der')
    sameBytes(read.certificates, bundle)
    expect(readCertificates(der).format).toBe('pkcs7')
    sameBytes(readCertificates(der).certificates, bundle)
    sameBytes(readCertificates(writePem('PKCS7', der)).certificates, bundle)
  })

  it.skipIf(executable === undefined)('is read by openssl from the PKCS#7 written, in the same order (FMT-2)', () => {
    const der = writePkcs7({ certificates: bundle })
    const text = openssl(executable ?? '', ['pkcs7', '-inform', 'DER', '-print_certs'], der).toString()
    sameBytes(readCertificates(text).certificates, bundle)
  })

  it.skipIf(executable === undefined)('is read from the PKCS#7 that openssl writes (FMT-1)', () => {
    const directory = temporaryDirectory()
    try {
      writeFileSync(join(directory.path, 'bundle.pem'), plain(64, '\n')(bundle))
      const write = (...more: readonly string[]): Buffer =>
        openssl(executable ?? '', ['crl2pkcs7', '-nocrl', '-certfile', 'bundle.pem', ...more], '', directory.path)
      sameBytes(readCertificates(write()).certificates, bundle)
      sameBytes(readPkcs7(write('-outform', 'DER')).certificates, bundle)
    } finally {
      directory.remove()
    }
  })
})

function offsets(text: string): readonly number[] {
  const found: number[] = []
  for (let at = text.indexOf('-----BEGIN '); at >= 0; at = text.indexOf('-----BEGIN ', at + 1)) found.push(at)
  return found
}
