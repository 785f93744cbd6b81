/** `openssl verify`, as strict as it goes: x509_strict, purposes, names, policies, CRLs of every certificate where there are any. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePem } from '../../../src/pem/index.js'
import type { LimboPeerName } from '../formats/limbo.js'
import type { PathCase, PathPeer, Policies } from './path-case.js'

export const openssl: PathPeer = async (testCase) => {
  const directory = mkdtempSync(join(tmpdir(), 'certward-peer-'))
  const write = (name: string, label: string, all: readonly Uint8Array[]): string => {
    const file = join(directory, name)
    writeFileSync(file, all.map((der) => writePem(label, der)).join(''))
    return file
  }
  try {
    const { anchors, intermediates, target, crls } = testCase
    const args = [
      // Not -trusted: paths of CRL issuers are looked for in the store alone.
      ...['-no-CApath', '-no-CAstore', '-CAfile', write('anchors', 'CERTIFICATE', anchors)],
      ...(intermediates.length === 0 ? [] : ['-untrusted', write('others', 'CERTIFICATE', intermediates)]),
      ...(crls.length === 0 ? [] : ['-crl_check_all', '-CRLfile', write('crls', 'X509 CRL', crls)]),
      ...optionsOf(testCase),
      write('target', 'CERTIFICATE', [target]),
    ]
    // Every name has to hold, and one run checks one.
    const runs = testCase.names.length === 0 ? [[]] : testCase.names.map(nameOption)
    for (const name of runs) if (!(await verifies([...name, ...args]))) return false
    return true
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function optionsOf({ at, purpose, maxChainDepth, policies }: PathCase): readonly string[] {
  return [
    ...['-attime', String(Math.floor(at.getTime() / 1000)), '-extended_crl', '-use_deltas'],
    // PKITS' own certificates break what this option asks for.
    ...(policies === undefined ? ['-x509_strict'] : ['-auth_level', '0', ...policyOptions(policies)]),
    ...(purpose === undefined ? [] : ['-purpose', purpose === 'server' ? 'sslserver' : 'sslclient']),
    ...(maxChainDepth === undefined ? [] : ['-verify_depth', String(maxChainDepth)]),
  ]
}

function policyOptions(policies: Policies): readonly string[] {
  return [
    '-policy_check',
    ...policies.initialPolicySet.flatMap((policy) => ['-policy', policy]),
    ...(policies.initialExplicitPolicy ? ['-explicit_policy'] : []),
    ...(policies.initialPolicyMappingInhibit ? ['-inhibit_map'] : []),
    ...(policies.initialInhibitAnyPolicy ? ['-inhibit_any'] : []),
  ]
}

const nameOption = ({ kind, value }: LimboPeerName): readonly string[] => [
  kind === 'DNS' ? '-verify_hostname' : kind === 'IP' ? '-verify_ip' : '-verify_email',
  value,
]

const verifies = (args: readonly string[]): Promise<boolean> =>
  new Promise((resolve, reject) => {
    execFile('openssl', ['verify', ...args], (error) => {
      if (error?.code === 'ENOENT') reject(new Error('openssl cannot be started', { cause: error }))
      else resolve(error === null)
    })
  })
