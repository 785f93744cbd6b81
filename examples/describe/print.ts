// How the example shows what it read.

import {
  type Certificate,
  type CertificateList,
  type CertificationRequest,
  describe,
  formatGeneralName,
  formatPublicKey,
  ParseError,
  type SubjectPublicKeyInfo,
} from '../../src/index.js'
import type { Contents, Result } from '../describe.js'
import { table } from '../table.js'

const DAY = 86_400_000

/** Cuts `text` to `width` characters, marking the cut. */
const fit = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text)

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function keyText(key: SubjectPublicKeyInfo): string {
  try {
    return formatPublicKey(key.key)
  } catch (error) {
    if (error instanceof ParseError) return 'malformed key'
    throw error
  }
}

const shortName = (name: Certificate['subject']): string =>
  name.get('commonName') ?? name.get('organizationalUnitName') ?? name.get('organizationName') ?? name.toString()

const dayOf = (time: Date): string => time.toISOString().slice(0, 10)

function ends(certificate: Certificate, now: Date): string {
  const day = dayOf(certificate.notAfter)
  const days = Math.floor((certificate.notAfterTime - now.getTime()) / DAY)
  if (days < 0) return `${day} EXPIRED`
  if (certificate.notBeforeTime > now.getTime()) return `${day} not yet valid`
  return days <= 90 ? `${day} in ${plural(days, 'day')}` : day
}

function role(certificate: Certificate): string {
  const constraints = certificate.extension('basicConstraints')
  if (constraints?.error !== undefined) return 'malformed'
  const isAuthority = constraints?.value.cA ?? certificate.version === 1
  if (!isAuthority) return 'end entity'
  return certificate.isSelfSigned ? 'root CA' : 'CA'
}

function certificateRow(certificate: Certificate, index: number, now: Date): readonly string[] {
  const faults = certificate.extensionErrors.length
  return [
    String(index + 1),
    fit(shortName(certificate.subject), 48),
    fit(certificate.isSelfIssued ? '(itself)' : shortName(certificate.issuer), 36),
    role(certificate),
    keyText(certificate.publicKey),
    ends(certificate, now) + (faults === 0 ? '' : `, ${plural(faults, 'malformed extension')}`),
  ]
}

function requestRow(request: CertificationRequest, index: number): readonly string[] {
  const names = request.extension('subjectAltName')
  const alternative = names?.error === undefined ? (names?.value ?? []).map(formatGeneralName).join(', ') : 'malformed'
  return [String(index + 1), fit(shortName(request.subject), 48), keyText(request.publicKey), fit(alternative, 60)]
}

function listRow(list: CertificateList, index: number, now: Date): readonly string[] {
  const { issuer, thisUpdate, nextUpdate, entryCount, unusable } = list
  const until = nextUpdate === undefined ? 'not said' : `${dayOf(nextUpdate)}${nextUpdate < now ? ' RUN OUT' : ''}`
  const entries = `${plural(entryCount, 'certificate')}${list.isDelta ? ', a delta' : ''}`
  return [
    String(index + 1),
    fit(shortName(issuer), 48),
    dayOf(thisUpdate),
    until,
    unusable === undefined ? entries : `${entries}, not to be used: ${fit(unusable, 80)}`,
  ]
}

/** Entries that are shown. */
const MOST_ENTRIES = 1000

function entryRows(list: CertificateList): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = []
  try {
    for (const { serialNumberBytes, revocationDate, reason } of list.entries()) {
      if (rows.length === MOST_ENTRIES) return [...rows, [`and ${list.entryCount - MOST_ENTRIES} more`]]
      rows.push([Buffer.from(serialNumberBytes).toString('hex'), revocationDate.toISOString(), reason])
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    rows.push(['malformed', '', error.message])
  }
  return rows
}

function summary({ format, certificates, requests, crls }: Contents): string {
  const parts = [
    ...(certificates.length > 0 ? [plural(certificates.length, 'certificate')] : []),
    ...(requests.length > 0 ? [plural(requests.length, 'request')] : []),
    ...(crls.length > 0 ? [plural(crls.length, 'CRL')] : []),
  ]
  return `${{ pem: 'PEM', der: 'DER', pkcs7: 'PKCS#7' }[format]}, ${parts.join(', ') || 'nothing'}`
}

export function printTables(results: readonly Result[], now: Date): void {
  for (const { file, contents } of results) {
    if (contents === undefined) continue
    console.log(`${file}: ${summary(contents)}\n`)
    if (contents.certificates.length > 0) {
      const rows = contents.certificates.map((certificate, index) => certificateRow(certificate, index, now))
      console.log(`${table(['#', 'subject', 'issuer', 'role', 'key', 'ends'], rows)}\n`)
    }
    if (contents.requests.length > 0) {
      console.log(`${table(['#', 'request for', 'key', 'names'], contents.requests.map(requestRow))}\n`)
    }
    if (contents.crls.length > 0) {
      const rows = contents.crls.map((list, index) => listRow(list, index, now))
      console.log(`${table(['#', 'CRL of', 'from', 'until', 'lists'], rows)}\n`)
    }
  }
}

export function printVerbose(results: readonly Result[]): void {
  for (const { file, contents } of results) {
    if (contents === undefined) continue
    console.log(`${file}: ${summary(contents)}\n`)
    for (const certificate of contents.certificates) console.log(describe(certificate))
    for (const request of contents.requests) console.log(`${JSON.stringify(request, undefined, 2)}\n`)
    for (const list of contents.crls) {
      console.log(`${JSON.stringify(list, undefined, 2)}\n`)
      if (list.entryCount > 0) console.log(`${table(['serial number', 'revoked', 'reason'], entryRows(list))}\n`)
    }
  }
}

export function printJson(results: readonly Result[]): void {
  const files = results.map(({ file, contents, problem }) => ({
    file,
    ...(problem === undefined ? {} : { problem }),
    ...(contents === undefined
      ? {}
      : {
          format: contents.format,
          blocks: contents.blocks,
          certificates: contents.certificates,
          requests: contents.requests,
          crls: contents.crls,
        }),
  }))
  console.log(JSON.stringify({ files }, undefined, 2))
}
