/** The lock: who is dead is found out, who lives is waited for, and no two have it at once. */

import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { FileSystem } from '../../../src/adapters/file-storage/file-system.js'
import { Files } from '../../../src/adapters/file-storage/files.js'
import { type Holder, livenessOf, type Processes, systemProcesses } from '../../../src/adapters/file-storage/holder.js'
import { DirectoryLock } from '../../../src/adapters/file-storage/lock.js'
import { failureOf, SimulatedProcesses } from './scene.js'
import { randomOf, SimulatedFileSystem } from './simulated-file-system.js'

async function newFiles(): Promise<{ readonly system: SimulatedFileSystem; readonly files: Files }> {
  const system = new SimulatedFileSystem()
  const files = new Files(system, '/store')
  await files.requireDirectory('lock')
  return { system, files }
}

const lockOf = (files: Files, processes: Processes, timeout = 100, presumeDeadAfter?: number): DirectoryLock =>
  new DirectoryLock(files, processes, { timeout, presumeDeadAfter })

/** Writes a lock's file as it would be left behind. */
async function leave(files: Files, text: string, name = '000000000007.held'): Promise<void> {
  await files.replace(`lock/${name}`, text, 'not synced')
}

const self = { host: 'here', boot: 'b', processSpace: 's', pid: 1, started: '1' }
const holderText = (changes: Partial<Holder>): string => JSON.stringify({ token: 't', ...self, ...changes })
const among = (liveness: 'alive' | 'dead' | 'unknown'): Processes => ({ self, liveness: () => liveness })

