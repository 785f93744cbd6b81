// A year of a cluster of twelve nodes in seconds: renewals, a revocation, outages, a worker that dies, a clock that is set. Run
// it with: npm run example -- year

import {
  createCertificateMonitor,
  defaultMonitorSettings,
  type MonitorReport,
  type MonitorSettings,
} from '../../src/index.js'
import { FORGOTTEN, People } from './people.js'
import {
  catalogue,
  createWorld,
  DAY,
  done,
  HOUR,
  newYear,
  nodes,
  purposes,
  SimulatedClock,
  type World,
} from './world.js'

const PHONES = 24

const settings: MonitorSettings = {
  ...defaultMonitorSettings,
  notificationFrequency: { every: 10, unit: 'days' },
  lscMonitoring: 'enabled',
  ocsp: { state: 'enabled', responder: 'from-certificate' },
  revocationCheck: { state: 'enabled', every: { every: 7, unit: 'days' }, policy: 'standard-soft-fail' },
  certificateValidityCheck: { state: 'enabled', validityCheckFrequency: { every: 12, unit: 'hours' } },
}

/** Tells what a year brings; whether it ends as it should. */
export async function tellYear(): Promise<boolean> {
  const began = performance.now()
  const clock = new SimulatedClock()
  const world = await createWorld(clock)
  const transcript = new Transcript(clock)
  const people = new People(world, clock, transcript.tell)
  await install(world)
  console.log(
    `A cluster of ${nodes.length} nodes with ${purposes.length * nodes.length} certificates of its company’s CA, ${PHONES} phones, and a directory.`,
  )
  console.log('Its monitor tells 30 days before an end, every ten days; it checks revocation once a week.')
  const counts = { ticks: 0, checks: 0, revoked: 0, dropped: 0, failures: 0 }
  const workers = [0, 1].map(() =>
    createCertificateMonitor({
      ...{ catalogue, clock, settings, storage: world.storage, notifiers: [people.mail] },
      ocsp: { transport: world.transport, sleep: () => Promise.resolve() },
      sleep: () => Promise.resolve(),
    }),
  )
  planEvents(world, clock, people, transcript, workers)
  let isFailing = false
  const heed = (report: MonitorReport): void => {
    counts.ticks++
    counts.checks += Object.values(report.checks).reduce((sum, count) => sum + count, 0)
    counts.failures += report.failures.length
    const [failure] = report.failures
    if (failure !== undefined && !isFailing) {
      transcript.tell('monitor', `cannot send: ${failure.message}; it tries again every ten minutes`)
    }
    if (report.notices.length > 0) isFailing = failure !== undefined
    // Once for all places, by the identity where it is one: it stands before its copies.
    const byPurpose = [...report.effects].sort(
      (a, b) => Number(a.purpose.endsWith('-trust')) - Number(b.purpose.endsWith('-trust')),
    )
    const revoked = new Map(byPurpose.reverse().map((effect) => [effect.sha256, effect]))
    counts.revoked += revoked.size
    for (const { purpose, node, reason } of revoked.values()) {
      transcript.tell(
        'monitor',
        `${purpose} on ${node} is ${reason}: it is not to be used any more, wherever it stands`,
      )
    }
    for (const { connection, reasons } of report.drops) {
      counts.dropped++
      transcript.tell('monitor', `drops ${connection.id}: ${reasons[0] ?? ''}`)
    }
  }
  const end = newYear + 365 * DAY
  for (let turn = 0; clock.time < end; turn++) {
    await people.work()
    // Two workers share the storage; now the one comes, now the other.
    const worker = workers[turn % workers.length]
    if (worker === undefined) return false
    const report = await worker.tick()
    heed(report)
    clock.time = Math.max(clock.time + 1000, Math.min(report.next.getTime(), people.next))
  }
  const { certificates } = await (workers[0] ?? expectWorker()).metrics()
  const ended = certificates.filter(({ notAfter }) => notAfter < end)
  console.log(`\nThe year in numbers
  ${counts.ticks} ticks, ${counts.checks} checks of revocation, ${people.counts.notices} notices in ${people.counts.mails} mails
  ${people.counts.renewed} certificates renewed, ${counts.revoked} taken out of use, ${counts.dropped} connection dropped
  ${counts.failures} times a mail could not be sent; ${ended.length} certificates that have ended and are still there
  ${((performance.now() - began) / 1000).toFixed(1)} seconds`)
  return ended.length === 0 && counts.dropped === 1
}

