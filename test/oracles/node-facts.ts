/** The facts of a certificate as node:crypto tells them. */

import { X509Certificate } from 'node:crypto'
import type { Facts } from './facts.js'

const curves: Readonly<Record<string, string | undefined>> = {
  prime192v1: 'P-192',
  prime256v1: 'P-256',
  secp224r1: 'P-224',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

/** @throws Error where Node refuses the certificate */
export function nodeFacts(der: Uint8Array): Facts {
  const certificate = new X509Certificate(der)
  return {
    // OpenSSL prints the magnitude of zero without digits of its own; the value is the same.
    serialNumber: certificate.serialNumber === '0' ? '00' : certificate.serialNumber,
    issuerText: nameLines(certificate.issuer),
    subjectText: nameLines(certificate.subject),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    extendedKeyUsage: certificate.keyUsage,
    subjectAltName: alternativeNames(certificate.subjectAltName),
    authorityInfoAccess: informationAccess(certificate.infoAccess),
    ...publicKeyFacts(certificate),
  }
}

function publicKeyFacts(certificate: X509Certificate): Facts {
  let key
  try {
    key = certificate.publicKey
  } catch {
    // OpenSSL loads no key without parameters and no malformed one; the other oracles look at the bytes.
    return {}
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const publicKey = key.export({ type: 'spki', format: 'der' }).toString('hex')
  switch (type) {
    case 'rsa':
    case 'rsa-pss':
      return { publicKey, key: { type, bits: details?.modulusLength, exponent: String(details?.publicExponent) } }
    case 'dsa':
      return { publicKey, key: { type, bits: details?.modulusLength } }
    case 'ec':
      return { publicKey, key: { type, curve: curves[details?.namedCurve ?? ''] ?? details?.namedCurve } }
    default:
      return { publicKey, key: { type } }
  }
}

/** One `type=text` an attribute, escapes of RFC 2253 taken back. Attributes of one level are joined by ` + `. */
function nameLines(text: string | undefined): readonly string[] {
  // Node 20 has no text for the empty name, later versions the empty one; the types know only the latter.
  if (text === undefined || text === '') return []
  return text.split(/\n| \+ (?=[A-Za-z0-9.]+=)/).map(unescape)
}

function unescape(text: string): string {
  const bytes: number[] = []
  for (let rest = text; rest !== '';) {
    const escaped = /^\\([0-9A-F]{2})/.exec(rest)
    if (escaped !== null) {
      bytes.push(parseInt(escaped[1] ?? '', 16))
      rest = rest.slice(3)
      continue
    }
    const [character = ''] = rest.startsWith('\\') ? rest.slice(1) : rest
    bytes.push(...Buffer.from(character))
    rest = rest.slice(character.length + (rest.startsWith('\\') ? 1 : 0))
  }
  return Buffer.from(bytes).toString()
}

const forms: Readonly<Record<string, string | undefined>> = {
  DNS: 'dNSName',
  email: 'rfc822Name',
  URI: 'uniformResourceIdentifier',
  'IP Address': 'iPAddress',
  'Registered ID': 'registeredID',
}

/** Undefined where a name has a form that Node shows in a shape of its own (quotes, directory and other names). */
function alternativeNames(text: string | null | undefined): readonly string[] | undefined {
  if (
    text === null ||
    text === undefined ||
    text === '' ||
    /"|DirName:|othername:|<|X400Name|EdiPartyName|Registered ID/.test(text)
  )
    return undefined
  return text.split(', ').map(generalName)
}

function generalName(text: string): string {
  const [, form = '', value = ''] = /^([A-Za-z ]+):(.*)$/s.exec(text) ?? []
  return `${forms[form] ?? form} ${form === 'IP Address' ? addressHex(value) : value}`
}

function addressHex(text: string): string {
  if (text.includes('.')) return Buffer.from(text.split('.').map(Number)).toString('hex')
  return text
    .split(':')
    .map((group) => group.padStart(4, '0'))
    .join('')
    .toLowerCase()
}

function informationAccess(text: string | null | undefined): readonly string[] | undefined {
  if (text === null || text === undefined || /"|DirName:|othername:|<unsupported>/.test(text)) return undefined
  const methods: Readonly<Record<string, string | undefined>> = {
    OCSP: '1.3.6.1.5.5.7.48.1',
    'CA Issuers': '1.3.6.1.5.5.7.48.2',
  }
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, method = '', location = ''] = /^(.*?) - (.*)$/s.exec(line) ?? []
      return `${methods[method] ?? method} ${generalName(location)}`
    })
}
