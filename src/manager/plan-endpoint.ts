// Certificates of devices (PUR-13): noted where an authority has issued them, for monitoring and revocation only. The device
// stands where others have their node, and has one certificate of a purpose.

import type { Scope } from '../inventory/index.js'
import { purposeOf } from '../purposes/index.js'
import { ChangeBuilder, keylessPlace, type PlannedChange } from './change-builder.js'
import { finding, type ManagerFinding, type Refusal, refusal } from './outcome.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'
import { certificatesOfFile } from './uploaded-file.js'

/** A device, and the purpose it has a certificate of (PUR-13). */
export interface DeviceInput {
  readonly purpose: string
  /** Its name, `SEP001122334455`. */
  readonly device: string
}

/** A device’s certificate to be watched (PUR-13). */
export interface EndpointInput extends DeviceInput {
  /** PEM, DER or PKCS#7 with one certificate. */
  readonly file: Uint8Array | string
  readonly description?: string
}

const scopeOf = ({ purpose, device }: DeviceInput): Scope => ({ node: device, purpose })

/**
 * A newer certificate replaces the one there is, as in a trust purpose (UPL-5). Who has issued it is not looked at.
 * @throws ParseError for a file that is malformed
 */
export async function planEndpoint(
  state: State,
  input: EndpointInput,
  now: number,
  context: ManagerContext,
): Promise<PlannedChange | Refusal> {
  const wrong = wrongPlace(input, context)
  if (wrong !== undefined) return wrong
  const builder = new ChangeBuilder(state, now)
  const scope = scopeOf(input)
  const certificates = certificatesOfFile(input.file)
  const [certificate, ...more] = certificates
  if (certificate === undefined || more.length > 0) {
    const message = `a device has one certificate of a purpose, and the file holds ${certificates.length}`
    return refusal(finding('unsuitable-file', message, 'PUR-13'))
  }
  const subject = certificate.subject.toString()
  const [previous] = state.certificates(scope)
  if (previous !== undefined && state.certificateOf(previous).equals(certificate)) {
    const message = `${subject} is noted for ${input.device} already: nothing has changed`
    builder.notices.push({ code: 'already-installed', message })
    return builder.planned()
  }
  if (previous !== undefined && previous.notBefore > certificate.notBeforeTime) {
    const message = `${subject} is older than what is noted for ${input.device}: remove that one first if it is to go`
    return refusal(finding('older-certificate', message, 'UPL-5'))
  }
  const place = keylessPlace('endpoint', scope, 'current', 'uploaded', input.description ?? '')
  await builder.install(place, certificate, previous)
  return builder.planned()
}

/** The device is gone, or its certificate is. */
export function planEndpointRemoval(
  state: State,
  input: DeviceInput,
  now: number,
  context: ManagerContext,
): PlannedChange | Refusal {
  const wrong = wrongPlace(input, context)
  if (wrong !== undefined) return wrong
  const [record] = state.certificates(scopeOf(input))
  if (record === undefined) {
    const message = `no ${input.purpose} certificate is noted for ${input.device}`
    return refusal(finding('not-found', message, 'PUR-13'))
  }
  const builder = new ChangeBuilder(state, now)
  builder.removeCertificate(record, 'deleted')
  return builder.planned()
}

function wrongPlace({ purpose: id, device }: DeviceInput, { catalogue }: ManagerContext): Refusal | undefined {
  const findings: ManagerFinding[] = []
  if (purposeOf(catalogue, id).usage !== 'endpoint') {
    findings.push(finding('wrong-purpose', `${id} is no purpose of devices: upload the certificate instead`, 'PUR-13'))
  }
  if (device.trim() === '')
    findings.push(finding('invalid-input', 'expected the name of a device, found none', 'PUR-13'))
  return findings.length === 0 ? undefined : refusal(...findings)
}
