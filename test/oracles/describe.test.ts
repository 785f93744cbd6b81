/** describe() and the text forms of names against `openssl x509`, modulo the differences their documentation names. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe as group, expect, it } from 'vitest'
import {
  type Certificate,
  describe,
  type GeneralName,
  type Name,
  parseCertificate,
  ParseError,
  writePem,
} from '../../src/index.js'
import { element, objectIdentifier, octetString, sequence, setOf, utf8String } from '../../src/der/writer.js'
import { conformanceData } from '../support/conformance-data.js'
import { conformanceCorpus, type CorpusCertificate, rootCorpus, withFewBetterTls } from '../support/corpus.js'
import { extent } from '../support/extent.js'
import { openssl, opensslEach, temporaryDirectory } from '../support/openssl.js'
import { makeCertificate } from '../support/make-certificate.js'
import { tool } from '../support/tools.js'

const executable = tool('openssl', 'comparison of describe() with openssl')
const directory = conformanceData('comparison of describe() with openssl on the conformance data')

const everything = [...rootCorpus(), ...(directory === undefined ? [] : conformanceCorpus(directory))]
/** Every so many are described. */
const STRIDE = extent('CERTWARD_DESCRIBE_STRIDE', { all: 1, some: 5 })
/** The text of all of BetterTLS would be a hundred megabytes. */
const corpus = withFewBetterTls(everything, 1000).filter((_, index) => index % STRIDE === 0)
const readable = corpus.flatMap((one) => {
  const certificate = parseOrUndefined(one)
  return certificate === undefined ? [] : [{ ...one, certificate }]
})

function parseOrUndefined({ der }: CorpusCertificate): Certificate | undefined {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof ParseError) return undefined
    throw error
  }
}

const ONE_LINE = 'oneline,utf8,-esc_msb'

interface Layout {
  /** Everything outside the extensions. */
  readonly frame: readonly string[]
  /** One a extension: its title, and what follows. */
  readonly extensions: readonly { readonly title: string; readonly lines: readonly string[] }[]
}

/** Takes a text apart, dropping white space at line ends and empty lines, which certward does not write. */
function layout(text: string): Layout {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  const start = lines.indexOf('        X509v3 extensions:')
  if (start < 0) return { frame: lines, extensions: [] }
  const end = start + lines.slice(start).findIndex((line) => line.startsWith('    Signature Algorithm: '))
  const extensions: { title: string; lines: string[] }[] = []
  for (const line of lines.slice(start + 1, end)) {
    if (/^ {12}\S/.test(line)) extensions.push({ title: line, lines: [] })
    else extensions.at(-1)?.lines.push(line)
  }
  return { frame: [...lines.slice(0, start + 1), ...lines.slice(end)], extensions }
}

/** The parts of a layout in which nothing but the documented differences may remain. */
function comparable({ frame, extensions }: Layout, certificate: Certificate): readonly string[] {
  const shown = extensions.flatMap(({ title, lines }, index) => {
    const extension = certificate.extensions[index]
    // Unknown extensions are in hex, not in OpenSSL's dots, under their OID; malformed ones say why.
    const isDecoded = extension?.isDecodable === true && extension.error === undefined
    return isDecoded
      ? [title, ...lines]
      : [`${String(extension?.oid)}${title.endsWith(' critical') ? ' critical' : ''}`]
  })
  // DSA signatures are bytes like all others here; OpenSSL takes their two numbers apart.
  const isDsa = certificate.signatureAlgorithm.scheme === 'dsa'
  return [...(isDsa ? frame.slice(0, frame.indexOf('    Signature Value:')) : frame), ...shown]
}

/** OpenSSL's text with every documented difference taken out by its rule. */
function opensslLines(text: string, certificate: Certificate): readonly string[] {
  // OpenSSL 3.0 forgets the line break after a directory name there.
  let result = text.replace(/(\S) {16}(Reasons|CRL Issuer):/g, `$1\n${' '.repeat(16)}$2:`)
  for (const name of directoryNames(certificate)) {
    result = result.replaceAll(`DirName:${slashForm(name)}`, `DirName:${name.toOneLine()}`)
  }
  result = result
    .replace(/(?<=IP(?: Address)?:)[0-9A-F]{1,4}(:[0-9A-F]{1,4}){7}(\/[0-9A-F:]+)?/g, shortAddresses)
    // OpenSSL takes -1 for a failure to read the number, and shows bytes.
    .replace(/(Serial Number:)\n +\(Negative\)01\n/, '$1 -1 (-0x1)\n')
    .replace(/^( {12}Unable to load Public Key)(\n.*:error:.*)+$/m, '$1')
  return comparable(layout(result), certificate)
}

