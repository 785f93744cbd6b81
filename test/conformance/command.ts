/** The conformance command: arguments in, lines and an exit code out. */

import { parseArgs } from 'node:util'
import { ManifestError } from './formats/shape.js'
import { judgeWithPeer, peerNames } from './peers/judge-with-peer.js'
import { report, summarize, summarizeUnsupported, type Suite } from './runner.js'

const exitCode = { agreement: 0, disagreement: 1, misuse: 2, unsupported: 3 } as const

export interface Streams {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** Runs the command and returns the exit code; `--json` puts one object on `out`, and everything else on `err`. */
export async function conformance(
  args: readonly string[],
  suites: ReadonlyMap<string, Suite>,
  streams: Streams,
): Promise<number> {
  try {
    const request = readArguments(args, suites)
    if (request === 'help') {
      streams.out(usage(suites))
      return exitCode.agreement
    }
    return await run(request, streams)
  } catch (error) {
    if (error instanceof UsageError) streams.err(`${error.message}\n\n${usage(suites)}`)
    else if (error instanceof ManifestError) streams.err(error.message)
    else throw error
    return exitCode.misuse
  }
}

interface Request {
  readonly name: string
  readonly suite: Suite
  readonly path: string
  readonly json: boolean
  /** Who judges in certward's place. */
  readonly peer: string | undefined
}

class UsageError extends Error {}

const pathSuites = ['limbo', 'pkits']

function readArguments(args: readonly string[], suites: ReadonlyMap<string, Suite>): Request | 'help' {
  const { values, positionals } = parse(args)
  if (values.help === true) return 'help'
  const [name, path, ...rest] = positionals
  if (name === undefined) throw new UsageError('which suite?')
  const suite = suites.get(name)
  if (suite === undefined) throw new UsageError(`there is no suite ${name}`)
  if (path === undefined) throw new UsageError(`where are the cases of ${name}?`)
  if (rest.length > 0) throw new UsageError(`one suite and one path, not also ${rest.join(' ')}`)
  const { peer, json = false } = values
  if (peer !== undefined && !peerNames.some((known) => known === peer)) throw new UsageError(`there is no peer ${peer}`)
  if (peer !== undefined && !pathSuites.includes(name)) throw new UsageError(`peers judge ${pathSuites.join(' and ')}`)
  return { name, suite, path, json, peer }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, peer: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function run({ name, suite, path, json, peer }: Request, { out, err }: Streams): Promise<number> {
  const { cases, judgeAll } = suite.load(path)
  const total = cases.length
  if (judgeAll === undefined) {
    const note = `suite ${name}: ${total} cases loaded; ${suite.subject} is not part of this version yet`
    if (json) out(JSON.stringify(summarizeUnsupported(name, total)))
    ;(json ? err : out)(note)
    return exitCode.unsupported
  }
  const outcome = await (peer === undefined ? judgeAll() : judgeWithPeer({ peer, suite: name, path }, cases))
  out(json ? JSON.stringify(summarize(name, outcome)) : report(name, outcome))
  return outcome.disagreements.length === 0 ? exitCode.agreement : exitCode.disagreement
}

function usage(suites: ReadonlyMap<string, Suite>): string {
  return `Usage: npm run -s conformance -- <${[...suites.keys()].join('|')}> <path> [--json] [--peer NAME]

Runs a conformance suite from any path.
  limbo   limbo.json or limbo.json.gz, or a directory that holds one
  pkits   a directory with pkits.json, certs and crls
  ocsp    a directory with openssl-ocsp.json and the files it names

  --json  print one object: suite, total, agree, falseAccepts, falseRejects, errors, ms
  --peer  limbo or pkits judged by another: ${peerNames.join(', ')}; a case it does not end is an error

Exits 0 when every case agrees, 1 on any disagreement, 2 on misuse or unreadable data, 3 when this version cannot judge the suite.`
}
