// The KeyStore over a store's directory: each key a file `keys/<handle>.pem`, PKCS#8, encrypted unless asked otherwise.

import { createPrivateKey, type KeyObject } from 'node:crypto'
import { signerFromKeyObject } from '../../authoring/index.js'
import { isParseError } from '../../base/errors.js'
import { type KeySpecification, type KeyStore, KeyStoreError } from '../../inventory/index.js'
import { generationParameters, newHandle } from '../../inventory/key-store.js'
import { readPem, writePem } from '../../pem/index.js'
import { decryptKey, encryptKey } from './encrypted-key.js'
import { FileStoreError } from './errors.js'
import type { StoreDirectory } from './store-directory.js'

/** Asked for the passphrase each time it is needed, so that it need not lie in memory in between. */
export type Passphrase = () => string | Uint8Array | Promise<string | Uint8Array>

export interface KeyProtection {
  /** Undefined: keys are stored as they are. */
  readonly passphrase: Passphrase | undefined
  readonly iterations: number
}

const HANDLE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const fileOf = (handle: string): string => `keys/${handle}.pem`

export class FileKeyStore implements KeyStore {
  constructor(
    private readonly directory: StoreDirectory,
    private readonly protection: KeyProtection,
  ) {}

  async generate(specification: KeySpecification): Promise<string> {
    const handle = newHandle()
    const text = await this.protect(await generatePkcs8(specification))
    // Under the lock, since whoever recovers the store removes files that have no name yet.
    await this.directory.writing(() => this.directory.files.createOnce(fileOf(handle), text))
    return handle
  }

  async signer(handle: string, hash?: Parameters<KeyStore['signer']>[1]): ReturnType<KeyStore['signer']> {
    const { files } = this.directory
    const text = HANDLE.test(handle) ? await files.read(fileOf(handle)) : undefined
    if (text === undefined) throw new KeyStoreError('no-such-key', `there is no key ${JSON.stringify(handle)}`)
    return signerFromKeyObject(await this.open(text, files.path(fileOf(handle))), hash)
  }

  async destroy(handle: string): Promise<void> {
    if (!HANDLE.test(handle)) return
    const { files } = this.directory
    await files.remove(fileOf(handle))
    await files.sync('keys')
  }

  async handles(): Promise<readonly string[]> {
    const names = await this.directory.files.list('keys')
    return names.map((name) => name.replace(/\.pem$/, '')).filter((name) => HANDLE.test(name))
  }

  private async protect(pkcs8: Uint8Array): Promise<string> {
    const { passphrase, iterations } = this.protection
    try {
      if (passphrase === undefined) return writePem('PRIVATE KEY', pkcs8)
      return writePem('ENCRYPTED PRIVATE KEY', await encryptKey(pkcs8, await this.ask(passphrase), iterations))
    } finally {
      pkcs8.fill(0)
    }
  }

  private async ask(passphrase: Passphrase): Promise<Uint8Array> {
    const given = await passphrase()
    const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given
    if (bytes.length > 0) return bytes
    throw new FileStoreError('passphrase-missing', this.directory.files.path('keys'), 'the passphrase is empty')
  }

  private async open(text: string, path: string): Promise<KeyObject> {
    const { label, bytes } = onlyBlock(text, path)
    if (label === 'PRIVATE KEY') return asKeyObject(bytes, path)
    const { passphrase } = this.protection
    if (passphrase === undefined) {
      throw new FileStoreError('passphrase-missing', path, 'the key is encrypted: open the store with its passphrase')
    }
    const secret = await this.ask(passphrase)
    const pkcs8 = label === 'ENCRYPTED PRIVATE KEY' ? await decryptKey(bytes, secret) : 'foreign'
    const wrong = new FileStoreError('wrong-passphrase', path, 'the passphrase does not open the key')
    if (pkcs8 === 'wrong-passphrase') throw wrong
    if (pkcs8 !== 'foreign') return asKeyObject(pkcs8, path)
    // Encrypted anew by somebody, with openssl: whatever that writes it reads.
    try {
      return createPrivateKey({ key: text, format: 'pem', passphrase: Buffer.from(secret) })
    } catch (cause) {
      throw new FileStoreError(wrong.code, path, 'the passphrase does not open the key, or the key is damaged', {
        cause,
      })
    }
  }
}

function onlyBlock(text: string, path: string): { readonly label: string; readonly bytes: Uint8Array } {
  try {
    const [block] = readPem(text)
    if (block !== undefined) return block
  } catch (error) {
    if (!isParseError(error)) throw error
  }
  throw new FileStoreError('damaged', path, 'it is no key as PEM: restore it from a backup')
}

function asKeyObject(pkcs8: Uint8Array, path: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  } catch {
    // The cause is left out: nothing of a key may get into a log.
    throw new FileStoreError('damaged', path, 'it holds no private key this runtime knows: restore it from a backup')
  } finally {
    pkcs8.fill(0)
  }
}

async function generatePkcs8(specification: KeySpecification): Promise<Uint8Array> {
  try {
    const parameters = generationParameters(specification, 'sha-256')
    const { privateKey } = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
    return new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
  } catch (cause) {
    const wanted = specification.type === 'ec' ? specification.curve : `RSA ${specification.modulusLength}`
    throw new KeyStoreError('unsupported-key', `the runtime makes no key of ${wanted}`, { cause })
  }
}
