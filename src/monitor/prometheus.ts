// A monitor's numbers in Prometheus' text format 0.0.4, named as the exporters in use name them.

import { escapeUnsafe } from '../x509/name-text.js'
import type { CertificateMetrics, MonitorMetrics } from './metrics.js'

/** The media type to answer a scrape with. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>

/** A value, and what it is of; undefined values are left out. */
type Sample = readonly [labels: Labels, value: number | undefined]

/**
 * The text a Prometheus scrapes. Certificates stand as x509-certificate-exporter has them (`x509_cert_not_after` …, with
 * `node` and `purpose` for the file), the earliest end as blackbox_exporter has it, the rest under `certward_`.
 *
 * Serial numbers are upper-case hex, as everywhere here. `sha256` is a label too: two certificates may share all others.
 */
export function prometheusText(metrics: MonitorMetrics): string {
  return [
    ...certificateFamilies(metrics),
    ...responderFamilies(metrics),
    ...tickFamilies(metrics),
    ...notifierFamilies(metrics),
  ].join('')
}

const DAY = 86_400_000

/** Writes a family: it stands together, its HELP and TYPE once before it; one without samples not at all. */
const family =
  (type: 'gauge' | 'counter') =>
  (name: string, help: string, samples: readonly Sample[]): string => {
    const lines = samples.flatMap(([labels, value]) =>
      value === undefined ? [] : [`${name}${labelText(labels)} ${value}\n`],
    )
    return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
  }
const gauge = family('gauge')
const counter = family('counter')
/** A sample of each, by a value of it. */
const seriesOf =
  <Item>(items: readonly (readonly [Labels, Item])[]) =>
  (valueOf: (item: Item) => number | undefined): readonly Sample[] =>
    items.map(([labels, item]) => [labels, valueOf(item)])
const single = (value: number | undefined): readonly Sample[] => [[{}, value]]
const seconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000

function certificateFamilies({ certificates, isComplete, at }: MonitorMetrics): readonly string[] {
  const sorted = [...certificates].sort((a, b) => a.notAfter - b.notAfter)
  const shown = distinct(sorted)
  const each = seriesOf(shown)
  const checkAges = shown.flatMap(([labels, { lastRevocationCheck: check }]): readonly Sample[] =>
    check === undefined ? [] : [[{ ...labels, status: check.status }, (at - check.at) / 1000]],
  )
  return [
    gauge(
      'x509_cert_not_before',
      'Start of validity, seconds since 1970.',
      each(({ notBefore }) => notBefore / 1000),
    ),
    gauge(
      'x509_cert_not_after',
      'End of validity, seconds since 1970.',
      each(({ notAfter }) => notAfter / 1000),
    ),
    gauge(
      'x509_cert_expired',
      '1 once the certificate has expired.',
      each(({ notAfter }) => Number(notAfter < at)),
    ),
    gauge(
      'x509_cert_expires_in_seconds',
      'Seconds until it ends.',
      each(({ notAfter }) => (notAfter - at) / 1000),
    ),
    gauge(
      'certward_certificate_days_left',
      'Whole days until it ends.',
      each(({ notAfter }) => Math.floor((notAfter - at) / DAY)),
    ),
    gauge(
      'certward_certificate_revoked',
      '1 once it is revoked.',
      each(({ mark }) => Number(mark === 'revoked')),
    ),
    gauge(
      'certward_revocation_check_age_seconds',
      'Seconds since the last revocation check, by what it found.',
      checkAges,
    ),
    gauge('certward_certificates', 'Certificates with series of their own.', single(certificates.length)),
    gauge('certward_certificates_complete', '1 where these are all.', single(Number(isComplete))),
    gauge(
      'probe_ssl_earliest_cert_expiry',
      'The first end of all, seconds since 1970.',
      single(seconds(sorted[0]?.notAfter)),
    ),
  ]
}

