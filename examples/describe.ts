// Says what is in certificate files, or which roots Node trusts: a table, everything, or data.

import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import {
  type CertificateFile,
  type CertificateList,
  ParseError,
  parseCertificateList,
  readCertificates,
  systemClock,
} from '../src/index.js'
import { printJson, printTables, printVerbose } from './describe/print.js'

/** What a file holds, its CRLs read too. */
export type Contents = Omit<CertificateFile, 'crls'> & { readonly crls: readonly CertificateList[] }

/** One file: what it holds, or why it could not be read. */
export interface Result {
  readonly file: string
  readonly contents: Contents | undefined
  readonly problem: string | undefined
}

async function readInput(file: string): Promise<Uint8Array> {
  if (file !== '-') return readFile(file)
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** Says what went wrong in one line; a fault of this program itself is thrown on. */
function problemOf(error: unknown): string {
  if (error instanceof ParseError) return error.message
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOENT') return 'no such file'
    if (error.code === 'EISDIR') return 'this is a directory: name the files in it'
    return error.message
  }
  throw error
}

function read(input: string | Uint8Array): Contents {
  const contents = readCertificates(input)
  return { ...contents, crls: contents.crls.map((der) => parseCertificateList(der)) }
}

async function describeFile(file: string): Promise<Result> {
  try {
    return { file, contents: read(await readInput(file)), problem: undefined }
  } catch (error) {
    return { file, contents: undefined, problem: problemOf(error) }
  }
}

/** How much is said. */
export type Detail = 'table' | 'verbose' | 'json'

/** Describes the roots Node trusts. */
export function describeRoots(detail: Detail): boolean {
  const contents = read(rootCertificates.join('\n'))
  return print([{ file: 'the roots Node trusts', contents, problem: undefined }], detail)
}

/** Describes files. False where one is not what it should be. */
export async function describeFiles(files: readonly string[], detail: Detail): Promise<boolean> {
  return print(await Promise.all(files.map(describeFile)), detail)
}

function print(results: readonly Result[], detail: Detail): boolean {
  if (detail === 'json') printJson(results)
  else if (detail === 'verbose') printVerbose(results)
  else printTables(results, systemClock.now())
  for (const { file, problem } of results) if (problem !== undefined) console.error(`${file}: ${problem}`)
  return results.every(({ problem }) => problem === undefined)
}
