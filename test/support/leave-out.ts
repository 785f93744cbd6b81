/** Says which tests a machine cannot run, once each, or refuses to go on without them. */

const noted = new Set<string>()

/** Notes that `what` is left out, why, and how to change that; throws when `CERTWARD_REQUIRE_ALL=1`. */
export function leaveOut(what: string, reason: string, remedy: string): void {
  const note = `left out: ${what}: ${reason}; ${remedy}`
  if (process.env['CERTWARD_REQUIRE_ALL'] === '1') throw new Error(note)
  if (noted.has(note)) return
  noted.add(note)
  console.warn(note)
}
