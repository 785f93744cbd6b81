// What goes wrong around the manager, and what others do at the same time: nothing is lost, nothing is half done.

import { beforeEach, describe, expect, it } from 'vitest'
import {
  type ChangeSet,
  type CommitResult,
  createMemoryKeyStore,
  createMemoryStorage,
  type KeyStore,
  KeyStoreError,
  type Storage,
} from '../../src/inventory/index.js'
import type { Outcome, Refusal } from '../../src/manager/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import {
  answer,
  audits,
  certify,
  codesOf,
  done,
  everything,
  hostOf,
  installedIn,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
const trust = { purpose: 'tomcat-trust', node: 'pub' }
const subject = { commonName: hostOf('pub') }

/** What a storage or key store does in place of its work. */
interface Faults {
  /** Called before, and in place of, a commit that changes records. */
  commit?:
    ((change: ChangeSet, commit: (change: ChangeSet) => Promise<CommitResult>) => Promise<CommitResult>) | undefined
  read?: (() => void) | undefined
  generate?: (() => void) | undefined
  signer?: (() => void | Promise<void>) | undefined
  destroy?: (() => void | Promise<void>) | undefined
  /** Called once a list of handles is taken, before it is handed over. */
  handles?: (() => Promise<void>) | undefined
}

const faults: Faults = {}

function faultyStorage(): Storage {
  const storage = createMemoryStorage()
  return {
    ...storage,
    read: async (scopes) => {
      faults.read?.()
      return storage.read(scopes)
    },
    commit: (change) =>
      change.puts.length + change.deletes.length > 0 && faults.commit !== undefined
        ? faults.commit(change, (one) => storage.commit(one))
        : storage.commit(change),
  }
}

function faultyKeys(): KeyStore {
  const keys = createMemoryKeyStore()
  return {
    ...keys,
    generate: async (specification) => {
      faults.generate?.()
      return keys.generate(specification)
    },
    signer: async (handle, hash) => {
      await faults.signer?.()
      return keys.signer(handle, hash)
    },
    destroy: async (handle) => {
      await faults.destroy?.()
      return keys.destroy(handle)
    },
    handles: async () => {
      const handles = await keys.handles()
      await faults.handles?.()
      return handles
    },
  }
}

const fail = (): never => {
  throw new Error('out of order')
}

let setting: Setting
let root: TestCa
beforeEach(async () => {
  Object.assign(faults, {
    commit: undefined,
    read: undefined,
    generate: undefined,
    signer: undefined,
    destroy: undefined,
    handles: undefined,
  })
  setting = setUp({ storage: faultyStorage(), keys: faultyKeys() })
  root = await rootOf(setting, { keyType: 'p256' })
})

