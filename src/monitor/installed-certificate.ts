// The certificate of a record, where it can be read: one that cannot must not hold up the others.

import { readOr } from '../base/errors.js'
import { type CertificateRecord, type InventoryRecord, isCertificateRecord } from '../inventory/index.js'
import { type Certificate, parseCertificate } from '../x509/index.js'

/** Undefined where the storage holds something else: it may have been damaged, or written by other means than a manager. */
export const installedCertificate = ({ der }: CertificateRecord): Certificate | undefined =>
  readOr(
    () => parseCertificate(der),
    () => undefined,
  )

/** A certificate that could be read, and its record. */
export interface InstalledCertificate {
  readonly record: CertificateRecord
  readonly certificate: Certificate
}

/** The certificates among records that can be read. */
export const installedCertificates = (records: readonly InventoryRecord[]): readonly InstalledCertificate[] =>
  records.filter(isCertificateRecord).flatMap((record) => {
    const certificate = installedCertificate(record)
    return certificate === undefined ? [] : [{ record, certificate }]
  })
