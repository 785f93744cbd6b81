// PKCS#7/CMS certificate bundles (RFC 5652).

export { type CertificateBundle, readPkcs7 } from './read-pkcs7.js'
export { type BundleContents, writePkcs7 } from './write-pkcs7.js'
