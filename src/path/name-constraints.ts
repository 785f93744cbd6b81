// Name constraints (RFC 5280 §4.2.1.10, RFC 9598 §6): compiled once, then asked for every name of every certificate below.
//
// §6.1.4 (g) intersects permitted and unites excluded subtrees on the way down. A name lies in an intersection exactly
// when it lies in each of the sets, so each constraining certificate is asked on its own, and no set is ever built.

import type { Certificate, GeneralName, GeneralSubtree, Name, NameConstraints } from '../x509/index.js'
import { isHostName, isPresentedHostName, parentName, selfAndParents, wildcardBase } from './dns-name.js'
import type { Budget } from './limits.js'
import { isSmtpUtf8Mailbox, mailboxOf, parseMailbox } from './mailbox.js'
import { uriHost } from './uri-host.js'

type NameForm = GeneralName['type']

interface Range {
  readonly address: Uint8Array
  readonly mask: Uint8Array
}

/** The subtrees of one list, by form. */
class Subtrees {
  /** The forms constrained, those included that nobody can compare. */
  readonly forms = new Set<NameForm>()
  /** Host names whose subtree it is; `''` stands for all names. */
  readonly dns = new Set<string>()
  /** The names one label above those of `dns`: a wildcard under one of them may stand for a constrained name. */
  readonly dnsParents = new Set<string>()
  /** Single mailboxes; each stands with its local part and, for those that are compared by host, without. */
  readonly mailboxes = new Set<string>()
  /** Hosts of mailboxes and of URIs; a domain, whose hosts are meant, stands with its leading dot. */
  readonly mailHosts = new Set<string>()
  readonly uriHosts = new Set<string>()
  readonly ranges: Range[] = []
  readonly directories: string[] = []
}

/** Name constraints made ready for comparison. */
export interface CompiledConstraints {
  readonly permitted: Subtrees
  readonly excluded: Subtrees
  /** What is wrong with the extension, each a clause naming the subtree. */
  readonly faults: readonly string[]
}

/** Whoever constrains names: the certificate of an authority, or an anchor. */
export interface NameBounds {
  readonly nameConstraints: CompiledConstraints | undefined
  readonly certificate: { readonly subject: Name }
}

export function compileNameConstraints({ permittedSubtrees, excludedSubtrees }: NameConstraints): CompiledConstraints {
  const faults: string[] = []
  return {
    permitted: compileSubtrees(permittedSubtrees ?? [], faults),
    excluded: compileSubtrees(excludedSubtrees ?? [], faults),
    faults,
  }
}

function compileSubtrees(list: readonly GeneralSubtree[], faults: string[]): Subtrees {
  const subtrees = new Subtrees()
  for (const { base, minimum, maximum } of list) {
    // RFC 5280: "minimum MUST be zero, and maximum MUST be absent", else "MUST either process … or reject".
    if (minimum !== 0 || maximum !== undefined) faults.push('a subtree has a minimum or maximum')
    subtrees.forms.add(base.type)
    const fault = addSubtree(subtrees, base)
    if (fault !== undefined) faults.push(fault)
  }
  return subtrees
}

/** Notes one subtree; returns what is wrong with it. */
function addSubtree(subtrees: Subtrees, base: GeneralName): string | undefined {
  switch (base.type) {
    case 'dNSName': {
      const name = base.value.toLowerCase()
      // A leading period is of URI constraints; here it is no host name (RFC 5280 §4.2.1.10).
      if (name !== '' && !isHostName(name)) return `dNSName "${base.value}" is no host name`
      subtrees.dns.add(name)
      if (name !== '') subtrees.dnsParents.add(parentName(name))
      return undefined
    }
    case 'rfc822Name': {
      if (base.value.includes('@')) {
        const mailbox = parseMailbox(base.value)
        if (mailbox === undefined) return `rfc822Name "${base.value}" is no mailbox`
        subtrees.mailboxes.add(`${mailbox.localPart}@${mailbox.host}`).add(`@${mailbox.host}`)
        return undefined
      }
      return addHost(subtrees.mailHosts, base)
    }
    case 'uniformResourceIdentifier':
      return addHost(subtrees.uriHosts, base)
    case 'iPAddress': {
      const { address, mask } = base
      if (mask === undefined || !isPrefixMask(mask)) return `the mask of iPAddress ${base.value} is no prefix`
      subtrees.ranges.push({ address, mask })
      return undefined
    }
    case 'directoryName':
      subtrees.directories.push(base.value.canonicalKey)
      return undefined
    default:
      return undefined
  }
}

