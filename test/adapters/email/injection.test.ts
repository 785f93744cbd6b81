// What values say stays what values say: no header, no recipient, no markup comes of it.

import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { emailNotifier, type MailTransport } from '../../../src/adapters/email/index.js'
import { plainText } from '../../../src/monitor/digest-text.js'
import { digestOf, expiryNotice, hostileText, noticeSubjectOf, revocationNotice } from '../../support/notices.js'
import { mailServer, type MailServer, type TakenMail } from './mail-server.js'

let server: MailServer
let transport: MailTransport & { close(): void }
beforeAll(async () => {
  server = await mailServer({ hideSTARTTLS: true })
  // One connection for all: the server greets each after a while only.
  const options = { host: '127.0.0.1', port: server.port, ignoreTLS: true, maxConnections: 1, maxMessages: Infinity }
  transport = createTransport({ pool: true, ...options })
})
afterAll(async () => {
  transport.close()
  await server.close()
})

interface Values {
  readonly node: string
  readonly purpose: string
  readonly subject: string
  readonly issuer: string
  readonly serialNumber: string
  readonly sha256: string
  readonly description: string
  readonly reason: string
  readonly message: string
  readonly key: string
}

const valuesOf = (value: fc.Arbitrary<string>): fc.Arbitrary<Values> =>
  fc.record({
    node: value,
    purpose: value,
    subject: value,
    issuer: value,
    serialNumber: value,
    sha256: value,
    description: value,
    reason: value,
    message: value,
    key: value,
  })

async function sent(values: Values, words: string): Promise<TakenMail> {
  server.taken.length = 0
  const { reason, message, key, ...subject } = values
  const notices = [
    revocationNotice({ ...subject, key: `1 ${key}`, reason, message }),
    expiryNotice({ ...subject, key: `2 ${key}`, takesDown: [noticeSubjectOf(subject)] }),
  ]
  await emailNotifier({
    transport,
    from: 'pki@example.com',
    fromName: words,
    to: 'a@example.com',
    subjectPrefix: words,
  }).send({ ...digestOf(...notices), key })
  expect(server.taken).toHaveLength(1)
  return server.taken[0] ?? expect.fail()
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** HTML by the strictest reading: tags of these forms alone, and between them text without `<`, `>` and a loose `&`. */
function readHtml(html: string): { readonly tags: readonly string[]; readonly texts: readonly string[] } {
  const tags: string[] = []
  const texts: string[] = []
  const piece = /(<(?:!DOCTYPE html|\/?[a-z0-9]+(?: [a-z]+="[^"<>&]*")*)>)|((?:[^<>&]|&(?:amp|lt|gt|quot|#39);)+)/y
  while (piece.lastIndex < html.length) {
    const start = piece.lastIndex
    const [, tag, text] = piece.exec(html) ?? expect.fail(`neither tag nor text: ${html.slice(start, start + 40)}`)
    if (tag !== undefined) tags.push(tag)
    else texts.push((text ?? '').replace(/&([^;]+);/g, (_, name: string) => entities[name] ?? expect.fail(name)))
  }
  return { tags, texts }
}

const harmless: Values = {
  node: 'pub',
  purpose: 'tomcat',
  subject: 'CN=a',
  issuer: 'CN=b',
  serialNumber: '01',
  sha256: 'ab',
  description: 'c',
  reason: 'd',
  message: 'e',
  key: 'f',
}

const squeezed = (text: string): string => text.replace(/[\s\p{Cf}]+/gu, '').toLowerCase()

it('MON-4 whatever the values say, the mail has the headers, the recipient and the markup it always has', async () => {
  const usual = await sent(harmless, 'PKI')
  const { tags } = readHtml(String(usual.mail.html))
  const headers = usual.mail.headerLines.map(({ key }) => key)
  expect([...headers].sort()).toEqual(
    ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].sort(),
  )
  // Without empty values, whose rows are left out.
  const value = hostileText.filter((text) => text !== '')
  await fc.assert(
    fc.asyncProperty(valuesOf(value), value, async (values, words) => {
      const { mail, to, from, raw } = await sent(values, words)
      expect([from, to]).toEqual(['pki@example.com', ['a@example.com']])
      expect(mail.headerLines.map(({ key }) => key)).toEqual(headers)
      expect(mail.messageId).toMatch(/^<[0-9a-f]{40}@example\.com>$/)
      expect(mail.to).toMatchObject({ value: [{ address: 'a@example.com', name: '' }] })
      expect(mail.from?.value).toMatchObject([{ address: 'pki@example.com' }])
      expect(mail.attachments).toEqual([])
      expect(raw.slice(0, raw.indexOf('\r\n\r\n'))).toMatch(/^[\t\r\n -~]*$/)
      const html = readHtml(String(mail.html))
      expect(html.tags).toEqual(tags)
      // Each value stands once as the whole text of its cell, escaped as digest-text has it and then as HTML has it.
      for (const name of ['subject', 'issuer', 'serialNumber', 'sha256', 'description', 'reason', 'message'] as const) {
        expect(html.texts).toContain(normalised(plainText(values[name])))
        expect(normalised(String(mail.text))).toContain(normalised(plainText(values[name])).trimEnd())
      }
      expect(html.texts).toContain(
        `${normalised(plainText(values.purpose))} on ${normalised(plainText(values.node))} is revoked`,
      )
    }),
    { numRuns: 150 },
  )
})

/** What becomes of lone surrogates on the way, which no encoding can hold. */
const normalised = (text: string): string => Buffer.from(text).toString()

it('MON-4 another reader of HTML finds the same values in it', async () => {
  await fc.assert(
    fc.asyncProperty(valuesOf(hostileText.filter((text) => text !== '')), async (values) => {
      const { mail } = await sent(values, 'PKI')
      const alone = await simpleParser(`Content-Type: text/html; charset=utf-8\r\n\r\n${String(mail.html)}`)
      const text = squeezed(String(alone.text))
      for (const name of ['subject', 'issuer', 'description', 'message'] as const) {
        expect(text).toContain(squeezed(plainText(values[name])))
      }
    }),
    { numRuns: 50 },
  )
})
