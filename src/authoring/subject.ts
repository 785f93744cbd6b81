// Subjects of requests and certificates: the fields of CSR-1, checked against the bounds of RFC 5280, and written as a Name.

import { objectIdentifier, printableString, sequence, setOf, utf8String } from '../der/writer.js'
import { identifierOf } from '../x509/object-identifiers.js'

/** Who a request or a certificate is for (CSR-1). */
export interface SubjectInput {
  readonly commonName: string
  readonly organization?: string | undefined
  /** One or several, the larger unit first. */
  readonly organizationalUnit?: string | readonly string[] | undefined
  readonly locality?: string | undefined
  readonly state?: string | undefined
  /** Two letters, ISO 3166. */
  readonly country?: string | undefined
}

// Upper bounds of RFC 5280 appendix A.1, in characters.
const fields = [
  { field: 'country', type: 'countryName', max: 2 },
  { field: 'state', type: 'stateOrProvinceName', max: 128 },
  { field: 'locality', type: 'localityName', max: 128 },
  { field: 'organization', type: 'organizationName', max: 64 },
  { field: 'organizationalUnit', type: 'organizationalUnitName', max: 64 },
  { field: 'commonName', type: 'commonName', max: 64 },
] as const

const valuesOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** Faults of a subject, each naming its field; empty where there are none. */
export function subjectFaults(subject: SubjectInput): readonly string[] {
  return fields.flatMap(({ field, max }) =>
    valuesOf(subject[field]).flatMap((value) => {
      const length = Array.from(value).length
      if (/^[\s\p{DI}]*$/u.test(value)) return [`subject.${field} is empty`]
      if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return [`subject.${field} holds a control character or a line break`]
      // UTF-8 has no surrogates; the encoder would write another character in place of half a pair.
      if (/\p{Cs}/u.test(value)) return [`subject.${field} holds half a surrogate pair`]
      if (field === 'country' && !/^[A-Za-z]{2}$/.test(value))
        return [`subject.country is "${value}": expected two letters such as US`]
      return length > max ? [`subject.${field} has ${length} characters: at most ${max} (RFC 5280 appendix A.1)`] : []
    }),
  )
}

/** DER of the Name, country first and common name last, of the fields there are. The subject has no faults. */
export function subjectName(subject: Partial<SubjectInput>): Uint8Array {
  const attributes = fields.flatMap(({ field, type }) =>
    valuesOf(subject[field]).map((value) => {
      // RFC 5280 §4.1.2.4: countryName is a PrintableString; new names are UTF8String.
      const text = field === 'country' ? printableString(value.toUpperCase()) : utf8String(value)
      return setOf(sequence(objectIdentifier(identifierOf(type)), text))
    }),
  )
  return sequence(...attributes)
}
