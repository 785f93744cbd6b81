// The monitor over a million certificates in memory: what its schedule costs to build, what a tick costs that finds nothing
// due, and whether one that finds something costs no more than what it finds.

import type { CertificateRecord, Storage } from '../src/index.js'
import { scheduleOf } from '../src/inventory/index.js'
import { built } from './built.js'
import { atMost, type Column, type Goal, milliseconds, type Result, short, type Table, times } from './report.js'

const COUNT = 1_000_000
const BATCH = 5_000
const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)
/** Certificates that fall due on the day of each measurement. */
const DUE = [10, 100, 1_000, 10_000]
const LONGEST_IDLE = 50

export async function monitor(): Promise<Result> {
  const { createCertificateMonitor, createMemoryStorage, defaultMonitorSettings, unifiedCommunications } = await built()
  const storage = createMemoryStorage()
  const before = heapUsed()
  const load = await timed(() => fill(storage))
  const loaded = heapUsed()
  const clock = { time: START, now: () => new Date(clock.time) }
  const monitor = createCertificateMonitor({
    catalogue: unifiedCommunications,
    storage,
    clock,
    notifiers: [],
    settings: defaultMonitorSettings,
  })
  const schedule = await timed(() => monitor.tick())
  const scheduled = heapUsed()
  const idle: number[] = []
  for (let at = 0; at < LONGEST_IDLE; at++) {
    clock.time += 1000
    idle.push(await timed(() => monitor.tick()))
  }
  const due: { readonly count: number; readonly time: number }[] = []
  for (const [at, count] of DUE.entries()) {
    clock.time = START + (at + 1) * DAY
    let found = 0
    const time = await timed(async () => {
      found = (await monitor.tick()).notices.length
    })
    if (found !== count) throw new Error(`expected ${count} notices, found ${found}`)
    due.push({ count, time })
  }
  return report({
    load,
    schedule,
    idle: median(idle),
    due,
    bytes: (scheduled - before) / COUNT,
    records: loaded - before,
  })
}

interface Measured {
  /** Microseconds. */
  readonly load: number
  readonly schedule: number
  readonly idle: number
  readonly due: readonly { readonly count: number; readonly time: number }[]
  /** Of heap and buffers, for each certificate. */
  readonly bytes: number
  readonly records: number
}

function report({ load, schedule, idle, due, bytes, records }: Measured): Result {
  const time: Column = { key: 'us', heading: 'time', show: milliseconds }
  const each: Column = { key: 'each_us', heading: 'each', show: (value) => `${short(value)} µs` }
  const table: Table = {
    key: 'monitor/million',
    title: `A monitor over ${COUNT.toLocaleString('en')} certificates in memory`,
    columns: [time, each],
    lines: [
      { name: 'loading the records', values: { us: load, each_us: load / COUNT }, note: 'the storage alone' },
      { name: 'building the schedule', values: { us: schedule, each_us: schedule / COUNT }, note: 'the first tick' },
      { name: 'a tick, nothing due', values: { us: idle } },
      ...due.map(({ count, time: us }) => ({
        name: `a tick, ${count.toLocaleString('en')} due`,
        values: { us, each_us: us / count },
      })),
    ],
  }
  const memory: Table = {
    key: 'monitor/memory',
    title: 'Memory for each certificate, its 700 bytes of DER included',
    columns: [{ key: 'bytes', heading: 'bytes', show: short }],
    lines: [
      { name: 'its record', values: { bytes: records / COUNT }, note: 'with two due records' },
      { name: 'scheduled', values: { bytes } },
    ],
  }
  const costs = due.filter(({ count }) => count >= 100).map(({ count, time: us }) => us / count)
  const goals: Goal[] = [
    atMost('a tick with nothing due among a million', 1_000, idle, milliseconds),
    atMost('building the schedule of a million', 5_000_000, schedule, milliseconds),
    atMost('each of 10,000 due, by each of 100', 1.5, (costs.at(-1) ?? NaN) / (costs[0] ?? NaN), times),
  ]
  return { tables: [table, memory], goals }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) * 1000
}

/** Collected first where the process may do so. */
function heapUsed(): number {
  globalThis.gc?.()
  const { heapUsed: heap, external } = process.memoryUsage()
  return heap + external
}

async function fill(storage: Storage): Promise<void> {
  for (let start = 0; start < COUNT; start += BATCH) {
    const records = Array.from({ length: BATCH }, (_, index) => recordOf(start + index))
    const scopes = new Map(records.map(({ node, purpose }) => [`${node} ${purpose}`, { node, purpose }]))
    const { revisions } = await storage.read([...scopes.values()])
    const puts = records.flatMap((record) => [record, ...scheduleOf(record, START)])
    await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })
  }
}

/** The day a certificate enters the window of 30 days: the first few on the days measured, all others later. */
function dayOf(index: number): number {
  let first = 0
  for (const [at, count] of DUE.entries()) {
    if (index < first + count) return at + 1
    first += count
  }
  return 100 + (index % 600)
}

function recordOf(index: number): CertificateRecord {
  const mixed = (index * 7919) % 1_000_003
  // At any second of the day before, as certificates end.
  const notAfter = START + (30 + dayOf(index)) * DAY - (mixed % 86_400) * 1000
  return {
    node: `node${Math.floor(index / 500)}`,
    purpose: index % 2 === 0 ? 'tomcat-trust' : `tomcat`,
    kind: index % 2 === 0 ? 'trust' : 'identity',
    id: `record ${index}`,
    der: new Uint8Array(700),
    type: 'ca-signed',
    origin: 'uploaded',
    description: '',
    installedAt: START,
    sha256: String(mixed).padStart(64, '0'),
    sha1: String(mixed).padStart(40, '0'),
    keyHandle: undefined,
    mark: undefined,
    commonName: `host${mixed}.example.com`,
    subject: `CN=host${mixed}.example.com`,
    issuer: 'CN=Example CA',
    serialNumber: mixed.toString(16),
    notBefore: notAfter - 730 * DAY,
    notAfter,
    keyType: index % 2 === 0 ? 'RSA 2048 bit' : 'EC P-256',
  }
}
