// Paths: from a target through one intermediate to a root, validated. The floor verifies the two signatures, with keys
// already imported, and asks nothing else.

import { verify, X509Certificate } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type * as nodeProvider from '../src/crypto/node.js'
import type { Certificate, CertificatePool, CryptoProvider, PathVerdict, TrustAnchors } from '../src/index.js'
import { built, bundle } from './built.js'
import { compare, type Contender } from './harness.js'
import { HOST, issueChains, issueUnrelated } from './issue-chains.js'
import { loadPeers } from './peers.js'
import type { Bytes, Chain, Peer } from './peers/peer.js'
import { atMost, type Goal, microseconds, type Result, type Table, times, timeTable, valueIn } from './report.js'

/** A kind of key, how the tables call it, and what a path from DER may cost by the floor. */
const kinds = [
  { keyType: 'p256', title: 'P-256', coldGoal: 2.2 },
  { keyType: 'rsa-2048', title: 'RSA-2048', coldGoal: 2 },
] as const

/** Different targets a contender goes through, over and over. */
const TARGETS = 16

const PARSED = 'certward, parsed, keys cached'
const FROM_DER = 'certward, from DER'

/** Unrelated intermediates of a pool. */
const SMALL = 100
const LARGE = 10_000
const poolName = (size: number): string => `pool of ${size.toLocaleString('en')} unrelated`

/** More rounds and more time than by default: ratios this near to one need them. */
const plan = { reference: 'floor', rounds: 41, contenderMs: 4_000 }

export async function path(): Promise<Result> {
  const at = new Date()
  const tables: Table[] = []
  const goals: Goal[] = []
  for (const { keyType, title, coldGoal } of kinds) {
    const table = await chainTable(`path/${keyType}`, title, await issueChains(keyType, TARGETS), at, [])
    tables.push(table)
    goals.push(
      atMost(`path, ${title}, parsed and keys cached, by the floor`, 1.3, valueIn(table, PARSED, 'ratio'), times),
      atMost(`path, ${title}, from DER, by the floor`, coldGoal, valueIn(table, FROM_DER, 'ratio'), times),
    )
  }
  const pool = await poolTable(at)
  tables.push(pool)
  goals.push(...poolGoals(pool))
  // Last, and without goals: beside them, a path of RSA keys from DER takes a tenth longer than by itself.
  const peers = await loadPeers()
  for (const { keyType, title } of kinds) {
    const able = peers.filter(({ rsaOnly = false }) => !rsaOnly || keyType === 'rsa-2048')
    const chains = await issueChains(keyType, TARGETS)
    tables.push(await chainTable(`path/${keyType}-peers`, `${title}, beside its peers`, chains, at, able))
  }
  return { tables, goals }
}

async function chainTable(
  key: string,
  title: string,
  chains: readonly Chain[],
  at: Date,
  peers: readonly Peer[],
): Promise<Table> {
  const own = [await floor(chains), ...(await ownContenders(chains, at))]
  const rows = await compare([...own, ...peers.flatMap((peer) => rivals(peer, chains, at))], plan)
  return timeTable(key, `Path of three, ${title}`, rows, 'floor', microseconds)
}

function poolGoals(table: Table): readonly Goal[] {
  const name = `path in a ${poolName(LARGE)}`
  const beyond = valueIn(table, poolName(LARGE), 'median_us') - valueIn(table, 'floor', 'median_us')
  // Both by the floor of the same rounds, which a slow spell of the machine moves less than medians.
  const growth = valueIn(table, poolName(LARGE), 'ratio') / valueIn(table, poolName(SMALL), 'ratio')
  return [
    atMost(`${name}, beyond the signatures`, 1_000, beyond, microseconds),
    atMost(`${name}, by one of ${SMALL}`, 1.1, growth, times),
  ]
}

/** The work of each chain in turn. */
function inTurn(name: string, works: readonly (() => unknown)[], note?: string): Contender {
  return { name, note, run: (index) => works[index % works.length]?.() }
}

