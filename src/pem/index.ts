// PEM: the text encoding of RFC 7468.

export { type PemBlock, readPem } from './read-pem.js'
export { writePem } from './write-pem.js'
export { ParseError, type ParseErrorCode, type ParseErrorFacts } from '../base/errors.js'
