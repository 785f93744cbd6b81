// The keeper: an upload from file to commit, against its signatures alone; inventories of 100,000 certificates; and a
// commit to files, against its syncs alone.

import { verify, X509Certificate } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as fileStorage from '../src/adapters/file-storage/index.js'
import type { AuditRecord, CertificateManager, CertificateRecord, Storage } from '../src/index.js'
import { parseCertificationRequest } from '../src/pkcs10/index.js'
import { createTestCa, type TestCa } from '../src/testkit/index.js'
import { parseCertificate } from '../src/x509/index.js'
import { built, bundle, scratch } from './built.js'
import { compare, type Contender } from './harness.js'
import {
  atMost,
  type Goal,
  microseconds,
  milliseconds,
  type Result,
  type Table,
  times,
  timeTable,
  valueIn,
} from './report.js'

/** Uploads go to this many nodes in turn, so that none has a long history. */
const NODES = 512
const LARGE = 100_000
const SMALL = 1_000
const PAGE = 50

const UPLOAD = 'upload'
const plan = { reference: 'floor', rounds: 41, contenderMs: 16_000, warmUpMs: 4_000 }

export async function keeper(): Promise<Result> {
  const tables: Table[] = []
  const goals: Goal[] = []
  for (const { keyType, title, purpose } of kinds) {
    const rows = await compare(await uploadContenders(keyType, purpose), plan)
    const table = timeTable(
      `keeper/upload-${keyType}`,
      `Upload of an identity below one intermediate, ${title}`,
      rows,
      'floor',
      microseconds,
    )
    tables.push(table)
    goals.push(atMost(`upload, ${title}, by its signatures`, 2, valueIn(table, UPLOAD, 'ratio'), times))
  }
  const stores = await storeTables()
  return { tables: [...tables, ...stores.tables, await fileTable()], goals: [...goals, ...stores.goals] }
}

/** The key of the authorities; identities have P-384 or RSA keys by their purpose. */
const kinds = [
  { keyType: 'p256', title: 'P-256 authorities', purpose: 'cup-ECDSA' },
  { keyType: 'rsa-2048', title: 'RSA-2048 authorities', purpose: 'cup-ECDSA' },
] as const

async function uploadContenders(keyType: 'p256' | 'rsa-2048', purpose: string): Promise<readonly Contender[]> {
  const root = await createTestCa({ keyType, name: 'Example Root' })
  const intermediate = await root.issueIntermediate({ name: 'Example CA' })
  const places = await preparePlaces(root, intermediate, purpose)
  const { manager } = places
  const uploads = places.files
  return [
    floor(
      root,
      intermediate,
      places.files.map(({ files: [file] }) => file),
    ),
    {
      name: UPLOAD,
      note: 'read, planned, checked, committed; a renewal in place of another',
      run: async (index) => {
        const place = uploads[index % NODES]
        const file = place?.files[Math.floor(index / NODES) % 2]
        if (place === undefined || file === undefined) throw new Error('nothing to upload')
        const result = await manager.upload({ purpose, node: place.node, file })
        if (!result.ok) throw new Error(result.findings.map(({ message }) => message).join('; '))
        return result
      },
    },
    {
      name: 'plan',
      note: 'the same without the commit',
      run: async (index) => {
        const place = uploads[index % NODES]
        if (place === undefined) throw new Error('nothing to plan')
        return manager.plan.upload({ purpose, node: place.node, file: place.files[2] })
      },
    },
  ]
}

interface Places {
  readonly manager: CertificateManager
  /** By node, three certificates for its key, DER: two to upload in turn, one that never is. */
  readonly files: readonly { readonly node: string; readonly files: readonly [Uint8Array, Uint8Array, Uint8Array] }[]
}

async function preparePlaces(root: TestCa, intermediate: TestCa, purpose: string): Promise<Places> {
  const { createCertificateManager, createMemoryKeyStore, createMemoryStorage, unifiedCommunications } = await built()
  const nodes = Array.from({ length: NODES }, (_, index) => `node${index}`)
  const manager = createCertificateManager({
    catalogue: unifiedCommunications,
    storage: createMemoryStorage(),
    keys: createMemoryKeyStore(),
    cluster: { publisher: 'node0', nodes },
  })
  const files: Places['files'][number][] = []
  for (const node of nodes) {
    await manager.upload({ purpose: 'cup-trust', node, file: root.pem + intermediate.pem })
    await manager.generateCsr({ purpose, node, subject: { commonName: `${node}.example.com` } })
    const der = await manager.downloadCsr({ purpose, node }, 'der')
    if (!(der instanceof Uint8Array)) throw new Error('no request')
    const request = parseCertificationRequest(der)
    const issue = async (): Promise<Uint8Array> => Uint8Array.from((await intermediate.issue({ request })).der)
    files.push({ node, files: [await issue(), await issue(), await issue()] })
  }
  return { manager, files }
}

/** Both signatures, in the way of one who knows the keys and where everything stands. */
function floor(root: TestCa, intermediate: TestCa, leaves: readonly Uint8Array[]): Contender {
  const works = leaves.map((leaf) => {
    const checks = [signatureOf(leaf, intermediate.der), signatureOf(Uint8Array.from(intermediate.der), root.der)]
    return () => {
      for (const isValid of checks) if (!isValid()) throw new Error('a signature is invalid')
    }
  })
  return { name: 'floor', note: 'two signatures, keys imported', run: (index) => works[index % works.length]?.() }
}

function signatureOf(subject: Uint8Array, issuer: Uint8Array): () => boolean {
  const { publicKey } = new X509Certificate(issuer)
  const { tbsCertificate, signatureValue } = parseCertificate(subject)
  return () => verify('sha256', tbsCertificate, publicKey, signatureValue)
}

