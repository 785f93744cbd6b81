// When a certificate is valid: from a second to a second, both included (RFC 5280 §4.1.2.5).

/** First and last second of validity. Whole seconds; fractions are dropped. */
export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

const DAY = 86_400_000

/**
 * A validity of whole days: `days` times 86,400 seconds, the first and the last included.
 *
 * @param days such as `selfSignedDays` of a catalogue (REG-5)
 * @param from the first second. Authorities often take an hour ago, for machines whose clocks are behind.
 * @throws TypeError where `days` is no positive whole number, or `from` no time
 * @example
 * const { certificate } = await createSelfSignedCertificate({
 *   profile, subject, key, ...validFor(unifiedCommunications.selfSignedDays, clock.now()),
 * })
 */
export function validFor(days: number, from: Date): Validity {
  if (!Number.isSafeInteger(days) || days < 1) throw new TypeError(`expected a positive number of days, found ${days}`)
  if (Number.isNaN(from.getTime())) throw new TypeError('expected a time to be valid from, found an invalid Date')
  return { notBefore: new Date(from), notAfter: new Date(from.getTime() + days * DAY - 1000) }
}

/** Faults of a validity; empty where there are none. */
export function validityFaults({ notBefore, notAfter }: Validity): readonly string[] {
  const faults = Object.entries({ notBefore, notAfter }).flatMap(([name, time]) => {
    // GeneralizedTime has four digits for the year.
    const year = time.getUTCFullYear()
    return year >= 0 && year <= 9999 ? [] : [`${name} is no time in the years 0 to 9999`]
  })
  return notBefore.getTime() > notAfter.getTime() ? [...faults, 'notBefore is after notAfter'] : faults
}
