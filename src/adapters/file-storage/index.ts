// The embedded default: a directory that keeps an inventory and its keys, on Node.

export { FileStoreError, type FileStoreErrorCode } from './errors.js'
export type { Passphrase } from './file-key-store.js'
export { type FileStore, type FileStoreOptions, type KeyProtectionOptions, openFileStore } from './open-file-store.js'
