/** What cannot be read or is damaged: it is named and left alone, its scope refused, and everything else read and written. */

import { describe, expect, it } from 'vitest'
import type { FileStore } from '../../../src/adapters/file-storage/index.js'
import {
  type AuditRecord,
  createMemoryStorage,
  type OutboxRecord,
  type Scope,
  transferInventory,
} from '../../../src/inventory/index.js'
import { createCertificateManager } from '../../../src/manager/index.js'
import { unifiedCommunications } from '../../../src/purposes/index.js'
import { bareRecord, ManualClock, monitorOf, put, Recorder } from '../../support/monitor.js'
import {
  commitNow,
  sampleCertificate,
  sampleDue,
  sampleSetting,
  scopeOf,
} from '../../../src/inventory/contract-case.js'
import { failureOf, openSimulated, SimulatedProcesses } from './scene.js'
import { SimulatedFileSystem } from './simulated-file-system.js'

const broken = scopeOf('broken')
const sound = scopeOf('sound')
const setting = (value: number) => sampleSetting('setting', value, sound)

interface Scene {
  readonly system: SimulatedFileSystem
  readonly processes: SimulatedProcesses
  /** Opens the store as another process. */
  readonly open: () => Promise<FileStore>
  /** The one path that matches. */
  readonly fileLike: (pattern: RegExp) => string
}

/** Two scopes of two commits, all of it in the records' files alone. */
async function settledScene(): Promise<Scene> {
  const system = new SimulatedFileSystem()
  const processes = new SimulatedProcesses()
  const open = () => openSimulated(system, processes.start())
  const store = await open()
  for (const scope of [broken, sound]) {
    const puts = [sampleCertificate('Name', scope), sampleDue('due', 1, scope), sampleSetting('setting', 1, scope)]
    await commitNow(store.storage, { puts, appends: [auditOf(scope.purpose), wordOf(scope)] })
  }
  await commitNow(store.storage, { puts: [setting(2)] })
  await commitNow(store.storage, { puts: [setting(3)] })
  await store.close()
  const fileLike = (pattern: RegExp): string => {
    const [path, ...more] = system.paths().filter((one) => pattern.test(one))
    if (path === undefined || more.length > 0) throw new Error(`expected one path like ${pattern.source}`)
    return path
  }
  return { system, processes, open, fileLike }
}

const auditOf = (id: string): AuditRecord => ({
  ...{ kind: 'audit', id, ...broken, at: 1, actor: 'test', action: 'change', outcome: 'done' },
  ...{ before: [], after: [], findings: [] },
})

/** A word for another node. */
const wordOf = (scope: Scope, id = 'word'): OutboxRecord => ({
  ...{ kind: 'outbox', id, ...scope, target: 'sub1', action: 'put', at: 1 },
  ...{ record: sampleCertificate('Sent'), recordId: 'Sent', sha256: 'aa' },
})

async function recordsOf({ storage }: FileStore, scope = sound): Promise<number> {
  return (await storage.read([scope])).records.length
}

/** Of both scopes, as far as they can be read. */
async function certificatesIn({ storage }: FileStore): Promise<number> {
  return (await storage.query({})).records.length
}

/** Whoever asks for the broken scope is told. */
async function expectRefusal({ storage }: FileStore): Promise<void> {
  for (const work of [
    storage.read([sound, broken]),
    storage.find([sampleSetting('setting', 1, broken)]),
    storage.list('trust', { scope: broken }),
    storage.commit({ relies: [{ scope: broken, revision: 1 }], puts: [], deletes: [], appends: [] }),
  ]) {
    expect(await failureOf(work)).toMatchObject({ code: 'damaged' })
  }
  expect(await storage.list('trust', { scope: sound })).toMatchObject({ records: [{ id: 'Name' }] })
}

