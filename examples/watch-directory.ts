// A directory of certificates, watched: npx tsx examples/watch-directory.ts DIRECTORY [--once]
// Says of each certificate when it ends, again when its file changes, and every day what ends soon.

import { watch } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Certificate, expiryState, ParseError, readCertificates } from 'certward'

const policy = { startDays: 30, frequencyHours: 24 }
const [directory, once] = process.argv.slice(2)
if (directory === undefined || (once !== undefined && once !== '--once')) {
  console.error('usage: npx tsx examples/watch-directory.ts DIRECTORY [--once]')
  process.exit(2)
}

async function look(name: string): Promise<void> {
  if (!/\.(pem|crt|cer|der|p7b|p7c)$/i.test(name)) return
  try {
    for (const certificate of readCertificates(await readFile(join(directory ?? '', name))).certificates) {
      console.log(`${name}: ${certificate.subject.toString()} ${endOf(certificate)}`)
    }
  } catch (error) {
    // Somebody is still writing it, or has taken it away; or it is no certificate, and the message says why.
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    console.log(`${name}: ${isGone ? 'gone' : error instanceof ParseError ? error.message : String(error)}`)
  }
}

function endOf({ notBefore, notAfter }: Certificate): string {
  const validity = { notBefore: notBefore.getTime(), notAfter: notAfter.getTime() }
  const { level, daysLeft } = expiryState(validity, policy, Date.now())
  return `${level}, ${daysLeft} days left, until ${notAfter.toISOString()}`
}

const lookAtAll = async (): Promise<void> => {
  for (const name of (await readdir(directory)).sort()) await look(name)
}

await lookAtAll()
if (once === undefined) {
  setInterval(() => void lookAtAll(), 86_400_000)
  // An editor writes a file in several steps: what counts is how it is a moment later.
  const waiting = new Map<string, NodeJS.Timeout>()
  watch(directory, (_, name) => {
    if (name === null) return
    clearTimeout(waiting.get(name))
    waiting.set(
      name,
      setTimeout(() => void look(name), 200),
    )
  })
}
