// GeneralName (RFC 5280 §4.2.1.6), all nine forms, and the address ranges name constraints use (§4.2.1.10).

import { toHex } from '../base/bytes.js'
import type { DerReader } from '../der/reader.js'
import { readSequenceOf } from '../der/sequence-of.js'
import { context, contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { formatIpAddress } from './ip-address.js'
import { Name, skipName } from './name.js'
import { escapeUnsafe } from './name-text.js'
import { identifierName, readIdentifier } from './object-identifiers.js'
import { readImplicitIa5, readText } from './string-types.js'

/** One name of a subject, issuer, responder or distribution point. */
export type GeneralName =
  | {
      readonly type: 'otherName'
      /** OID of the name form. */
      readonly typeId: string
      /** The value, DER, without its `[0]`. */
      readonly value: Uint8Array
      /** Text of the forms whose value is a string: SmtpUTF8Mailbox (RFC 9598), Microsoft's user principal name. */
      readonly text: string | undefined
    }
  /** A mailbox in ASCII; internationalised ones are an otherName of form SmtpUTF8Mailbox. */
  | { readonly type: 'rfc822Name'; readonly value: string }
  | { readonly type: 'dNSName'; readonly value: string }
  /** ORAddress of X.400, as DER: no longer in use. */
  | { readonly type: 'x400Address'; readonly value: Uint8Array }
  | { readonly type: 'directoryName'; readonly value: Name }
  | { readonly type: 'ediPartyName'; readonly value: Uint8Array }
  | { readonly type: 'uniformResourceIdentifier'; readonly value: string }
  /** `address` has 4 or 16 bytes. In a name constraint `mask` has as many; elsewhere it is undefined. */
  | {
      readonly type: 'iPAddress'
      readonly address: Uint8Array
      readonly mask: Uint8Array | undefined
      /** `192.0.2.1`, `2001:db8::1` (RFC 5952), or in a constraint `192.0.2.0/255.255.255.0`. */
      readonly value: string
    }
  | { readonly type: 'registeredID'; readonly value: string }

/** Whether the names stand in a name constraint, where an iPAddress is an address and a mask. */
export type GeneralNameUse = 'name' | 'constraint'

/** Reads one GeneralName. */
export function readGeneralName(reader: DerReader, use: GeneralNameUse = 'name'): GeneralName {
  const tag = reader.peek()
  switch (tag) {
    case contextConstructed(0):
      return readOtherName(reader)
    case context(1):
      return { type: 'rfc822Name', value: readImplicitIa5(reader, tag) }
    case context(2):
      return { type: 'dNSName', value: readImplicitIa5(reader, tag) }
    case contextConstructed(3):
      return { type: 'x400Address', value: readOpaque(reader) }
    case contextConstructed(4):
      return { type: 'directoryName', value: readDirectoryName(reader) }
    case contextConstructed(5):
      return { type: 'ediPartyName', value: readOpaque(reader) }
    case context(6):
      return { type: 'uniformResourceIdentifier', value: readImplicitIa5(reader, tag) }
    case context(7):
      return readIpAddress(reader, use)
    case context(8):
      return { type: 'registeredID', value: readIdentifier(reader, tag).oid }
    default:
      return reader.failTag('a GeneralName, [0] to [8]')
  }
}

/** Reads GeneralNames: one name or more, under the identifier `tag`. */
export const readGeneralNames = (reader: DerReader, tag?: number): readonly GeneralName[] =>
  readSequenceOf(reader, (element) => readGeneralName(element), tag)

const TEXT_FORMS: readonly string[] = ['smtpUTF8Mailbox', 'userPrincipalName']

function readOtherName(reader: DerReader): GeneralName {
  const outerEnd = reader.enter(contextConstructed(0))
  const { oid: typeId, name = '' } = readIdentifier(reader)
  const valueEnd = reader.enter(contextConstructed(0))
  const start = reader.position
  reader.skipAny()
  const end = reader.position
  reader.leave(valueEnd)
  reader.leave(outerEnd)
  const value = reader.bytes.subarray(start, end)
  // RFC 9598 §3 and Microsoft's form alike: the value is one UTF8String.
  const isText = TEXT_FORMS.includes(name)
  const text = isText ? readText(reader.part(start, end), [tags.UTF8_STRING]) : undefined
  return { type: 'otherName', typeId, value, text }
}

/** directoryName is explicitly tagged: Name is a CHOICE (X.680 §31.2.7). */
function readDirectoryName(reader: DerReader): Name {
  const outerEnd = reader.enter(contextConstructed(4))
  const start = reader.position
  skipName(reader)
  const name = new Name(reader.bytes, start, reader.position)
  reader.leave(outerEnd)
  return name
}

function readOpaque(reader: DerReader): Uint8Array {
  const start = reader.position
  reader.skipAny()
  return reader.bytes.subarray(start, reader.position)
}

function readIpAddress(reader: DerReader, use: GeneralNameUse): GeneralName {
  const content = reader.readContent(context(7))
  const lengths = use === 'name' ? [4, 16] : [8, 32]
  if (!lengths.includes(content.length)) {
    const expected = use === 'name' ? '4 bytes (IPv4) or 16 (IPv6)' : 'address and mask, 8 bytes (IPv4) or 32 (IPv6)'
    reader.fail('invalid-extension', reader.contentStart, expected, `${content.length}`)
  }
  if (use === 'name') return { type: 'iPAddress', address: content, mask: undefined, value: formatIpAddress(content) }
  const address = content.subarray(0, content.length / 2)
  const mask = content.subarray(content.length / 2)
  return { type: 'iPAddress', address, mask, value: `${formatIpAddress(address)}/${formatIpAddress(mask)}` }
}

/**
 * One general name as people read it: `DNS:example.com`, `IP Address:192.0.2.1`. Text comes from the certificate, so
 * characters that could forge a line are escaped, and a value that could pass for two names stands in quotes.
 */
export function formatGeneralName(name: GeneralName): string {
  switch (name.type) {
    case 'otherName':
      return `otherName:${identifierName(name.typeId)}:${quoteValue(name.text ?? toHex(name.value))}`
    case 'rfc822Name':
      return `email:${quoteValue(name.value)}`
    case 'dNSName':
      return `DNS:${quoteValue(name.value)}`
    case 'x400Address':
      return `X400Name:${toHex(name.value)}`
    case 'directoryName':
      return `DirName:${name.value.toOneLine()}`
    case 'ediPartyName':
      return `EdiPartyName:${toHex(name.value)}`
    case 'uniformResourceIdentifier':
      return `URI:${quoteValue(name.value)}`
    case 'iPAddress':
      return `IP Address:${name.value}`
    case 'registeredID':
      return `Registered ID:${identifierName(name.value)}`
  }
}

/** Node's remedy for CVE-2021-44532: a comma in a name must not look like the end of it. */
const quoteValue = (value: string): string =>
  /, |"/.test(value) ? `"${escapeUnsafe(value.replace(/["\\]/g, '\\$&'))}"` : escapeUnsafe(value)
