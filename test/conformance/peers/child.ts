/** Judges cases of a suite with a peer, from an index on, a line each: a parent ends it where a case does not end. */

import { loadLimbo } from '../formats/limbo.js'
import { loadPkits } from '../formats/pkits.js'
import { fromLimbo, fromPkits, type PathCase, type PathPeer } from './path-case.js'

const peers: Readonly<Record<string, (() => Promise<PathPeer>) | undefined>> = {
  pkijs: async () => (await import('./pkijs.js')).pkijs,
  '@peculiar/x509': async () => (await import('./peculiar.js')).peculiar,
  openssl: async () => (await import('./openssl.js')).openssl,
}

const [peer = '', suite = '', path = '', from = '0'] = process.argv.slice(2)
const load = peers[peer]
if (load === undefined) throw new TypeError(`there is no peer ${peer}`)
const accepts = await load()
const cases: readonly PathCase[] = suite === 'limbo' ? loadLimbo(path).map(fromLimbo) : loadPkits(path).map(fromPkits)
for (const [index, testCase] of cases.entries()) {
  if (index < Number(from)) continue
  let accepted = false
  try {
    accepted = await accepts(testCase)
  } catch (error) {
    // A program that is not there; what a library throws is its way to refuse.
    if (error instanceof Error && error.cause !== undefined && peer === 'openssl') throw error
  }
  process.stdout.write(`${index} ${accepted ? 'accepted' : 'refused'}\n`)
}
