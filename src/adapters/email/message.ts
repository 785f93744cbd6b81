// A digest as a mail: a subject, plain text and HTML of the same words, each value escaped.

import { createHash } from 'node:crypto'
import {
  describeGroup,
  groupCopies,
  type LabelledValue,
  type NoticeGroup,
  type NoticeSeverity,
  type NoticeText,
  utcTime,
} from '../../monitor/digest-text.js'
import type { NoticeDigest } from '../../monitor/index.js'
import type { Catalogue } from '../../purposes/index.js'

/** An address and the name shown with it. */
export interface MailAddress {
  readonly name: string
  readonly address: string
}

/** A mail, in the words of nodemailer. Encoding headers is the transport's work. */
export interface MailMessage {
  readonly envelope: { readonly from: string; readonly to: string }
  readonly from: MailAddress
  readonly to: MailAddress
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for the same digest and address, so that a second copy is recognised as one. */
  readonly messageId: string
  readonly date: Date
  readonly headers: Readonly<Record<string, string>>
  /** Text and HTML are given; nothing is read from elsewhere. */
  readonly disableFileAccess: true
  readonly disableUrlAccess: true
}

/** Sends a mail. A transporter of nodemailer is one. */
export interface MailTransport {
  /** Resolves once the server has taken the mail, with the addresses it has refused under `rejected`, if any. */
  sendMail(message: MailMessage): Promise<unknown>
}

/** What all mails of a notifier have in common. */
export interface MailStyle {
  readonly from: MailAddress
  /** Begins every subject. */
  readonly subjectPrefix: string
  readonly catalogue: Catalogue | undefined
  /** Notices that are shown; the rest are counted. */
  readonly mostNotices: number
}

/** The digest as a mail to one address. */
export function mailOf(digest: NoticeDigest, address: string, style: MailStyle): MailMessage {
  const { from, catalogue, mostNotices } = style
  const groups = groupCopies(digest.notices)
  const content: Content = {
    opening: openingOf(groups, digest.at),
    notices: groups.slice(0, mostNotices).map((group) => describeGroup(group, digest.at, catalogue)),
    more: Math.max(0, groups.length - mostNotices),
  }
  return {
    envelope: { from: from.address, to: address },
    from,
    to: { name: '', address },
    subject: subjectOf(groups, digest.at, style),
    text: textOf(content),
    html: htmlOf(content),
    messageId: messageIdOf(digest.key, address, from.address),
    date: new Date(digest.at),
    // RFC 3834 §5: nobody's holiday notice shall answer it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Says what is gravest: it is all that many will read. */
function subjectOf(groups: readonly NoticeGroup[], at: number, { subjectPrefix, catalogue }: MailStyle): string {
  const [first, ...rest] = groups
  if (first === undefined) return subjectPrefix
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`
  return `${subjectPrefix} ${shorten(describeGroup(first, at, catalogue).headline)}${more}`
}

/** Characters of a headline in a subject; clients show 60 to 120. */
const LONGEST_HEADLINE = 120

function shorten(text: string): string {
  const characters = Array.from(text)
  return characters.length > LONGEST_HEADLINE ? `${characters.slice(0, LONGEST_HEADLINE).join('')}…` : text
}

/** A digest, since keys and addresses may hold what no Message-ID may. */
function messageIdOf(key: string, address: string, from: string): string {
  const mark = createHash('sha256')
    .update(JSON.stringify([key, address]))
    .digest('hex')
    .slice(0, 40)
  return `<${mark}@${from.slice(from.lastIndexOf('@') + 1)}>`
}

interface Content {
  readonly opening: string
  readonly notices: readonly NoticeText[]
  readonly more: number
}

const openingOf = ({ length }: readonly NoticeGroup[], at: number): string =>
  `${length === 1 ? '1 certificate needs' : `${length} certificates need`} attention, as of ${utcTime(at)}.`

const moreText = (more: number): string => `And ${more} more, none of them graver than these.`
const takesDownLines = ({ takesDown, takesDownMore }: NoticeText): readonly string[] =>
  takesDownMore === 0 ? takesDown : [...takesDown, `and ${takesDownMore} more`]

/** Columns of the labels. */
const LABEL = 16

function textOf({ opening, notices, more }: Content): string {
  const row = (label: string, value: string): string => `   ${label.padEnd(LABEL)}${value}`
  const rows = (label: string, values: readonly string[]): readonly string[] =>
    values.map((value, i) => row(i === 0 ? label : '', value))
  const blocks = notices.map((notice, i) =>
    [
      `${i + 1}. ${notice.headline}`,
      ...notice.facts.map(([label, value]) => row(label, value)),
      ...rows('What to do', notice.whatToDo),
      ...rows('Takes down', takesDownLines(notice)),
      ...notice.identifiers.map(([label, value]) => row(label, value)),
    ].join('\n'),
  )
  return [opening, ...blocks, ...(more === 0 ? [] : [moreText(more)]), ''].join('\n\n')
}

const colours: Readonly<Record<NoticeSeverity, string>> = {
  critical: '#b00020',
  error: '#c43e00',
  warning: '#a06000',
  notice: '#205080',
  informational: '#505050',
}

/**
 * Looks where style sheets are heeded, and reads well where they are not. Short: some clients cut what is over 100 kB, which
 * is some 80 notices.
 */
const style = [
  'body,table{font:14px sans-serif;color:#202020}',
  'h2{font-size:16px;margin:24px 0 8px}',
  'th,td{padding:2px 16px 2px 0}',
  'th{font-weight:normal;color:#606060;white-space:nowrap}',
  'td{word-break:break-word}',
  'ol,ul{margin:0;padding-left:20px}',
].join('')

function htmlOf({ opening, notices, more }: Content): string {
  const row = (label: string, content: string): string =>
    `<tr align="left" valign="top"><th>${label}</th><td>${content}</td></tr>`
  const values = (pairs: readonly LabelledValue[]): readonly string[] =>
    pairs.map(([label, value]) => row(label, escapeHtml(value)))
  const list = (tag: 'ol' | 'ul', items: readonly string[]): string =>
    `<${tag}>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</${tag}>`
  const block = (notice: NoticeText): string => {
    const takesDown = takesDownLines(notice)
    return [
      `<h2 style="color:${colours[notice.severity]}">${escapeHtml(notice.headline)}</h2>`,
      '<table>',
      ...values(notice.facts),
      row('What to do', list('ol', notice.whatToDo)),
      ...(takesDown.length === 0 ? [] : [row('Takes down', list('ul', takesDown))]),
      ...values(notice.identifiers),
      '</table>',
    ].join('\n')
  }
  return [
    '<!DOCTYPE html>',
    `<html lang="en"><head><meta charset="utf-8"><title>Certificates</title><style>${style}</style></head><body>`,
    `<p>${escapeHtml(opening)}</p>`,
    ...notices.map(block),
    ...(more === 0 ? [] : [`<p>${escapeHtml(moreText(more))}</p>`]),
    '</body></html>',
    '',
  ].join('\n')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Safe as text and as an attribute's value. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
