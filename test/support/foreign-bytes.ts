import { runInNewContext } from 'node:vm'

/** The bytes in an array of another realm, as sandboxes have them, and Jest has Node's Buffers. */
export const foreignBytes = (bytes: Uint8Array): Uint8Array =>
  runInNewContext(`Uint8Array.from(${JSON.stringify([...bytes])})`) as Uint8Array
