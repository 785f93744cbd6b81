// CRLs as `openssl ca -gencrl` writes them: read, believed, and looked up.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CertificateList, parseCertificateList } from '../../src/crl/index.js'
import { appliance, type BuiltPath, type PathProfile, rfc5280, validatePath } from '../../src/path/index.js'
import { readPem } from '../../src/pem/index.js'
import { checkRevocation } from '../../src/revocation/index.js'
import { createTestCa, type TestCa, type TestCertificate } from '../../src/testkit/index.js'
import { OpensslCa, opensslReasons } from '../support/openssl-ca.js'
import { line } from '../support/revocation.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'CRLs of openssl’s own authority')
const revokedAt = new Date('2026-02-03T04:05:06Z')
const reasons = Object.keys(opensslReasons) as (keyof typeof opensslReasons)[]

describe.skipIf(openssl === undefined)('a CRL of openssl ca', () => {
  let root: TestCa
  let authority: TestCa
  let good: TestCertificate
  let unreasoned: TestCertificate
  let database: OpensslCa
  const revoked = new Map<string, TestCertificate>()

  beforeAll(async () => {
    root = await createTestCa()
    authority = await root.issueIntermediate({ name: 'Authority' })
    good = await authority.issue()
    unreasoned = await authority.issue()
    for (const reason of reasons) revoked.set(reason, await authority.issue())
    database = new OpensslCa(openssl ?? '', authority, [
      { certificate: good },
      { certificate: unreasoned, revoked: { at: revokedAt } },
      ...reasons.map((reason) => ({ certificate: revoked.get(reason) ?? good, revoked: { at: revokedAt, reason } })),
    ])
  })
  afterAll(() => {
    database.remove()
  })

  const lists = async (...args: readonly string[]): Promise<readonly CertificateList[]> =>
    readPem(await database.crl(...args)).map(({ bytes }) => parseCertificateList(bytes))

  async function pathOf({ certificate }: TestCertificate): Promise<BuiltPath> {
    const request = { certificate, intermediates: [authority.certificate], anchors: [root.certificate] }
    const verdict = await validatePath({ ...request, at: new Date() })
    if (!verdict.ok) throw new Error('no path')
    return verdict
  }

  async function status(leaf: TestCertificate, crls: readonly CertificateList[], profile: PathProfile = rfc5280) {
    // openssl goes by the machine's clock.
    const check = { sources: { crls }, at: new Date(), scope: 'target', profile } as const
    const { certificates } = await checkRevocation(await pathOf(leaf), check)
    return certificates.map(({ revocation }) => line(revocation)).join()
  }

  it('is read: its number, its times, its entries', async () => {
    const [list] = await lists()
    expect(list).toMatchObject({ version: 2, entryCount: reasons.length + 1, unusable: undefined })
    expect(list?.issuer.equals(authority.certificate.subject)).toBe(true)
    expect(list?.crlNumber).toBe(0x2an)
    expect(list?.authorityKeyIdentifier?.keyIdentifier).toEqual(
      authority.certificate.extension('subjectKeyIdentifier')?.value,
    )
    const all = [...(list?.entries() ?? [])]
    expect(all.every(({ revocationDate }) => revocationDate.getTime() === revokedAt.getTime())).toBe(true)
  })

  it('OCS-2 says good of what it does not list, and revoked and why of what it lists', async () => {
    const crls = await lists()
    expect(await status(good, crls)).toBe('good')
    expect(await status(unreasoned, crls)).toBe('revoked (unspecified)')
    for (const [reason, leaf] of revoked) {
      expect(await status(leaf, crls)).toBe(`revoked (${opensslReasons[reason as keyof typeof opensslReasons]})`)
    }
  })

  it('of the past and of the future does not count', async () => {
    expect(
      await status(good, await lists('-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', '20260102000000Z')),
    ).toMatch(/^undetermined: it held until 2026-01-02T00:00:00.000Z/)
    expect(
      await status(good, await lists('-crl_lastupdate', '20900101000000Z', '-crl_nextupdate', '20900102000000Z')),
    ).toMatch(/^undetermined: it is from 2090/)
  })

  it('counts whatever hash it is signed with, but for SHA-1', async () => {
    for (const hash of ['sha384', 'sha512']) expect(await status(good, await lists('-md', hash))).toBe('good')
    expect(await status(good, await lists('-md', 'sha1'))).toMatch(
      /^undetermined: of the list, its signature algorithm/,
    )
  })

  it('of version 1 counts under the profile of the appliance, and not to the letter of RFC 5280', async () => {
    const database1 = new OpensslCa(
      openssl ?? '',
      authority,
      [{ certificate: good, revoked: { at: revokedAt } }],
      'version 1',
    )
    try {
      const crls = readPem(await database1.crl()).map(({ bytes }) => parseCertificateList(bytes))
      expect(crls.map(({ version }) => version)).toEqual([1])
      expect(await status(good, crls, appliance)).toBe('revoked (unspecified)')
      expect(await status(unreasoned, crls, appliance)).toBe('good')
      expect(await status(unreasoned, crls)).toContain('it has no cRLNumber')
      // But that it is the latest is of no matter to what is final.
      expect(await status(good, crls)).toBe('revoked (unspecified)')
    } finally {
      database1.remove()
    }
  })
})
