// Each extension's value as the lines OpenSSL prints for it.

import { toHex } from '../base/bytes.js'
import { formatSerialNumber } from './certificate.js'
import type { Extension } from './extension.js'
import { type ExtensionName, type ExtensionValues, isExtensionName } from './extension-table.js'
import type { DistributionPoint } from './extensions/distribution-points.js'
import type { AccessDescription } from './extensions/information-access.js'
import type { KeyUsageBit } from './extensions/key-usage.js'
import type { GeneralSubtree } from './extensions/name-constraints.js'
import type { PolicyInformation, PolicyQualifier } from './extensions/policies.js'
import type { SignedCertificateTimestamp } from './extensions/signed-certificate-timestamps.js'
import { formatTime } from './format-time.js'
import { formatGeneralName, type GeneralName } from './general-name.js'
import { escapeUnsafe, formatOneLine } from './name-text.js'
import { inWords, oidTitle, titleOf } from './titles.js'

type Lines = readonly string[]

/** Those OpenSSL names otherwise. */
const usageTitles: { readonly [Bit in KeyUsageBit]?: string } = {
  contentCommitment: 'Non Repudiation',
  keyCertSign: 'Certificate Sign',
}

const hex = (bytes: Uint8Array): string => toHex(bytes, ':').toUpperCase()
const upperHexPairs = (text: string): string => text.replace(/..(?=.)/g, '$&:')
const indent = (lines: Lines): Lines => lines.map((line) => `  ${line}`)
const generalNames = (names: readonly GeneralName[]): Lines => [names.map(formatGeneralName).join(', ')]
const accessLines = (descriptions: readonly AccessDescription[]): Lines =>
  descriptions.map(
    ({ accessMethod, accessLocation }) => `${titleOf(accessMethod)} - ${formatGeneralName(accessLocation)}`,
  )

type Describers = { readonly [N in ExtensionName]: (value: ExtensionValues[N]) => Lines }

const describers: Describers = {
  basicConstraints: ({ cA, pathLenConstraint }) => [
    `CA:${cA ? 'TRUE' : 'FALSE'}${pathLenConstraint === undefined ? '' : `, pathlen:${pathLenConstraint}`}`,
  ],
  keyUsage: (usage) => [usage.map((bit) => usageTitles[bit] ?? inWords(bit)).join(', ')],
  extendedKeyUsage: (purposes) => [purposes.map(titleOf).join(', ')],
  subjectAltName: generalNames,
  issuerAltName: generalNames,
  subjectKeyIdentifier: (identifier) => [hex(identifier)],
  authorityKeyIdentifier: ({ keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }) => {
    if (authorityCertIssuer === undefined || authorityCertSerialNumber === undefined) {
      return keyIdentifier === undefined ? [''] : [hex(keyIdentifier)]
    }
    return [
      ...(keyIdentifier === undefined ? [] : [`keyid:${hex(keyIdentifier)}`]),
      ...authorityCertIssuer.map(formatGeneralName),
      `serial:${upperHexPairs(formatSerialNumber(authorityCertSerialNumber))}`,
    ]
  },
  nameConstraints: ({ permittedSubtrees, excludedSubtrees }) => [
    ...subtreeLines('Permitted', permittedSubtrees),
    ...subtreeLines('Excluded', excludedSubtrees),
  ],
  certificatePolicies: (policies) => policies.flatMap(policyLines),
  policyMappings: (mappings) => [
    mappings
      .map((mapping) => `${oidTitle(mapping.issuerDomainPolicy)}:${oidTitle(mapping.subjectDomainPolicy)}`)
      .join(', '),
  ],
  policyConstraints: ({ requireExplicitPolicy, inhibitPolicyMapping }) => [
    [
      ...(requireExplicitPolicy === undefined ? [] : [`Require Explicit Policy:${requireExplicitPolicy}`]),
      ...(inhibitPolicyMapping === undefined ? [] : [`Inhibit Policy Mapping:${inhibitPolicyMapping}`]),
    ].join(', '),
  ],
  inhibitAnyPolicy: (skipCerts) => [String(skipCerts)],
  authorityInfoAccess: accessLines,
  subjectInfoAccess: accessLines,
  cRLDistributionPoints: (points) => points.flatMap(distributionPointLines),
  freshestCRL: (points) => points.flatMap(distributionPointLines),
  subjectDirectoryAttributes: (attributes) =>
    attributes.map(({ type, values }) => `${oidTitle(type)}: ${values.map((value) => toHex(value)).join(', ')}`),
  noRevAvail: () => [''],
  ocspNoCheck: () => [''],
  precertificatePoison: () => ['NULL'],
  tlsFeature: (features) => [
    features
      .map((feature) => ({ 5: 'status_request', 17: 'status_request_v2' })[feature] ?? String(feature))
      .join(', '),
  ],
  signedCertificateTimestamps: (timestamps) => timestamps.flatMap(timestampLines),
}