async function storeTables(): Promise<Result> {
  const small = await storeOf(SMALL)
  const large = await storeOf(LARGE)
  const sorts = ['commonName', 'notAfter', 'keyType', 'usage', 'node', 'installedAt'] as const
  const pages = sorts.map((by): Contender => ({ name: by, run: () => large.query({ sort: { by }, limit: PAGE }) }))
  const deep = await deepCursor(large)
  const listed = timeTable(
    'keeper/list',
    `A page of ${PAGE} of ${LARGE.toLocaleString('en')}`,
    await compare(
      [
        ...pages,
        { name: 'from the middle', run: () => large.query({ limit: PAGE, ...deep }) },
        {
          name: 'begins with',
          note: 'all looked at, none found',
          run: () => large.query({ where: [{ field: 'commonName', operator: 'begins-with', value: 'zzz' }] }),
        },
      ],
      { reference: 'commonName' },
    ),
    'commonName',
    milliseconds,
  )
  const committed = timeTable(
    'keeper/commit',
    'One certificate replaced, with its audit',
    await compare([commits(`of ${SMALL}`, small), commits(`of ${LARGE}`, large)], {
      reference: `of ${SMALL}`,
      rounds: 41,
    }),
    `of ${SMALL}`,
    microseconds,
  )
  const slowest = Math.max(
    ...sorts.map((by) => valueIn(listed, by, 'median_us')),
    valueIn(listed, 'from the middle', 'median_us'),
  )
  return {
    tables: [listed, committed],
    goals: [
      atMost(`a page of ${PAGE} of ${LARGE}, by any sort`, 5_000, slowest, milliseconds),
      atMost(`a commit into ${LARGE}, by one into ${SMALL}`, 1.5, valueIn(committed, `of ${LARGE}`, 'ratio'), times),
    ],
  }
}

/** A commit to files, by the syncs it cannot do without: of a new file of its size, and of the directory with its name. */
async function fileTable(): Promise<Table> {
  const { openFileStore } = (await import(
    pathToFileURL(await bundle('src/adapters/file-storage/index.ts')).href
  )) as typeof fileStorage
  const directory = join(scratch(), 'syncs')
  mkdirSync(directory)
  const content = 'x'.repeat(2048)
  let count = 0
  const store = await openFileStore(join(scratch(), 'store'), { keysUnencrypted: 'accept' })
  try {
    const floor: Contender = {
      name: 'floor',
      note: 'a new file of 2 KiB written and synced, then its directory',
      run: async () => {
        const file = await open(join(directory, String(count++)), 'wx')
        await file.writeFile(content)
        await file.sync()
        await file.close()
        const parent = await open(directory)
        await parent.sync()
        await parent.close()
      },
    }
    const rows = await compare([floor, commits('file storage', store.storage)], { reference: 'floor', rounds: 41 })
    return timeTable('keeper/files', 'One certificate replaced on disk, with its audit', rows, 'floor', milliseconds)
  } finally {
    await store.close()
  }
}

const scopeOf = (index: number): { readonly node: string; readonly purpose: string } => ({
  node: `node${index % 97}`,
  purpose: `purpose${Math.floor(index / 97)}`,
})

function recordOf(index: number, version = 0): CertificateRecord {
  const mixed = (index * 7919) % 1_000_003
  return {
    ...scopeOf(index),
    kind: index % 3 === 0 ? 'identity' : 'trust',
    id: `record ${index}`,
    der: new Uint8Array(64),
    type: 'ca-signed',
    origin: 'uploaded',
    description: '',
    installedAt: mixed + version,
    sha256: String(mixed),
    sha1: String(mixed),
    keyHandle: undefined,
    mark: undefined,
    commonName: `host${mixed}.example.com`,
    subject: `CN=host${mixed}.example.com`,
    issuer: 'CN=Example CA',
    serialNumber: mixed.toString(16),
    notBefore: mixed,
    notAfter: mixed * 1000,
    keyType: index % 2 === 0 ? 'RSA 2048 bit' : 'EC P-256',
  }
}

async function storeOf(size: number): Promise<Storage> {
  const { createMemoryStorage } = await built()
  const storage = createMemoryStorage()
  const batch = 5_000
  for (let start = 0; start < size; start += batch) {
    const puts = Array.from({ length: Math.min(batch, size - start) }, (_, index) => recordOf(start + index))
    const { revisions } = await storage.read(puts.map(scopeOfRecord))
    await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })
  }
  return storage
}

const scopeOfRecord = ({ node, purpose }: CertificateRecord): { readonly node: string; readonly purpose: string } => ({
  node,
  purpose,
})

/** Halfway through the list. */
async function deepCursor(storage: Storage): Promise<{ readonly cursor?: string }> {
  let cursor: string | undefined
  for (let page = 0; page < LARGE / 2 / 1000; page++) {
    cursor = (await storage.query({ limit: 1000, ...(cursor !== undefined && { cursor }) })).next
  }
  return cursor === undefined ? {} : { cursor }
}

/** Replaces a record of one of ten scopes, of which there are as many records in either store. */
function commits(name: string, storage: Storage): Contender {
  let version = 0
  return {
    name,
    run: async (index) => {
      const record = recordOf(index % 10, ++version)
      const { revisions } = await storage.read([scopeOfRecord(record)])
      const audit: AuditRecord = {
        kind: 'audit',
        id: `${name} ${version}`,
        ...scopeOfRecord(record),
        at: version,
        actor: '',
        action: 'upload',
        outcome: 'done',
        before: [],
        after: [],
        findings: [],
      }
      return storage.commit({ relies: revisions, puts: [record], deletes: [], appends: [audit] })
    },
  }
}
