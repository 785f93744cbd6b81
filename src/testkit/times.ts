// Times as structures write them: whole seconds, in the form the standards demand or in another.

import * as tags from '../der/tags.js'
import { element, generalizedTime, time } from '../der/writer.js'

/** `rfc5280` is UTCTime through 2049, GeneralizedTime from 2050 on. */
export type TimeForm = 'rfc5280' | 'UTCTime' | 'GeneralizedTime'

const writers: Readonly<Record<TimeForm, (milliseconds: number) => Uint8Array>> = {
  rfc5280: time,
  GeneralizedTime: generalizedTime,
  // The same digits without the century, behind a header of two bytes.
  UTCTime: (milliseconds) => element(tags.UTC_TIME, generalizedTime(milliseconds).subarray(4)),
}

/** Writes a time; its fraction of a second is dropped. */
export const timeOf = (milliseconds: number, form: TimeForm = 'rfc5280'): Uint8Array => writers[form](milliseconds)

/** RFC 5280 §4.1.2.5 and RFC 6960 §4.2.2.1 count in whole seconds. */
export const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000)

/** Milliseconds. */
export const HOUR = 3_600_000
export const DAY = 24 * HOUR
