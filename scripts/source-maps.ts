/** Source maps of the package: every source they name must be in them, or beside them. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { filesUnder } from './package-build.js'

interface SourceMap {
  readonly sources: readonly string[]
  readonly sourcesContent?: readonly (string | null)[]
}

const readMap = (file: string): SourceMap => JSON.parse(readFileSync(file, 'utf8')) as SourceMap

export const mapsUnder = (directory: string): readonly string[] =>
  filesUnder(directory).filter((file) => file.endsWith('.map'))

/** Lines that only CommonJS needs come from no source, and tsup gives their place on the machine that built them. */
export function nameSourcesByTheirPlace(directory: string): void {
  for (const file of mapsUnder(directory)) {
    const map = readMap(file)
    const sources = map.sources.map((source) => (isAbsolute(source) ? basename(source) : source))
    writeFileSync(file, JSON.stringify({ ...map, sources }))
  }
}

/** The sources a map names without holding them, and which are not where it says. */
export function missingSources(file: string): readonly string[] {
  const { sources, sourcesContent = [] } = readMap(file)
  const isThere = (source: string): boolean => !isAbsolute(source) && existsSync(join(dirname(file), source))
  return sources.filter(
    (source, at) =>
      typeof sourcesContent[at] !== 'string' && !(isThere(source) && basename(source) === basename(file, '.map')),
  )
}
