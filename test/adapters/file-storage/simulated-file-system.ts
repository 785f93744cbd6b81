/**
 * A file system in memory that knows what is on the medium and what is not yet: calls can be made to fail, and the power can
 * be cut, after which any part of what was not synced is there, torn or gone.
 */

import { concatBytes } from '../../../src/base/bytes.js'
import type { FileStatus, FileSystem } from '../../../src/adapters/file-storage/file-system.js'

interface File {
  readonly kind: 'file'
  content: Uint8Array
  /** What is on the medium; undefined where nothing was ever synced. */
  durable: Uint8Array | undefined
}

interface Directory {
  readonly kind: 'directory'
  readonly entries: Map<string, Node>
  readonly durable: Map<string, Node>
}

type Node = File | Directory

/** One name given or taken away; those of one operation reach the medium together. */
interface NameChange {
  readonly directory: Directory
  readonly name: string
  readonly node: Node | undefined
}

export type Operation =
  | 'readFile'
  | 'readDirectory'
  | 'status'
  | 'create'
  | 'write'
  | 'syncFile'
  | 'close'
  | 'sync'
  | 'makeDirectory'
  | 'link'
  | 'rename'
  | 'remove'
  | 'setMode'

/** What becomes of one call: it fails before or after it has done its work, or writes less than asked. */
export interface Fault {
  readonly code: string
  readonly when: 'before' | 'after' | 'short'
}

export type Random = () => number

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const fail = (code: string, what: string): never => {
  throw Object.assign(new Error(`${code}: ${what}`), { code })
}

const newDirectory = (): Directory => ({ kind: 'directory', entries: new Map(), durable: new Map() })

export class SimulatedFileSystem implements FileSystem {
  /** Calls so far. */
  calls = 0
  /** Files being written. */
  openFiles = 0
  /** Bytes read and written so far, and names listed. */
  moved = 0
  /** Asked before every call. */
  faultAt: (call: number, operation: Operation, path: string) => Fault | undefined = () => undefined
  private pending: (readonly NameChange[])[] = []
  private isOff = false

  constructor(private readonly root: Directory = newDirectory()) {}

  /** From now on every call fails, as nothing reaches a machine without power. */
  cutPower(): void {
    this.isOff = true
  }

  /** What is there when the power is back: any of what was not synced. */
  afterPowerFailure(random: Random): SimulatedFileSystem {
    for (const change of this.pending) if (random() < 0.5) this.makeDurable(change)
    return new SimulatedFileSystem(survivorOf(this.root, random))
  }

  /** What other processes see of a directory after one of them was killed: everything it has done. */
  afterKill(): SimulatedFileSystem {
    this.isOff = true
    const others = new SimulatedFileSystem(this.root)
    others.pending = this.pending
    return others
  }

  /** Paths of all files. */
  paths(directory: Directory = this.root, prefix = ''): readonly string[] {
    return [...directory.entries].flatMap(([name, node]) =>
      node.kind === 'file' ? [`${prefix}/${name}`] : this.paths(node, `${prefix}/${name}`),
    )
  }

  /** Changes a file behind everybody's back. */
  tamper(path: string, change: (content: Uint8Array) => Uint8Array | undefined): void {
    const { directory, name } = this.parent(path)
    const node = directory.entries.get(name)
    const content = node?.kind === 'file' ? change(node.content) : change(new Uint8Array())
    if (content === undefined) directory.entries.delete(name)
    else directory.entries.set(name, { kind: 'file', content, durable: content })
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.call('readFile', path, () => {
      const { content } = this.file(path)
      this.moved += content.length
      return content
    })
  }

  readDirectory(path: string): Promise<readonly string[]> {
    return this.call('readDirectory', path, () => {
      // In no order anybody made them in.
      const names = [...this.directory(path).entries.keys()].reverse()
      this.moved += names.length
      return names
    })
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.call('status', path, () => {
      const node = this.find(path)
      return node && { kind: node.kind, mode: node.kind === 'file' ? 0o600 : 0o700 }
    })
  }

  async create(path: string) {
    const file: File = { kind: 'file', content: new Uint8Array(), durable: undefined }
    await this.call('create', path, () => this.add(path, file))
    this.openFiles++
    return {
      write: (bytes: Uint8Array) =>
        this.call('write', path, (fault) => {
          const written = fault?.when === 'short' ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes
          file.content = concatBytes([file.content, written])
          this.moved += written.length
          return written.length
        }),
      sync: () =>
        this.call('syncFile', path, () => {
          file.durable = file.content
        }),
      close: () => {
        // Whether or not it says so.
        this.openFiles--
        return this.call('close', path, () => undefined)
      },
    }
  }

