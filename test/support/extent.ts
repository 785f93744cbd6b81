/** How much is tried of what could be tried for hours. */

/**
 * The number in the environment variable `setting`; without it `all` where everything is required, as in CI
 * (`CERTWARD_REQUIRE_ALL=1`), and `some` on other machines, where the tests are to
 * take minutes only.
 */
export function extent(setting: string, { all, some }: { readonly all: number; readonly some: number }): number {
  const isThorough = process.env['CERTWARD_REQUIRE_ALL'] === '1'
  return Number(process.env[setting] ?? (isThorough ? all : some))
}
