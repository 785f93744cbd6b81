// What a benchmark hands over, and how it is shown: tables for people, one object for programs.

import { isFailure, type Row } from './harness.js'

/** Numbers of one contender, by their key in the JSON output. */
export interface Line {
  readonly name: string
  readonly values?: Readonly<Record<string, number>>
  readonly error?: string
  readonly note?: string | undefined
}

export interface Column {
  readonly key: string
  readonly heading: string
  readonly show: (value: number) => string
}

export interface Table {
  /** Key in the JSON output: `parse/rsa-every-field`. */
  readonly key: string
  readonly title: string
  readonly columns: readonly Column[]
  readonly lines: readonly Line[]
}

export interface Goal {
  readonly name: string
  readonly goal: string
  readonly measured: string
  readonly met: boolean
}

export interface Result {
  readonly tables: readonly Table[]
  readonly goals: readonly Goal[]
}

/** Three significant digits, no exponent; a dash for what was not measured. */
export function short(value: number): string {
  if (Number.isNaN(value)) return '–'
  const size = Math.abs(value)
  return size >= 100 || size < 0.001 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

export const microseconds = (value: number): string => `${short(value)} µs`
export const milliseconds = (value: number): string => `${short(value / 1000)} ms`
export const times = (value: number): string => `${short(value)}×`

/** A table of times; ratios are to `reference`. */
export function timeTable(
  key: string,
  title: string,
  rows: readonly Row[],
  reference: string,
  show: (microseconds: number) => string,
): Table {
  const columns = [
    { key: 'median_us', heading: 'median', show },
    { key: 'fastest_us', heading: 'fastest', show },
    { key: 'ratio', heading: `/ ${reference}`, show: times },
    { key: 'rounds', heading: 'rounds', show: String },
  ]
  const lines = rows.map((row): Line => {
    if (isFailure(row)) return row
    const { name, note, ...values } = row
    return { name, note, values }
  })
  return { key, title, columns, lines }
}

/** The number `key` of contender `name`, or NaN where it failed. */
export const valueIn = (table: Table, name: string, key: string): number =>
  table.lines.find((line) => line.name === name)?.values?.[key] ?? NaN

export function atMost(name: string, limit: number, measured: number, show: (value: number) => string): Goal {
  return { name, goal: `≤ ${show(limit)}`, measured: show(measured), met: measured <= limit }
}

export function atLeast(name: string, limit: number, measured: number, show: (value: number) => string): Goal {
  return { name, goal: `≥ ${show(limit)}`, measured: show(measured), met: measured >= limit }
}

export function formatTable({ title, columns, lines }: Table): string {
  const head = ['', ...columns.map(({ heading }) => heading), '']
  const body = lines.map(({ name, values, error, note = '' }) =>
    values === undefined
      ? [name, `failed: ${firstLine(error ?? '')}${note === '' ? '' : ` (${note})`}`]
      : [name, ...columns.map(({ key, show }) => show(values[key] ?? NaN)), note],
  )
  return `${title}\n${align([head, ...body])}\n`
}

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 90) ?? ''

export function formatGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ name, goal, measured, met }) => [name, goal, measured, met ? 'met' : 'MISSED'])
  return `Goals\n${align([['', 'goal', 'measured', ''], ...rows])}\n`
}

/** Columns of one width; the first and the last flush left, numbers flush right. Short rows leave the widths alone. */
function align(rows: readonly (readonly string[])[]): string {
  const count = Math.max(...rows.map((row) => row.length))
  const full = rows.filter((row) => row.length === count)
  const width = (column: number): number => Math.max(...full.map((row) => row[column]?.length ?? 0))
  const nameWidth = Math.max(...rows.map(([name = '']) => name.length))
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => {
      if (column === 0) return cell.padEnd(nameWidth)
      return row.length < count || column === count - 1 ? cell : cell.padStart(width(column))
    })
    return `  ${cells.join('  ')}`.trimEnd()
  })
  return lines.join('\n')
}

/** One object for all benchmarks run: each table by its key, and the goals. */
export function toJson({ tables, goals }: Result): string {
  const byTable = tables.map(({ key, lines }) => [key, Object.fromEntries(lines.map(jsonLine))] as const)
  return JSON.stringify({ ...Object.fromEntries(byTable), goals })
}

function jsonLine({ name, values, error, note }: Line): readonly [string, Readonly<Record<string, unknown>>] {
  const remark = note === undefined ? {} : { note }
  if (values === undefined) return [name, { error, ...remark }]
  const rounded = Object.entries(values).map(([key, value]) => [key, Number(value.toPrecision(5))] as const)
  return [name, { ...Object.fromEntries(rounded), ...remark }]
}
