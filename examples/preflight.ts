// Would the appliance take this file, before anybody uploads it?
//   npx tsx examples/preflight.ts PURPOSE FILE [--roots FILE] [--request FILE]
// PURPOSE is one of its catalogue: tomcat, CallManager, tomcat-trust … Exit codes: 0 yes, 1 no, 2 the command is wrong.

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  appliance,
  type Certificate,
  checkProfile,
  checkUploadPurpose,
  classifyUpload,
  explain,
  ParseError,
  purposeOf,
  readCertificates,
  unifiedCommunications as catalogue,
  validatePath,
} from 'certward'

const { values, positionals } = parseArgs({
  options: { roots: { type: 'string' }, request: { type: 'string' } },
  allowPositionals: true,
})
const [purpose, file] = positionals
if (purpose === undefined || file === undefined || !catalogue.purposes.some(({ id }) => id === purpose)) {
  console.error('usage: npx tsx examples/preflight.ts PURPOSE FILE [--roots FILE] [--request FILE]')
  console.error(`purposes: ${catalogue.purposes.map(({ id }) => id).join(', ')}`)
  process.exit(2)
}
const certificatesIn = async (name: string): Promise<readonly Certificate[]> =>
  readCertificates(await readFile(name)).certificates

/** Everything that speaks against the upload, as sentences. */
async function objections(id: string, name: string): Promise<readonly string[]> {
  const certificates = await certificatesIn(name)
  const [request] = values.request === undefined ? [] : readCertificates(await readFile(values.request)).requests
  const upload = classifyUpload(certificates, request && { identityKey: request.publicKey.der })
  if (!upload.ok) return upload.findings.map(({ message }) => message)
  const found = checkUploadPurpose(upload, id, catalogue).map(({ message }) => message)
  const purpose = purposeOf(catalogue, id)
  if (upload.kind === 'authorities' || purpose.usage !== 'identity') return found

  const { findings } = checkProfile(upload.leaf, purpose, catalogue)
  found.push(...findings.filter(({ severity }) => severity === 'error').map(({ message }) => message))
  if (request !== undefined && !sameBytes(request.publicKey.der, upload.leaf.publicKey.der)) {
    found.push('the certificate is of another key than the request')
  }
  if (values.roots === undefined) return found
  const anchors = await certificatesIn(values.roots)
  const intermediates = upload.authorities
  const at = new Date()
  const verdict = await validatePath({ certificate: upload.leaf, intermediates, anchors, at, profile: appliance })
  return verdict.ok ? found : [...found, explain(verdict)]
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

try {
  const found = await objections(purpose, file)
  for (const sentence of found) console.log(`no: ${sentence}`)
  if (found.length === 0) console.log(`yes: ${file} can be uploaded to ${purpose}`)
  process.exitCode = found.length === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof ParseError)) throw error
  console.log(`no: ${error.message}`)
  process.exitCode = 1
}
