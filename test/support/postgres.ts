/**
 * PostgreSQL servers for tests: each a cluster of its own in a temporary directory, reached over a Unix socket, run by an
 * unprivileged user, and ended with the process that started it.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client, type PoolConfig } from 'pg'
import { leaveOut } from './leave-out.js'

/** Where Debian puts programs that are not meant for everybody's PATH. */
const DEBIAN = '/usr/lib/postgresql'

/** The directory with `initdb` and `postgres`, of the newest version; undefined where there is none. */
function binaries(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const candidates = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ]
  return candidates.find((directory) => existsSync(join(directory, 'initdb')))
}

/**
 * Whether this machine can run servers. Notes what is left out where it cannot; throws instead when `CERTWARD_REQUIRE_ALL=1`.
 *
 * @param what - What the caller leaves out without it, for the note.
 */
export function hasPostgres(what: string): boolean {
  if (binaries() !== undefined) return true
  leaveOut(
    what,
    'needs a PostgreSQL server',
    'install it with apt-get install postgresql; PGlite is tested all the same',
  )
  return false
}

/** PostgreSQL refuses to run as root: root runs it as Debian's `postgres`, or as nobody. */
async function unprivileged(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = async (flag: string): Promise<number> => Number((await run('id', [flag, name])).stdout)
      return { uid: await id('-u'), gid: await id('-g') }
    } catch {
      // Not known here.
    }
  }
  return undefined
}

const run = promisify(execFile)

/** Servers of this process, ended with it however it ends. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface ServerOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[]
  /** `off` for tests that do not kill the machine: the server's own crash loses nothing without it. */
  readonly fsync?: 'on' | 'off'
}

/** One cluster. */
export class PostgresServer {
  private child: ChildProcess | undefined
  private ended: Promise<void> = Promise.resolve()

  private constructor(
    /** Holds the data and the socket; removed with the server. */
    readonly directory: string,
    private readonly user: { readonly uid: number; readonly gid: number } | undefined,
    private readonly settings: readonly string[],
  ) {}

  /** Makes a cluster and starts it. */
  static async start({ settings = [], fsync = 'off' }: ServerOptions = {}): Promise<PostgresServer> {
    const user = await unprivileged()
    const directory = mkdtempSync(join(tmpdir(), 'certward-pg-'))
    if (user !== undefined) chownSync(directory, user.uid, user.gid)
    const server = new PostgresServer(directory, user, [
      "listen_addresses = ''",
      `unix_socket_directories = '${directory}'`,
      `fsync = ${fsync}`,
      'max_connections = 60',
      'shared_buffers = 64MB',
      "log_min_messages = 'panic'",
      ...settings,
    ])
    try {
      const args = ['-D', server.data, '-U', 'owner', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
      await run(server.program('initdb'), args, { ...user, cwd: directory })
      await server.restart()
      return server
    } catch (error) {
      await server.remove()
      throw error
    }
  }

  /** Starts the server, which must not be running, and waits until it answers. */
  async restart(more: readonly string[] = []): Promise<void> {
    writeFileSync(join(this.data, 'postgresql.auto.conf'), [...this.settings, ...more, ''].join('\n'))
    const child = spawn(this.program('postgres'), ['-D', this.data], {
      ...this.user,
      cwd: this.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let log = ''
    child.stderr.on('data', (chunk) => (log += String(chunk)))
    this.child = child
    running.add(child)
    this.ended = new Promise((resolve) => {
      child.once('close', () => {
        running.delete(child)
        resolve()
      })
    })
    for (let attempt = 0; attempt < 600; attempt++) {
      if (child.exitCode !== null) throw new Error(`postgres ended: ${log}`)
      try {
        await this.query('select 1')
        return
      } catch {
        await sleep(25)
      }
    }
    throw new Error(`postgres does not answer: ${log}`)
  }

  /** `SIGKILL` for a crash, of every process of the server at once; `SIGINT` to end it in good order. */
  async stop(signal: 'SIGKILL' | 'SIGINT' = 'SIGINT'): Promise<void> {
    const { child } = this
    if (child?.pid === undefined || child.exitCode !== null) return
    const children = signal === 'SIGKILL' ? childrenOf(child.pid) : []
    child.kill(signal)
    for (const pid of children) kill(pid)
    await this.ended
    // The next server refuses to start while a process of the last is attached to its memory.
    while (children.some(isAlive)) await sleep(5)
  }

  /** Stops the server and removes all it has written. */
  async remove(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Another server with this one's data as it lies on disk; this one must not be running, or must be in backup mode. */
  copy(): PostgresServer {
    const directory = mkdtempSync(join(tmpdir(), 'certward-pg-'))
    if (this.user !== undefined) chownSync(directory, this.user.uid, this.user.gid)
    const settings = this.settings.map((line) => line.replaceAll(this.directory, directory))
    const copy = new PostgresServer(directory, this.user, settings)
    cpSync(this.data, copy.data, { recursive: true, preserveTimestamps: true })
    copy.own(copy.data)
    return copy
  }

  /** A standby of this running server, made by pg_basebackup and following it. */
  async standby(): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'certward-pg-'))
    if (this.user !== undefined) chownSync(directory, this.user.uid, this.user.gid)
    const standby = new PostgresServer(directory, this.user, [
      ...this.settings.map((line) => line.replaceAll(this.directory, directory)),
      `primary_conninfo = 'host=${this.directory} user=owner'`,
    ])
    const args = ['-D', standby.data, '-h', this.directory, '-U', 'owner', '--checkpoint=fast', '--no-sync']
    await run(this.program('pg_basebackup'), args, { ...this.user, cwd: directory })
    writeFileSync(join(standby.data, 'standby.signal'), '')
    standby.own(join(standby.data, 'standby.signal'))
    await standby.restart()
    return standby
  }

  /** How to connect. `owner` may do everything. */
  config(options: PoolConfig = {}): PoolConfig {
    return { host: this.directory, user: 'owner', database: 'postgres', ...options }
  }

  /** The same for programs, which are told by one text. */
  url(): string {
    return `postgres://owner@${encodeURIComponent(this.directory)}/postgres`
  }

  /** Runs statements over a connection of their own. */
  async query(text: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    const client = new Client(this.config())
    client.on('error', () => undefined)
    await client.connect()
    try {
      const { rows } = await client.query<Record<string, unknown>>(text, parameters && [...parameters])
      return rows
    } finally {
      await client.end()
    }
  }

  private get data(): string {
    return join(this.directory, 'data')
  }

  private program(name: string): string {
    return join(binaries() ?? '', name)
  }

  private own(path: string): void {
    if (this.user === undefined) return
    const { uid, gid } = this.user
    chownSync(path, uid, gid)
    if (!existsSync(join(path, 'PG_VERSION'))) return
    for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) chownSync(join(path, entry), uid, gid)
  }
}

/** Elsewhere than on Linux they end by themselves when they find their parent gone. */
function childrenOf(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').map(Number).filter(Boolean) : []
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
