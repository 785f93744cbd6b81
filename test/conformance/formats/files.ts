/** Finds and reads the files of a suite; what is missing or malformed is named. */

import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ManifestError } from './shape.js'

export interface Manifest {
  /** The file's own name, to say where a problem is. */
  readonly name: string
  /** Where the files it mentions lie. */
  readonly directory: string
  readonly content: unknown
}

/** Reads a JSON manifest, gzipped or not, given as the file itself or as a directory that holds one of `names`. */
export function readManifest(path: string, names: readonly string[]): Manifest {
  const file = manifestFile(path, names)
  const name = basename(file)
  const bytes = readBytes(file)
  try {
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    const content: unknown = JSON.parse((isGzip ? gunzipSync(bytes) : bytes).toString('utf8'))
    return { name, directory: dirname(file), content }
  } catch (cause) {
    throw new ManifestError(`${name}: not JSON: ${reason(cause)}`, { cause })
  }
}

export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new ManifestError(`cannot read ${file}: ${reason(cause)}`, { cause })
  }
}

function manifestFile(path: string, names: readonly string[]): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path
  const found = names
    .map((name) => join(path, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
  if (found === undefined) throw new ManifestError(`${path} holds no ${names.join(' or ')}`)
  return found
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