/** What is listed is said not to be all of it, of kinds that may have lost a record. */
async function expectPartial({ storage }: FileStore): Promise<void> {
  expect((await storage.query({})).isPartial).toBe(true)
  for (const kind of ['identity', 'setting', 'due'] as const) {
    expect((await storage.list(kind, { limit: 1 })).isPartial, kind).toBe(true)
  }
  expect(await storage.list('trust', { scope: sound })).not.toHaveProperty('isPartial')
  expect(await storage.list('audit')).not.toHaveProperty('isPartial')
  const { isVerified, differences } = await transferInventory({ from: storage, to: createMemoryStorage() })
  expect(isVerified).toBe(false)
  expect(differences).not.toContain('audit')
  expect(differences).toEqual(expect.arrayContaining(['setting', 'trust', 'due']))
}

/** The store does for the sound scope all it is there for. */
async function expectSoundScope(store: FileStore): Promise<void> {
  await expectPartial(store)
  expect(await recordsOf(store)).toBe(4)
  await commitNow(store.storage, { puts: [setting(4)] })
  const claimed = await store.storage.claimDue('expiry', 10, 10, { owner: 'worker', until: 20 })
  expect(claimed.map(({ purpose }) => purpose)).toStrictEqual(['sound'])
  await store.storage.finishDue(
    claimed.map((one) => ({ ...one, dueAt: 30 })),
    'worker',
  )
  // Words of the other scope could come in the wrong order, and be taken out by nobody.
  expect((await store.storage.list('outbox')).records).toMatchObject([{ purpose: 'sound' }])
  // Of what is due in the other scope nobody can do anything: it must not seem to wait.
  expect(await store.storage.nextDue('expiry')).toBe(30)
}

const places = [
  ['a record', /\/broken\/setting\..*json$/, /\/broken\/setting\..*json$/],
  ['a record with a certificate', /\/broken\/trust\..*json$/, /\/broken\/trust\..*json$/],
  ['a certificate', /\/broken\/trust\..*pem$/, /\/broken\/trust\..*json$/],
  ['the revision of a scope', /\/broken\/scope\./, /\/broken\/scope\./],
] as const

it.each<[string, (content: string) => string, string]>([
  ['with another behind it', (content) => content + content, 'expected one PEM block'],
  ['with what is no base64', (content) => content.replace(/\n\w/, '\n!'), 'base64'],
  ['that is not there', () => '\n', 'PEM'],
])('a certificate %s in its file is named', async (_, change, said) => {
  const { system, open, fileLike } = await settledScene()
  const path = fileLike(/\/broken\/trust\..*pem$/)
  system.tamper(path, (content) => new TextEncoder().encode(change(new TextDecoder().decode(content))))
  const store = await open()
  const message = expect.stringContaining(said) as string
  expect(store.problems()).toMatchObject([{ code: 'damaged', path: path.replace(/pem$/, 'json'), message }])
  await expectRefusal(store)
})

it('a record that has been written over keeps back what the journal alone has of its scope', async () => {
  const { system, open, fileLike } = await settledScene()
  await commitNow((await open()).storage, { puts: [sampleDue('late', 1, broken)], appends: [wordOf(broken, 'late')] })
  system.tamper(fileLike(/\/broken\/setting\..*json$/), () => new Uint8Array(9))
  await expectSoundScope(await open())
})

describe.each(places)('%s', (_, pattern, named) => {
  it.each(['EACCES', 'EIO', 'EISDIR'])(
    'that cannot be read, for %s, is named, and its scope alone refused',
    async (code) => {
      const { system, open, fileLike } = await settledScene()
      const path = fileLike(pattern)
      system.faultAt = (_call, operation, at) =>
        operation === 'readFile' && at === path ? { code, when: 'before' } : undefined
      const store = await open()
      expect(store.problems()).toMatchObject([{ code: 'damaged', path: fileLike(named) }])
      expect(store.problems()[0]?.message).toContain(code === 'EACCES' ? 'access is denied' : 'the medium failed')
      await expectRefusal(store)
      await expectSoundScope(store)
      expect(await certificatesIn(store)).toBe(pattern.source.includes('trust') ? 1 : 2)
      await store.close()
      // Once it can be read again it is as if nothing had been.
      system.faultAt = () => undefined
      const again = await open()
      expect(again.problems()).toStrictEqual([])
      expect(await recordsOf(again, broken)).toBe(4)
      expect((await again.storage.read([broken])).revisions).toMatchObject([{ revision: 1 }])
    },
  )

  it('that has been written over is named, and left as it is', async () => {
    const { system, open, fileLike } = await settledScene()
    const path = fileLike(pattern)
    const whole = await system.readFile(path)
    const other = whole.map((byte, at) => (at === Math.floor(whole.length / 2) ? byte ^ 1 : byte))
    system.tamper(path, () => other)
    const store = await open()
    expect(store.problems()).toMatchObject([{ code: 'damaged', path: fileLike(named) }])
    await expectRefusal(store)
    await expectSoundScope(store)
    expect(await certificatesIn(store)).toBe(pattern.source.includes('trust') ? 1 : 2)
    await store.close()
    expect(await system.readFile(path)).toStrictEqual(other)
    system.tamper(path, () => whole)
    const again = await open()
    expect(again.problems()).toStrictEqual([])
    expect((await again.storage.read([broken])).revisions).toMatchObject([{ revision: 1 }])
  })
})

