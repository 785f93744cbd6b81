// Says what is in certificate files: a table, details with --verbose, data with --json. Without a file it reads the
// roots Node trusts. Run it with: npm run example -- FILE…

import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import { parseArgs } from 'node:util'
import { type CertificateFile, ParseError, readCertificates } from '../src/index.js'
import { printJson, printTables, printVerbose } from './describe/print.js'

const help = `Usage: npm run example -- [FILE…] [--verbose] [--json]

Reads certificates, requests and CRLs from files of any form (PEM, DER, PKCS#7; - is standard input)
and says what is in them. Without a file: the root certificates Node trusts.

  --verbose   everything, in the layout of openssl x509 -text
  --json      one JSON object for all files
  --help      this text

Exit codes: 0 all files read, 1 some file is not what it should be, 2 the command is wrong`

/** One file: what it holds, or why it could not be read. */
export interface Result {
  readonly file: string
  readonly contents: CertificateFile | undefined
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

async function describeFile(file: string): Promise<Result> {
  try {
    return { file, contents: readCertificates(await readInput(file)), problem: undefined }
  } catch (error) {
    return { file, contents: undefined, problem: problemOf(error) }
  }
}

function commandLine(): { files: string[]; verbose: boolean; json: boolean } | undefined {
  const options = { verbose: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help === true) return undefined
  return { files: positionals, verbose: values.verbose === true, json: values.json === true }
}

async function main(): Promise<number> {
  let command: ReturnType<typeof commandLine>
  try {
    command = commandLine()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  if (command === undefined) {
    console.log(help)
    return 0
  }
  const { files, verbose, json } = command
  const roots = {
    file: 'the roots Node trusts',
    contents: readCertificates(rootCertificates.join('\n')),
    problem: undefined,
  }
  const results = files.length === 0 ? [roots] : await Promise.all(files.map(describeFile))
  const now = new Date()
  if (json) printJson(results)
  else if (verbose) printVerbose(results)
  else printTables(results, now)
  for (const { file, problem } of results) if (problem !== undefined) console.error(`${file}: ${problem}`)
  return results.some(({ problem }) => problem !== undefined) ? 1 : 0
}

process.exitCode = await main()
