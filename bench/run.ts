// The bench command: runs the benchmarks named, all of them by default, side by side with the peers.

import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { crl } from './crl.bench.js'
import { heap } from './heap.bench.js'
import { imports } from './import.bench.js'
import { keeper } from './keeper.bench.js'
import { monitor } from './monitor.bench.js'
import { ocsp } from './ocsp.bench.js'
import { parse } from './parse.bench.js'
import { path } from './path.bench.js'
import { pem } from './pem.bench.js'
import { pkcs7 } from './pkcs7.bench.js'
import { sql } from './sql.bench.js'
import { formatGoals, formatTable, type Result, toJson } from './report.js'

const benches = new Map<string, () => Promise<Result>>([
  ['parse', parse],
  ['pem', pem],
  ['pkcs7', pkcs7],
  ['path', path],
  ['ocsp', ocsp],
  ['crl', crl],
  ['keeper', keeper],
  ['monitor', monitor],
  ['heap', heap],
  ['import', imports],
  ['sql', sql],
])
const names = [...benches.keys()]
/** Those that are run where none is named. */
const usual = names.filter((name) => name !== 'sql')

const usage = `Usage: npm run -s bench -- [name…] [--json]

Compares certward with its peers; without a name, in everything. Times are medians of one interleaved run: ratios
hold where absolute times drift with the machine.
  parse   one certificate: parsed, and every field read
  pem     a PEM bundle of 5,000 certificates, against indexOf and base64 alone
  pkcs7   PKCS#7 bundles of 500 and 5,000 certificates
  path    a path of three found and validated, against its two signatures alone
  ocsp    a delegated responder's answer judged, against its two signatures alone; a request made
  crl     a CRL of 100,000 entries: read, asked, and kept in memory
  keeper  an upload, against its signatures alone; pages and commits of 100,000 certificates
  monitor a million certificates in memory: their schedule, a tick with nothing due, one with something
  heap    memory kept by one parsed certificate
  import  time and size of importing the reading entry point
  sql     an inventory in PostgreSQL of 10,000 to 1,000,000 certificates; takes some minutes, and only if it is named

  --json  print one object: by benchmark, by contender, the numbers; and the goals, met or not

Exits 0 whether goals are met or not, 2 on misuse.`

function readArguments(): { readonly names: readonly string[]; readonly json: boolean; readonly help: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  })
  const unknown = positionals.find((name) => !benches.has(name))
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}; there are ${names.join(', ')}`)
  return { names: positionals.length === 0 ? usual : names.filter((name) => positionals.includes(name)), ...values }
}

async function run(chosen: readonly string[], json: boolean): Promise<void> {
  const results: Result[] = []
  if (!json) console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? ''}\n`)
  for (const name of chosen) {
    const result = await benches.get(name)?.()
    if (result === undefined) continue
    results.push(result)
    if (!json) for (const table of result.tables) console.log(formatTable(table))
  }
  const goals = results.flatMap((result) => result.goals)
  const tables = results.flatMap((result) => result.tables)
  console.log(json ? toJson({ tables, goals }) : formatGoals(goals))
}

let request
try {
  request = readArguments()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exit(2)
}
if (request.help) console.log(usage)
else await run(request.names, request.json)
