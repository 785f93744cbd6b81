// The directory itself: made, recognised, refused.

import { FileStoreError } from './errors.js'
import type { Files } from './files.js'
import { checkVersion, FORMAT_VERSION, Journal } from './journal.js'
import { DamageError } from '../record-codec.js'
import { readChecked, writeChecked } from './checked-json.js'

const FORMAT_FILE = 'format.json'
const FORMAT = 'certward file store'
const DIRECTORIES = ['lock', 'tmp', 'journal', 'records', 'audit', 'keys'] as const

/**
 * Whether the directory holds a store; false for a new or empty one, or one whose making was interrupted.
 * @throws FileStoreError for one that holds something else, is a link, or is of a later version
 */
export async function checkFormat(files: Files): Promise<boolean> {
  await files.requireDirectory('')
  let text = await files.read(FORMAT_FILE)
  if (text === undefined) {
    const refusal = await refusalWithoutFormat(files)
    if (refusal === undefined) return false
    // Another process may have made the store while we looked: what has the file now is judged by it.
    text = await files.read(FORMAT_FILE)
    if (text === undefined) throw refusal
  }
  try {
    // The version first: a later one may know other checksums.
    const value: unknown = JSON.parse(text)
    const { format, version } = value as { readonly format?: unknown; readonly version?: unknown }
    if (format !== FORMAT) throw new DamageError(`expected the format "${FORMAT}"`)
    checkVersion(version, files.path(FORMAT_FILE))
    readChecked(text)
  } catch (error) {
    if (error instanceof FileStoreError) throw error
    const found = error instanceof DamageError ? error.message : 'expected JSON'
    throw new FileStoreError('damaged', files.path(FORMAT_FILE), `${found}: restore it from a backup`, { cause: error })
  }
  for (const directory of DIRECTORIES) {
    const kind = await files.kindOf(directory)
    if (kind === undefined || kind === 'directory') continue
    const message = 'expected a directory, found a symbolic link or a file: put the real directory in its place'
    throw new FileStoreError('unsafe-path', files.path(directory), message)
  }
  return true
}

/** Why a directory without the format file is no place for a store; undefined for a new, empty or half-made one. */
async function refusalWithoutFormat(files: Files): Promise<FileStoreError | undefined> {
  const names = await files.list('')
  const foreign = names.find((name) => !DIRECTORIES.some((one) => one === name))
  if (foreign !== undefined) {
    const message = `it holds ${JSON.stringify(foreign)} and is no file store: choose an empty directory`
    return new FileStoreError('foreign-directory', files.root, message)
  }
  for (const directory of ['records', 'audit', 'keys']) {
    if ((await files.list(directory)).length === 0) continue
    const message = `${FORMAT_FILE} is missing: restore it from a backup`
    return new FileStoreError('damaged', files.path(FORMAT_FILE), message)
  }
  return undefined
}

/** Makes what is missing of a store's directory. To be called by the holder of the lock. */
export async function createLayout(files: Files): Promise<void> {
  for (const directory of DIRECTORIES) await files.requireDirectory(directory)
  if ((await files.read(FORMAT_FILE)) !== undefined) return
  await new Journal(files).create()
  await files.sync('')
  // Last: what has this file is whole.
  await files.createOnce(FORMAT_FILE, writeChecked({ format: FORMAT, version: FORMAT_VERSION }, '', 2))
}
