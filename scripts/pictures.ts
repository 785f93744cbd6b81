/**
 * The pictures of the documentation: the layers, from the imports of the sources, and the life of a certificate.
 * Run by `npm run pictures`; a test holds what is committed against what this makes.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rewrite, table, withGenerated } from './markdown.js'
import { root } from './package-build.js'
import { type Folder, sourceFolders } from './source-layers.js'
import { type Box, picture } from './svg.js'

/** What stands in each folder, in words. */
const contents: Readonly<Record<string, string>> = {
  'adapters/email': 'notices by SMTP',
  'adapters/file-storage': 'a directory',
  'adapters/sql-storage': 'PostgreSQL, PGlite',
  adapters: 'records as JSON and rows',
  authoring: 'requests, certificates',
  base: 'bytes, clock, limits',
  cluster: 'nodes, replication',
  crl: 'lists, lookups',
  crypto: 'signatures, digests',
  der: 'reader, writer',
  inventory: 'records, Storage, KeyStore',
  manager: 'plan, then commit',
  monitor: 'expiry, revocation, notices',
  net: 'bounded HTTP',
  ocsp: 'ask, judge',
  path: 'build, validate',
  pem: 'RFC 7468',
  pkcs10: 'requests',
  pkcs7: 'bundles',
  purposes: 'catalogues, profiles',
  reading: 'any file',
  revocation: 'whole paths, policies',
  testkit: 'a PKI for tests',
  x509: 'certificates, lazily',
}

const WIDTH = 224
const HEIGHT = 70
const GAP = 12
/** Of the longest row. */
const MOST = 4

function describe(name: string): string {
  const found = contents[name]
  if (found === undefined) throw new Error(`say what src/${name} is for in scripts/pictures.ts`)
  return found
}

/** One row a level, the highest on top; a long level takes two rows. */
export function layersPicture(folders: readonly Folder[] = sourceFolders()): string {
  const levels = [...new Set(folders.map(({ level }) => level))]
  const rows = levels.flatMap((level) => {
    const all = folders.filter((folder) => folder.level === level)
    const count = Math.ceil(all.length / MOST)
    const length = Math.ceil(all.length / count)
    return Array.from({ length: count }, (_, at) => all.slice(at * length, (at + 1) * length))
  })
  const boxes: readonly Box[] = rows.flatMap((row, at) =>
    row.map(({ name, restsOn }, column) => ({
      x: GAP + ((MOST - row.length) * (WIDTH + GAP)) / 2 + column * (WIDTH + GAP),
      y: GAP + at * (HEIGHT + GAP),
      width: WIDTH,
      height: HEIGHT,
      title: name,
      lines: [describe(name), restsOn.length === 0 ? 'on nothing' : `on ${restsOn.map(short).join(', ')}`],
    })),
  )
  const size = { width: GAP + MOST * (WIDTH + GAP), height: GAP + rows.length * (HEIGHT + GAP) }
  return picture('The folders of src, each above what it imports', size, boxes)
}

const short = (name: string): string => name.replace('adapters/', '')

/** A certificate from its request to the next one. */
export function lifecyclePicture(): string {
  const [width, height] = [200, 96]
  const at = (column: number, row: number, title: string, ...lines: readonly string[]): Box => ({
    ...{ x: 12 + column * 240, y: 12 + row * 140, width, height, title, lines },
  })
  const outside = (box: Box): Box => ({ ...box, look: 'outside' })
  const boxes = [
    at(0, 0, 'Request', 'generateCsr: a new key, kept', 'in the key store; exactly the', 'purpose’s key usages'),
    outside(at(1, 0, 'Certification authority', 'issues by mail, on a page,', 'or by a protocol of its own')),
    at(2, 0, 'Plan', 'plan.upload: key, names,', 'profile, chain, revocation;', 'every objection, with its rule'),
    at(3, 0, 'Installed', 'upload: all or nothing,', 'audited; the old certificate', 'becomes history'),
    at(3, 1, 'Effects', 'restart services, replicate,', 'reset phones, back up:', 'data for the application'),
    at(2, 1, 'Watched', 'each notice once: 30 days', 'to the end, in e-mail, log,', 'webhook, metrics'),
    at(1, 1, 'Checked', 'OCSP and CRLs on schedule;', 'a revoked one is marked and', 'taken out of use, once'),
    at(0, 1, 'Renewed', 'a new request, or regenerate', 'where it is self-signed'),
  ]
  const right = (column: number): [number, number][] => [
    [12 + column * 240 + width, 60],
    [12 + (column + 1) * 240, 60],
  ]
  const left = (column: number): [number, number][] => [
    [12 + column * 240, 200],
    [12 + (column - 1) * 240 + width, 200],
  ]
  const arrows: readonly (readonly [number, number][])[] = [
    ...[0, 1, 2].map(right),
    [
      [832, 108],
      [832, 152],
    ],
    ...[3, 2, 1].map(left),
    [
      [112, 152],
      [112, 108],
    ],
  ]
  return picture('The life of a certificate', { width: 944, height: 260 }, boxes, arrows)
}

/** Files by name, from the repository's root. */
export const pictures: Readonly<Record<string, () => string>> = {
  'docs/images/layers.svg': () => layersPicture(),
  'docs/images/lifecycle.svg': lifecyclePicture,
}

/** `document` with its table of folders made anew. */
export const withFolders = (document: string): string =>
  withGenerated(
    document,
    'pictures',
    table(
      ['folder', 'for', 'imports'],
      sourceFolders().map(({ name, imports }) => [`\`${name}\``, describe(name), imports.map(short).join(', ')]),
    ),
  )

rewrite(import.meta.url, new URL('../docs/architecture.md', import.meta.url), withFolders)
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, 'docs/images'), { recursive: true })
  for (const [file, draw] of Object.entries(pictures)) writeFileSync(join(root, file), draw())
}
