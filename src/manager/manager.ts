// The manager's face: what can be done, and what each is done by.

import type { Page, Query, Scope } from '../inventory/index.js'
import type { Actor } from './audit.js'
import { backupPending, type BackupInput, coveredBy, recordBackup } from './backups.js'
import { type BrokenChain, restingScopes } from './broken-chains.js'
import type { PlannedChange } from './change-builder.js'
import { Executor, type Operation } from './executor.js'
import type { Draft, KeyedOperation } from './keyed-operation.js'
import { isRefusal, type Outcome, type Refusal } from './outcome.js'
import { type DeleteInput, planDelete, type PlannedDeletion, unconfirmed } from './plan-delete.js'
import { type DeviceInput, type EndpointInput, planEndpoint, planEndpointRemoval } from './plan-endpoint.js'
import { type RequestInput, requestOperation } from './plan-request.js'
import { planFarewell, type RemoveNodeInput, type RemovePurposeInput, scopesOfFormer } from './plan-farewell.js'
import {
  regenerateOperation,
  type RegenerateInput,
  type SelfSignedInput,
  selfSignedOperation,
} from './plan-self-signed.js'
import { planUpload, type UploadInput, uploadScopes } from './plan-upload.js'
import { type CertificateReference, download, type DownloadFormat, downloadCsr, show } from './reading.js'
import { type ManagerContext, type ManagerOptions, surroundingsOf } from './settings.js'
import { sweepKeys } from './sweep-keys.js'
import { refusingMalformed } from './uploaded-file.js'

/** A request, made and pending. */
export type RequestOutcome = Outcome & { readonly pem: string }

/** What a deletion would come to; `planId` is what {@link DeleteInput} confirms it by. */
export type DeletionPlan = Outcome & { readonly planId: string; readonly breaks: readonly BrokenChain[] }

/** What each operation would come to. Nothing is written and no key is made: `after` of a generated certificate is undefined. */
export interface CertificateManagerPlans {
  generateCsr(input: RequestInput): Promise<Outcome | Refusal>
  upload(input: UploadInput): Promise<Outcome | Refusal>
  delete(input: DeleteInput): Promise<DeletionPlan | Refusal>
  regenerate(input: RegenerateInput): Promise<Outcome | Refusal>
  generateSelfSigned(input: SelfSignedInput): Promise<Outcome | Refusal>
  recordEndpoint(input: EndpointInput): Promise<Outcome | Refusal>
  removeEndpoint(input: DeviceInput): Promise<Outcome | Refusal>
  removeNode(input: RemoveNodeInput): Promise<Outcome | Refusal>
  removePurpose(input: RemovePurposeInput): Promise<Outcome | Refusal>
  /** Where {@link CertificateManager.recordBackup} would note the backup. */
  recordBackup(input?: BackupInput): Promise<readonly Scope[]>
}

/**
 * Keeps the certificates of a system: decides what may be installed, replaced and deleted, and does it. Each operation
 * returns its outcome, or a refusal with every reason against it, and is noted in the audit. A refusal has changed
 * nothing. A call that rejects, because storage or key store failed, has changed all or nothing.
 */
