// The KeyStore over a schema of a database: keys are made and used in this process, and wrapped before they leave it.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { sql } from 'kysely'
import { signerFromWebCrypto } from '../../authoring/index.js'
import { type KeySpecification, type KeyStore, KeyStoreError } from '../../inventory/index.js'
import { generationParameters, newHandle } from '../../inventory/key-store.js'
import type { Database } from './database.js'
import { failure } from './errors.js'
import { type KeyWrapping, unwrapKey, type WrappedKey, wrapKey } from './key-wrapping.js'

/** A key store whose keys lie wrapped in a database. */
export interface SqlKeyStore extends KeyStore {
  /**
   * Wraps every key anew that is wrapped with another key than the current one, and returns how many. Begun again where it
   * was interrupted, it goes on; once it resolves, earlier wrapping keys are needed by backups only.
   */
  rotate(): Promise<number>
  /**
   * Takes a key that was made elsewhere, under the handle records know it by: for moving from another key store.
   * @param pkcs8 DER of an RSA or EC key, not encrypted
   * @throws KeyStoreError `unsupported-key`
   */
  importKey(handle: string, pkcs8: Uint8Array): Promise<void>
}

const HANDLE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const PAGE = 100

interface KeyMaterial {
  /** JSON of what the key is. */
  readonly parameters: string
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
}

interface KeyRow {
  readonly handle: string
  readonly wrapping_key: string
  readonly parameters: string
  readonly public_key: Uint8Array
  readonly nonce: Uint8Array
  readonly wrapped: Uint8Array
}

export class WrappedKeyStore implements SqlKeyStore {
  constructor(
    private readonly database: Database,
    private readonly wrapping: KeyWrapping | undefined,
  ) {}

  async generate(specification: KeySpecification): Promise<string> {
    const wrapping = this.requireWrapping('generate')
    const { privateKey, publicKey } = await generatePair(specification)
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
    const handle = newHandle()
    await this.insert(wrapping, handle, { parameters: JSON.stringify(specification), publicKey: spki }, pkcs8)
    return handle
  }

  async importKey(handle: string, pkcs8: Uint8Array): Promise<void> {
    const wrapping = this.requireWrapping('importKey')
    if (!HANDLE.test(handle)) throw new KeyStoreError('unsupported-key', 'the handle is none a key store gives out')
    await this.insert(wrapping, handle, describe(pkcs8), new Uint8Array(pkcs8))
  }

  async signer(handle: string, hash: Parameters<KeyStore['signer']>[1] = 'sha-256'): ReturnType<KeyStore['signer']> {
    const wrapping = this.requireWrapping('signer')
    const { private_key } = this.database.tables
    const rows = HANDLE.test(handle)
      ? await this.database.rows<KeyRow>('signer', sql`select * from ${private_key} where handle = ${handle}::uuid`)
      : []
    const [row] = rows
    if (row === undefined) throw new KeyStoreError('no-such-key', `there is no key ${JSON.stringify(handle)}`)
    const pkcs8 = await unwrapKey(wrapping, wrappedOf(row), contextOf(row.handle, materialOf(row)))
    try {
      const algorithm = generationParameters(JSON.parse(row.parameters) as KeySpecification, hash)
      const { subtle } = crypto
      const privateKey = await subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign'])
      const publicKey = await subtle.importKey('spki', new Uint8Array(row.public_key), algorithm, true, ['verify'])
      return await signerFromWebCrypto({ privateKey, publicKey }, hash)
    } finally {
      pkcs8.fill(0)
    }
  }

  async destroy(handle: string): Promise<void> {
    if (!HANDLE.test(handle)) return
    const { private_key } = this.database.tables
    await this.database.rows('destroy', sql`delete from ${private_key} where handle = ${handle}::uuid`)
  }

  async handles(): Promise<readonly string[]> {
    const { private_key } = this.database.tables
    const rows = await this.database.rows<{ handle: string }>('handles', sql`select handle from ${private_key}`)
    return rows.map(({ handle }) => handle)
  }