/** Lines of a decoded value; undefined for an extension this library does not decode. @throws ParseError if malformed */
export function describeExtension(extension: Extension): Lines | undefined {
  const { name } = extension
  if (!isExtensionName(name)) return undefined
  // The table pairs each name with its own value type; the compiler cannot follow the pairing through a variable name.
  const show = describers[name] as (value: unknown) => Lines
  return show(extension.value)
}

function subtreeLines(title: string, subtrees: readonly GeneralSubtree[] | undefined): Lines {
  if (subtrees === undefined) return []
  return [`${title}:`, ...indent(subtrees.map(({ base }) => formatGeneralName(base).replace(/^IP Address:/, 'IP:')))]
}

function policyLines({ policyIdentifier, policyQualifiers }: PolicyInformation): Lines {
  return [`Policy: ${oidTitle(policyIdentifier)}`, ...indent(policyQualifiers.flatMap(qualifierLines))]
}

function qualifierLines(qualifier: PolicyQualifier): Lines {
  switch (qualifier.type) {
    case 'cps':
      return [`CPS: ${escapeUnsafe(qualifier.uri)}`]
    case 'userNotice': {
      const { noticeRef, explicitText } = qualifier
      const reference =
        noticeRef === undefined
          ? []
          : [
              `Organization: ${escapeUnsafe(noticeRef.organization)}`,
              `Number${noticeRef.noticeNumbers.length > 1 ? 's' : ''}: ${noticeRef.noticeNumbers.join(', ')}`,
            ]
      const text = explicitText === undefined ? [] : [`Explicit Text: ${escapeUnsafe(explicitText)}`]
      return ['User Notice:', ...indent([...reference, ...text])]
    }
    case 'unknown':
      // As deep as the text of a notice.
      return [`  Unknown Qualifier: ${qualifier.oid}`]
  }
}

/** A title and, indented below it, a line for each item; nothing where there are none. */
const section = <T>(title: string, items: readonly T[] | undefined, show: (item: T) => string): Lines =>
  items === undefined ? [] : [`${title}:`, ...indent(items.map(show))]

function distributionPointLines({ distributionPoint, reasons, cRLIssuer }: DistributionPoint): Lines {
  const relative = distributionPoint?.type === 'nameRelativeToCRLIssuer' ? distributionPoint.relativeName : undefined
  return [
    ...section(
      'Full Name',
      distributionPoint?.type === 'fullName' ? distributionPoint.names : undefined,
      formatGeneralName,
    ),
    ...section('Relative Name', relative && [relative], (name) => formatOneLine([name])),
    ...section('Reasons', reasons && [reasons], (flags) => flags.map(inWords).join(', ')),
    ...section('CRL Issuer', cRLIssuer, formatGeneralName),
  ]
}

/** Lines of 16 bytes, indented to stand under the first, which follows `label`. */
const hexBlock = (label: string, bytes: Uint8Array): Lines =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => {
    const more = (i + 1) * 16 < bytes.length ? ':' : ''
    return `${i === 0 ? label : ' '.repeat(12)}${hex(bytes.subarray(i * 16, i * 16 + 16))}${more}`
  })

const tlsHashes = ['none', 'MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512']

/** `ecdsa-with-SHA256`, `sha256WithRSAEncryption`, or the numbers where OpenSSL has no name for the pair. */
function timestampAlgorithm({ hashAlgorithm = 0, signatureAlgorithm = 0 }: SignedCertificateTimestamp): string {
  const hash = tlsHashes[hashAlgorithm]
  if (hash !== undefined && signatureAlgorithm === 3) return `ecdsa-with-${hash}`
  if (hash !== undefined && signatureAlgorithm === 1) return `${hash.toLowerCase()}WithRSAEncryption`
  return toHex(Uint8Array.of(hashAlgorithm, signatureAlgorithm))
}

function timestampLines(entry: SignedCertificateTimestamp): Lines {
  const { version, logId, timestamp, extensions, signature } = entry
  if (logId === undefined || timestamp === undefined || extensions === undefined || signature === undefined) {
    return ['Signed Certificate Timestamp:', `    Version   : unknown (0x${version.toString(16)})`]
  }
  const fraction = timestamp.toISOString().slice(-5, -1)
  return [
    'Signed Certificate Timestamp:',
    ...indent(
      indent([
        'Version   : v1 (0x0)',
        ...hexBlock('Log ID    : ', logId),
        `Timestamp : ${formatTime(timestamp).replace(/(:\d\d) /, `$1${fraction} `)}`,
        ...(extensions.length === 0 ? ['Extensions: none'] : hexBlock('Extensions: ', extensions)),
        `Signature : ${timestampAlgorithm(entry)}`,
        ...hexBlock(' '.repeat(12), signature),
      ]),
    ),
  ]
}
