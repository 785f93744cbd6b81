/** The directory: what a person and openssl find there, and what happens when something in it is not as it should be. */

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type FileStore, openFileStore } from '../../../src/adapters/file-storage/index.js'
import { createCertificateRequest, createSelfSignedCertificate } from '../../../src/authoring/index.js'
import { type CertificateRecord, describeRecord, type InventoryRecord, trustId } from '../../../src/inventory/index.js'
import { commitNow, sampleCertificate, sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import { writePkcs7 } from '../../../src/pkcs7/index.js'
import { parseCertificate } from '../../../src/x509/index.js'
import { openssl } from '../../support/openssl.js'
import { tool } from '../../support/tools.js'
import { failureOf, openSimulated, SimulatedProcesses } from './scene.js'
import { SimulatedFileSystem } from './simulated-file-system.js'

const work = mkdtempSync(join(tmpdir(), 'certward-directory-'))
afterAll(() => {
  rmSync(work, { recursive: true, force: true })
})

let count = 0
const newDirectory = (): string => join(work, String(count++))
const open = (directory: string): Promise<FileStore> => openFileStore(directory, { passphrase: () => 'correct horse' })

const filesOf = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(directory, file)).isFile(),
  )
const fileMatching = (directory: string, pattern: RegExp): string => {
  const found = filesOf(directory).find((file) => pattern.test(file))
  if (found === undefined) throw new Error(`no file matches ${String(pattern)}`)
  return join(directory, found)
}

/** A store with a root, a pending request and a key, as a manager leaves them. */
async function filledStore(directory: string) {
  const store = await open(directory)
  const handle = await store.keys.generate({ type: 'ec', curve: 'P-256' })
  const key = await store.keys.signer(handle)
  const profile = { keyUsage: [{ usage: 'digitalSignature' }, { usage: 'keyCertSign' }], extendedKeyUsage: [] }
  const subject = { commonName: 'Würzburg Root' }
  const notBefore = new Date('2026-01-01T00:00:00Z')
  const notAfter = new Date('2046-01-01T00:00:00Z')
  const { certificate } = await createSelfSignedCertificate({ profile, subject, key, notBefore, notAfter })
  const { request } = await createCertificateRequest({
    profile: { ...profile, keyUsage: [{ usage: 'digitalSignature' }] },
    subject: { commonName: 'pub.example.com' },
    key,
  })
  const root: CertificateRecord = {
    ...sampleCertificate('', { ...scopeOf('tomcat-trust'), keyHandle: undefined }),
    ...(await describeRecord(certificate)),
    id: await trustId(certificate),
  }
  const pending: InventoryRecord = {
    ...{ kind: 'request', id: 'pending', ...scopeOf('tomcat'), der: request.der, keyHandle: handle },
    ...{ createdAt: 1, commonName: 'pub.example.com' },
  }
  await commitNow(store.storage, { puts: [root, pending] })
  return { store, handle, root, certificate }
}

const executable = tool('openssl', 'reading the files of a store with openssl')