/**
 * Each with its labels. A certificate may stand in a purpose under two ids; a scrape that names a series twice is refused
 * whole, so the one that says more, or else the first, stands for both.
 */
function distinct(certificates: readonly CertificateMetrics[]): readonly (readonly [Labels, CertificateMetrics])[] {
  const found = new Map<string, readonly [Labels, CertificateMetrics]>()
  for (const certificate of certificates) {
    const labels = labelsOf(certificate)
    const key = JSON.stringify(Object.values(labels))
    if (!found.has(key) || certificate.mark === 'revoked') found.set(key, [labels, certificate])
  }
  return [...found.values()]
}

const labelsOf = ({ node, purpose, subject, issuer, serialNumber, sha256 }: CertificateMetrics): Labels => ({
  node,
  purpose,
  subject_CN: commonNameOf(subject),
  issuer_CN: commonNameOf(issuer),
  serial_number: serialNumber,
  sha256,
})

/** The most specific commonName of an RFC 4514 text, where it stands first; empty where there is none. */
function commonNameOf(name: string): string {
  // From the start, attribute by attribute, so that no value passes for the end of one; each is passed over only once.
  const value = /^(?:(?!CN=)(?:[^\\,+]|\\.)*[,+])*CN=((?:[^\\,+]|\\.)*)/s.exec(name)?.[1] ?? ''
  // Hex stands for unsafe characters, and stays.
  return value.replace(/\\([^\da-f])/gi, '$1')
}

function responderFamilies({ responders }: MonitorMetrics): readonly string[] {
  const each = seriesOf(responders.map((responder) => [{ host: responder.host }, responder]))
  return [
    counter(
      'certward_responder_requests_total',
      'Requests to the responder.',
      each(({ requests }) => requests),
    ),
    counter(
      'certward_responder_failures_total',
      'Requests that failed.',
      each(({ failures }) => failures),
    ),
    gauge(
      'certward_responder_last_failure_timestamp_seconds',
      'When one last failed.',
      each(({ lastFailureAt }) => seconds(lastFailureAt)),
    ),
  ]
}

function tickFamilies(metrics: MonitorMetrics): readonly string[] {
  const { at, ticks, lastTickAt, nextTickAt, overdueSince, connections } = metrics
  const overdue = (['expiry', 'revocation'] as const).map((task): Sample => [
    { task },
    (at - (overdueSince[task] ?? at)) / 1000,
  ])
  return [
    counter('certward_ticks_total', 'Times the monitor has run.', single(ticks)),
    gauge('certward_last_tick_timestamp_seconds', 'When it last ran.', single(seconds(lastTickAt))),
    gauge('certward_next_tick_timestamp_seconds', 'When it is to run next.', single(seconds(nextTickAt))),
    gauge('certward_watched_connections', 'Connections that are watched.', single(connections)),
    gauge('certward_overdue_seconds', 'How long the most overdue work has waited.', overdue),
  ]
}

function notifierFamilies({ notifiers }: MonitorMetrics): readonly string[] {
  const each = seriesOf(notifiers.map((notifier) => [{ notifier: notifier.name }, notifier]))
  return [
    counter(
      'certward_notifier_notices_sent_total',
      'Notices delivered.',
      each(({ sent }) => sent),
    ),
    counter(
      'certward_notifier_failures_total',
      'Digests that were not.',
      each(({ failures }) => failures),
    ),
    gauge(
      'certward_notifier_last_sent_timestamp_seconds',
      'When it last delivered.',
      each(({ lastSentAt }) => seconds(lastSentAt)),
    ),
    gauge(
      'certward_notifier_last_failure_timestamp_seconds',
      'When it last failed.',
      each(({ lastFailureAt }) => seconds(lastFailureAt)),
    ),
  ]
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Line feeds are among what escapeUnsafe takes; they need no escape of the format. */
const escapeLabel = (value: string): string => escapeUnsafe(value).replace(/[\\"]/g, '\\$&')
