// Delta CRLs, and which of them bring which complete CRL up to date (RFC 5280 §5.2.4).

import { latin1 } from '../base/bytes.js'
import { ensure } from '../base/ensure.js'
import type { CertificateList } from '../crl/index.js'

/** A delta and its numbers, which are read once: a hostile pool has each compared with every complete list. */
interface Delta {
  readonly list: CertificateList
  readonly base: bigint
  readonly number: bigint
}

/** Deltas by what they must have in common with a complete list. */
export class DeltaLists {
  private readonly families = new Map<string, Delta[]>()

  /** @param lists deltas of which none is unusable, the newest first */
  constructor(lists: readonly CertificateList[]) {
    for (const list of lists) {
      const { baseCRLNumber: base, crlNumber: number } = list
      if (base === undefined || number === undefined) continue
      ensure(this.families, familyOf(list), (): Delta[] => []).push({ list, base, number })
    }
  }

  /** The newest that is of the complete list's issuer and scope, whether or not their numbers fit. */
  newestBeside(complete: CertificateList): CertificateList | undefined {
    return this.families.get(familyOf(complete))?.[0]?.list
  }

  /** Those that update the complete list, which is not unusable; the newest first. */
  updating(complete: CertificateList): readonly CertificateList[] {
    const { crlNumber } = complete
    if (crlNumber === undefined) return []
    const family = this.families.get(familyOf(complete)) ?? []
    // (c), (d)
    return family.filter(({ base, number }) => crlNumber >= base && crlNumber < number).map(({ list }) => list)
  }
}

/** §5.2.4 (a) and (b), §6.3.3 (c): issuer, scope and key identifier, as one text. */
function familyOf(list: CertificateList): string {
  const texts = ['2.5.29.28', '2.5.29.35'].map((oid) => {
    const bytes = list.extensions.find((extension) => extension.oid === oid)?.bytes
    return bytes === undefined ? null : latin1(bytes, 0, bytes.length)
  })
  return JSON.stringify([list.issuer.canonicalKey, ...texts])
}
