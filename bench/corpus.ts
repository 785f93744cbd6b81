// The inputs: leaves as public CAs issue them, but for their certificate transparency timestamps, made once and kept in
// the temporary directory; and the roots Node carries. Only reading is measured: leaves share keys.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Bytes } from './peers/peer.js'

export type LeafKind = 'rsa' | 'ec'

/** Leaves of each kind. With the roots, enough for a bundle of 5,000. */
const LEAVES = 2_500

/** Part of the directory's name: to be raised whenever the leaves change. */
const VERSION = 2

const directory = join(tmpdir(), `certward-bench-${VERSION}-${process.getuid?.() ?? 'user'}`)

/** The bytes of each PEM block, each in memory of its own. */
const decodeAll = (pem: string): Bytes[] =>
  Array.from(
    pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)/g),
    ([, body = '']) => new Uint8Array(Buffer.from(body, 'base64')),
  )

/** `der` as PEM, without a line feed at the end. */
export function toPem(der: Uint8Array, lineEnd = '\n'): string {
  const base64 = Buffer.from(der).toString('base64')
  const lines = base64.match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join(lineEnd)
}

/** Leaves of one kind: RSA-2048 under an RSA CA, or P-256 under a P-256 CA; nine extensions each. */
export async function leaves(kind: LeafKind): Promise<readonly Bytes[]> {
  const file = join(directory, `leaves-${kind}.pem`)
  const kept = readKept(file)
  if (kept.length === LEAVES) return kept
  console.error(`making ${LEAVES} ${kind} leaves in ${directory}, this once`)
  const { issueLeaves } = await import('./issue-leaves.js')
  const made = await issueLeaves(kind, LEAVES)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, made.map((der) => toPem(der)).join('\n'))
  renameSync(unfinished, file)
  return made
}

function readKept(file: string): Bytes[] {
  try {
    return decodeAll(readFileSync(file, 'latin1'))
  } catch {
    return []
  }
}

/** `count` distinct certificates, at most 5,000: the roots spread evenly among leaves of both kinds. */
export async function mixedCertificates(count: number): Promise<readonly Bytes[]> {
  const roots = decodeAll(rootCertificates.join('\n')).slice(0, Math.ceil(count / 20))
  const [rsa, ec] = [await leaves('rsa'), await leaves('ec')]
  const spacing = Math.floor(count / roots.length)
  const mixed = Array.from({ length: count }, (_, index) => {
    const root = index % spacing === 0 ? roots[index / spacing] : undefined
    return root ?? (index % 2 === 0 ? rsa : ec)[index >> 1]
  })
  return mixed.filter((der) => der !== undefined)
}
