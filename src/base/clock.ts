// The only file that asks the machine what time it is. Everything else takes a time or a Clock.

/** Tells the time. Pass {@link fixedClock} in tests. */
export interface Clock {
  now(): Date
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => new Date() }

/** A clock that always tells `at`. */
export function fixedClock(at: Date): Clock {
  const time = at.getTime()
  return { now: () => new Date(time) }
}