  sync(path: string): Promise<void> {
    return this.call('sync', path, () => {
      const node = this.find(path) ?? fail('ENOENT', path)
      if (node.kind === 'file') node.durable = node.content
      else {
        for (const change of this.pending.filter((one) => one.some(({ directory }) => directory === node))) {
          this.makeDurable(change)
          this.pending = this.pending.filter((one) => one !== change)
        }
      }
    })
  }

  makeDirectory(path: string): Promise<void> {
    return this.call('makeDirectory', path, () => this.add(path, newDirectory()))
  }

  link(from: string, to: string): Promise<void> {
    return this.call('link', to, () => this.add(to, this.file(from)))
  }

  rename(from: string, to: string): Promise<void> {
    return this.call('rename', to, () => {
      const source = this.parent(from)
      const target = this.parent(to)
      const node = this.file(from)
      this.change(
        { directory: source.directory, name: source.name, node: undefined },
        { directory: target.directory, name: target.name, node },
      )
    })
  }

  remove(path: string): Promise<void> {
    return this.call('remove', path, () => {
      this.file(path)
      this.change({ ...this.parent(path), node: undefined })
    })
  }

  setMode(path: string): Promise<void> {
    return this.call('setMode', path, () => undefined)
  }

  private async call<T>(operation: Operation, path: string, work: (fault: Fault | undefined) => T): Promise<T> {
    // Others get their turn between any two calls.
    await Promise.resolve()
    const fault = this.isOff ? { code: 'EIO', when: 'before' as const } : this.faultAt(this.calls++, operation, path)
    if (this.isOff || fault?.when === 'before') fail(fault?.code ?? 'EIO', path)
    const result = work(fault)
    return fault?.when === 'after' ? fail(fault.code, path) : result
  }

  private find(path: string): Node | undefined {
    let node: Node | undefined = this.root
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (node?.kind !== 'directory') return undefined
      node = node.entries.get(name)
    }
    return node
  }

  private file(path: string): File {
    const node = this.find(path) ?? fail('ENOENT', path)
    return node.kind === 'file' ? node : fail('EISDIR', path)
  }

  private directory(path: string): Directory {
    const node = this.find(path) ?? fail('ENOENT', path)
    return node.kind === 'directory' ? node : fail('ENOTDIR', path)
  }

  private parent(path: string): { readonly directory: Directory; readonly name: string } {
    const at = path.lastIndexOf('/')
    return { directory: this.directory(path.slice(0, Math.max(0, at))), name: path.slice(at + 1) }
  }

  private add(path: string, node: Node): void {
    const { directory, name } = this.parent(path)
    if (directory.entries.has(name)) fail('EEXIST', path)
    this.change({ directory, name, node })
  }

  private change(...changes: readonly NameChange[]): void {
    for (const { directory, name, node } of changes) setName(directory.entries, name, node)
    this.pending.push(changes)
  }

  /** Names changed before, and not yet on the medium, are overtaken. */
  private makeDurable(change: readonly NameChange[]): void {
    const at = this.pending.indexOf(change)
    for (const { directory, name, node } of change) {
      setName(directory.durable, name, node)
      this.pending = this.pending.map((one, index) =>
        index < at ? one.filter((other) => other.directory !== directory || other.name !== name) : one,
      )
    }
  }
}

function setName(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) names.delete(name)
  else names.set(name, node)
}

function survivorOf(directory: Directory, random: Random): Directory {
  const seen = new Map<Node, Node>()
  const copy = (node: Node): Node => {
    const known = seen.get(node)
    if (known !== undefined) return known
    if (node.kind === 'directory') {
      const fresh = newDirectory()
      seen.set(node, fresh)
      for (const [name, child] of node.durable) {
        const survivor = copy(child)
        fresh.entries.set(name, survivor)
        fresh.durable.set(name, survivor)
      }
      return fresh
    }
    const content = contentAfter(node, random)
    const fresh: File = { kind: 'file', content, durable: content }
    seen.set(node, fresh)
    return fresh
  }
  return copy(directory) as Directory
}

/** What was synced, what was written, the beginning of it, or as many zeros. */
function contentAfter({ content, durable }: File, random: Random): Uint8Array {
  if (durable === content) return content
  const choice = random()
  if (choice < 0.4) return durable ?? new Uint8Array()
  if (choice < 0.6) return content
  const part = content.slice(0, Math.floor(random() * content.length))
  return choice < 0.8 ? part : part.fill(0)
}