describe.runIf(executable !== undefined)('openssl', () => {
  const run = (...args: readonly string[]): string => openssl(executable ?? '', args).toString()

  it('CSR-11 reads the certificates, requests and keys of a store, each named by its purpose and subject', async () => {
    const directory = newDirectory()
    const { store, handle, certificate } = await filledStore(directory)
    await store.close()
    const root = fileMatching(directory, /^records\/pub\/tomcat-trust\/trust\.Wu_rzburg_Root\.[0-9a-f]{16}\.pem$/)
    expect(run('x509', '-in', root, '-noout', '-serial').trim()).toBe(`serial=${certificate.serialNumber}`)
    expect(run('verify', '-x509_strict', '-check_ss_sig', '-CAfile', root, root)).toContain('OK')
    const request = fileMatching(directory, /^records\/pub\/tomcat\/request\.pub\.example\.com\.[0-9a-f]{16}\.pem$/)
    expect(run('req', '-in', request, '-noout', '-verify', '-subject')).toContain('pub.example.com')

    const key = join(directory, 'keys', `${handle}.pem`)
    const publicKey = run('pkey', '-in', key, '-passin', 'pass:correct horse', '-pubout')
    expect(publicKey).toBe(run('x509', '-in', root, '-noout', '-pubkey'))
    expect(() => run('pkey', '-in', key, '-passin', 'pass:wrong', '-noout')).toThrow('openssl')
    const structure = run('asn1parse', '-in', key)
    expect(structure).toMatch(/PBES2[^]*PBKDF2[^]*INTEGER +:0927C0[^]*hmacWithSHA256[^]*aes-256-cbc/)

    const bundle = join(directory, '..', 'bundle.p7b')
    writeFileSync(bundle, writePkcs7({ certificates: [parseCertificate(certificate.der)] }))
    expect(run('pkcs7', '-inform', 'DER', '-in', bundle, '-print_certs')).toContain('BEGIN CERTIFICATE')
  })

  it('may change the passphrase of a key, in its own way, and the store opens it', async () => {
    const directory = newDirectory()
    const { store, handle } = await filledStore(directory)
    await store.close()
    const file = join(directory, 'keys', `${handle}.pem`)
    const scrypt = ['-topk8', '-scrypt', '-v2', 'aes-256-cbc']
    const changed = run('pkcs8', '-in', file, '-passin', 'pass:correct horse', '-passout', 'pass:new', ...scrypt)
    writeFileSync(file, changed)
    const again = await openFileStore(directory, { passphrase: () => Promise.resolve(new TextEncoder().encode('new')) })
    expect((await again.keys.signer(handle)).algorithm).toStrictEqual({ scheme: 'ecdsa', hash: 'sha-256' })
    const wrong = await open(directory)
    expect(await failureOf(wrong.keys.signer(handle))).toMatchObject({ code: 'wrong-passphrase' })
  })
})

