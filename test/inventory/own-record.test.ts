// Records given out together share memory, and nothing that shows.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleCertificate, sampleSetting } from '../../src/inventory/contract-case.js'
import type { CertificateRecord, InventoryRecord, OutboxRecord } from '../../src/inventory/index.js'
import { handOutAll, ownRecord } from '../../src/inventory/own-record.js'

const bytesOf = (record: InventoryRecord): Uint8Array | undefined =>
  'der' in record ? record.der : record.kind === 'outbox' ? record.record?.der : undefined

const textOf = (record: InventoryRecord): string => bytesOf(record)?.toString() ?? ''

const certificate = (length: number): CertificateRecord =>
  sampleCertificate('One', { der: Uint8Array.from({ length }, (_, at) => at * 7 + length) })

const outbox = (record: CertificateRecord | undefined): OutboxRecord => ({
  ...{ kind: 'outbox', id: '1', node: 'pub', purpose: 'tomcat-trust', target: 'sub1', action: 'put', at: 1 },
  ...{ record, recordId: 'One', sha256: 'aa' },
})

const record = fc.oneof(
  fc.nat({ max: 3_000 }).map(certificate),
  fc.nat({ max: 20_000 }).map(certificate),
  fc.nat({ max: 900 }).map((length) => outbox(certificate(length))),
  fc.constantFrom<InventoryRecord>(outbox(undefined), sampleSetting('s', 1, { node: 'pub', purpose: 'tomcat' })),
)

describe('records given out together', () => {
  it('say what the storage’s say, each with bytes that are no other’s', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const before = records.map(textOf)
        const given = handOutAll(records)
        expect(given).toEqual(records)
        // Whoever writes into one changes that one only.
        for (const [at, one] of given.entries()) bytesOf(one)?.fill(at)
        for (const [at, one] of given.entries()) expect(bytesOf(one)?.every((byte) => byte === at) ?? true).toBe(true)
        expect(handOutAll(records).map(textOf)).toEqual(before)
      }),
      { numRuns: 30 },
    )
  })

  it('keep at most 8 KiB of the others in memory', () => {
    const given = handOutAll(Array.from({ length: 100 }, (_, at) => certificate(700 + at)))
    expect(Math.max(...given.map(({ der }) => der.buffer.byteLength))).toBeLessThanOrEqual(8192)
    expect(new Set(given.map(({ der }) => der.buffer)).size).toBeLessThan(15)
    expect(handOutAll([certificate(700)]).map(({ der }) => der.buffer.byteLength)).toEqual([700])
    expect(handOutAll([certificate(9_000), certificate(5)]).map(({ der }) => der.buffer.byteLength)).toEqual([9_000, 5])
  })
})

describe('a record that is stored', () => {
  const setting = (value: unknown): InventoryRecord =>
    sampleSetting('s', value as never, { node: 'pub', purpose: 'tomcat' })
  const ownValue = (value: unknown): unknown => {
    const own = ownRecord(setting(value))
    return own.kind === 'setting' ? own.value : undefined
  }

  it.each<[string, unknown, string]>([
    ['a number that is none', Number.NaN, 'setting record.value: expected what JSON can carry, or bytes, found NaN'],
    [
      'an infinite one',
      [1, Infinity],
      'setting record.value[1]: expected what JSON can carry, or bytes, found Infinity',
    ],
    [
      'a function',
      { a: { b: () => 1 } },
      'setting record.value.a.b: expected what JSON can carry, or bytes, found function',
    ],
    ['a bigint', { a: 1n }, 'setting record.value.a: expected what JSON can carry, or bytes, found bigint'],
    ['a date', new Date(0), 'setting record.value: expected what JSON can carry, or bytes, found an object of a class'],
    ['a frozen date', Object.freeze({ a: Object.freeze(new Date(0)) }), 'value.a: expected what JSON can carry'],
    [
      'a map',
      [new Map()],
      'setting record.value[0]: expected what JSON can carry, or bytes, found an object of a class',
    ],
  ])('refuses %s, and says where', (_, value, message) => {
    expect(() => ownRecord(setting(value))).toThrow(TypeError)
    expect(() => ownRecord(setting(value))).toThrow(message)
  })

  it('takes what JSON can carry, objects without a prototype too', () => {
    const bare = Object.assign(Object.create(null) as object, { a: [null, true, 'text', 1.5, { b: [] }] })
    expect(ownValue(bare)).toEqual({ a: [null, true, 'text', 1.5, { b: [] }] })
    expect(Object.isFrozen(ownValue(bare))).toBe(true)
  })

  it('shares what nobody can change, and copies all else', () => {
    const fixed = Object.freeze({ a: Object.freeze([1, Object.freeze({ b: 'text' })]) })
    expect(ownValue(fixed)).toBe(fixed)
    const inner = [1]
    const half = Object.freeze({ a: inner, b: 2 })
    const own = ownValue(half)
    inner.push(2)
    expect(own).toEqual({ a: [1], b: 2 })
    const list = [Object.freeze([1])]
    const ownList = ownValue(list)
    list.push(Object.freeze([2]))
    expect(ownList).toEqual([[1]])
  })
})
