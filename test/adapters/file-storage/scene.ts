/** What tests of the store start from: simulated processes, and commits whose outcome is known beforehand. */

import { type FileStore, FileStoreError } from '../../../src/adapters/file-storage/index.js'
import type { Holder, Processes } from '../../../src/adapters/file-storage/holder.js'
import { openIn } from '../../../src/adapters/file-storage/open-file-store.js'
import type { ChangeSet, InventoryRecord, Storage } from '../../../src/inventory/index.js'
import { createMemoryStorage, recordKey } from '../../../src/inventory/index.js'
import { sampleCertificate, sampleDue, sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import type { Random, SimulatedFileSystem } from './simulated-file-system.js'

/** Processes that die when they are told to. */
export class SimulatedProcesses {
  private readonly dead = new Set<number>()
  private last = 0

  start(): Processes & { readonly kill: () => void } {
    const pid = ++this.last
    const self: Omit<Holder, 'token'> = { host: 'here', boot: '', processSpace: '', pid, started: '' }
    return {
      self,
      liveness: (holder) => (this.dead.has(holder.pid) ? 'dead' : 'alive'),
      kill: () => this.dead.add(pid),
    }
  }
}

/** Opens the store in the root of a simulated file system. Its journal is settled often, so that settling is tried too. */
export const openSimulated = (
  system: SimulatedFileSystem,
  processes: Processes,
  options: { readonly lockTimeout?: number } = {},
): Promise<FileStore> =>
  openIn({ system, processes, journalEntries: 5 }, '/store', {
    keysUnencrypted: 'accept',
    lockTimeout: 200,
    ...options,
  })

const scopes = ['a', 'b', 'c'].map((purpose) => scopeOf(purpose))

/** A change of several scopes and kinds at once, different for each number. */
export function changeOf(number: number, random: Random): Omit<ChangeSet, 'relies'> {
  const scope = scopes[number % scopes.length] ?? scopeOf('a')
  const id = String(Math.floor(random() * 4))
  const deletes = random() < 0.3 ? [sampleSetting(String(Math.floor(random() * 4)), 0, scope)] : []
  return {
    puts: [
      ...scopes.map((one) => sampleSetting('number', number, one)),
      // The subject changes and with it the name of the file.
      sampleCertificate(`Name ${number}`, { ...scope, id, der: Uint8Array.of(number & 0xff, number >> 8) }),
      sampleSetting(id, { number }, scope),
      sampleDue('due', number, scope),
    ],
    deletes,
    appends: [
      {
        ...{
          kind: 'audit',
          id: String(number).padStart(6, '0'),
          ...scope,
          at: number,
          actor: 'test',
          action: 'change',
        },
        ...{ outcome: 'done', before: [], after: [], findings: [] },
      },
    ],
  }
}

/** All records and revisions as of one moment, in one order. */
export async function momentOf(storage: Storage): Promise<string> {
  const { records, revisions } = await storage.read(scopes)
  return JSON.stringify([records.map(lineOf).sort(), revisions])
}

/** Everything a storage has, in one order; revisions too. */
export async function contentOf(storage: Storage): Promise<string> {
  const { records, revisions } = await storage.read(scopes)
  const audit = (await storage.list('audit', { limit: 1000 })).records
  return JSON.stringify([[...records, ...audit].map(lineOf).sort(), revisions])
}

/** Fields in one order, whatever order a storage gives them in. */
function lineOf(record: InventoryRecord): string {
  const fields = Object.entries(record).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `${recordKey(record)} ${fields.sort().join(' ')}`
}

/** The model: what the storage has after each commit. */
export class Model {
  readonly storage = createMemoryStorage()

  async commit(change: Omit<ChangeSet, 'relies'>): Promise<void> {
    const { revisions } = await this.storage.read(scopes)
    await this.storage.commit({ ...change, relies: revisions })
  }

  content(): Promise<string> {
    return contentOf(this.storage)
  }
}

/** Commits on the newest revisions. */
export async function commitChange(storage: Storage, change: Omit<ChangeSet, 'relies'>): Promise<void> {
  for (;;) {
    const { revisions } = await storage.read(scopes)
    if ((await storage.commit({ ...change, relies: revisions })).ok) return
  }
}

/** The store's error a promise rejects with, or undefined; any other error is thrown on. */
export async function failureOf(work: Promise<unknown>): Promise<FileStoreError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof FileStoreError) return error
    throw error
  }
}