/** A host, or with a leading dot the hosts of a domain. The empty text stands for every host. */
function addHost(hosts: Set<string>, { type, value }: { type: string; value: string }): string | undefined {
  const host = value.toLowerCase()
  if (host !== '' && !isHostName(host.startsWith('.') ? host.slice(1) : host)) {
    return `${type} "${value}" is no host name or domain`
  }
  hosts.add(host)
  return undefined
}

/** RFC 5280 §4.2.1.10: "in the style of RFC 4632 (CIDR)": ones, then zeros. */
const isPrefixMask = (mask: Uint8Array): boolean =>
  /^1*0*$/.test(Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join(''))

/** Why a name does not satisfy constraints. */
export interface NameConstraintFault {
  readonly code: 'name-constraint-violated' | 'name-constraint-unsupported' | 'budget-exceeded'
  readonly message: string
}

/** The names of a certificate that constraints apply to: its subject, its alternative names, and the legacy mailbox. */
export function constrainedNames(
  { subject }: Certificate,
  alternatives: readonly GeneralName[] | undefined,
): readonly GeneralName[] {
  const names: GeneralName[] = []
  if (!subject.isEmpty) names.push({ type: 'directoryName', value: subject })
  // "When … the certificate does not include a subject alternative name, the constraint MUST be applied to the attribute
  // of type emailAddress in the subject" (RFC 5280 §4.2.1.10).
  if (alternatives === undefined) {
    for (const value of subject.getAll('emailAddress')) names.push({ type: 'rfc822Name', value })
  }
  return alternatives === undefined ? names : [...names, ...alternatives]
}

