import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeRecord } from '../../src/inventory/index.js'
import {
  type CertificateMetrics,
  type MonitorMetrics,
  prometheusContentType,
  prometheusText,
} from '../../src/monitor/index.js'
import { createTestCa } from '../../src/testkit/index.js'
import { DAY, hostileText, HOUR, noticeTime as at } from '../support/notices.js'

interface Parsed {
  readonly type: string
  readonly help: string
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

/**
 * The text format 0.0.4, read strictly: HELP and TYPE once before the samples of a family, families in one piece, names and
 * labels by the grammar, only the three escapes there are, no series twice, a line feed at the end.
 */
function parse(text: string): ReadonlyMap<string, Parsed> {
  const families = new Map<string, Parsed>()
  const seen = new Set<string>()
  if (text === '') return families
  expect(text.endsWith('\n')).toBe(true)
  const lines = text.slice(0, -1).split('\n')
  let current = ''
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const help = /^# HELP ([a-zA-Z_:][\w:]*) (.+)$/.exec(line)
    if (help !== null) {
      const [, name = '', words = ''] = help
      const type = new RegExp(`^# TYPE ${name} (gauge|counter)$`).exec(lines[++i] ?? '')?.[1]
      if (type === undefined || families.has(name)) throw new Error(`not one HELP and one TYPE: ${line}`)
      families.set(name, { type, help: words, samples: [] })
      current = name
      continue
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/u.exec(line)
    const [, name = '', labels = '', value = ''] = sample ?? []
    if (sample === null || name !== current) throw new Error(`no sample of ${current}: ${JSON.stringify(line)}`)
    const series = `${name} ${labels}`
    if (seen.has(series)) throw new Error(`twice: ${series}`)
    seen.add(series)
    families.get(name)?.samples.push({ labels: parseLabels(labels), value: Number(value) })
  }
  for (const [name, { samples, type }] of families) {
    expect(samples.length, name).toBeGreaterThan(0)
    expect(type === 'counter').toBe(name.endsWith('_total'))
  }
  return families
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== '';) {
    const [whole = '', name = '', value = ''] =
      /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/su.exec(rest) ?? []
    if (whole === '' || name in labels) throw new Error(`no label: ${rest}`)
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(whole.length)
  }
  return labels
}

const certificateOf = (changes: Partial<CertificateMetrics> = {}): CertificateMetrics => ({
  node: 'pub',
  purpose: 'tomcat',
  kind: 'identity',
  subject: 'CN=pub.example.com,O=Example',
  issuer: 'O=Example,CN=Example CA',
  serialNumber: '0A1B2C',
  sha256: 'ab'.repeat(32),
  notBefore: at - 100 * DAY,
  notAfter: at + 6 * DAY + 5 * HOUR,
  mark: undefined,
  ...changes,
})

const metricsOf = (changes: Partial<MonitorMetrics> = {}): MonitorMetrics => ({
  at,
  certificates: [],
  isComplete: true,
  connections: 0,
  responders: [],
  notifiers: [],
  ticks: 0,
  overdueSince: {},
  ...changes,
})

const one = (text: string, family: string) => parse(text).get(family)?.samples

