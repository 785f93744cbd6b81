// The keeper from the command line: npm run example -- <command> …

import { readFile } from 'node:fs/promises'
import type { CertificateManager } from '../../src/index.js'
import { UsageError } from '../usage-error.js'
import { printList, printOutcome } from './print.js'
import { NODE, openKeeper } from './store.js'

/** What the command line sets besides the command and its arguments. */
export interface CommandOptions {
  readonly store: string
  readonly node: string
  readonly commonName: string | undefined
  readonly description: string | undefined
  readonly confirm: string | undefined
}

type Command = (manager: CertificateManager, args: readonly string[], options: CommandOptions) => Promise<boolean>

const argument = (args: readonly string[], index: number, what: string): string => {
  const value = args[index]
  if (value === undefined) throw new UsageError(`which ${what}?`)
  return value
}

/** The certificate a fingerprint begins with, wherever it is installed. */
async function findCertificate(manager: CertificateManager, prefix: string, node: string) {
  for (let cursor: string | undefined; ;) {
    const page = await manager.list({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    const found = page.records.find((record) => record.node === node && record.sha256.startsWith(prefix.toLowerCase()))
    if (found !== undefined) return found
    if (page.next === undefined)
      throw new UsageError(`no certificate on ${node} has a fingerprint that begins with ${prefix}`)
    cursor = page.next
  }
}

const commands: Readonly<Record<string, Command>> = {
  csr: async (manager, args, { node, commonName }) => {
    const purpose = argument(args, 0, 'purpose')
    if (commonName === undefined) throw new UsageError('which common name? Give it with --cn')
    const outcome = await manager.generateCsr({ purpose, node, subject: { commonName } })
    if (outcome.ok) console.log(outcome.pem)
    return printOutcome(outcome)
  },
  upload: async (manager, args, { node, description }) => {
    const purpose = argument(args, 0, 'purpose')
    const file = await readFile(argument(args, 1, 'file'))
    return printOutcome(
      await manager.upload({ purpose, node, file, ...(description === undefined ? {} : { description }) }),
    )
  },
  list: async (manager) => {
    for (let cursor: string | undefined; ;) {
      const page = await manager.list({
        sort: { by: 'purpose' },
        limit: 100,
        ...(cursor === undefined ? {} : { cursor }),
      })
      printList(page.records)
      if (page.next === undefined) return true
      cursor = page.next
    }
  },
  show: async (manager, args, { node }) => {
    const text = await manager.show(await findCertificate(manager, argument(args, 0, 'fingerprint'), node))
    if (typeof text !== 'string') return printOutcome(text)
    console.log(text)
    return true
  },
  delete: async (manager, args, { node, confirm }) => {
    const { purpose, sha256 } = await findCertificate(manager, argument(args, 0, 'fingerprint'), node)
    return printOutcome(await manager.delete({ purpose, node, sha256, ...(confirm === undefined ? {} : { confirm }) }))
  },
  regenerate: async (manager, args, { node }) =>
    printOutcome(await manager.regenerate({ purpose: argument(args, 0, 'purpose'), node })),
  'self-signed': async (manager, args, { node, commonName }) => {
    const subject = commonName === undefined ? {} : { subject: { commonName } }
    return printOutcome(await manager.generateSelfSigned({ purpose: argument(args, 0, 'purpose'), node, ...subject }))
  },
}

export const isCommand = (name: string | undefined): name is string =>
  name !== undefined && Object.hasOwn(commands, name)

/** Runs one command on the store; whether it did what was asked. @throws UsageError where the command line is wrong */
export async function runCommand(name: string, args: readonly string[], options: CommandOptions): Promise<boolean> {
  const passphrase = process.env['CERTWARD_PASSPHRASE'] ?? 'example'
  const { manager, store } = await openKeeper(options.store, passphrase)
  try {
    return (await commands[name]?.(manager, args, options)) === true
  } finally {
    await store.close()
  }
}

export { NODE }
