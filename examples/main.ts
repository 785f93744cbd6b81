// What the library does, to be run: npm run example

import { parseArgs } from 'node:util'
import type { IdentityPurpose } from '../src/index.js'
import { describeFiles, type Detail } from './describe.js'
import { identityOf, showRequestFor } from './request.js'

const help = `Usage: npm run example -- [FILE…] [--verbose] [--json] [--purpose PURPOSE]

Reads certificates, requests and CRLs from files of any form (PEM, DER, PKCS#7; - is standard input)
and says what is in them. Without a file: the root certificates Node trusts, and then a certificate
request for a purpose, answered by a CA that grants what is asked for and by one that ignores it.

  --verbose   everything, in the layout of openssl x509 -text
  --json      one JSON object for all files
  --purpose   only the request, for this purpose: tomcat, tomcat-ECDSA, CallManager, CAPF, ipsec …
  --help      this text

Exit codes: 0 all went well, 1 some file is not what it should be, 2 the command is wrong`

interface Command {
  readonly files: readonly string[]
  readonly detail: Detail
  readonly purpose: IdentityPurpose | undefined
}

function commandLine(): Command | undefined {
  const flag = { type: 'boolean' } as const
  const options = { verbose: flag, json: flag, help: flag, purpose: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help === true) return undefined
  const detail = values.json === true ? 'json' : values.verbose === true ? 'verbose' : 'table'
  return { files: positionals, detail, purpose: values.purpose === undefined ? undefined : identityOf(values.purpose) }
}

async function main(): Promise<number> {
  let command: Command | undefined
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
  const { files, detail, purpose } = command
  if (purpose !== undefined) {
    await showRequestFor(purpose)
    return 0
  }
  const areGood = await describeFiles(files, detail)
  if (files.length === 0 && detail === 'table') await showRequestFor(identityOf('tomcat'))
  return areGood ? 0 : 1
}

process.exitCode = await main()