describe('prometheusText', () => {
  it('MON-4 has certificates as the exporters in use have them', () => {
    const text = prometheusText(metricsOf({ certificates: [certificateOf()] }))
    const labels = {
      node: 'pub',
      purpose: 'tomcat',
      subject_CN: 'pub.example.com',
      issuer_CN: 'Example CA',
      serial_number: '0A1B2C',
      sha256: 'ab'.repeat(32),
    }
    const values = (name: string) => one(text, name)
    expect(values('x509_cert_not_before')).toEqual([{ labels, value: at / 1000 - 8_640_000 }])
    expect(values('x509_cert_not_after')).toEqual([{ labels, value: at / 1000 + 536_400 }])
    expect(values('x509_cert_expired')).toEqual([{ labels, value: 0 }])
    expect(values('x509_cert_expires_in_seconds')).toEqual([{ labels, value: 536_400 }])
    expect(values('certward_certificate_days_left')).toEqual([{ labels, value: 6 }])
    expect(values('certward_certificate_revoked')).toEqual([{ labels, value: 0 }])
    expect(values('certward_revocation_check_age_seconds')).toBeUndefined()
    expect(values('certward_certificates')).toEqual([{ labels: {}, value: 1 }])
    expect(values('probe_ssl_earliest_cert_expiry')).toEqual([{ labels: {}, value: at / 1000 + 536_400 }])
    expect(prometheusContentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  it('MON-4 the last moment of validity belongs to it; after it days left are negative', () => {
    const of = (notAfter: number, name: string) =>
      one(prometheusText(metricsOf({ certificates: [certificateOf({ notAfter })] })), name)?.[0]?.value
    expect(of(at, 'x509_cert_expired')).toBe(0)
    expect(of(at - 1000, 'x509_cert_expired')).toBe(1)
    expect(of(at - 1000, 'certward_certificate_days_left')).toBe(-1)
    expect(of(Date.UTC(9999, 11, 31, 23, 59, 59), 'x509_cert_not_after')).toBe(253402300799)
  })

  it('OCS-8 says who is revoked, what the last check found and how long ago that is', () => {
    const lastRevocationCheck = { at: at - 90_000, status: 'revoked' } as const
    const text = prometheusText(metricsOf({ certificates: [certificateOf({ mark: 'revoked', lastRevocationCheck })] }))
    expect(one(text, 'certward_certificate_revoked')?.[0]?.value).toBe(1)
    const [age] = one(text, 'certward_revocation_check_age_seconds') ?? []
    expect(age).toMatchObject({ labels: { status: 'revoked', node: 'pub' }, value: 90 })
  })

  it('MON-4 tells of responders, ticks and notifiers', () => {
    const text = prometheusText(
      metricsOf({
        responders: [
          { host: 'ocsp.example.com', requests: 10, failures: 2, lastFailureAt: at - 1000 },
          { host: 'other.example.com', requests: 1, failures: 0 },
        ],
        notifiers: [
          { name: 'e-mail', sent: 7, failures: 1, lastSentAt: at, lastFailureAt: at - 500, lastFailure: 'secret' },
        ],
        ticks: 3,
        lastTickAt: at,
        nextTickAt: at + HOUR,
        overdueSince: { expiry: at - 5000 },
      }),
    )
    const found = Object.fromEntries([...parse(text)].map(([name, { samples }]) => [name, samples]))
    expect(found).toEqual({
      certward_certificates: [{ labels: {}, value: 0 }],
      certward_certificates_complete: [{ labels: {}, value: 1 }],
      certward_watched_connections: [{ labels: {}, value: 0 }],
      certward_responder_requests_total: [
        { labels: { host: 'ocsp.example.com' }, value: 10 },
        { labels: { host: 'other.example.com' }, value: 1 },
      ],
      certward_responder_failures_total: [
        { labels: { host: 'ocsp.example.com' }, value: 2 },
        { labels: { host: 'other.example.com' }, value: 0 },
      ],
      certward_responder_last_failure_timestamp_seconds: [
        { labels: { host: 'ocsp.example.com' }, value: at / 1000 - 1 },
      ],
      certward_ticks_total: [{ labels: {}, value: 3 }],
      certward_last_tick_timestamp_seconds: [{ labels: {}, value: at / 1000 }],
      certward_next_tick_timestamp_seconds: [{ labels: {}, value: at / 1000 + 3600 }],
      certward_overdue_seconds: [
        { labels: { task: 'expiry' }, value: 5 },
        { labels: { task: 'revocation' }, value: 0 },
      ],
      certward_notifier_notices_sent_total: [{ labels: { notifier: 'e-mail' }, value: 7 }],
      certward_notifier_failures_total: [{ labels: { notifier: 'e-mail' }, value: 1 }],
      certward_notifier_last_sent_timestamp_seconds: [{ labels: { notifier: 'e-mail' }, value: at / 1000 }],
      certward_notifier_last_failure_timestamp_seconds: [{ labels: { notifier: 'e-mail' }, value: at / 1000 - 0.5 }],
    })
    expect(text).not.toContain('secret')
  })

  it.each([
    ['CN=a', 'a'],
    ['OU=x,CN=inner,CN=outer', 'inner'],
    ['O=only', ''],
    ['', ''],
    ['CN=', ''],
    ['SERIALNUMBER=1+CN=joined,O=x', 'joined'],
    ['CN=a\\, b\\+c\\=d \\"e\\"', 'a, b+c=d "e"'],
    ['O=x\\,CN=evil,CN=real', 'real'],
    ['O=x\\\\,CN=real', 'real'],
    ['O=x\\+CN=evil', ''],
    ['CN=line\\0Abreak', 'line\\0Abreak'],
    ['XCN=no,CN=yes', 'yes'],
  ])('MON-4 finds the common name of %s', (subject, name) => {
    const text = prometheusText(metricsOf({ certificates: [certificateOf({ subject })] }))
    expect(one(text, 'x509_cert_not_after')?.[0]?.labels['subject_CN']).toBe(name)
  })

  it('MON-4 finds the common name that the certificate itself gives, whatever it is', async () => {
    const ca = await createTestCa({ name: 'Example CA' })
    for (const name of [
      'a, b',
      'CN=x',
      '#1',
      ' spaced ',
      'q"uo\\te',
      'plus+minus',
      'ünïcode 中',
      'semi;colon',
      '<x>',
    ]) {
      const { certificate } = await ca.issue({ name, dns: ['a.example'] })
      const { commonName, subject, issuer } = await describeRecord(certificate)
      const text = prometheusText(metricsOf({ certificates: [certificateOf({ subject, issuer })] }))
      expect(commonName).toBe(name)
      expect(one(text, 'x509_cert_not_after')?.[0]?.labels).toMatchObject({ subject_CN: name, issuer_CN: 'Example CA' })
    }
  })

  it('MON-4 a name without end is searched in no time', () => {
    for (const subject of [
      'O=x,'.repeat(200_000),
      `O=${'\\,'.repeat(400_000)}`,
      '+'.repeat(800_000),
      '\\'.repeat(800_001),
    ]) {
      expect(prometheusText(metricsOf({ certificates: [certificateOf({ subject })] }))).toContain('subject_CN=""')
    }
  })

  it('MON-4 two certificates alike in all but the key are two series, one certificate under two ids is one', () => {
    const first = certificateOf()
    const second = certificateOf({ sha256: 'cd'.repeat(32) })
    const text = prometheusText(metricsOf({ certificates: [first, second, { ...first, mark: 'revoked' }, first] }))
    expect(one(text, 'certward_certificate_revoked')?.map(({ value }) => value)).toEqual([1, 0])
  })

  it('MON-4 shows the certificates in the order of their ends, and says whether there are more', () => {
    const certificates = [5, 1, 4, 2, 3].map((days) =>
      certificateOf({ sha256: String(days), notAfter: at + days * DAY }),
    )
    const text = prometheusText(metricsOf({ certificates, isComplete: false }))
    expect(one(text, 'certward_certificate_days_left')?.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5])
    expect(one(text, 'certward_certificates')?.[0]?.value).toBe(5)
    expect(one(text, 'certward_certificates_complete')?.[0]?.value).toBe(0)
  })

  it('MON-4 whatever values say, the text is read, and as many series as there are', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (a, b) => {
        const certificate = certificateOf({ node: a, purpose: b, subject: `CN=${a}`, issuer: b, serialNumber: a })
        const text = prometheusText(
          metricsOf({
            certificates: [certificate, { ...certificate, sha256: 'other' }],
            responders: [{ host: a, requests: 1, failures: 1 }],
            notifiers: [{ name: b, sent: 1, failures: 1 }],
          }),
        )
        const families = parse(text)
        expect(families.get('x509_cert_not_after')?.samples).toHaveLength(2)
        expect(families.get('certward_responder_failures_total')?.samples).toHaveLength(1)
        expect(families.get('certward_notifier_failures_total')?.samples).toHaveLength(1)
      }),
    )
  })

  it('MON-4 plain values are read back as they were', () => {
    fc.assert(
      fc.property(fc.string(), (node) => {
        const text = prometheusText(metricsOf({ certificates: [certificateOf({ node })] }))
        expect(one(text, 'x509_cert_expired')?.[0]?.labels['node']).toBe(node)
      }),
    )
  })
})