/** Both signatures, in the way of one who knows the keys and where everything stands. */
async function floor(chains: readonly Chain[]): Promise<Contender> {
  const { parseCertificate } = await built()
  const check = (subject: Bytes, issuer: Bytes): (() => boolean) => {
    const { tbsCertificate, signatureValue } = parseCertificate(subject)
    const { publicKey } = new X509Certificate(issuer)
    return () => verify('sha256', tbsCertificate, publicKey, signatureValue)
  }
  const works = chains.map(({ target, intermediate, root }) => {
    const checks = [check(target, intermediate), check(intermediate, root)]
    return () => {
      for (const isValid of checks) if (!isValid()) throw new Error('a signature is invalid')
    }
  })
  return inTurn('floor', works, 'two signatures, keys imported')
}

async function ownContenders(chains: readonly Chain[], at: Date): Promise<readonly Contender[]> {
  const { parseCertificate, createTrustAnchors } = await built()
  const { createProvider } = await nodeCrypto()
  const validate = await validator(at)
  const parsed = chains.map(({ target, intermediate, root }) => {
    const anchors = createTrustAnchors([parseCertificate(root)])
    const certificate = parseCertificate(target)
    const intermediates = [parseCertificate(intermediate)]
    return () => validate(certificate, intermediates, anchors)
  })
  const fromDer = chains.map(({ target, intermediate, root }) => () => {
    const anchors = createTrustAnchors([parseCertificate(root)])
    const intermediates = [parseCertificate(intermediate)]
    return validate(parseCertificate(target), intermediates, anchors, createProvider())
  })
  return [
    inTurn(PARSED, parsed, 'profile rfc5280, purpose and name'),
    inTurn(FROM_DER, fromDer, 'three certificates parsed, two keys imported'),
  ]
}

/** A peer, with and without the parsing of all three certificates. */
function rivals({ name, pathOf, pathNote }: Peer, chains: readonly Chain[], at: Date): readonly Contender[] {
  if (pathOf === undefined) return []
  const parsed = chains.map((chain) => pathOf(chain, at))
  const fromDer = chains.map((chain) => () => pathOf(chain, at)())
  return [inTurn(`${name}, parsed`, parsed, pathNote), inTurn(`${name}, from DER`, fromDer, pathNote)]
}

type Validate = (
  certificate: Certificate,
  intermediates: readonly Certificate[] | CertificatePool,
  anchors: TrustAnchors,
  crypto?: CryptoProvider,
) => Promise<PathVerdict>

/** Asks certward for a path of a TLS server; what finds none rejects. */
async function validator(at: Date): Promise<Validate> {
  const { explain, runtimeCrypto, validatePath } = await built()
  const purpose = ['serverAuth'] as const
  const peerName = { dns: HOST }
  return async (certificate, intermediates, anchors, crypto = runtimeCrypto) => {
    const verdict = await validatePath({ certificate, intermediates, anchors, at, purpose, peerName, crypto })
    if (!verdict.ok) throw new Error(explain(verdict))
    return verdict
  }
}

/** The provider with an empty cache, which the public face does not offer. */
const nodeCrypto = async (): Promise<typeof nodeProvider> =>
  import(pathToFileURL(await bundle('src/crypto/node.ts')).href) as Promise<typeof nodeProvider>

/** What it costs that the one intermediate stands among unrelated ones. */
async function poolTable(at: Date): Promise<Table> {
  const { createCertificatePool, createTrustAnchors, parseCertificate } = await built()
  const validate = await validator(at)
  const chains = await issueChains('p256', TARGETS)
  const unrelated = await issueUnrelated(LARGE)
  const contenders = [SMALL, LARGE].map((size): Contender => {
    const above = chains.slice(0, 1).map(({ intermediate }) => intermediate)
    const pool = createCertificatePool([...unrelated.slice(0, size), ...above].map((der) => parseCertificate(der)))
    const works = chains.map(({ target, root }) => {
      const [certificate, anchors] = [parseCertificate(target), createTrustAnchors([parseCertificate(root)])]
      return () => validate(certificate, pool, anchors)
    })
    return inTurn(poolName(size), works)
  })
  const making: Contender = {
    name: `making the pool of ${LARGE.toLocaleString('en')}`,
    run: () => createCertificatePool(unrelated.map((der) => parseCertificate(der))),
    note: 'once: parsed and indexed',
  }
  const rows = await compare([await floor(chains), ...contenders, making], plan)
  return timeTable('path/pool', 'Path of three found in a pool, P-256', rows, 'floor', microseconds)
}
