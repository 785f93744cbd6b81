// What a contender offers to the benchmarks. Each peer does it in the way its own documentation shows.

/** Bytes in memory that nobody shares, as Web Crypto's types want them. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Everything a certificate says, in the peer's own values, put into one shape so that the tasks stay equal. */
export interface EveryField {
  /** The parsed certificate that the fields were read from, with all it has kept of them. */
  readonly certificate: unknown
  readonly version: unknown
  readonly serialNumber: unknown
  readonly signatureAlgorithm: unknown
  /** Types and texts of the attributes, or whatever text the peer offers. */
  readonly issuer: unknown
  readonly notBefore: Date | string
  readonly notAfter: Date | string
  readonly subject: unknown
  /** Kind and size. */
  readonly publicKey: unknown
  /** Decoded values, as far as the peer decodes them. */
  readonly extensions: readonly unknown[]
}

/** A target and what may lead from it to a root, as DER. */
export interface Chain {
  readonly target: Bytes
  readonly intermediate: Bytes
  readonly root: Bytes
}

/** One library that reads certificates. */
export interface Peer {
  readonly name: string
  /** What to import; undefined for what Node has built in. */
  readonly modules?: readonly string[]
  /** What it does not do, or does differently. */
  readonly note?: string
  /** Whether it offers some of the fields only. */
  readonly isPartial?: boolean
  /** Whether it throws on certificates with keys other than RSA. */
  readonly rsaOnly?: boolean
  /** Whether it is fast enough to be given a bundle of thousands. */
  readonly takesWholeBundle?: boolean
  /** One certificate from DER. */
  readonly parse: (der: Bytes) => unknown
  readonly readEveryField: (der: Bytes) => EveryField
  /** One certificate from one PEM block. */
  readonly parsePem?: (pem: string) => unknown
  /** Every certificate of a PEM text. */
  readonly parsePemBundle?: (pem: string) => readonly unknown[]
  /** Every certificate of a DER PKCS#7, parsed. */
  readonly readPkcs7?: (der: Bytes) => readonly unknown[]
  /**
   * Parses the certificates of a chain. The function returned finds the path from target to root and validates it, as
   * often as it is called; it throws, or rejects, where it finds none.
   */
  readonly pathOf?: (chain: Chain, at: Date) => () => unknown
  /** What validating a path leaves out. */
  readonly pathNote?: string
}