export interface CertificateManager {
  /** Makes a key and a request for it, in place of the pending one (CSR-6). The key stays in the key store. */
  generateCsr(input: RequestInput & Actor): Promise<RequestOutcome | Refusal>
  /** The pending request (LST-3). Default PEM. */
  downloadCsr(scope: Scope, format?: 'pem' | 'der'): Promise<string | Uint8Array | Refusal>
  /** Installs what a file holds: an identity, or certificates to be trusted (UPL). */
  upload(input: UploadInput & Actor): Promise<Outcome | Refusal>
  /** Certificates by filter and sort, a page at a time (LST-1). @throws TypeError for a query that makes no sense */
  list(query?: Query): Promise<Page>
  /** One certificate as text, with where it stands (LST-2). */
  show(certificate: CertificateReference): Promise<string | Refusal>
  /** One certificate, or its chain as far as it is known (LST-3). Default PEM. */
  download(certificate: CertificateReference, format?: DownloadFormat): Promise<string | Uint8Array | Refusal>
  /** Deletes a trusted certificate (DEL). What would break has to be confirmed by the plan that names it. */
  delete(input: DeleteInput & Actor): Promise<Outcome | Refusal>
  /**
   * Notes the certificate an authority has issued to a device (PUR-13), in place of an older one: for monitoring and
   * revocation. Nothing is said of whether it is to be trusted.
   */
  recordEndpoint(input: EndpointInput & Actor): Promise<Outcome | Refusal>
  /** Removes what is noted of a device. */
  removeEndpoint(input: DeviceInput & Actor): Promise<Outcome | Refusal>
  /** Makes a self-signed certificate with key type, key length, subject and names of the installed one (REG-2). */
  regenerate(input: RegenerateInput & Actor): Promise<Outcome | Refusal>
  /** Makes a self-signed certificate with a key of another kind, or the first of a purpose (REG-2). */
  generateSelfSigned(input: SelfSignedInput & Actor): Promise<Outcome | Refusal>
  /**
   * Takes away all that is kept of a node that has left the cluster: its certificates, requests and keys, and the copies
   * that showed it to its peers. Nothing watches them any more; history and audit stay. Refused for a node of the cluster.
   */
  removeNode(input: RemoveNodeInput & Actor): Promise<Outcome | Refusal>
  /**
   * The same of a purpose that has left the catalogue, on every node. Of devices, which are any number, it knows none:
   * `removeEndpoint` takes away their certificates as long as the catalogue has the purpose.
   */
  removePurpose(input: RemovePurposeInput & Actor): Promise<Outcome | Refusal>
  /** Where keys have been regenerated since the last recorded backup (REG-6). */
  backupPending(): Promise<readonly Scope[]>
  /**
   * Notes that a backup holds what had been regenerated when it was begun (REG-6); returns where. Rejects where that could
   * not be noted everywhere, once it is noted everywhere else.
   */
  recordBackup(input?: BackupInput): Promise<readonly Scope[]>
  /**
   * Destroys keys nothing refers to, left behind by a process that ended between two steps; returns how many. Safe at
   * any time, beside any operation of any manager on the same storage and key store.
   */
  sweepKeys(): Promise<number>
  /** The same decisions without writing anything (UPL-8). */
  readonly plan: CertificateManagerPlans
}

/**
 * Makes a manager of the certificates of one catalogue. Several, in several processes, may work on one storage.
 *
 * @throws TypeError where the publisher is not among the nodes
 * @example
 * const manager = createCertificateManager({ catalogue: unifiedCommunications, storage: createMemoryStorage(),
 *   keys: createMemoryKeyStore(), cluster: { publisher: 'cucm1', nodes: ['cucm1', 'cucm2'] } })
 * const request = await manager.generateCsr({ purpose: 'tomcat', node: 'cucm1', subject: { commonName: 'cucm1.example' } })
 * if (request.ok) console.log(request.pem)
 */