describe('failures', () => {
  it('UPL-4 changes nothing where the storage rejects, whatever the operation', async () => {
    const { manager, storage, keys } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    const leaf = await certify(setting, root, ec)
    const [before, handles] = [await everything(storage), await keys.handles()]
    const operations = [
      () => manager.upload({ ...ec, file: leaf.pem }),
      () => manager.generateCsr({ ...ec, subject }),
      () => manager.generateSelfSigned(ec),
      async () => manager.delete({ ...trust, sha256: await root.certificate.fingerprint() }),
    ]
    for (const name of ['commit', 'read'] as const) {
      faults[name] = fail
      for (const operation of operations) await expect(operation()).rejects.toThrow('out of order')
      faults[name] = undefined
    }
    expect(await everything(storage)).toEqual(before)
    // A commit that rejects may have been made: its keys are kept until a sweep.
    expect(await keys.handles()).toEqual(expect.arrayContaining([...handles]))
    await manager.sweepKeys()
    expect(await keys.handles()).toEqual(handles)
  })

  it('CSR-11 keeps the key where a commit was made and rejected all the same', async () => {
    const { manager, storage, keys } = setting
    faults.commit = async (change, commit) => {
      await commit(change)
      return fail()
    }
    await expect(manager.generateCsr({ ...ec, subject })).rejects.toThrow('out of order')
    faults.commit = undefined
    const [request] = await recordsOf(storage, 'request')
    expect(request).toMatchObject({ keyHandle: (await keys.handles())[0] })
    expect(await manager.sweepKeys()).toBe(0)
    done(await manager.upload({ ...trust, file: root.pem }))
    const pem = await manager.downloadCsr(ec)
    if (typeof pem !== 'string') throw new Error('no request')
    done(await manager.upload({ ...ec, file: (await answer(pem, root)).pem }))
  })

  it.each(['generate', 'signer'] as const)(
    'CSR-6 keeps the pending request where the key store fails to %s',
    async (step) => {
      const { manager, storage, keys } = setting
      done(await manager.generateCsr({ ...ec, subject }))
      const [before, handles] = [await everything(storage), await keys.handles()]
      faults[step] = fail
      await expect(manager.generateCsr({ ...ec, subject })).rejects.toThrow('out of order')
      expect(await everything(storage)).toEqual(before)
      expect(await keys.handles()).toEqual(handles)
    },
  )

  it('UPL-3 stands where the replaced key cannot be destroyed, which a sweep makes up for', async () => {
    const { manager, storage, keys } = setting
    done(await manager.generateSelfSigned(ec))
    faults.destroy = fail
    done(await manager.regenerate(ec))
    expect(await keys.handles()).toHaveLength(2)
    faults.destroy = undefined
    expect(await manager.sweepKeys()).toBe(1)
    const [identity] = await installedIn(storage, ec)
    expect(await keys.handles()).toEqual([identity?.keyHandle])
  })

  it('UPL-8 rejects a plan as the storage does, and the same call succeeds afterwards', async () => {
    const { manager } = setting
    faults.read = fail
    await expect(manager.plan.upload({ ...trust, file: root.pem })).rejects.toThrow('out of order')
    faults.read = undefined
    done(await manager.plan.upload({ ...trust, file: root.pem }))
  })

  it('REG-2 refuses a key the key store cannot make', async () => {
    const keys = createMemoryKeyStore()
    const { manager } = setUp({
      keys: { ...keys, generate: () => keys.generate({ type: 'ec', curve: 'secp256k1' as 'P-256' }) },
    })
    expect(codesOf(await manager.generateCsr({ ...ec, subject }))).toEqual(['key-not-offered'])
  })

  it('REG-2 rejects where the key store fails in any other way, and leaves no key behind', async () => {
    const { manager, storage, keys } = setting
    const before = await everything(storage)
    for (const name of ['generate', 'signer'] as const) {
      faults[name] = fail
      await expect(manager.generateSelfSigned(ec)).rejects.toThrow('out of order')
      faults[name] = () => {
        throw new KeyStoreError(name === 'generate' ? 'no-such-key' : 'unsupported-key', 'out of keys')
      }
      await expect(manager.generateSelfSigned(ec)).rejects.toThrow('out of keys')
      faults[name] = undefined
    }
    expect(await keys.handles()).toEqual([])
    expect(await everything(storage)).toEqual(before)
  })
})

