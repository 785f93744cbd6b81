// Checks a catalogue someone wrote: every fault named at once, so that it is mended in one go.

import { type Catalogue, type IdentityPurpose, type TrustPurpose } from './catalogue.js'

/** Ids that occur more than once. */
function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
}

/** Faults of a purpose named where a trust purpose must be. */
function trustFaults(what: string, named: string, { purposes }: Catalogue): readonly string[] {
  const found = purposes.find(({ id }) => id === named)
  if (found?.usage === 'trust') return []
  return [`${what} "${named}", which ${found === undefined ? 'does not exist' : `is of usage ${found.usage}`}`]
}

function identityFaults(purpose: IdentityPurpose, catalogue: Catalogue): readonly string[] {
  const { id, trust, profile, keys, distributions, issuerSignatures } = purpose
  const faults = [...trustFaults(`identity "${id}" has the trust purpose`, trust, catalogue)]
  if (!catalogue.profiles.some((candidate) => candidate.id === profile)) {
    faults.push(`identity "${id}" names a profile "${profile}" that does not exist`)
  }
  if (keys.length === 0) faults.push(`identity "${id}" takes no kind of key`)
  if (distributions.length === 0) faults.push(`identity "${id}" has no distribution`)
  if (purpose.selfSignedKeys?.length === 0) faults.push(`identity "${id}" has no kind of key to sign itself with`)
  if (issuerSignatures.length === 0) faults.push(`identity "${id}" accepts no issuer signature`)
  const { rsaModulusLength } = catalogue.limits
  for (const key of keys) {
    if (key.type === 'rsa' && rsaModulusLength !== undefined && key.modulusLength > rsaModulusLength) {
      faults.push(
        `identity "${id}" takes RSA keys of ${key.modulusLength} bits, over the catalogue's limit of ${rsaModulusLength}`,
      )
    }
  }
  return faults
}

const copyFaults = ({ id, copiesRootsTo }: TrustPurpose, catalogue: Catalogue): readonly string[] =>
  copiesRootsTo.flatMap((target) => trustFaults(`trust purpose "${id}" copies to`, target, catalogue))

/** Cycles of copies, each as the ids along it: a root put into one would be copied for ever. */
function copyCycles(catalogue: Catalogue): readonly (readonly string[])[] {
  const targets = new Map(
    catalogue.purposes.flatMap((purpose) => (purpose.usage === 'trust' ? [[purpose.id, purpose.copiesRootsTo]] : [])),
  )
  const cycles: (readonly string[])[] = []
  const finished = new Set<string>()
  const visit = (id: string, path: readonly string[]): void => {
    const start = path.indexOf(id)
    if (start >= 0) cycles.push([...path.slice(start), id])
    if (start >= 0 || finished.has(id)) return
    for (const target of targets.get(id) ?? []) visit(target, [...path, id])
    finished.add(id)
  }
  for (const id of targets.keys()) visit(id, [])
  return cycles
}

/**
 * Checks a catalogue and returns it. A catalogue is plain data; this is where its references are held against each
 * other, so that the rest of the library need not.
 *
 * @throws TypeError naming every fault: ids that repeat, trust purposes or profiles that do not exist, identities
 * without a kind of key, profiles without usages, cycles of copies, numbers out of range
 * @example
 * export const webFarm = defineCatalogue({ name: 'web-farm', purposes: […], profiles: […], … })
 */
export function defineCatalogue<C extends Catalogue>(catalogue: C): C {
  const { purposes, profiles, limits, requestHashes, selfSignedDays, designatedResponders: responders } = catalogue
  const faults = [
    ...repeated(purposes.map(({ id }) => id)).map((id) => `purpose "${id}" is defined more than once`),
    ...repeated(profiles.map(({ id }) => id)).map((id) => `profile "${id}" is defined more than once`),
    ...profiles.filter(({ keyUsage }) => keyUsage.length === 0).map(({ id }) => `profile "${id}" has no key usage`),
    ...profiles.flatMap(({ id, keyUsage, extendedKeyUsage }) =>
      repeated([...keyUsage, ...extendedKeyUsage].map(({ usage }) => usage)).map(
        (usage) => `profile "${id}" lists ${usage} more than once`,
      ),
    ),
    ...purposes.flatMap((purpose) => {
      if (purpose.usage === 'identity') return identityFaults(purpose, catalogue)
      return purpose.usage === 'trust' ? copyFaults(purpose, catalogue) : []
    }),
    ...(catalogue.trustLists ?? []).flatMap(({ id, purposes: listed }) =>
      listed
        .filter((one) => !purposes.some((purpose) => purpose.usage === 'identity' && purpose.id === one))
        .map((one) => `trust list "${id}" names "${one}", which is no identity purpose`),
    ),
    ...(responders === undefined ? [] : trustFaults('designatedResponders names', responders, catalogue)),
    ...copyCycles(catalogue).map((cycle) => `copies go round in a circle: ${cycle.join(' → ')}`),
    ...(requestHashes.length === 0 ? ['requestHashes is empty'] : []),
    ...(Number.isSafeInteger(selfSignedDays) && selfSignedDays > 0
      ? []
      : [`selfSignedDays is ${selfSignedDays}: expected a positive number of days`]),
    ...(limits.rsaModulusLength === undefined || limits.rsaModulusLength >= 2048
      ? []
      : [`limits.rsaModulusLength is ${limits.rsaModulusLength}: expected 2048 or more`]),
  ]
  if (faults.length > 0) throw new TypeError(`catalogue "${catalogue.name}": ${faults.join('; ')}`)
  return catalogue
}
