// What the library does, to be run: npm run example

import { parseArgs } from 'node:util'
import { FileStoreError } from '../src/adapters/file-storage/index.js'
import { describeFiles, describeRoots, type Detail } from './describe.js'
import { type CommandOptions, isCommand, NODE, runCommand } from './keeper/commands.js'
import { tellStory } from './keeper/story.js'
import { identityOf, showRequestFor } from './request.js'
import { UsageError } from './usage-error.js'
import { tellYear } from './year/year.js'

const help = `Usage: npm run example
       npm run example -- year
       npm run example -- COMMAND [ARGUMENT…]
       npm run example -- FILE… [--verbose] [--json]
       npm run example -- roots [--verbose] [--json]
       npm run example -- --purpose PURPOSE

Without arguments: the whole task on a store of files in a new directory. A request, a CA, root,
intermediate, upload, list, verify, delete, regenerate.

year: a monitored cluster of twelve nodes, a year in seconds: renewals, revocations, outages.

Commands, on the store in --store (default ./certward-store):
  csr PURPOSE --cn NAME       make a key and a request for it
  upload PURPOSE FILE         install what a file holds: PEM, DER, PKCS#7
  list                        what is installed
  show FINGERPRINT            one certificate; the first digits of its SHA-256 are enough
  delete FINGERPRINT          a trusted one; --confirm PLAN where it breaks a chain
  regenerate PURPOSE          a self-signed certificate like the installed one
  self-signed PURPOSE         the first of a purpose, --cn NAME

Files: what is in them, one line a certificate (- is standard input). roots: the ones Node trusts.

  --node NAME      cucm1 (the first node, default) or cucm2
  --description T  of trusted certificates
  --verbose        everything, in the layout of openssl x509 -text
  --json           one JSON object for all files
  --purpose        a request for a purpose, answered by two CAs: tomcat, CallManager, CAPF, ipsec …
  --help           this text

CERTWARD_PASSPHRASE protects the store's keys; without it the passphrase is "example".
Exit codes: 0 all went well, 1 refused or not what it should be, 2 the command is wrong`

function commandLine() {
  const flag = { type: 'boolean' } as const
  const text = { type: 'string' } as const
  return parseArgs({
    options: {
      verbose: flag,
      json: flag,
      help: flag,
      purpose: text,
      store: text,
      node: text,
      cn: text,
      description: text,
      confirm: text,
    },
    allowPositionals: true,
  })
}

async function run(): Promise<boolean> {
  const { values, positionals } = commandLine()
  if (values.help === true) {
    console.log(help)
    return true
  }
  if (values.purpose !== undefined) {
    await showRequestFor(identityOf(values.purpose))
    return true
  }
  const detail: Detail = values.json === true ? 'json' : values.verbose === true ? 'verbose' : 'table'
  const [name, ...args] = positionals
  if (name === 'year') return tellYear()
  if (name === 'roots') return describeRoots(detail)
  if (isCommand(name)) {
    const options: CommandOptions = {
      store: values.store ?? 'certward-store',
      node: values.node ?? NODE,
      commonName: values.cn,
      description: values.description,
      confirm: values.confirm,
    }
    return runCommand(name, args, options)
  }
  if (positionals.length > 0) return describeFiles(positionals, detail)
  if (detail !== 'table') throw new UsageError(`--${detail} of which files?`)
  return tellStory()
}

/** What went wrong, where it is the command line's or the machine's doing and no bug. */
function explainFailure(error: unknown): number {
  if (error instanceof UsageError || (error instanceof TypeError && 'code' in error)) {
    console.error(`${error.message}\n\n${help}`)
    return 2
  }
  const isFileFault = error instanceof Error && 'code' in error && 'syscall' in error
  if (error instanceof FileStoreError || isFileFault) {
    console.error(error.message)
    return 1
  }
  throw error
}

// Whoever reads the output may stop before its end: npm run example | head
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

try {
  process.exitCode = (await run()) ? 0 : 1
} catch (error) {
  process.exitCode = explainFailure(error)
}
