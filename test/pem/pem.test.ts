// PEM: lax about what surrounds a block, strict about what it holds.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { readPem, writePem } from '../../src/pem/index.js'
import { parseErrorOf } from '../support/parse-error.js'

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
const pem = writePem('CERTIFICATE', bytes)
const block = (body: string, label = 'X'): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`

describe('readPem', () => {
  it('FMT-1 reads blocks with text around them, CRLF, tabs, blank lines and indentation', () => {
    const variants = [
      pem,
      pem.replaceAll('\n', '\r\n'),
      pem.trimEnd(),
      `Subject: someone\n\n${pem}\ntrailing text - with hyphens -- and _underscores_: a=b\n`,
      pem.replaceAll('\n', '\n\n'),
      pem.replaceAll('\n', '\n\t  '),
      pem.replaceAll('\n', ' \n'),
      `\u00ef\u00bb\u00bf${pem}`,
      `${'-'.repeat(70)}\n${pem}`,
      `----- BEGIN nothing -----\n${pem}`,
      pem
        .replace(/\n(?=[A-Za-z0-9+/=])/g, '')
        .replace('-----', '-----')
        .replace('CERTIFICATE-----', 'CERTIFICATE-----\n'),
    ]
    for (const text of variants) {
      expect(readPem(text).map((found) => [found.label, found.bytes])).toEqual([['CERTIFICATE', bytes]])
      expect(readPem(Buffer.from(text, 'latin1')).map((found) => found.bytes)).toEqual([bytes])
    }
  })

  it('reads lines of any one length, and of any mixture', () => {
    const base64 = Buffer.from(bytes).toString('base64')
    for (const width of [1, 3, 4, 60, 63, 64, 65, 72, 76, 1000]) {
      const lines = base64.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? ''
      expect(readPem(block(lines))[0]?.bytes).toEqual(bytes)
      expect(readPem(block(lines).replaceAll('\n', '\r\n'))[0]?.bytes).toEqual(bytes)
    }
    expect(readPem(block(`${base64.slice(0, 10)}\n${base64.slice(10, 90)}\r\n${base64.slice(90)}`))[0]?.bytes).toEqual(
      bytes,
    )
  })

  it('keeps label, offset and headers of each block', () => {
    const text = `note\n${block('AAAA', 'ONE')}${block('Proc-Type: 4,ENCRYPTED\nDEK-Info: X,1\n\nAAEC', 'TWO')}`
    expect(readPem(text)).toEqual([
      { label: 'ONE', offset: 5, headers: '', bytes: Uint8Array.of(0, 0, 0) },
      {
        label: 'TWO',
        offset: text.indexOf('-----BEGIN TWO'),
        headers: 'Proc-Type: 4,ENCRYPTED\nDEK-Info: X,1',
        bytes: Uint8Array.of(0, 1, 2),
      },
    ])
    // Those of one block are none of the next, whichever way it is decoded.
    for (const base64 of ['AAAA', 'AA\n AA', 'AAA=\n\n']) {
      expect(readPem(`${text}${block(base64, 'THREE')}`).at(-1)).toMatchObject({ label: 'THREE', headers: '' })
    }
  })

  it('finds a block right behind hyphens that are none of its own', () => {
    for (const before of ['-', '--', '-----', '------', '---- ', '-----BEGI']) {
      expect(readPem(`${before}${block('AAAA')}`)).toMatchObject([{ offset: before.length }])
    }
  })

  it('FMT-3 reads, or refuses, more header lines than a stack is deep', () => {
    for (const line of ['A:\n', ' b\n']) {
      const lines = `A:\n${line.repeat(6_000_000)}`
      expect(readPem(block(`${lines}\nAAAA`))[0]?.headers).toHaveLength(lines.length - 1)
      parseErrorOf(() => readPem(block(`${lines}AAAA`)), 'invalid-base64')
    }
  })

  it('reads an empty block, and a text without any', () => {
    expect(readPem('-----BEGIN X-----\n-----END X-----')[0]?.bytes).toHaveLength(0)
    expect(readPem('nothing - here')).toEqual([])
    expect(readPem('')).toEqual([])
  })

  it('gives plain Uint8Arrays, which share no bytes with one another', () => {
    const [one, two] = readPem(pem + pem)
    expect(Object.getPrototypeOf(one?.bytes)).toBe(Uint8Array.prototype)
    one?.bytes.fill(255)
    expect(two?.bytes).toEqual(bytes)
  })

  it.each<[string, string, ParseErrorCode, string | RegExp]>([
    ['a foreign character', block('AA*A'), 'invalid-base64', '"*"'],
    ['the URL alphabet', block('AA-_'), 'invalid-base64', '"-"'],
    ['an underscore alone', block('AAA_'), 'invalid-base64', '"_"'],
    ['a character that is not ASCII', block('AAéA'), 'invalid-base64', 'unprintable'],
    ['a NUL byte', block('AA\0A'), 'invalid-base64', 'unprintable'],
    ['an escaped line break', block('AAAA\\nAAAA'), 'invalid-base64', /unescape/],
    ['missing padding', block('AAA'), 'invalid-base64', /padding/],
    ['a single character', block('A'), 'invalid-base64', /groups of four/],
    ['too much padding', block('AAA=='), 'invalid-base64', /padding/],
    ['padding of nothing', block('===='), 'invalid-base64', /padding/],
    ['padding in the middle', block('AA==AAAA'), 'invalid-base64', /nothing after the padding/],
    ['unused bits that are set', block('AB=='), 'invalid-base64', /unused bits/],
    ['unused bits that are set, of two bytes', block('AAB='), 'invalid-base64', /unused bits/],
    [
      'an END line of another label',
      pem.replace('END CERTIFICATE', 'END CERTIFICATES'),
      'invalid-pem',
      /-----END CERTIFICATE-----/,
    ],
    ['no END line', pem.slice(0, -30), 'invalid-pem', /END CERTIFICATE/],
    ['a block inside a block', `-----BEGIN X-----\nAAAA\n${pem}`, 'invalid-pem', /another line of dashes/],
    ['a BEGIN line without its end', '-----BEGIN CERTIFICATE\nAAAA\n', 'invalid-pem', /without its end/],
    ['a label over two lines', '-----BEGIN CERT\nIFICATE-----\n', 'invalid-pem', /without its end/],
    ['a label without an end', `-----BEGIN ${'A'.repeat(200)}-----\n`, 'invalid-pem', /without its end/],
    ['headers that run into the base64', block('Proc-Type: 4\nAAAA'), 'invalid-base64', '"-"'],
    ['a colon in the base64, with an empty line after it', block('AAAA:\nAAAA\n\nAAAA'), 'invalid-base64', '":"'],
    ['wide characters that end in base64', block('A\u0141AA'), 'invalid-base64', 'unprintable'],
    ['a label with an escape sequence', block('AAAA', '\u001b[31mX'), 'invalid-pem', /without its end/],
  ])('FMT-3 refuses %s', (_, text, code, said) => {
    const error = parseErrorOf(() => readPem(text), code)
    expect(error.message).toMatch(said)
    expect(error.offset).toBeLessThanOrEqual(text.length)
  })

  it('names the offset of the character at fault in the file', () => {
    const text = `${pem}${block('AAAA\nAA!A')}`
    expect(text[parseErrorOf(() => readPem(text), 'invalid-base64').offset]).toBe('!')
  })

  it('reads the same without the native decoder of Node', () => {
    const text = `${pem.replaceAll('\n', '\r\n')}${block('AAECAw==')}`
    const native = readPem(text)
    const { Buffer: nodeBuffer } = globalThis
    try {
      Reflect.deleteProperty(globalThis, 'Buffer')
      expect(readPem(text).map((found) => [...found.bytes])).toEqual(native.map((found) => [...found.bytes]))
      expect(readPem(new TextEncoder().encode(text))).toHaveLength(2)
    } finally {
      globalThis.Buffer = nodeBuffer
    }
  })
})

describe('writePem', () => {
  it('FMT-2 writes lines of 64 characters with line feeds', () => {
    const lines = pem.split('\n')
    expect(lines[0]).toBe('-----BEGIN CERTIFICATE-----')
    expect(lines[1]).toHaveLength(64)
    expect(lines.at(-2)).toBe('-----END CERTIFICATE-----')
    expect(pem.endsWith('\n')).toBe(true)
  })

  it.each(['', ' X', 'X ', 'A--B', 'A  B', 'A\nB', 'é'])('refuses the label "%s"', (label) => {
    expect(() => writePem(label, bytes)).toThrow(TypeError)
  })
})
