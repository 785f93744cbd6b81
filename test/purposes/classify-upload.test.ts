// PUR-4: what an uploaded file is, and where it belongs.

import { describe, expect, it } from 'vitest'
import {
  checkUploadPurpose,
  classifyUpload,
  type UploadClass,
  unifiedCommunications,
} from '../../src/purposes/index.js'
import { integer, nullValue } from '../../src/der/writer.js'
import { parseCertificate } from '../../src/x509/index.js'
import { extension, makeCertificate, name } from '../support/make-certificate.js'
import { profileCertificate, rsaKey } from '../support/profile-certificate.js'

const root = profileCertificate({ subject: 'Root', issuer: 'Root', cA: true })
const intermediate = profileCertificate({ subject: 'Intermediate', issuer: 'Root', cA: true })
const leaf = profileCertificate({ subject: 'host', issuer: 'Intermediate', cA: false })
const codes = (certificates: Parameters<typeof classifyUpload>[0]): string[] => {
  const result = classifyUpload(certificates)
  return result.ok ? [] : result.findings.map(({ code, subject }) => `${code} ${subject}`)
}

describe('classifyUpload', () => {
  it('PUR-4 finds the leaf whatever the order of the file, duplicates dropped', () => {
    for (const file of [
      [leaf, intermediate, root],
      [root, leaf, intermediate],
      [root, root, intermediate, leaf, leaf],
    ]) {
      const result = classifyUpload(file)
      expect(result).toMatchObject({ ok: true, kind: 'identity', leaf })
      expect(result.ok && result.authorities).toHaveLength(2)
    }
    expect(classifyUpload([leaf])).toMatchObject({ kind: 'identity', authorities: [] })
  })

  it('PUR-4 tells thousands of certificates without comparing each with all others', () => {
    const template = makeCertificate({ serial: integer(0x0100_0000) })
    const serial = Buffer.from(template).indexOf(integer(0x0100_0000)) + 2
    const many = Array.from({ length: 50_000 }, (_, i) => {
      const der = template.slice()
      new DataView(der.buffer).setUint32(serial, 0x0100_0000 + i)
      return parseCertificate(der)
    })
    const result = classifyUpload([...many, leaf, ...many.slice(0, 10)])
    expect(!result.ok && result.findings).toHaveLength(50_001)
  })

  it('PUR-4 tells a file with CA certificates only', () => {
    expect(classifyUpload([intermediate, root])).toMatchObject({
      ok: true,
      kind: 'authorities',
      authorities: [intermediate, root],
    })
  })

  it('takes a self-issued version 1 certificate for an old root, and another for a leaf', () => {
    const v1 = (subject: string, issuer: string): ReturnType<typeof parseCertificate> =>
      parseCertificate(makeCertificate({ version: new Uint8Array(0), subject: name(subject), issuer: name(issuer) }))
    expect(classifyUpload([v1('Old root', 'Old root')])).toMatchObject({ kind: 'authorities' })
    expect(classifyUpload([v1('host', 'Old root')])).toMatchObject({ kind: 'identity' })
  })

  it('takes an authority for the identity where its key is the requested one, as CAPF’s is', () => {
    const capf = profileCertificate({ subject: 'CAPF', issuer: 'Root', cA: true, publicKey: rsaKey(3072) })
    expect(classifyUpload([root, capf])).toMatchObject({ kind: 'authorities' })
    expect(classifyUpload([root, capf], { identityKey: capf.publicKey.der })).toMatchObject({
      kind: 'identity',
      leaf: capf,
      authorities: [root],
    })
    const below = profileCertificate({ subject: 'Below', issuer: 'CAPF', cA: true })
    expect(classifyUpload([below, capf], { identityKey: capf.publicKey.der })).toMatchObject({ ok: true, leaf: capf })
  })

  it('takes for no authority what does not readably say so, though it has signed itself', () => {
    const selfSigned = profileCertificate({ subject: 'host', issuer: 'host' })
    expect(classifyUpload([selfSigned])).toMatchObject({ ok: true, kind: 'identity', leaf: selfSigned })
    const unreadable = parseCertificate(makeCertificate({ extensions: [extension('basicConstraints', nullValue())] }))
    expect(classifyUpload([unreadable])).toMatchObject({ ok: true, kind: 'identity', leaf: unreadable })
  })

  it('has a finding each for no certificate, two leaves, and a leaf that has issued another', () => {
    expect(codes([])).toEqual(['no-certificate file'])
    const other = profileCertificate({ subject: 'other', issuer: 'Intermediate' })
    expect(codes([leaf, other, root])).toEqual(['several-leaves CN=host', 'several-leaves CN=other'])
    const forged = profileCertificate({ subject: 'below', issuer: 'host', cA: true })
    expect(codes([leaf, forged])).toEqual(['leaf-is-authority CN=host'])
    const said = [[], [leaf, other], [leaf, forged]].map((file) => {
      const result = classifyUpload(file)
      return result.ok ? [] : result.findings.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`)
    })
    expect(said).toEqual([
      ['error PUR-4: the file holds no certificate'],
      [
        'error PUR-4: CN=host is one of 2 application certificates in the file: upload one at a time',
        'error PUR-4: CN=other is one of 2 application certificates in the file: upload one at a time',
      ],
      ['error PUR-4: CN=host has issued another certificate of the file, and its basicConstraints lack cA'],
    ])
  })
})

describe('checkUploadPurpose', () => {
  const identityFile: UploadClass = { kind: 'identity', leaf, authorities: [] }
  const authoritiesFile: UploadClass = { kind: 'authorities', authorities: [root] }
  const messages = (file: UploadClass, purpose: string): string[] =>
    checkUploadPurpose(file, purpose, unifiedCommunications).map(({ code, message }) => `${code}: ${message}`)

  it('PUR-4 lets authorities into trust purposes and identities into identity purposes', () => {
    expect(messages(authoritiesFile, 'tomcat-trust')).toEqual([])
    expect(messages(identityFile, 'tomcat-ECDSA')).toEqual([])
  })

  it('PUR-4 refuses the wrong choice and names the right purpose', () => {
    expect(messages(authoritiesFile, 'tomcat-ECDSA')[0]).toMatch(
      /^wrong-purpose: .*they belong into tomcat-trust, not tomcat-ECDSA$/,
    )
    expect(messages(identityFile, 'tomcat-trust')[0]).toContain(
      'it belongs into tomcat or tomcat-ECDSA, not tomcat-trust',
    )
    expect(messages(identityFile, 'Phone-SAST-trust')[0]).toContain('an identity purpose')
  })

  it('PUR-13 takes no uploads for endpoints', () => {
    expect(messages(identityFile, 'LSC')[0]).toContain('nothing is uploaded')
  })
})