export function createCertificateManager(options: ManagerOptions): CertificateManager {
  const { nodes, publisher } = options.cluster
  if (!nodes.includes(publisher)) {
    throw new TypeError(`cluster.nodes: expected the publisher ${publisher} among them, found ${nodes.join(', ')}`)
  }
  const surroundings = surroundingsOf(options)
  const { context, storage } = surroundings
  const executor = new Executor(surroundings)

  const upload = (input: UploadInput & Actor): Operation<PlannedChange> => ({
    action: 'upload',
    place: input,
    scopes: () => uploadScopes(input, context),
    plan: (state, now, read) => refusingMalformed(() => planUpload(state, input, now, context, read)),
  })
  const deletion = (input: DeleteInput & Actor): Operation<PlannedDeletion> => ({
    action: 'delete',
    place: input,
    scopes: () => restingScopes(input, context),
    plan: (state, now) => planDelete(state, input, now, context),
  })
  const confirmedDeletion = (input: DeleteInput & Actor): Operation<PlannedDeletion> => {
    const operation = deletion(input)
    return {
      ...operation,
      plan: async (...known) => {
        const planned = await operation.plan(...known)
        return isRefusal(planned) ? planned : (unconfirmed(planned, input) ?? planned)
      },
    }
  }
  const endpointRecord = (input: EndpointInput & Actor): Operation<PlannedChange> =>
    endpoint('record-endpoint', input, (state, now) =>
      refusingMalformed(() => planEndpoint(state, input, now, context)),
    )
  const endpointRemoval = (input: DeviceInput & Actor): Operation<PlannedChange> =>
    endpoint('remove-endpoint', input, (state, now) => planEndpointRemoval(state, input, now, context))
  /** With an empty purpose, of a node; with an empty node, of a purpose. */
  const farewell = (action: string, former: Scope & Actor): Operation<PlannedChange> => ({
    action,
    place: former,
    isFarewell: true,
    scopes: () => scopesOfFormer(former, context),
    plan: (state, now) => planFarewell(state, former, now, context),
  })
  const nodeRemoval = (input: RemoveNodeInput & Actor): Operation<PlannedChange> =>
    farewell('remove-node', { ...input, purpose: '' })
  const purposeRemoval = (input: RemovePurposeInput & Actor): Operation<PlannedChange> =>
    farewell('remove-purpose', { ...input, node: '' })

  type Call<Input> = (input: Input) => Promise<Outcome | Refusal>
  type Keyed<Input, D extends Draft, T> = (input: Input, context: ManagerContext) => KeyedOperation<D, T>
  const doing =
    <Input>(operation: (input: Input) => Operation<PlannedChange>): Call<Input> =>
    async (input) =>
      toOutcome(await executor.execute(operation(input)))
  const foreseeing =
    <Input>(operation: (input: Input) => Operation<PlannedChange>): Call<Input> =>
    async (input) =>
      toOutcome(await executor.foresee(operation(input)))
  const makingKey =
    <Input, D extends Draft, T>(operation: Keyed<Input, D, T>): Call<Input> =>
    async (input) => {
      const done = await executor.executeWithKey(operation(input, context))
      return isRefusal(done) ? done : outcomeOf(done.planned)
    }
  const foreseeingKey =
    <Input, D extends Draft, T>(operation: Keyed<Input, D, T>): Call<Input> =>
    async (input) =>
      toOutcome(await executor.foreseeWithKey(operation(input, context)))

  return {
    generateCsr: async (input) => {
      const done = await executor.executeWithKey(requestOperation(input, context))
      return isRefusal(done) ? done : { ...outcomeOf(done.planned), pem: done.document.pem }
    },
    downloadCsr: (scope, format = 'pem') => downloadCsr(executor, scope, format),
    upload: doing(upload),
    list: (query = {}) => storage.query(query),
    show: (reference) => show(executor, reference),
    download: (reference, format = 'pem') => download({ executor, surroundings }, reference, format),
    delete: doing(confirmedDeletion),
    recordEndpoint: doing(endpointRecord),
    removeEndpoint: doing(endpointRemoval),
    regenerate: makingKey(regenerateOperation),
    generateSelfSigned: makingKey(selfSignedOperation),
    removeNode: doing(nodeRemoval),
    removePurpose: doing(purposeRemoval),
    backupPending: () => backupPending(surroundings),
    recordBackup: (input) => recordBackup(surroundings, executor, input),
    sweepKeys: () => sweepKeys(surroundings),
    plan: {
      generateCsr: foreseeingKey(requestOperation),
      upload: foreseeing(upload),
      delete: async (input) => {
        const planned = await executor.foresee(deletion(input))
        if (isRefusal(planned)) return planned
        const { planId, breaks } = planned
        return { ...outcomeOf(planned), planId, breaks }
      },
      recordEndpoint: foreseeing(endpointRecord),
      removeEndpoint: foreseeing(endpointRemoval),
      regenerate: foreseeingKey(regenerateOperation),
      generateSelfSigned: foreseeingKey(selfSignedOperation),
      removeNode: foreseeing(nodeRemoval),
      removePurpose: foreseeing(purposeRemoval),
      recordBackup: (input) => coveredBy(surroundings, input),
    },
  }
}

/** An operation on a device, which stands where others have their node. */
function endpoint(
  action: string,
  input: DeviceInput & Actor,
  plan: Operation<PlannedChange>['plan'],
): Operation<PlannedChange> {
  const { purpose, device: node } = input
  return { action, place: { ...input, node }, scopes: () => [{ node, purpose }], plan }
}

const outcomeOf = ({ changes, effects, notices }: PlannedChange): Outcome => ({ ok: true, changes, effects, notices })

const toOutcome = (planned: PlannedChange | Refusal): Outcome | Refusal =>
  isRefusal(planned) ? planned : outcomeOf(planned)