describe('keys', () => {
  it('open with their passphrase only, and no message holds it', async () => {
    const directory = newDirectory()
    const { store, handle } = await filledStore(directory)
    await store.close()
    const wrong = await openFileStore(directory, { passphrase: () => 'battery staple' })
    const error = await failureOf(wrong.keys.signer(handle))
    expect(error).toMatchObject({ code: 'wrong-passphrase', path: join(directory, 'keys', `${handle}.pem`) })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('battery')
    const none = await openFileStore(directory, { keysUnencrypted: 'accept' })
    expect(await failureOf(none.keys.signer(handle))).toMatchObject({ code: 'passphrase-missing' })
    const empty = await openFileStore(directory, { passphrase: () => '' })
    const generating = empty.keys.generate({ type: 'ec', curve: 'P-256' })
    expect(await failureOf(generating)).toMatchObject({ code: 'passphrase-missing' })
  })

  it('are stored as they are only where somebody says so', async () => {
    const options = [{}, { keysUnencrypted: 'yes' }, { keysUnencrypted: true }, { passphrase: 'secret' }] as never[]
    for (const wrong of options) await expect(openFileStore(newDirectory(), wrong)).rejects.toThrow(TypeError)
    const directory = newDirectory()
    const store = await openFileStore(directory, { keysUnencrypted: 'accept' })
    const handle = await store.keys.generate({ type: 'rsa', modulusLength: 2048 })
    expect(readFileSync(join(directory, 'keys', `${handle}.pem`), 'utf8')).toContain('-----BEGIN PRIVATE KEY-----')
    await store.keys.signer(handle)
    const tooFew = openFileStore(newDirectory(), { passphrase: () => 'x', iterations: 2048 })
    await expect(tooFew).rejects.toThrow('600000')
  })

  it.each(['', 'no key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
    'that are damaged (%j) are named as such, and stay where they are',
    async (text) => {
      const directory = newDirectory()
      const { store, handle } = await filledStore(directory)
      const file = join(directory, 'keys', `${handle}.pem`)
      writeFileSync(file, text)
      expect(await failureOf(store.keys.signer(handle))).toMatchObject({ code: 'damaged', path: file })
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )
})

describe('a store’s directory', () => {
  it('is its owner’s alone: directories 0700, files 0600', async () => {
    const directory = newDirectory()
    const { store } = await filledStore(directory)
    await store.close()
    for (const file of ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })]) {
      const status = statSync(join(directory, file))
      expect(`${file} ${(status.mode & 0o777).toString(8)}`).toBe(`${file} ${status.isDirectory() ? '700' : '600'}`)
    }
  })

  it('is opened to nobody by somebody else’s mode: what is too open is closed, and said', async () => {
    const directory = newDirectory()
    mkdirSync(directory, { mode: 0o755 })
    chmodSync(directory, 0o777)
    const store = await open(directory)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(store.repairs.join()).toContain('mode')
  })

  it('that holds something else is refused, and left as it is', async () => {
    const directory = newDirectory()
    mkdirSync(directory)
    writeFileSync(join(directory, 'thesis.txt'), 'years of work')
    expect(await failureOf(open(directory))).toMatchObject({ code: 'foreign-directory', path: directory })
    expect(readdirSync(directory)).toStrictEqual(['thesis.txt'])
  })

  it('of a later version is refused, and so is a commit of one, and left as they are', async () => {
    const directory = newDirectory()
    await (await filledStore(directory)).store.close()
    const file = join(directory, 'format.json')
    const current = readFileSync(file, 'utf8')
    writeFileSync(file, current.replace('"version": 1', '"version": 2'))
    expect(await failureOf(open(directory))).toMatchObject({ code: 'newer-version', path: file })
    writeFileSync(file, current.replace('"version": 1', '"version": "x"'))
    expect(await failureOf(open(directory))).toMatchObject({ code: 'damaged', path: file })
    rmSync(file)
    expect(await failureOf(open(directory))).toMatchObject({ code: 'damaged', path: file })
    writeFileSync(file, current)
    await (await open(directory)).close()
  })

  it('a damaged record is named and kept; its scope is refused, everything else is read', async () => {
    const directory = newDirectory()
    const { store, root } = await filledStore(directory)
    await commitNow(store.storage, { puts: [sampleSetting('s', 1, scopeOf('elsewhere'))] })
    await store.close()
    // The last commit is in the journal still; one more, so that the record is in its file alone.
    const more = await open(directory)
    await commitNow(more.storage, { puts: [sampleSetting('s', 2, scopeOf('elsewhere'))] })
    await more.close()
    const file = fileMatching(directory, /trust\.Wu.*pem$/)
    const whole = readFileSync(file)
    const other = writtenOver(whole)
    writeFileSync(file, other)
    const damaged = await open(directory)
    expect(damaged.problems()).toMatchObject([{ code: 'damaged', path: file.replace('.pem', '.json') }])
    expect(await failureOf(damaged.storage.read([root]))).toMatchObject({ code: 'damaged' })
    const change = { relies: [{ scope: scopeOf('tomcat-trust'), revision: 1 }], puts: [root], deletes: [], appends: [] }
    expect(await failureOf(damaged.storage.commit(change))).toMatchObject({ code: 'damaged' })
    expect((await damaged.storage.read([scopeOf('tomcat')])).records).toHaveLength(1)
    expect((await damaged.storage.query({})).records).toStrictEqual([])
    await commitNow(damaged.storage, { puts: [sampleSetting('s', 3, scopeOf('elsewhere'))] })
    await damaged.close()
    expect(readFileSync(file)).toStrictEqual(other)
    // Put back, it is as if nothing had been.
    writeFileSync(file, whole)
    const mended = await open(directory)
    expect(mended.problems()).toStrictEqual([])
    expect((await mended.storage.read([root])).records).toStrictEqual([root])
  })

  it('a record file that is missing, empty, foreign, moved or a link is named, and nothing is followed out of the store', async () => {
    const directory = newDirectory()
    const { store } = await filledStore(directory)
    await commitNow(store.storage, { puts: [sampleSetting('s', 1, scopeOf('elsewhere'))] })
    await store.close()
    const scope = join(directory, 'records/pub/tomcat-trust')
    writeFileSync(join(scope, 'notes.txt'), 'mine')
    mkdirSync(join(work, 'outside'), { recursive: true })
    symlinkSync(join(work, 'outside'), join(directory, 'records/linked'))
    const pem = fileMatching(directory, /trust\.Wu.*pem$/)
    renameSync(pem, join(work, 'outside', 'moved.pem'))
    symlinkSync(join(work, 'outside', 'moved.pem'), pem)
    const again = await open(directory)
    expect(
      again
        .problems()
        .map(({ code, path }) => [code, path.slice(directory.length + 1)])
        .sort(),
    ).toMatchObject([
      ['damaged', expect.stringMatching(/trust\.Wu.*json$/)],
      ['foreign-file', 'records/linked'],
      ['foreign-file', 'records/pub/tomcat-trust/notes.txt'],
    ])
    await again.close()
    expect(readFileSync(join(scope, 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('a record or a revision that has been copied to where it does not belong is named, and stands for nothing', async () => {
    const directory = newDirectory()
    const { store, root } = await filledStore(directory)
    await store.close()
    const copies = [/trust\.Wu.*json$/, /trust\.Wu.*pem$/, /tomcat-trust\/scope.*json$/].map((pattern) => {
      const file = fileMatching(directory, pattern)
      const copy = join(directory, 'records/pub/tomcat', basename(file))
      copyFileSync(file, copy)
      return copy
    })
    const again = await open(directory)
    const problems = again.problems().filter(({ code }) => code === 'damaged')
    expect(problems.map(({ path }) => path).sort()).toStrictEqual(
      copies.filter((path) => path.endsWith('.json')).sort(),
    )
    for (const { message } of problems) expect(message).toContain('it belongs elsewhere')
    expect(await failureOf(again.storage.read([scopeOf('tomcat')]))).toMatchObject({ code: 'damaged' })
    const found = await again.storage.read([scopeOf('tomcat-trust')])
    expect(found.records).toStrictEqual([root])
    expect(found.revisions).toStrictEqual([{ scope: scopeOf('tomcat-trust'), revision: 1 }])
    await again.close()
  })

  it('writes nothing through a link where a directory should be', async () => {
    const directory = newDirectory()
    const { store } = await filledStore(directory)
    const outside = join(work, `outside-${count}`)
    mkdirSync(outside)
    mkdirSync(join(directory, 'records/sub1'))
    symlinkSync(outside, join(directory, 'records/sub1/tomcat'))
    // The commit is in the journal, and stays there until the link is gone.
    await commitNow(store.storage, { puts: [sampleSetting('s', 1, scopeOf('tomcat', 'sub1'))] })
    await store.close()
    expect(readdirSync(outside)).toStrictEqual([])
    rmSync(join(directory, 'records/sub1/tomcat'))
    const again = await open(directory)
    expect((await again.storage.read([scopeOf('tomcat', 'sub1')])).records).toHaveLength(1)
    expect(again.repairs).not.toStrictEqual([])
    await again.close()
    const linked = newDirectory()
    symlinkSync(directory, linked)
    expect(await failureOf(open(linked))).toMatchObject({ code: 'unsafe-path' })
    renameSync(join(directory, 'keys'), join(outside, 'keys'))
    symlinkSync(join(outside, 'keys'), join(directory, 'keys'))
    expect(await failureOf(open(directory))).toMatchObject({ code: 'unsafe-path' })
  })

  it('a damaged commit in the journal is named and kept, and what it wrote is in the records', async () => {
    const directory = newDirectory()
    const { store } = await filledStore(directory)
    await commitNow(store.storage, { puts: [sampleSetting('s', 1, scopeOf('elsewhere'))] })
    // As a kill leaves it: the journal is not settled.
    const entry = fileMatching(directory, /journal\/0+1\.json$/)
    const torn = writtenOver(readFileSync(entry))
    writeFileSync(entry, torn)
    const again = await open(directory)
    expect(again.problems()).toMatchObject([{ code: 'damaged', path: entry }])
    expect((await again.storage.read([scopeOf('tomcat'), scopeOf('elsewhere')])).records).toHaveLength(2)
    await again.close()
    const kept = join(directory, 'damaged', '000000000001.json')
    expect(readFileSync(kept)).toStrictEqual(torn)
    // What it did nobody knows, until somebody says that it has been looked at.
    const later = await open(directory)
    expect(later.problems()).toMatchObject([{ code: 'damaged', path: kept }])
    expect((await later.storage.list('identity')).isPartial).toBe(true)
    await later.close()
    rmSync(kept)
    const mended = await open(directory)
    expect(mended.problems()).toStrictEqual([])
    expect(await mended.storage.list('identity')).not.toHaveProperty('isPartial')
  })

  it('what one process has read another commits upon, though it has not looked since', async () => {
    const system = new SimulatedFileSystem()
    const processes = new SimulatedProcesses()
    const [one, other] = [
      await openSimulated(system, processes.start()),
      await openSimulated(system, processes.start()),
    ]
    for (let at = 0; at < 20; at++) {
      await commitNow(one.storage, { puts: [sampleSetting('s', at, scopeOf('shared'))] })
      const { revisions } = await one.storage.read([scopeOf('shared')])
      const puts = [sampleSetting('t', at, scopeOf('shared'))]
      expect(await other.storage.commit({ relies: revisions, puts, deletes: [], appends: [] })).toStrictEqual({
        ok: true,
      })
    }
  })

  it('strange nodes and purposes never lead out of it', async () => {
    const directory = newDirectory()
    const store = await open(directory)
    const names = ['..', '../..', '/', '/etc', '.', '', 'a/../../b', '..\\..', '~', 'lock', 'x'.repeat(300)]
    const before = readdirSync(work).sort()
    await commitNow(store.storage, {
      puts: names.flatMap((name) => [
        sampleSetting(name, 1, scopeOf(name, name)),
        sampleCertificate(name, scopeOf(name)),
      ]),
    })
    await store.close()
    expect(readdirSync(work).sort()).toStrictEqual(before)
    expect(readdirSync(directory).sort()).toStrictEqual([
      'audit',
      'format.json',
      'journal',
      'keys',
      'lock',
      'records',
      'tmp',
    ])
    const again = await open(directory)
    expect(again.problems()).toStrictEqual([])
    expect((await again.storage.read(names.map((name) => scopeOf(name, name)))).records).toHaveLength(names.length)
  })

  it('does nothing once it is closed', async () => {
    const { store } = await filledStore(newDirectory())
    await store.close()
    await store.close()
    expect(await failureOf(store.storage.read([]))).toMatchObject({ code: 'closed' })
    expect(await failureOf(store.keys.generate({ type: 'ec', curve: 'P-256' }))).toMatchObject({ code: 'closed' })
  })

  it('directories somebody has removed from an open store are made again by the next commits, with what was in them', async () => {
    const directory = newDirectory()
    const { store, root } = await filledStore(directory)
    for (const gone of ['tmp', 'records']) {
      rmSync(join(directory, gone), { recursive: true })
      await commitNow(store.storage, { puts: [sampleSetting('s', 1, scopeOf('other'))] })
      await commitNow(store.storage, { puts: [sampleSetting('s', 2, scopeOf('tomcat-trust'))] })
    }
    await store.keys.generate({ type: 'ec', curve: 'P-256' })
    await store.close()
    const again = await open(directory)
    expect((await again.storage.read([scopeOf('tomcat-trust')])).records).toMatchObject([{ id: root.id }, { value: 2 }])
    expect(again.problems()).toStrictEqual([])
    await again.close()
  })

  it('the cost of a commit does not grow with the store', async () => {
    const system = new SimulatedFileSystem()
    const store = await openSimulated(system, new SimulatedProcesses().start())
    const costOfTenCommits = async () => {
      const { calls, moved } = system
      for (let at = 0; at < 10; at++)
        await commitNow(store.storage, { puts: [sampleSetting('s', at, scopeOf('small'))] })
      return { calls: system.calls - calls, moved: system.moved - moved }
    }
    await costOfTenCommits()
    const few = await costOfTenCommits()
    const puts = Array.from({ length: 1000 }, (_, at) => sampleSetting(String(at), at, scopeOf(`big ${at % 50}`)))
    await commitNow(store.storage, { puts })
    await costOfTenCommits()
    const many = await costOfTenCommits()
    expect(many.calls).toBe(few.calls)
    // Some numbers have a digit more; a byte for each record would be a thousand in each commit.
    expect(many.moved).toBeLessThan(few.moved + 100)
    await store.close()
  }, 60_000)
})

/** The same length, one byte of the content another. */
function writtenOver(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  const at = Math.floor(copy.length / 2)
  copy[at] = copy[at] === 0x41 ? 0x42 : 0x41
  return copy
}