  async rotate(): Promise<number> {
    const wrapping = this.requireWrapping('rotate')
    const { private_key } = this.database.tables
    for (let count = 0; ;) {
      const rows = await this.database.rows<KeyRow>(
        'rotate',
        sql`select * from ${private_key} where wrapping_key <> ${wrapping.current}::text order by handle limit ${PAGE}::int`,
      )
      if (rows.length === 0) return count
      for (const row of rows) await this.wrapAnew(wrapping, row)
      count += rows.length
    }
  }

  /** Somebody else may be rotating, or have destroyed the key: only what is still as it was is replaced. */
  private async wrapAnew(wrapping: KeyWrapping, row: KeyRow): Promise<void> {
    const context = contextOf(row.handle, materialOf(row))
    const pkcs8 = await unwrapKey(wrapping, wrappedOf(row), context)
    const { wrappingKey, nonce, wrapped } = await wrapKey(wrapping, pkcs8, context).finally(() => pkcs8.fill(0))
    await this.database.rows(
      'rotate',
      sql`update ${this.database.tables.private_key}
        set wrapping_key = ${wrappingKey}::text, nonce = ${nonce}::bytea, wrapped = ${wrapped}::bytea
        where handle = ${row.handle}::uuid and wrapping_key = ${row.wrapping_key}::text`,
    )
  }

  /** Made twice, it is made once: handles are never given out again. Wipes `pkcs8`. */
  private async insert(wrapping: KeyWrapping, handle: string, key: KeyMaterial, pkcs8: Uint8Array): Promise<void> {
    const { wrappingKey, nonce, wrapped } = await wrapKey(wrapping, pkcs8, contextOf(handle, key)).finally(() =>
      pkcs8.fill(0),
    )
    await this.database.rows(
      'generate',
      sql`insert into ${this.database.tables.private_key} (handle, wrapping_key, parameters, public_key, nonce, wrapped)
        values (${handle}::uuid, ${wrappingKey}::text, ${key.parameters}::text, ${key.publicKey}::bytea, ${nonce}::bytea, ${wrapped}::bytea)
        on conflict do nothing`,
    )
  }

  private requireWrapping(doing: string): KeyWrapping {
    if (this.wrapping === undefined) throw failure('wrapping-key-missing', doing)
    return this.wrapping
  }
}

const materialOf = ({ parameters, public_key }: KeyRow): KeyMaterial => ({ parameters, publicKey: public_key })
const wrappedOf = ({ wrapping_key, nonce, wrapped }: KeyRow): WrappedKey => ({
  wrappingKey: wrapping_key,
  nonce,
  wrapped,
})

/** Everything beside the wrapped key that its use rests on. */
const contextOf = (handle: string, { parameters, publicKey }: KeyMaterial): Uint8Array =>
  Buffer.from(JSON.stringify([handle, parameters, Buffer.from(publicKey).toString('hex')]))

async function generatePair(specification: KeySpecification): Promise<CryptoKeyPair> {
  try {
    return await crypto.subtle.generateKey(generationParameters(specification, 'sha-256'), true, ['sign', 'verify'])
  } catch (cause) {
    const wanted = specification.type === 'ec' ? specification.curve : `RSA ${specification.modulusLength}`
    throw new KeyStoreError('unsupported-key', `the runtime makes no key of ${wanted}`, { cause })
  }
}

const curves: Readonly<Record<string, 'P-256' | 'P-384' | 'P-521'>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

function describe(pkcs8: Uint8Array): KeyMaterial {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' })
    const { modulusLength, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
    const curve = curves[namedCurve]
    if (key.asymmetricKeyType === 'ec' && curve !== undefined) {
      return { parameters: JSON.stringify({ type: 'ec', curve }), publicKey }
    }
    if (key.asymmetricKeyType === 'rsa' && modulusLength !== undefined) {
      return { parameters: JSON.stringify({ type: 'rsa', modulusLength }), publicKey }
    }
  } catch {
    // The cause is left out: nothing of a key may get into a log.
  }
  throw new KeyStoreError('unsupported-key', 'expected an RSA or EC key as PKCS#8 that this runtime can sign with')
}
