// Who reads a large CRL, and how each looks a certificate up in it.

import { built } from './built.js'
import type { Bytes } from './peers/peer.js'

/** A CRL that has been read. */
export interface ReadCrl {
  /** Whether the serial number, INTEGER content octets, is listed. */
  readonly isListed: (serialNumberBytes: Bytes) => boolean
}

export interface CrlReader {
  readonly name: string
  readonly note?: string
  readonly read: (der: Bytes) => ReadCrl
}

async function certward(): Promise<CrlReader> {
  const { parseCertificateList } = await built()
  return {
    name: 'certward',
    read: (der) => {
      const list = parseCertificateList(der)
      return { isListed: (serial) => list.revocationsOf(serial).length > 0 }
    },
  }
}

async function peculiar(): Promise<CrlReader> {
  await import('reflect-metadata')
  const { X509Crl } = await import('@peculiar/x509')
  return {
    name: '@peculiar/x509',
    read: (der) => {
      const crl = new X509Crl(der)
      return { isListed: (serial) => crl.findRevoked(Buffer.from(serial).toString('hex')) !== null }
    },
  }
}

async function pkijs(): Promise<CrlReader> {
  const { CertificateRevocationList } = await import('pkijs')
  return {
    name: 'pkijs',
    note: 'looked up by going through the entries, since it offers isCertificateRevoked for whole certificates only',
    read: (der) => {
      const { revokedCertificates = [] } = CertificateRevocationList.fromBER(der)
      return {
        isListed: (serial) =>
          revokedCertificates.some(({ userCertificate }) =>
            Buffer.from(serial).equals(userCertificate.valueBlock.valueHexView),
          ),
      }
    },
  }
}

const loaders = { certward, '@peculiar/x509': peculiar, pkijs } as const

export type CrlReaderName = keyof typeof loaders
export const crlReaderNames = Object.keys(loaders) as readonly CrlReaderName[]
export const loadCrlReader = (name: CrlReaderName): Promise<CrlReader> => loaders[name]()
