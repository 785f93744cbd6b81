// What notices say to people: the words and values that mails, webhooks and logs share. Plain text; what carries it
// escapes it for its own form.

import { ensure } from '../base/ensure.js'
import type { Catalogue, EffectTemplate } from '../purposes/index.js'
import { escapeUnsafe } from '../x509/name-text.js'
import type { ExpiryLevel } from './expiry.js'
import type { MonitorNotice, NoticeSubject, RevocationNotice } from './notice.js'

/** The gravest first. */
export const noticeSeverities = ['critical', 'error', 'warning', 'notice', 'informational'] as const

/** How grave a notice is, in the words of RFC 5424 §6.2.1. It rises as the end nears (MON-4). */
export type NoticeSeverity = (typeof noticeSeverities)[number]

/** A notice in words, the restarts of its purpose's services among what to do. No value holds a control character or a mark that reorders text: those stand as `\0A`. */
export interface NoticeText {
  readonly severity: NoticeSeverity
  /** `tomcat on pub expires in 6 days`. */
  readonly headline: string
  /** What it is, where it is, when it ends, by label. */
  readonly facts: readonly LabelledValue[]
  /** In this order. */
  readonly whatToDo: readonly string[]
  /** Identities whose chains end with it (MON-6), the first of them. */
  readonly takesDown: readonly string[]
  /** How many more it takes down. */
  readonly takesDownMore: number
  /** What tells the certificate from all others. */
  readonly identifiers: readonly LabelledValue[]
}

export type LabelledValue = readonly [label: string, value: string]

const expirySeverity: Readonly<Record<ExpiryLevel, NoticeSeverity>> = {
  'over-30-days': 'informational',
  'under-30-days': 'notice',
  'under-7-days': 'warning',
  'under-1-day': 'error',
  expired: 'critical',
}

const revocationSeverity: Readonly<Record<RevocationNotice['status'], NoticeSeverity>> = {
  undetermined: 'warning',
  unknown: 'error',
  revoked: 'critical',
}

export const severityOf = (notice: MonitorNotice): NoticeSeverity =>
  notice.type === 'expiry' ? expirySeverity[notice.level] : revocationSeverity[notice.status]

/** Characters of a value that are shown. A subject of many attributes has some 200. */
const LONGEST_VALUE = 300
/** Identities that are named below what takes them down. */
const MOST_NAMED = 20

/** A value as it may stand in a line of text: bounded, without controls and marks that reorder what is read. */
export function plainText(value: string): string {
  // By characters, lest one be cut in half; cut before that, since a message may be a megabyte.
  const characters = Array.from(value.slice(0, 2 * LONGEST_VALUE + 2))
  const isLong = characters.length > LONGEST_VALUE
  return escapeUnsafe(isLong ? `${characters.slice(0, LONGEST_VALUE).join('')}…` : value)
}

/** `2026-12-24 10:00:00 UTC`. */
export const utcTime = (at: number): string => `${isoTime(at).slice(0, -1).replace('T', ' ')} UTC`

/** `2026-12-24T10:00:00Z`: certificates know no fractions of a second. */
export const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

const spans = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const

/** How long until then, in whole units of the largest that fits twice. `in 6 days`, `47 hours ago`. */
export function timeLeft(end: number, at: number): string {
  const left = Math.abs(end - at)
  const [unit, length] = spans.find(([, span]) => left >= 2 * span) ?? ['seconds', 1000]
  const count = Math.floor(left / length)
  // Only the smallest unit fits less than twice.
  const span = `${count} ${count === 1 ? 'second' : unit}`
  return end < at ? `${span} ago` : `in ${span}`
}

/** Where a certificate stands: `tomcat on pub`. */
const placeOf = ({ purpose, node }: NoticeSubject): string => `${plainText(purpose)} on ${plainText(node)}`

/** What a chat or a ticket shows of a notice. */
export type NoticeWords = Pick<NoticeText, 'headline' | 'whatToDo'>

/**
 * The notice in few words, as of a time in milliseconds since 1970. The services that restart come from the catalogue:
 * without one none are named.
 */
export const noticeWords = (notice: MonitorNotice, at: number, catalogue?: Catalogue): NoticeWords => ({
  headline: `${placeOf(notice)} ${predicateOf(notice, at)}`,
  whatToDo: [...firstSteps(notice), ...stepsAfter(notice, catalogue)],
})

/** The whole of it in words. */
export function describeNotice(notice: MonitorNotice, at: number, catalogue?: Catalogue): NoticeText {
  const takesDown = notice.type === 'expiry' ? notice.takesDown : []
  return {
    ...noticeWords(notice, at, catalogue),
    severity: severityOf(notice),
    facts: factsOf(notice, at),
    takesDown: takesDown
      .slice(0, MOST_NAMED)
      .map((subject) => `${placeOf(subject)}: ${plainText(subject.subject)}, until ${utcTime(subject.notAfter)}`),
    takesDownMore: Math.max(0, takesDown.length - MOST_NAMED),
    identifiers: labelled([
      ['Issued by', notice.issuer],
      ['Serial number', notice.serialNumber],
      ['SHA-256', notice.sha256],
    ]),
  }
}

/** What is said of one certificate, wherever it stands: in an identity purpose, and as copies on every node. */
export interface NoticeGroup {
  readonly notice: MonitorNotice
  /** The same of its other places. */
  readonly copies: readonly MonitorNotice[]
}

