/** Files that are written whole or not at all, and leave nothing behind where that fails. */

import { describe, expect, it } from 'vitest'
import { Files, forEach } from '../../../src/adapters/file-storage/files.js'
import { failureOf } from './scene.js'
import { SimulatedFileSystem } from './simulated-file-system.js'

async function filesIn(system: SimulatedFileSystem): Promise<Files> {
  const files = new Files(system, '/store')
  for (const directory of ['', 'tmp', 'records']) await files.requireDirectory(directory)
  return files
}

const leftOver = (system: SimulatedFileSystem): readonly string[] =>
  system.paths().filter((path) => path.startsWith('/store/tmp/'))

const file = 'records/one'
const writes = {
  'put in place of another': (files: Files) => files.replace(file, 'new', 'synced'),
  'made once': (files: Files) => files.createOnce(file, 'new'),
}

describe.each(Object.entries(writes))('a file that is %s', (name, write) => {
  const before = name === 'made once' ? undefined : 'old'

  async function scene(): Promise<{ readonly system: SimulatedFileSystem; readonly files: Files }> {
    const system = new SimulatedFileSystem()
    const files = await filesIn(system)
    if (before !== undefined) await files.replace(file, before, 'synced')
    system.calls = 0
    return { system, files }
  }

  it('is there with all that was written', async () => {
    const { system, files } = await scene()
    system.faultAt = (_, operation) => (operation === 'write' ? { code: '', when: 'short' } : undefined)
    await write(files)
    expect(await files.read(file)).toBe('new')
    expect([leftOver(system), system.openFiles]).toStrictEqual([[], 0])
  })

  it('is as it was where any call fails, and nothing is left open or behind', async () => {
    const whole = await scene()
    await write(whole.files)
    const { calls } = whole.system
    const failed: string[] = []
    for (let at = 0; at < calls; at++) {
      const { system, files } = await scene()
      system.faultAt = (call, operation) => {
        if (call !== at) return undefined
        failed.push(operation)
        return { code: 'EIO', when: 'before' }
      }
      const error = await failureOf(write(files))
      system.faultAt = () => undefined
      expect(system.openFiles, failed.at(-1)).toBe(0)
      // What cannot be removed now is removed by whoever recovers the store.
      if (failed.at(-1) === 'remove') continue
      expect(error, failed.at(-1)).toMatchObject({ code: 'io' })
      expect(leftOver(system), failed.at(-1)).toStrictEqual([])
      expect(await files.read(file), failed.at(-1)).toBe(before)
    }
    expect(failed).toEqual(expect.arrayContaining(['create', 'write', 'syncFile', 'close']))
  })
})

it('a file is made by one alone: whoever comes second hears so, and changes nothing', async () => {
  const system = new SimulatedFileSystem()
  const files = await filesIn(system)
  expect(await files.createOnce(file, 'first')).toBe(true)
  expect(await files.createOnce(file, 'second')).toBe(false)
  expect(await files.read(file)).toBe('first')
  expect(leftOver(system)).toStrictEqual([])
})

it('a medium that takes nothing, and says that all is well, is given up', async () => {
  const system = new SimulatedFileSystem()
  const files = await filesIn(system)
  const create = system.create.bind(system)
  system.create = async (path) => ({ ...(await create(path)), write: () => Promise.resolve(0) })
  expect(await failureOf(files.replace(file, 'new', 'synced'))).toMatchObject({
    code: 'io',
    message: expect.stringContaining('the medium failed (EIO)'),
  })
  expect([leftOver(system), system.openFiles]).toStrictEqual([[], 0])
})

it.each(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])(
  'a file system without hard links, which says %s, is named with those that have them',
  async (code) => {
    const system = new SimulatedFileSystem()
    const files = await filesIn(system)
    system.faultAt = (_, operation) => (operation === 'link' ? { code, when: 'before' } : undefined)
    expect(await failureOf(files.createOnce(file, 'new'))).toMatchObject({
      code: 'unsupported-file-system',
      path: '/store',
      message: expect.stringContaining('ext4'),
    })
    expect(leftOver(system)).toStrictEqual([])
  },
)

it('what fails for another reason than a directory that has gone is tried once', async () => {
  const system = new SimulatedFileSystem()
  const files = await filesIn(system)
  await files.replace('records/pub/one', 'old', 'synced')
  let tries = 0
  system.faultAt = (_, operation) => {
    if (operation !== 'rename') return undefined
    tries++
    return { code: 'EIO', when: 'before' }
  }
  expect(await failureOf(files.replace('records/pub/one', 'new', 'synced'))).toMatchObject({ code: 'io' })
  expect(tries).toBe(1)
})

it('of many pieces of work none is begun once one has failed, and those under way are waited for', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const release: (() => void)[] = []
  const work = async (item: number): Promise<void> => {
    begun.push(item)
    if (item === 3) throw new Error('the third')
    await new Promise<void>((resolve) => release.push(resolve))
    ended.push(item)
  }
  const all = forEach(
    Array.from({ length: 100 }, (_, item) => item),
    work,
  )
  let isOver = false
  const outcome = all.catch((error: unknown) => String(error)).finally(() => (isOver = true))
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(isOver).toBe(false)
  for (const one of release) one()
  expect(await outcome).toBe('Error: the third')
  expect(begun).toHaveLength(16)
  expect(ended).toHaveLength(15)
})