describe('a directory', () => {
  it.each([
    ['of a purpose', '/store/records/pub/broken'],
    ['of a node', '/store/records/elsewhere'],
  ])('%s that cannot be read is named, and what is in it refused', async (_, directory) => {
    const { system, open } = await settledScene()
    const scope = directory.endsWith('broken') ? broken : scopeOf('broken', 'elsewhere')
    const first = await open()
    await commitNow(first.storage, { puts: [sampleSetting('s', 1, scope)] })
    await commitNow(first.storage, { puts: [setting(5)] })
    await first.close()
    system.faultAt = (_call, operation, at) =>
      operation === 'readDirectory' && at === directory ? { code: 'EACCES', when: 'before' } : undefined
    const store = await open()
    expect(store.problems()).toMatchObject([{ code: 'damaged', path: directory }])
    expect(await failureOf(store.storage.read([scope]))).toMatchObject({ code: 'damaged' })
    expect(await recordsOf(store)).toBe(4)
    await store.close()
    system.faultAt = () => undefined
    expect(await recordsOf(await open(), scope)).toBe(scope === broken ? 5 : 1)
  })

  it('with the records of a scope but not its revision is named, and the scope refused', async () => {
    const { system, open, fileLike } = await settledScene()
    const path = fileLike(/\/broken\/scope\./)
    system.tamper(path, () => undefined)
    const store = await open()
    expect(store.problems()).toMatchObject([
      {
        code: 'damaged',
        path,
        message: expect.stringContaining('the file with the revision of the records is missing'),
      },
    ])
    await expectRefusal(store)
    await expectSoundScope(store)
  })
})

describe('the key of a certificate that is damaged', () => {
  /** A store with one identity, and what opens it again with a manager. */
  async function managedScene() {
    const system = new SimulatedFileSystem()
    const processes = new SimulatedProcesses()
    const open = async () => {
      const store = await openSimulated(system, processes.start())
      const { storage, keys } = store
      const nodes = ['pub']
      const cluster = { publisher: 'pub', nodes }
      return { store, manager: createCertificateManager({ catalogue: unifiedCommunications, storage, keys, cluster }) }
    }
    const { store, manager } = await open()
    const made = await manager.generateSelfSigned({ ...scopeOf('tomcat'), subject: { commonName: 'pub.example.com' } })
    expect(made).toMatchObject({ ok: true })
    return { system, open, store }
  }

  const identities = /\/tomcat\/identity\..*pem$/

  it('is kept by a sweep, which says why, and goes with the others once all can be read', async () => {
    const { system, open, store } = await managedScene()
    const orphan = await store.keys.generate({ type: 'ec', curve: 'P-256' })
    const [needed] = (await store.keys.handles()).filter((handle) => handle !== orphan)
    // The last commit stays in the journal.
    await commitNow(store.storage, { puts: [setting(1)] })
    await store.close()
    const [path = ''] = system.paths().filter((one) => identities.test(one))
    const whole = await system.readFile(path)
    system.tamper(path, () => whole.subarray(1))
    const damaged = await open()
    expect(damaged.store.problems()).toMatchObject([{ code: 'damaged' }])
    await expect(damaged.manager.sweepKeys()).rejects.toThrow('damaged records may name keys')
    expect([...(await damaged.store.keys.handles())].sort()).toStrictEqual([needed, orphan].sort())
    await damaged.store.close()
    system.tamper(path, () => whole)
    const mended = await open()
    expect(await mended.manager.sweepKeys()).toBe(1)
    expect(await mended.store.keys.handles()).toStrictEqual([needed])
  })

  it('is kept where a commit in the journal is damaged, whatever it had written', async () => {
    const { system, open, store } = await managedScene()
    const handles = await store.keys.handles()
    for (const path of system.paths()) {
      if (/\/journal\/.*[1-9]\.json$/.test(path)) system.tamper(path, (content) => content.subarray(1))
      if (path.startsWith('/store/records/')) system.tamper(path, () => undefined)
    }
    const damaged = await open()
    await expect(damaged.manager.sweepKeys()).rejects.toThrow('damaged records may name keys')
    // Settled, the journal has the commit no more.
    await damaged.store.close()
    const later = await open()
    await expect(later.manager.sweepKeys()).rejects.toThrow('damaged records may name keys')
    expect(await later.store.keys.handles()).toStrictEqual(handles)
  })
})