/** Notices that say the same of the same certificate, together, in the order of the first of them; an identity stands for its copies. */
export function groupCopies(notices: readonly MonitorNotice[]): readonly NoticeGroup[] {
  const groups = new Map<string, MonitorNotice[]>()
  for (const notice of notices) {
    const what = notice.type === 'expiry' ? notice.level : notice.status
    const key = JSON.stringify([notice.sha256, notice.type, what])
    ensure(groups, key, (): MonitorNotice[] => []).push(notice)
  }
  return [...groups.values()].flatMap((group) => {
    const notice = group.find(({ kind }) => kind === 'identity') ?? group[0]
    return notice === undefined ? [] : [{ notice, copies: group.filter((one) => one !== notice) }]
  })
}

/** A group in words: as its notice, with its other places, and all that goes down with them. */
export function describeGroup({ notice, copies }: NoticeGroup, at: number, catalogue?: Catalogue): NoticeText {
  if (copies.length === 0) return describeNotice(notice, at, catalogue)
  const takesDown = [notice, ...copies].flatMap((one) => (one.type === 'expiry' ? one.takesDown : []))
  const whole = notice.type === 'expiry' ? { ...notice, takesDown } : notice
  const text = describeNotice(whole, at, catalogue)
  const facts = text.facts.flatMap((fact): readonly LabelledValue[] =>
    fact[0] === WHERE ? [fact, ['Also in', plainText(placesOf(copies))]] : [fact],
  )
  return { ...text, facts }
}

/** `tomcat-trust on cucm1, cucm2; CallManager-trust on cucm1`. */
function placesOf(notices: readonly MonitorNotice[]): string {
  const nodes = new Map<string, string[]>()
  for (const { purpose, node } of notices) ensure(nodes, purpose, (): string[] => []).push(node)
  return [...nodes].map(([purpose, names]) => `${purpose} on ${names.sort().join(', ')}`).join('; ')
}

const WHERE = 'Where'

function predicateOf(notice: MonitorNotice, at: number): string {
  if (notice.type === 'expiry') {
    return `${notice.notAfter < at ? 'expired' : 'expires'} ${timeLeft(notice.notAfter, at)}`
  }
  const { status } = notice
  if (status === 'revoked') return 'is revoked'
  return status === 'unknown' ? 'is unknown to the responder' : 'could not be checked for revocation'
}

function factsOf(notice: MonitorNotice, at: number): readonly LabelledValue[] {
  const { subject, notAfter, description } = notice
  const revocation = notice.type === 'revocation' ? notice : undefined
  const { revokedAt, reason, message } = revocation ?? {}
  return labelled([
    ['Certificate', subject],
    ['Description', description],
    [WHERE, `purpose ${notice.purpose}, node ${notice.node}`],
    [notAfter < at ? 'Ended' : 'Ends', `${utcTime(notAfter)}, ${timeLeft(notAfter, at)}`],
    ['Revoked since', revokedAt === undefined ? undefined : utcTime(revokedAt)],
    ['Reason', reason],
    ['Found', message],
  ])
}

/** Those that have a value, as plain text. */
const labelled = (pairs: readonly (readonly [string, string | undefined])[]): readonly LabelledValue[] =>
  pairs.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label, plainText(value)] as const]))

/** What comes before anything a catalogue knows. */
function firstSteps(notice: MonitorNotice): readonly string[] {
  if (notice.type === 'expiry') return [renewal(notice), ...(notice.takesDown.length > 0 ? [replaceBelow] : [])]
  switch (notice.status) {
    case 'revoked':
      return [replacement(notice)]
    case 'unknown':
      return ['Ask its authority whether it has issued this certificate; until then do not rely on it.']
    case 'undetermined':
      return ['Find out why there is no answer: meanwhile a revocation would go unnoticed.']
  }
}

const replaceBelow = 'Replace the certificates it takes down, or their chains: they end with it.'

function renewal(notice: NoticeSubject): string {
  const place = placeOf(notice)
  if (notice.kind === 'endpoint') return 'Have a new certificate issued to the device.'
  if (notice.kind === 'trust') return `Upload its successor to ${place}, or delete it if nothing rests on it any more.`
  if (isSelfIssued(notice)) return `Regenerate the self-signed certificate of ${place}.`
  return `Generate a request for ${place}, have it signed, and upload the certificate.`
}

function replacement(notice: NoticeSubject): string {
  const place = placeOf(notice)
  if (notice.kind === 'endpoint') return 'Refuse the device until a new certificate has been issued to it.'
  if (notice.kind === 'trust') return `Delete it from ${place}, and replace what it has issued.`
  return `Take it out of use: generate a request with a new key for ${place}, have it signed, and upload the certificate.`
}

const effectWords: Readonly<Record<EffectTemplate['type'], string>> = {
  'update-ctl': 'Update the certificate trust list (CTL).',
  'cycle-tftp': 'Stop and start the TFTP service.',
  'reset-phones': 'Reset the phones.',
  'backup-required': 'Make a backup at the end.',
}

/** What follows a new certificate of the purpose, in UPL-6's order (PUR-11, REG-4). */
function stepsAfter(notice: MonitorNotice, catalogue: Catalogue | undefined): readonly string[] {
  const purpose = catalogue?.purposes.find(({ id }) => id === notice.purpose)
  const isReplaced = notice.type === 'expiry' || notice.status === 'revoked'
  if (notice.kind !== 'identity' || purpose?.usage !== 'identity' || !isReplaced) return []
  const operation = notice.type === 'expiry' && isSelfIssued(notice) ? 'regenerate' : 'upload'
  return [
    ...purpose.services.map(({ service, when }) => {
      const condition = when === undefined ? '' : ` (${when})`
      return plainText(`Restart ${service}${condition} on ${notice.node}.`)
    }),
    ...purpose.effects[operation].map(({ type }) => effectWords[type]),
  ]
}

/** Notices do not say who signed; a self-signed certificate names itself as its issuer. */
const isSelfIssued = ({ subject, issuer }: NoticeSubject): boolean => subject === issuer