describe('at the same time', () => {
  it('UPL-5 plans again where another upload came first, and nothing of either is lost', async () => {
    const { manager, storage } = setting
    const cas = await Promise.all([1, 2, 3].map((n) => rootOf(setting, { name: `Root ${n}`, keyType: 'p256' })))
    const results = await Promise.all(cas.map(({ pem }) => manager.upload({ ...trust, file: pem })))
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(await installedIn(storage, trust)).toHaveLength(3)
  })

  it('DEL-3 and UPL-1 cannot both win: an identity is installed with its root, or the root is gone first', async () => {
    const { manager, storage } = setting
    for (let round = 0; round < 8; round++) {
      done(await manager.upload({ ...trust, file: root.pem }))
      const leaf = await certify(setting, root, ec)
      const sha256 = await root.certificate.fingerprint()
      const upload = manager.upload({ ...ec, file: leaf.pem })
      // Later by a turn more every round.
      for (let turn = 0; turn < round; turn++) await Promise.resolve()
      const deleted = await manager.delete({ ...trust, sha256 })
      const uploaded = await upload
      expect([uploaded, deleted].filter(({ ok }) => ok)).toHaveLength(1)
      expect(codesOf(uploaded.ok ? deleted : uploaded)).toEqual([
        uploaded.ok ? 'confirmation-required' : 'issuer-missing',
      ])
      if (uploaded.ok) expect(await installedIn(storage, trust)).not.toEqual([])
    }
  })

  it('CSR-6, UPL-2: of a new request and an upload that answers the old one, one wins and the other says why', async () => {
    const { manager, storage, keys } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    const leaf = await certify(setting, root, ec)
    const [request, upload] = await Promise.all([
      manager.generateCsr({ ...ec, subject }),
      manager.upload({ ...ec, file: leaf.pem }),
    ])
    done(request)
    if (!upload.ok) expect(codesOf(upload)).toEqual(['key-mismatch'])
    const pending = await recordsOf(storage, 'request')
    const used = [...(await recordsOf(storage, 'identity')), ...pending].map(
      (record) => 'keyHandle' in record && record.keyHandle,
    )
    expect([...(await keys.handles())].sort()).toEqual([...used].sort())
  })

  it('CSR-6 leaves one request and one key of many made at once', async () => {
    const { manager, storage, keys } = setting
    const results = await Promise.all([1, 2, 3, 4].map(() => manager.generateCsr({ ...ec, subject })))
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(await recordsOf(storage, 'request')).toMatchObject([{ keyHandle: (await keys.handles())[0] }])
    expect(await keys.handles()).toHaveLength(1)
  })

  it('UPL-4 gives up with a conflict where the state never stands still, and says so in the audit', async () => {
    const { manager, storage, keys } = setting
    faults.commit = (change) => Promise.resolve({ ok: false, conflict: change.relies.map(({ scope }) => scope) })
    const results: (Outcome | Refusal)[] = [
      await manager.upload({ ...trust, file: root.pem }),
      await manager.generateCsr({ ...ec, subject }),
    ]
    for (const result of results) expect(codesOf(result)).toEqual(['conflict'])
    expect((await audits(storage)).map(({ outcome }) => outcome)).toEqual(['conflict', 'conflict'])
    expect(await keys.handles()).toEqual([])
  })

  it('REG-2 does not regenerate like a certificate that was replaced in the meantime', async () => {
    const { manager, storage } = setting
    done(await manager.generateSelfSigned({ ...ec, key: { type: 'ec', curve: 'P-256' } }))
    const other = setUp({ storage, keys: setting.keys })
    let isFirst = true
    faults.signer = () => {
      if (!isFirst) return
      isFirst = false
      faults.commit = async (change, commit) => {
        faults.commit = undefined
        done(await other.manager.generateSelfSigned({ ...ec, key: { type: 'ec', curve: 'P-521' } }))
        return commit(change)
      }
    }
    expect(codesOf(await manager.regenerate(ec))).toEqual(['conflict'])
    expect(await installedIn(storage, ec)).toMatchObject([{ keyType: 'EC P-521' }])
    expect(await setting.keys.handles()).toHaveLength(1)
  })
})