it('what is damaged stops no monitor from telling of everything else', async () => {
  const { system, open, fileLike } = await settledScene()
  const clock = new ManualClock()
  const first = await open()
  for (const purpose of ['tomcat', 'CallManager']) await put(first.storage, bareRecord(1, { purpose }))
  await first.close()
  system.tamper(fileLike(/\/tomcat\/identity\..*pem$/), (content) => content.subarray(1))
  const recorder = new Recorder()
  const store = await open()
  const report = await monitorOf(store.storage, clock, [recorder]).tick()
  expect(recorder.notices.map(({ purpose }) => purpose)).toStrictEqual(['CallManager'])
  expect(report.failures).toStrictEqual([])
  expect(report.next.getTime()).toBeGreaterThan(clock.time)
})

describe('a file of the audit', () => {
  it('with a line that is damaged is read but for that line, which is named by its number', async () => {
    const { system, open, fileLike } = await settledScene()
    const path = fileLike(/\/audit\//)
    system.tamper(path, (content) => {
      const [one, two] = new TextDecoder().decode(content).split('\n')
      return new TextEncoder().encode([one, `${two ?? ''}x`, ''].join('\n'))
    })
    const store = await open()
    expect(store.problems()).toMatchObject([
      { code: 'damaged', path, message: expect.stringContaining('line 2 cannot be read') },
    ])
    expect(await store.storage.list('audit', { limit: 10 })).toMatchObject({ records: [{}], isPartial: true })
    expect(await store.storage.query({})).not.toHaveProperty('isPartial')
    const { isVerified, differences } = await transferInventory({ from: store.storage, to: createMemoryStorage() })
    expect([isVerified, differences]).toStrictEqual([false, ['audit']])
    expect(await recordsOf(store)).toBe(4)
  })

  it('that cannot be read is named, and everything else is read', async () => {
    const { system, open, fileLike } = await settledScene()
    const path = fileLike(/\/audit\//)
    system.faultAt = (_call, operation, at) =>
      operation === 'readFile' && at === path ? { code: 'EIO', when: 'before' } : undefined
    const store = await open()
    expect(store.problems()).toMatchObject([{ code: 'damaged', path }])
    for (const scope of [sound, broken]) expect(await recordsOf(store, scope)).toBe(4)
    await store.close()
    system.faultAt = () => undefined
    const again = await open()
    expect((await again.storage.list('audit', { limit: 10 })).records).toHaveLength(2)
  })
})

it('a journal whose entries have all gone is no new store: it is refused, and nothing is written', async () => {
  const { system, open } = await settledScene()
  for (const path of system.paths().filter((one) => one.startsWith('/store/journal/'))) {
    system.tamper(path, () => undefined)
  }
  const before = system.paths().filter((path) => path.startsWith('/store/records'))
  expect(await failureOf(open())).toMatchObject({
    code: 'damaged',
    path: '/store/journal',
    message: expect.stringContaining('restore the directory from a backup'),
  })
  expect(system.paths().filter((path) => path.startsWith('/store/records'))).toStrictEqual(before)
})
