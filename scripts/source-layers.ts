/** The folders of src and what each imports of the others, read from the sources. */

import { readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import ts from 'typescript'
import { filesUnder, root } from './package-build.js'

const src = join(root, 'src')

export interface Folder {
  /** `path`, `adapters/file-storage`. */
  readonly name: string
  readonly imports: readonly string[]
  /** Without those that another import brings along. */
  readonly restsOn: readonly string[]
  /** Rows above those that import nothing. */
  readonly level: number
}

/** An adapter is a folder of its own; what adapters share is `adapters`. */
function folderOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first === 'adapters' && !second.includes('.') ? `${first}/${second}` : first
}

function importsByFolder(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const path of filesUnder(src).sort()) {
    const file = relative(src, path)
    if (!file.includes('/') || !file.endsWith('.ts')) continue
    const from = folderOf(file)
    const imports = found.get(from) ?? new Set()
    found.set(from, imports)
    for (const { fileName } of ts.preProcessFile(readFileSync(path, 'utf8')).importedFiles) {
      const to = fileName.startsWith('.') ? folderOf(normalize(join(dirname(file), fileName))) : from
      if (to !== from) imports.add(to)
    }
  }
  return found
}

/** The highest first. dependency-cruiser has shown that there is no cycle. */
export function sourceFolders(): readonly Folder[] {
  const graph = importsByFolder()
  const importsOf = (name: string): readonly string[] => [...(graph.get(name) ?? [])].sort()
  const reachable = (name: string): ReadonlySet<string> =>
    new Set(importsOf(name).flatMap((next) => [next, ...reachable(next)]))
  const levelOf = (name: string): number => Math.max(0, ...importsOf(name).map((next) => levelOf(next) + 1))
  return [...graph.keys()]
    .map((name) => {
      const imports = importsOf(name)
      const restsOn = imports.filter((one) => !imports.some((other) => other !== one && reachable(other).has(one)))
      return { name, imports, restsOn, level: levelOf(name) }
    })
    .sort((a, b) => b.level - a.level || (a.name < b.name ? -1 : 1))
}