/** Certward's text with the counterparts of what OpenSSL does not show. */
function ownLines(text: string, theirs: string, certificate: Certificate): readonly string[] {
  let result = text
  if (theirs.includes('Unable to load Public Key')) {
    result = result.replace(
      /( {12}Public Key Algorithm: .*\n)(?: {13,}.*\n)+/,
      `$1${' '.repeat(12)}Unable to load Public Key\n`,
    )
  }
  // A name that could pass for two stands in quotes here.
  result = result.replace(/(?<=[A-Z]:)"(?:[^"\\]|\\.)*, (?:[^"\\]|\\.)*"/g, (quoted) => String(JSON.parse(quoted)))
  return comparable(layout(result), certificate)
}

/** The text of a user notice that is no ASCII, and other names: certward decodes what OpenSSL leaves out. */
const undecoded = [
  { theirs: /^( +Explicit Text:)$/, ours: /^( +Explicit Text:).*$/ },
  { theirs: /^(.*)othername:.*<unsupported>$/, ours: /^(.*)otherName:.*$/ },
]

function equalLine(ours: string | undefined, theirs: string | undefined): boolean {
  if (ours === theirs) return true
  return undecoded.some((pair) => {
    const [mine, other] = [pair.ours.exec(ours ?? ''), pair.theirs.exec(theirs ?? '')]
    return mine !== null && other !== null && mine[1] === other[1]
  })
}

function directoryNames(certificate: Certificate): readonly Name[] {
  const valueOf = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch {
      return undefined
    }
  }
  const names: readonly GeneralName[] = [
    ...(valueOf(() => certificate.subjectAltName) ?? []),
    ...(valueOf(() => certificate.extension('issuerAltName')?.value) ?? []),
    ...(valueOf(() => certificate.authorityKeyIdentifier?.authorityCertIssuer) ?? []),
  ]
  return names.flatMap((name) => (name.type === 'directoryName' ? [name.value] : []))
}

/** The form of X509_NAME_oneline, which OpenSSL uses inside extensions. */
const slashForm = (name: Name): string =>
  name.attributes
    .map(({ shortName, type, text }) => `/${shortName ?? type}=${(text ?? '').replaceAll('/', '\\/')}`)
    .join('')

/** IPv6 addresses in RFC 5952 form, and masks alike. */
function shortAddresses(text: string): string {
  return text
    .split('/')
    .map((address) => new URL(`http://[${address}]`).hostname.slice(1, -1))
    .join('/')
}

type Readable = (typeof readable)[number]

