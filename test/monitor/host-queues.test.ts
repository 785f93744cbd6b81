import { expect, it } from 'vitest'
import { HostQueues } from '../../src/monitor/host-queues.js'
import { ManualClock } from '../support/monitor.js'

const limits = { concurrentChecks: 4, checksPerHost: 2, checksPerSecond: 1_000_000 }

it('OCS-7 runs each job once, so many at a time in all and at each host, those of one host in their order', async () => {
  const queues = new HostQueues(new ManualClock(), () => Promise.resolve(), limits)
  const active = new Map<string, number>()
  const most = { all: 0, host: 0 }
  const order = new Map<string, number[]>()
  const jobs = Array.from({ length: 60 }, (_, number) => {
    const host = `host${number % 5}`
    return {
      host,
      run: async () => {
        active.set(host, (active.get(host) ?? 0) + 1)
        order.set(host, [...(order.get(host) ?? []), number])
        most.host = Math.max(most.host, active.get(host) ?? 0)
        most.all = Math.max(
          most.all,
          [...active.values()].reduce((sum, count) => sum + count, 0),
        )
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
        active.set(host, (active.get(host) ?? 0) - 1)
      },
    }
  })
  await queues.run(jobs, Infinity)
  expect(most).toStrictEqual({ all: 4, host: 2 })
  for (const numbers of order.values()) expect(numbers).toStrictEqual([...numbers].sort((a, b) => a - b))
  expect([...order.values()].flat()).toHaveLength(60)
})

it('OCS-7 keeps its rate at a host across runs, and begins nothing after its time', async () => {
  const clock = new ManualClock(0)
  const began: number[] = []
  const sleep = (milliseconds: number): Promise<void> => {
    clock.time += milliseconds
    return Promise.resolve()
  }
  const queues = new HostQueues(clock, sleep, { ...limits, checksPerHost: 1, checksPerSecond: 4 })
  const job = { host: 'a', run: () => Promise.resolve(void began.push(clock.time)) }
  await queues.run([job, job, job], Infinity)
  await queues.run([job, job, job, job], 1600)
  expect(began).toStrictEqual([0, 250, 500, 750, 1000, 1250, 1500])
  await queues.run([job, job], 1600)
  expect(began).toHaveLength(7)
})

it('OCS-7 waits for nothing but its rate where the clock was set back', async () => {
  const clock = new ManualClock(1e12)
  const waits: number[] = []
  const sleep = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds)
    clock.time += milliseconds
    return Promise.resolve()
  }
  const queues = new HostQueues(clock, sleep, { ...limits, checksPerSecond: 4 })
  const began: number[] = []
  const job = { host: 'a', run: () => Promise.resolve(void began.push(clock.time)) }
  await queues.run([job, job, job], Infinity)
  clock.time = 0
  await queues.run([job, job, job], Infinity)
  // And once more, by less than a turn.
  clock.time -= 100
  await queues.run([job], Infinity)
  expect(Math.max(...waits)).toBeLessThanOrEqual(600)
  expect(began).toHaveLength(7)
})

it('OCS-6 keeps no rate where nobody is asked, and takes all the places there are', async () => {
  const clock = new ManualClock(0)
  const queues = new HostQueues(clock, () => Promise.reject(new Error('it slept')), { ...limits, checksPerSecond: 1 })
  let active = 0
  let most = 0
  const run = async (): Promise<void> => {
    most = Math.max(most, ++active)
    await Promise.resolve()
    active--
  }
  await queues.run(
    Array.from({ length: 100 }, () => ({ host: undefined, run })),
    1,
  )
  expect([most, active]).toStrictEqual([4, 0])
})

it('OCS-7 a job that fails fails the run, and leaves its place to others', async () => {
  const queues = new HostQueues(new ManualClock(), () => Promise.resolve(), { ...limits, concurrentChecks: 1 })
  const failing = { host: 'a', run: () => Promise.reject(new Error('the storage is gone')) }
  await expect(queues.run([failing], Infinity)).rejects.toThrow('the storage is gone')
  let isRun = false
  await queues.run([{ host: 'b', run: () => Promise.resolve(void (isRun = true)) }], Infinity)
  expect(isRun).toBe(true)
})
