/** Chromium, which fetches the suite's page from a server on this machine. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GroupResult } from '../vector.js'
import { installed } from './command-line.js'
import type { Host, Material } from './host.js'

const executable = '/usr/bin/chromium'

/** What is used of playwright-core, which is installed only where this runs. */
interface DriverModule {
  readonly chromium: {
    launch(options: { executablePath: string; args: readonly string[] }): Promise<{
      newPage(): Promise<{
        goto(url: string): Promise<unknown>
        evaluate<T>(expression: string): Promise<T>
      }>
      close(): Promise<void>
    }>
  }
}

async function run({ groups, bundle }: Material): Promise<readonly GroupResult[]> {
  const script = readFileSync(await bundle('page', 'browser'))
  const server = createServer((request, response) => {
    const group = groups[Number(/^\/group\/(\d+)$/.exec(request.url ?? '')?.[1] ?? NaN)]
    if (request.url === '/suite.js') response.setHeader('content-type', 'text/javascript').end(script)
    else if (group !== undefined) response.end(group)
    else response.setHeader('content-type', 'text/html').end('<!doctype html><script src="/suite.js"></script>')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const { chromium } = (await import(installed('playwright-core/index.mjs'))) as DriverModule
  const browser = await chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    const results: GroupResult[] = []
    for (const number of groups.keys()) {
      const text = await page.evaluate<string>(`judgeFetched('/group/${number}')`)
      results.push(JSON.parse(text) as GroupResult)
    }
    return results
  } finally {
    await browser.close()
    server.close()
  }
}

export const chromium: Host = {
  name: 'Chromium',
  version: () => {
    if (!existsSync(executable) || !existsSync(installed('playwright-core'))) return undefined
    return /\d+\.\d+\.\d+\.\d+/.exec(spawnSync(executable, ['--version'], { encoding: 'utf8' }).stdout)?.[0]
  },
  hasDisk: false,
  remedy: 'apt-get install chromium, and npm ci --prefix test/runtimes',
  run,
}