/** Whether OpenSSL's forms of a name differ in nothing but the signs between and around its attributes. */
const isPlain = (name: Name): boolean =>
  name.attributes.length === name.relativeDistinguishedNames.length &&
  name.attributes.every(({ text }) => /^[\w.:'()-]([\w.:'() -]*[\w.:'()-])?$/.test(text ?? ''))

/** The form of X509_NAME_print, which has a comma before short types only. */
const commaForm = (name: Name): string =>
  slashForm(name)
    .slice(1)
    .replace(/\/(?=[A-Z]{1,2}=)/g, ', ')

/** What `openssl x509 -text` writes of each certificate. */
async function opensslTexts(certificates: readonly Readable[]): Promise<ReadonlyMap<Readable, string>> {
  // A run takes 25 ms, however many certificates it prints; but only one a run prints names in the form wanted here.
  const [together, alone] = [true, false].map((plain) =>
    certificates.filter(
      ({ suite, certificate: { issuer, subject } }) =>
        (suite !== 'roots' && isPlain(issuer) && isPlain(subject)) === plain,
    ),
  ) as [Readable[], Readable[]]
  const directory = temporaryDirectory()
  try {
    const pem = together.map(({ der }) => writePem('CERTIFICATE', der)).join('')
    writeFileSync(join(directory.path, 'all.pem'), pem)
    const printed = openssl(executable ?? '', ['storeutl', '-noout', '-text', '-certs', 'all.pem'], '', directory.path)
    const [, ...texts] = printed.toString().split(/^\d+: Certificate\n/m)
    const apart = await opensslEach(
      executable ?? '',
      ['x509', '-inform', 'DER', '-text', '-noout', '-nameopt', ONE_LINE],
      alone.map(({ der }) => der),
    )
    return new Map([
      ...alone.map((one, index) => [one, apart[index] ?? ''] as const),
      ...together.map((one, index) => [one, withOneLineNames(texts[index] ?? '', one.certificate)] as const),
    ])
  } finally {
    directory.remove()
  }
}

function withOneLineNames(text: string, { issuer, subject }: Certificate): string {
  return text
    .replace(/^Total found: \d+\n/m, '')
    .replace(`Issuer: ${commaForm(issuer)}\n`, () => `Issuer: ${issuer.toOneLine()}\n`)
    .replace(`Subject: ${commaForm(subject)}\n`, () => `Subject: ${subject.toOneLine()}\n`)
}

group.skipIf(executable === undefined)('describe', () => {
  it('writes what openssl x509 -text writes, line by line, for roots and conformance certificates', async () => {
    const texts = await opensslTexts(readable)
    const differences = readable.flatMap((one) => {
      const { id, certificate } = one
      const text = texts.get(one) ?? ''
      const theirs = opensslLines(text, certificate)
      const ours = ownLines(describe(certificate), text, certificate)
      const at = ours.findIndex((line, number) => !equalLine(line, theirs[number]))
      if (at < 0 && ours.length === theirs.length) return []
      return [
        `${id}: ${JSON.stringify(ours.slice(at, at + 3))} but openssl ${JSON.stringify(theirs.slice(at, at + 3))}`,
      ]
    })
    expect(differences).toEqual([])
  }, 120_000)

  it('writes a policy with a qualifier nobody knows as openssl does', async () => {
    const qualifier = sequence(objectIdentifier('1.2.3.4'), utf8String('anything'))
    const policies = sequence(sequence(objectIdentifier('1.2.3'), sequence(qualifier)))
    const certificatePolicies = sequence(objectIdentifier('2.5.29.32'), octetString(policies))
    const der = Uint8Array.from(makeCertificate({ extensions: [certificatePolicies] }))
    const one = { suite: 'roots', id: 'unknown qualifier', der, certificate: parseCertificate(der) } as const
    const text = (await opensslTexts([one])).get(one) ?? ''
    expect(text).toContain('Unknown Qualifier')
    expect(ownLines(describe(one.certificate), text, one.certificate)).toEqual(opensslLines(text, one.certificate))
  })

  it('ends no line with white space, and the text with one line feed', () => {
    const faulty = readable.filter(({ certificate }) => /\s\n|\n$(?<!\S\n)/.test(describe(certificate)))
    expect(faulty.map(({ id }) => id)).toEqual([])
  })
})

/** Values that the escapes of both forms are about. */
const values = [
  'plain',
  'a,b+c;d<e>f',
  '"quoted" \\back',
  '#hash',
  ' leading and trailing ',
  'two  spaces',
  'in#side',
  'a=b',
  'slash/slash',
  'Zürich – 東京 🔒',
  'e\u0301',
  'line\nfeed',
  'tab\tand\u0001control',
  'delete\u007f',
  'back\\',
  '"',
  ' ',
  '  ',
  '',
]

const RFC_2253 = 'rfc2253,utf8,-esc_msb'

const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(objectIdentifier(type), value)

/** A subject of one attribute: its value has the text, whatever its type. */
const subjectOf = (...attributes: readonly Uint8Array[]): Certificate =>
  parseCertificate(makeCertificate({ subject: sequence(...attributes.map((one) => setOf(one))) }))

/** The certificate's subject as openssl writes it. */
function opensslSubject({ der }: Certificate, options: string): string {
  const args = ['x509', '-inform', 'DER', '-noout', '-subject', '-nameopt', options]
  const text = openssl(executable ?? '', args, der).toString()
  return text.slice('subject='.length, -1)
}

/** Hex of undecoded values is in upper case in OpenSSL, in lower case here; RFC 4514 takes either. */
const lowerHex = (text: string): string => text.replace(/=#[0-9A-F]+/g, (value) => value.toLowerCase())

group.skipIf(executable === undefined)('names', () => {
  it.each(values)('are in one-line form as openssl writes it: %j', (value) => {
    const { subject, der } = subjectOf(
      attribute('2.5.4.10', utf8String(value)),
      attribute('2.5.4.3', utf8String(value)),
    )
    expect(subject.toOneLine()).toBe(opensslSubject(parseCertificate(der), ONE_LINE))
  })

  it.each(values)('are in RFC 4514 form as openssl writes RFC 2253: %j', (value) => {
    const { subject, der } = subjectOf(
      attribute('2.5.4.10', utf8String(value)),
      attribute('2.5.4.3', utf8String(value)),
    )
    expect(subject.toString()).toBe(opensslSubject(parseCertificate(der), RFC_2253))
  })

  it.each([
    ['an attribute type nobody knows', attribute('1.2.3.4.5', utf8String('text'))],
    ['a TeletexString in Latin-1', attribute('2.5.4.3', element(0x14, Uint8Array.of(0x5a, 0xfc)))],
    ['a BMPString', attribute('2.5.4.3', element(0x1e, Uint8Array.of(0x00, 0x5a, 0x4e, 0x00)))],
    ['a UniversalString', attribute('2.5.4.3', element(0x1c, Uint8Array.of(0, 0, 0, 0x5a, 0, 1, 0xf5, 0x12)))],
    ['a NumericString', attribute('2.5.4.5', element(0x12, Buffer.from('12 34')))],
    ['a domain component', attribute('0.9.2342.19200300.100.1.25', element(0x16, Buffer.from('example')))],
    ['a mailbox', attribute('1.2.840.113549.1.9.1', element(0x16, Buffer.from('a@example.com')))],
    ...[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 41, 42, 43, 44, 46, 65, 97].map(
      (arc) => [`attribute type 2.5.4.${arc}`, attribute(`2.5.4.${arc}`, utf8String('text'))] as const,
    ),
    ...[1, 2, 3].map(
      (arc) =>
        [`jurisdiction attribute ${arc}`, attribute(`1.3.6.1.4.1.311.60.2.1.${arc}`, utf8String('text'))] as const,
    ),
  ] as const)('with %s are as openssl writes them', (_, one) => {
    const certificate = subjectOf(one)
    expect(certificate.subject.toOneLine()).toBe(opensslSubject(certificate, ONE_LINE))
    expect(lowerHex(certificate.subject.toString())).toBe(lowerHex(opensslSubject(certificate, RFC_2253)))
  })

  it('escape a lone number sign as RFC 4514 section 2.4 demands, which openssl forgets', () => {
    const { subject } = subjectOf(attribute('2.5.4.3', utf8String('#')))
    expect(subject.toString()).toBe('CN=\\#')
    expect(subject.toOneLine()).toBe('CN = "#"')
  })

  it('of several attributes a level are as openssl writes them, but for the order inside a level, which has no meaning', () => {
    const level = setOf(attribute('2.5.4.10', utf8String('organization')), attribute('2.5.4.3', utf8String('name')))
    const subject = sequence(setOf(attribute('2.5.4.6', utf8String('CH'))), level)
    const certificate = parseCertificate(makeCertificate({ subject }))
    expect(certificate.subject.toOneLine()).toBe(opensslSubject(certificate, ONE_LINE))
    const levels = (text: string): unknown => text.split(',').map((one) => one.split('+').sort())
    expect(levels(certificate.subject.toString())).toEqual(levels(opensslSubject(certificate, RFC_2253)))
  })

  it('of roots are in RFC 4514 form as openssl writes RFC 2253', async () => {
    const args = ['x509', '-inform', 'DER', '-noout', '-subject', '-nameopt', RFC_2253]
    const roots = readable.filter(({ suite }) => suite === 'roots')
    const texts = await opensslEach(
      executable ?? '',
      args,
      roots.map(({ der }) => der),
    )
    const ours = roots.map(({ certificate }) => `subject=${certificate.subject.toString()}\n`)
    expect(ours.map(lowerHex)).toEqual(texts.map(lowerHex))
  })
})
