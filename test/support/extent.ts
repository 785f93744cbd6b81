/** How much is tried of what could be tried for hours. */

/** Whether everything is to be tried, as in CI. */
export const isThorough = process.env['CERTWARD_REQUIRE_ALL'] === '1'

/**
 * The number in the environment variable `setting`; without it `all` where everything is required, as in CI
 * (`CERTWARD_REQUIRE_ALL=1`), and `some` on other machines, where the tests are to
 * take minutes only.
 */
export function extent(setting: string, { all, some }: { readonly all: number; readonly some: number }): number {
  return Number(process.env[setting] ?? (isThorough ? all : some))
}

const times = process.env['CERTWARD_RUNS']

/** Milliseconds a test may take that has them with the usual runs: more of these take more. */
export const within = (milliseconds: number): number => milliseconds * Math.max(1, Number(times ?? 1))

/** Runs of a property that takes long: `all`, or elsewhere a quarter of them; `CERTWARD_RUNS` times as many where that is set. */
export const runsOf = (all: number): number => Math.ceil(all * Number(times ?? (isThorough ? 1 : 0.25)))