const expectWorker = (): never => {
  throw new Error('there is no worker')
}

async function install(world: World): Promise<void> {
  for (const { trust } of purposes) {
    await world.trust(trust, world.root.pem)
    await world.trust(trust, world.issuing.pem)
  }
  for (const [at, node] of nodes.entries()) {
    for (const [of, { identity }] of purposes.entries()) await world.certify(node, identity, 40 + 25 * at + 11 * of)
  }
  for (let phone = 1; phone <= PHONES; phone++) {
    await world.certifyPhone(`SEP${String(phone).padStart(12, '0')}`, 60 + 25 * (phone % 9))
  }
}

type Monitor = ReturnType<typeof createCertificateMonitor>

/** What happens to the cluster, whatever anybody does. */
function planEvents(
  world: World,
  clock: SimulatedClock,
  people: People,
  { tell }: Transcript,
  workers: readonly Monitor[],
): void {
  const on = (month: number, day: number, run: () => Promise<void> | void): void =>
    people.plan(Date.UTC(2027, month - 1, day, 9), run)
  on(2, 3, async () => {
    const { certificate } = await world.certifyDirectory()
    const connection = { id: 'ldap to ldap.example.com', protocol: 'ldap', node: 'cucm1', trust: 'tomcat-trust' }
    workers[0]?.watchConnection({ ...connection, certificate })
    tell('cluster', 'opens a connection to the directory that is to last')
    on(3, 16, () => {
      world.revoke(certificate)
      tell('CA', 'revokes the directory’s certificate: its key was stolen')
    })
  })
  on(4, 20, async () => {
    const where = [
      { field: 'purpose', operator: 'is-exactly', value: 'tomcat-ECDSA' },
      { field: 'node', operator: 'is-exactly', value: 'cucm9' },
    ] as const
    const [record] = (await world.manager.list({ where })).records
    if (record === undefined) return
    world.revoke(BigInt(`0x${record.serialNumber}`))
    tell('CA', 'revokes tomcat-ECDSA of cucm9: its key was found on the web')
  })
  on(5, 15, () => {
    people.isMailDown = true
    tell('network', 'the mail server is down')
  })
  on(5, 17, () => {
    people.isMailDown = false
    tell('network', 'the mail server is up again')
  })
  on(7, 5, () => {
    world.network.isDown = true
    tell('network', 'the OCSP responder is down')
  })
  on(7, 8, () => {
    world.network.isDown = false
    tell('network', 'the OCSP responder answers again')
  })
  on(11, 20, () => {
    clock.time -= 40 * DAY
    tell('cluster', 'somebody has set the clock back by forty days')
    people.plan(clock.time + 3 * HOUR, () => {
      clock.time += 40 * DAY
      tell('cluster', 'the clock is right again')
    })
  })
  on(10, 4, async () => {
    done(await world.manager.regenerate({ node: FORGOTTEN.node, purpose: FORGOTTEN.purpose }))
    tell('operator', `regenerates ${FORGOTTEN.purpose} on ${FORGOTTEN.node}: from now on it is self-signed`)
  })
}

/** Lines with the time they are told at, by month. */
class Transcript {
  private month = -1

  constructor(private readonly clock: SimulatedClock) {}

  readonly tell = (who: string, what: string): void => {
    const now = this.clock.now()
    if (now.getUTCMonth() !== this.month) {
      this.month = now.getUTCMonth()
      console.log(`\n${now.toLocaleString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })}`)
    }
    console.log(`  ${now.toISOString().slice(8, 16).replace('T', ' ')}  ${who.padEnd(8)}  ${what}`)
  }
}