/** The first fault of `names` under `constraints`; undefined where they satisfy them. */
export function nameConstraintFault(
  constraints: CompiledConstraints,
  names: readonly GeneralName[],
  budget: Budget,
): NameConstraintFault | undefined {
  for (const name of names) {
    const fault = faultOfName(constraints, name, budget)
    if (fault !== undefined && budget.isSpent) {
      const message = `limits.nameConstraintComparisons is spent at ${textOf(name)}`
      return { code: 'budget-exceeded', message }
    }
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfName(
  { permitted, excluded }: CompiledConstraints,
  name: GeneralName,
  budget: Budget,
): NameConstraintFault | undefined {
  // RFC 9598 §6: constraints of form rfc822Name apply to both kinds of mailbox.
  const forms: readonly NameForm[] = isSmtpUtf8Mailbox(name) ? ['rfc822Name', 'otherName'] : [name.type]
  for (const form of forms) {
    if (!permitted.forms.has(form) && !excluded.forms.has(form)) continue
    const compare = comparisonOf(form, name)
    if (compare === undefined) {
      const message = `${textOf(name)} cannot be held against the subtrees`
      return { code: 'name-constraint-unsupported', message }
    }
    if (excluded.forms.has(form) && compare(excluded, 'excluded', budget)) {
      return { code: 'name-constraint-violated', message: `${textOf(name)} lies in an excluded subtree` }
    }
    if (permitted.forms.has(form) && !compare(permitted, 'permitted', budget)) {
      return { code: 'name-constraint-violated', message: `${textOf(name)} lies in no permitted subtree` }
    }
  }
  return undefined
}

/** Whether some subtree holds the name, all of it for permitted ones, any of it for excluded ones. */
type Comparison = (subtrees: Subtrees, use: 'permitted' | 'excluded', budget: Budget) => boolean

/** How the name is compared; undefined where it cannot be: a form without rules, or a name that is none of its form. */
function comparisonOf(form: NameForm, name: GeneralName): Comparison | undefined {
  if (form === 'rfc822Name') return compareMailbox(name)
  switch (name.type) {
    case 'dNSName':
      return compareHostName(name.value.toLowerCase())
    case 'uniformResourceIdentifier':
      return compareUri(name.value)
    case 'iPAddress':
      return compareAddress(name.address)
    case 'directoryName':
      return compareDirectory(name.value)
    default:
      return undefined
  }
}

function compareHostName(name: string): Comparison | undefined {
  if (!isPresentedHostName(name)) return undefined
  const base = wildcardBase(name)
  return ({ dns, dnsParents }, use, budget) => {
    // A wildcard stands for each name one label below its base: excluded where any of them is, permitted where all are.
    if (base !== undefined && use === 'excluded' && dnsParents.has(base)) return true
    if (dns.has('')) return true
    for (const candidate of selfAndParents(base ?? name)) {
      if (!budget.spend('nameConstraintComparisons')) return use === 'excluded'
      if (dns.has(candidate)) return true
    }
    return false
  }
}

function compareMailbox(name: GeneralName): Comparison | undefined {
  const mailbox = mailboxOf(name)
  if (mailbox === undefined) return undefined
  const { localPart, host } = mailbox
  return ({ mailboxes, mailHosts }, use, budget) => {
    // RFC 9598 §6 compares an SmtpUTF8Mailbox by its host. A permitted mailbox stays that one: it is in ASCII, and never this.
    const local = use === 'excluded' && name.type === 'otherName' ? '' : localPart
    return mailboxes.has(`${local}@${host}`) || isHostIn(mailHosts, host, use, budget)
  }
}

/** RFC 5280 §4.2.1.10: a constraint with a leading dot holds the hosts of a domain and not the domain itself. */
function isHostIn(hosts: Set<string>, host: string, use: 'permitted' | 'excluded', budget: Budget): boolean {
  if (hosts.has('') || hosts.has(host)) return true
  for (const domain of selfAndParents(parentName(host))) {
    if (!budget.spend('nameConstraintComparisons')) return use === 'excluded'
    if (hosts.has(`.${domain}`)) return true
  }
  return false
}

function compareUri(uri: string): Comparison | undefined {
  const host = uriHost(uri)
  // "… does not include an authority component … or … the host name … is specified as an IP address … MUST reject".
  if (host === undefined || !isHostName(host)) return undefined
  return ({ uriHosts }, use, budget) => isHostIn(uriHosts, host, use, budget)
}

function compareAddress(address: Uint8Array): Comparison {
  return ({ ranges }, use, budget) => {
    for (const range of ranges) {
      if (!budget.spend('nameConstraintComparisons')) return use === 'excluded'
      if (isInRange(address, range)) return true
    }
    return false
  }
}

function isInRange(address: Uint8Array, { address: base, mask }: Range): boolean {
  // The other family: such a name lies in no range of this one.
  if (address.length !== base.length) return false
  return address.every((byte, i) => ((byte ^ (base[i] ?? 0)) & (mask[i] ?? 0)) === 0)
}

/** A name lies in the subtree of the names its first levels spell (X.501 §14.1). */
function compareDirectory(name: Name): Comparison {
  const key = name.canonicalKey
  return ({ directories }, use, budget) => {
    for (const base of directories) {
      if (!budget.spend('nameConstraintComparisons')) return use === 'excluded'
      // Keys of levels carry their length: no level of a name can imitate the end of another.
      if (base === '' || key === base || (key.startsWith(base) && key[base.length] === ',')) return true
    }
    return false
  }
}

function textOf(name: GeneralName): string {
  if (name.type === 'directoryName') return `the subject or directoryName "${name.value.toString()}"`
  const text = name.type === 'otherName' ? (name.text ?? name.typeId) : name.value
  return `${name.type} "${typeof text === 'string' ? text : ''}"`
}