describe('the lock', () => {
  it('left behind by a process that is dead is taken over, and the last holder named', async () => {
    const { files } = await newFiles()
    await leave(files, holderText({ pid: 4711, host: 'there' }))
    expect(await lockOf(files, among('dead')).acquire()).toBe('process 4711 on there')
  })

  const incomplete = Object.keys(self).map((name) => holderText({ [name]: undefined }))
  it.each(['', '\0\0\0\0', '{"token":', 'null', '{}', ...incomplete])(
    'left empty or torn by a crash (%j) is taken over',
    async (text) => {
      const { files } = await newFiles()
      await leave(files, text)
      expect(await lockOf(files, among('alive')).acquire()).toBeDefined()
    },
  )

  it('of a live process is waited for, and after the timeout the error names the process', async () => {
    const { files } = await newFiles()
    await leave(files, holderText({ pid: 4711 }))
    const start = performance.now()
    const error = await failureOf(lockOf(files, among('alive')).acquire())
    expect(error).toMatchObject({ code: 'locked', path: '/store/lock' })
    expect(error?.message).toContain('process 4711 on here')
    expect(performance.now() - start).toBeGreaterThanOrEqual(100)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('of a process nothing is known about is never taken, unless it may be presumed dead, and then only after a time', async () => {
    const { files } = await newFiles()
    await leave(files, holderText({ host: 'elsewhere' }))
    expect(await failureOf(lockOf(files, among('unknown')).acquire())).toMatchObject({ code: 'locked' })
    const start = performance.now()
    await lockOf(files, among('unknown'), 1000, 200).acquire()
    expect(performance.now() - start).toBeGreaterThanOrEqual(200)
    expect(await failureOf(lockOf(files, among('alive'), 300, 50).acquire())).toMatchObject({ code: 'locked' })
  })

  it('of a process nothing is known about that goes on taking it is not taken, however often it is found held', async () => {
    const { files } = await newFiles()
    const text = holderText({ host: 'elsewhere' })
    await leave(files, text)
    let number = 7
    const working = setInterval(() => {
      number++
      void leave(files, text, `${String(number).padStart(12, '0')}.held`)
    }, 20)
    try {
      expect(await failureOf(lockOf(files, among('unknown'), 1200, 500).acquire())).toMatchObject({ code: 'locked' })
    } finally {
      clearInterval(working)
    }
  })

  it('that is given back is free at once', async () => {
    const { files } = await newFiles()
    const processes = new SimulatedProcesses()
    const [one, two] = [lockOf(files, processes.start()), lockOf(files, processes.start(), 2000)]
    await one.acquire()
    const waiting = two.acquire()
    await one.release()
    expect(await waiting).toBeUndefined()
    await two.release()
  })

  it('that is given back twice, or by one who never had it, stays as it is', async () => {
    const { system, files } = await newFiles()
    const processes = new SimulatedProcesses()
    const [one, other] = [lockOf(files, processes.start()), lockOf(files, processes.start())]
    await other.release()
    await one.acquire()
    await one.release()
    await one.release()
    await other.release()
    expect(system.paths()).toStrictEqual(['/store/lock/000000000001.free'])
    await other.acquire()
    await one.release()
    expect(await failureOf(one.acquire())).toMatchObject({ code: 'locked' })
  })

  it('is tidied by its holder: old numbers and half-made files go, the latest stay', async () => {
    const { system, files } = await newFiles()
    for (let number = 1; number <= 26; number++) {
      await leave(files, holderText({}), `${String(number).padStart(12, '0')}.${number % 2 === 0 ? 'free' : 'held'}`)
    }
    await leave(files, holderText({}), 'new.somebody')
    await leave(files, 'mine', 'notes')
    const lock = lockOf(files, new SimulatedProcesses().start())
    await lock.acquire()
    await lock.tidy()
    const numbers = system.paths().flatMap((path) => /\/0*(\d+)\.(held|free)$/.exec(path)?.[1] ?? [])
    expect(numbers.map(Number).sort((a, b) => a - b)).toStrictEqual(Array.from({ length: 16 }, (_, at) => at + 12))
    expect(system.paths().filter((path) => /new\.|notes/.test(path))).toStrictEqual(['/store/lock/notes'])
  })

  it('is tidied as it goes on', async () => {
    const { system, files } = await newFiles()
    const lock = lockOf(files, new SimulatedProcesses().start())
    for (let turn = 0; turn < 100; turn++) {
      await lock.acquire()
      expect(system.paths().length).toBeLessThan(32)
      await lock.release()
    }
    expect(system.paths().length).toBeGreaterThanOrEqual(16)
  })

  describe('of one who is slow to make the number it has found free', () => {
    /** A lock, and a rival that does its work before the lock makes its first number. */
    async function scene(work: (rival: DirectoryLock) => Promise<void>): Promise<{
      readonly system: SimulatedFileSystem
      readonly slow: DirectoryLock
      readonly rival: DirectoryLock
    }> {
      const { system, files } = await newFiles()
      const processes = new SimulatedProcesses()
      const rival = lockOf(files, processes.start())
      let isFirst = true
      const link: FileSystem['link'] = async (from, to) => {
        const isSlow = isFirst
        isFirst = false
        if (isSlow) await work(rival)
        await system.link(from, to)
      }
      const slowly = new Proxy<FileSystem>(system, {
        get: (target, name): unknown => (name === 'link' ? link : Reflect.get(target, name)),
      })
      return { system, slow: lockOf(new Files(slowly, '/store'), processes.start()), rival }
    }

    it('is not its own where that was made, and removed, long ago', async () => {
      const { system, slow, rival } = await scene(async (one) => {
        for (let turn = 0; turn < 40; turn++) {
          await one.acquire()
          if (turn < 39) await one.release()
        }
      })
      expect(await failureOf(slow.acquire())).toMatchObject({ code: 'locked' })
      expect(system.paths()).not.toContain('/store/lock/000000000001.held')
      await rival.release()
      await slow.acquire()
      expect(system.paths()).toContain('/store/lock/000000000041.held')
      expect(await failureOf(rival.acquire())).toMatchObject({ code: 'locked' })
    })

    it('is not its own where that was made, and given back, in between', async () => {
      const { system, slow, rival } = await scene(async (one) => {
        await one.acquire()
        await one.release()
      })
      await slow.acquire()
      expect(system.paths()).toStrictEqual(['/store/lock/000000000001.free', '/store/lock/000000000002.held'])
      expect(await failureOf(rival.acquire())).toMatchObject({ code: 'locked' })
    })

    it('is not its own where its file was tidied away', async () => {
      const { system, slow, rival } = await scene(async (one) => {
        await one.acquire()
        await one.tidy()
        await one.release()
      })
      await slow.acquire()
      expect(system.paths()).toContain('/store/lock/000000000002.held')
      expect(await failureOf(rival.acquire())).toMatchObject({ code: 'locked' })
    })
  })

  it('is taken by one whose last file could not be removed', async () => {
    const { system, files } = await newFiles()
    const processes = new SimulatedProcesses()
    const [lock, other] = [lockOf(files, processes.start()), lockOf(files, processes.start())]
    system.faultAt = (_, operation) => (operation === 'remove' ? { code: 'EIO', when: 'before' } : undefined)
    await lock.acquire()
    await lock.release()
    system.faultAt = () => undefined
    await other.acquire()
    await other.release()
    await lock.acquire()
    expect(system.paths().filter((path) => path.includes('new.'))).toStrictEqual([])
  })

  it('that a failing disk kept from being given back is still its holder’s', async () => {
    const { system, files } = await newFiles()
    const processes = new SimulatedProcesses()
    const lock = lockOf(files, processes.start())
    await lock.acquire()
    system.faultAt = (_, operation) => (operation === 'rename' ? { code: 'EIO', when: 'before' } : undefined)
    await expect(lock.release()).rejects.toThrow('EIO')
    system.faultAt = () => undefined
    expect(await lock.acquire()).toBeUndefined()
    await lock.release()
    await lockOf(files, processes.start()).acquire()
  })

  it('that was taken where the disk said it was not is its holder’s, who gives it back', async () => {
    const { system, files } = await newFiles()
    const processes = new SimulatedProcesses()
    const lock = lockOf(files, processes.start())
    for (let turn = 0; turn < 3; turn++) {
      system.faultAt = (_, operation) => (operation === 'link' ? { code: 'EIO', when: 'after' } : undefined)
      expect(await failureOf(lock.acquire())).toMatchObject({ code: 'io' })
      system.faultAt = () => undefined
      expect(await lock.acquire()).toBeUndefined()
      await lock.release()
      const other = lockOf(files, processes.start())
      await other.acquire()
      await other.release()
    }
  })

  it('is never held by two, whoever dies when, and nobody waits for ever', async () => {
    const { system, files } = await newFiles()
    const processes = new SimulatedProcesses()
    const random = randomOf(3)
    const holders = new Set<number>()
    let taken = 0
    let takenOver = 0
    const work = async (): Promise<void> => {
      for (let at = 0; at < 40; at++) {
        const process = processes.start()
        // Half of them are at their first turn with this lock, as a process newly started.
        const lock = lockOf(files, process, 20_000)
        if ((await lock.acquire()) !== undefined) takenOver++
        taken++
        expect([...holders]).toStrictEqual([])
        holders.add(process.self.pid)
        for (let turn = 0; turn < 5; turn++) await system.status('/store')
        holders.delete(process.self.pid)
        if (random() < 0.5) process.kill()
        else await lock.release()
      }
    }
    await Promise.all(Array.from({ length: 8 }, work))
    expect(taken).toBe(320)
    expect(takenOver).toBeGreaterThan(50)
    // It is tidied as it goes on.
    expect(system.paths().length).toBeLessThan(40)
  }, 60_000)
})

describe('a holder of the lock', () => {
  const { self: here } = systemProcesses()
  const holder = (changes: Partial<Holder> = {}): Holder => ({ token: 't', ...here, ...changes })

  it('lives while its process does', () => {
    expect(livenessOf(holder(), here)).toBe('alive')
  })

  it('is dead once its process is, noticed by its parent or not', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    await new Promise((resolve) => child.once('spawn', resolve))
    const { pid = 0 } = child
    expect(livenessOf(holder({ pid, started: '' }), here)).toBe('alive')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    expect(livenessOf(holder({ pid, started: '' }), here)).toBe('dead')
  })

  it.runIf(here.started !== '')('is dead where another process has its id by now', () => {
    expect(livenessOf(holder({ started: '12' }), here)).toBe('dead')
  })

  it.runIf(here.boot !== '')('is dead where the machine has been started again', () => {
    expect(livenessOf(holder({ boot: 'another' }), here)).toBe('dead')
  })

  it('is unknown on another machine and in another container', () => {
    expect(livenessOf(holder({ host: 'elsewhere', boot: 'another' }), here)).toBe('unknown')
    expect(livenessOf(holder({ processSpace: 'pid:[1]' }), here)).toBe('unknown')
  })
})
