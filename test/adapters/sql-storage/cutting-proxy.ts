/** Stands between a client and a server, and cuts connections at commits as it is told. */

import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolConfig } from 'pg'
import type { PostgresServer } from '../../support/postgres.js'

/**
 * What becomes of a commit: `before` the server hears of it, `after` it has answered, or the client is cut off `at once` while
 * the server hears of it later, or never.
 */
export type Cut = 'before' | 'after' | { readonly at: 'once'; readonly heardAfter: number }

const PORT = 6000
/** What only the statement of a commit has. Prepared once, it goes by the name that stands before it. */
const COMMIT = /(?:(certward [\w-]{43})\0)?\/\* keep the plan \*\/ with [^]*logged as \(/

export class CuttingProxy {
  /** Commits seen. */
  commits = 0
  /** What to do at the next commits, the next first. */
  readonly cuts: Cut[] = []
  /** Whether new connections are cut at once. */
  isRefusing = false
  private readonly sockets = new Set<Socket>()
  private readonly names = new Set<string>()

  private constructor(
    private readonly place: PostgresServer,
    private readonly listener: Server,
    /** Where new connections lead. */
    public target: PostgresServer,
  ) {}

  static async start(server: PostgresServer): Promise<CuttingProxy> {
    const listener = createServer()
    const proxy = new CuttingProxy(server, listener, server)
    listener.on('connection', (client) => proxy.connect(client))
    await new Promise<void>((resolve) => listener.listen(join(server.directory, `.s.PGSQL.${PORT}`), resolve))
    return proxy
  }

  config(options: PoolConfig = {}): PoolConfig {
    return this.place.config({ port: PORT, ...options })
  }

  /** Cuts every connection. */
  cutAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cutAll()
    await new Promise((resolve) => this.listener.close(resolve))
  }

  private isCommit(message: string): boolean {
    const [found, name] = COMMIT.exec(message) ?? []
    if (name !== undefined) this.names.add(name)
    return found !== undefined || [...this.names].some((one) => message.includes(one))
  }

  private connect(client: Socket): void {
    if (this.isRefusing) {
      client.destroy()
      return
    }
    const server = createConnection(join(this.target.directory, '.s.PGSQL.5432'))
    let cut: Cut | undefined
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.sockets.delete(socket)
        // The server may be about to hear of a commit.
        if (typeof cut !== 'object') other.destroy()
      })
    }
    client.on('data', (chunk) => {
      if (this.isCommit(chunk.toString('latin1'))) {
        this.commits++
        cut = this.cuts.shift()
      }
      if (cut === 'before') client.destroy()
      else if (typeof cut === 'object') {
        client.destroy()
        void sleep(cut.heardAfter).then(() => server.end(chunk))
      } else server.write(chunk)
    })
    server.on('data', (chunk) => {
      if (cut === 'after') client.destroy()
      else client.write(chunk)
    })
  }
}