describe('the sweep', () => {
  it('CSR-11 destroys keys nothing refers to and no others', async () => {
    const { manager, keys } = setting
    done(await manager.generateCsr({ ...ec, subject }))
    done(await manager.generateSelfSigned({ purpose: 'CallManager-ECDSA', node: 'sub1' }))
    const used = await keys.handles()
    await keys.generate({ type: 'ec', curve: 'P-256' })
    expect(await manager.sweepKeys()).toBe(1)
    expect(await keys.handles()).toEqual(used)
    expect(await manager.sweepKeys()).toBe(0)
  })

  it('CSR-11 never destroys a key that is about to be used: the commit is refused, or the key is spared', async () => {
    const { manager, storage, keys } = setting
    // A whole sweep between the making of the key and its commit.
    faults.commit = async (change, commit) => {
      faults.commit = undefined
      expect(await manager.sweepKeys()).toBe(1)
      return commit(change)
    }
    expect(codesOf(await manager.generateCsr({ ...ec, subject }))).toEqual(['conflict'])
    expect(await recordsOf(storage, 'request')).toEqual([])
    expect(await keys.handles()).toEqual([])
    // And one before the key has signed anything.
    faults.signer = async () => {
      faults.signer = undefined
      expect(await manager.sweepKeys()).toBe(1)
    }
    expect(codesOf(await manager.generateCsr({ ...ec, subject }))).toEqual(['conflict'])
    expect(await recordsOf(storage, 'request')).toEqual([])
    // The commit between the announcement of the sweep and its last look.
    const key = await keys.generate({ type: 'ec', curve: 'P-256' })
    faults.commit = async (change, commit) => {
      faults.commit = undefined
      const made = manager.generateCsr({ ...ec, subject })
      const announced = await commit(change)
      done(await made)
      return announced
    }
    expect(await manager.sweepKeys()).toBe(1)
    expect(await keys.handles()).not.toContain(key)
    expect(await recordsOf(storage, 'request')).toMatchObject([{ keyHandle: (await keys.handles())[0] }])
  })

  it('CSR-11 destroys nothing it could not announce, another sweep being under way', async () => {
    const { manager, keys } = setting
    const key = await keys.generate({ type: 'ec', curve: 'P-256' })
    faults.commit = async (change, commit) => {
      faults.commit = undefined
      await commit(change)
      return commit(change)
    }
    expect(await manager.sweepKeys()).toBe(0)
    expect(await keys.handles()).toEqual([key])
    expect(await manager.sweepKeys()).toBe(1)
  })

  it('CSR-11 announces nothing where there is nothing to destroy', async () => {
    faults.commit = () => Promise.reject(new Error('nothing is to be written'))
    expect(await setting.manager.sweepKeys()).toBe(0)
  })

  it('CSR-11 spares a key whose commit comes between the first look of a sweep and its announcement', async () => {
    const { manager, storage, keys } = setting
    let swept: number | undefined
    faults.commit = async (change, commit) => {
      let committed: Promise<CommitResult> | undefined
      faults.commit = async (announcement, announce) => {
        faults.commit = undefined
        committed = commit(change)
        await committed
        return announce(announcement)
      }
      swept = await manager.sweepKeys()
      return committed ?? commit(change)
    }
    done(await manager.generateCsr({ ...ec, subject }))
    expect(swept).toBe(0)
    expect(await recordsOf(storage, 'request')).toMatchObject([{ keyHandle: (await keys.handles())[0] }])
  })

  it('CSR-11 destroys no key whose announcement another sweep has replaced: it announces that key too, or gives way', async () => {
    const { manager, storage, keys } = setting
    await keys.generate({ type: 'ec', curve: 'P-256' })
    let others: Promise<unknown> | undefined
    // One sweep has its list, and halts. A key is made; another sweep announces it, and halts before it destroys it.
    faults.handles = async () => {
      faults.handles = undefined
      const halted = new Promise<void>((halt) => {
        faults.commit = async (change, commit) => {
          faults.commit = undefined
          faults.destroy = async () => {
            faults.destroy = undefined
            halt()
            // Until the first sweep has announced what it knows of, and the new key is committed or refused.
            await made
          }
          others = manager.sweepKeys()
          await halted
          await first
          return commit(change)
        }
      })
      const made = manager.generateCsr({ ...ec, subject })
      others = made
      await halted
    }
    const first: Promise<number> = manager.sweepKeys()
    await first
    await others
    const handles = await keys.handles()
    for (const record of await recordsOf(storage, 'request')) {
      expect(handles).toContain('keyHandle' in record ? record.keyHandle : '')
    }
  })

  it('REG-6 leaves pending what is regenerated while a backup is recorded', async () => {
    const { manager, clock } = setting
    done(await manager.generateSelfSigned(ec))
    faults.commit = async (change, commit) => {
      faults.commit = undefined
      clock.advance(1000)
      done(await manager.regenerate(ec))
      return commit(change)
    }
    expect(await manager.recordBackup()).toEqual([])
    expect(await manager.backupPending()).toEqual([ec])
  })

  it('REG-6 notes a backup everywhere else where one place cannot be written, and says so', async () => {
    const { manager } = setting
    const places = ['pub', 'sub1', 'sub2'].map((node) => ({ ...ec, node }))
    for (const place of places) done(await manager.generateSelfSigned(place))
    faults.commit = (change, commit) =>
      change.deletes.some(({ node }) => node === 'sub1') ? Promise.reject(new Error('full')) : commit(change)
    await expect(manager.recordBackup()).rejects.toEqual(new Error('full'))
    expect(await manager.backupPending()).toEqual([{ ...ec, node: 'sub1' }])
    faults.commit = undefined
    expect(await manager.recordBackup()).toEqual([{ ...ec, node: 'sub1' }])
  })

  it('CSR-11 runs beside operations of every kind without losing a key in use', async () => {
    const { manager, storage, keys } = setting
    const places = ['pub', 'sub1', 'sub2'].map((node) => ({ ...ec, node }))
    for (let round = 0; round < 5; round++) {
      const work = places.map((place, index) =>
        index === round % 3 ? manager.generateSelfSigned(place) : manager.generateCsr({ ...place, subject }),
      )
      await Promise.all([...work, manager.sweepKeys(), manager.sweepKeys()])
    }
    const used = [...(await recordsOf(storage, 'request')), ...(await recordsOf(storage, 'identity'))]
    const handles = await keys.handles()
    for (const record of used) expect(handles).toContain('keyHandle' in record ? record.keyHandle : '')
  })
})
