// What openssl and GnuTLS say of what the kit has written. Each run has a directory of its own.

import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IssuedCertificate, TestCrl } from '../../src/testkit/index.js'
import { openssl, temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'

const executables = {
  openssl: tool('openssl', 'certificates, CRLs and OCSP responses of the test kit, held to openssl'),
  certtool: tool('certtool', 'certificates and CRLs of the test kit, held to GnuTLS'),
  ocsptool: tool('ocsptool', 'OCSP responses of the test kit, held to GnuTLS'),
}

/** Whether the oracle is missing, for `it.skipIf`. */
export const without = {
  openssl: executables.openssl === undefined,
  certtool: executables.certtool === undefined,
  ocsptool: executables.ocsptool === undefined,
}

type Content = Uint8Array | string
type Files = Readonly<Record<string, Content>>

/** What one run among `files` says, on standard output and standard error together: a failure too is an answer. */
function say(name: keyof typeof executables, args: readonly string[], files: Files): string {
  const directory = temporaryDirectory()
  try {
    for (const [file, content] of Object.entries(files)) writeFileSync(join(directory.path, file), content)
    return execFileSync('sh', ['-c', '"$@" 2>&1 || true', 'sh', executables[name] ?? name, ...args], {
      cwd: directory.path,
      encoding: 'utf8',
    })
  } finally {
    directory.remove()
  }
}

const pem = (items: readonly { readonly pem: string }[]): string => items.map((item) => item.pem).join('')

export interface Chain {
  readonly root: IssuedCertificate
  /** Certificates between, in any order; default those of the leaf's own chain. */
  readonly between?: readonly IssuedCertificate[]
  readonly crls?: readonly TestCrl[]
}

/** `OK`, or what `openssl verify` complains about: `certificate has expired`. */
export function opensslVerify(leaf: IssuedCertificate, chain: Chain, ...args: readonly string[]): string {
  const { root, between = leaf.chain.slice(1), crls = [] } = chain
  const files = { 'leaf.pem': leaf.pem, 'root.pem': root.pem, 'between.pem': pem(between), 'crls.pem': pem(crls) }
  const untrusted = between.length === 0 ? [] : ['-untrusted', 'between.pem']
  const lists = crls.length === 0 ? [] : ['-CRLfile', 'crls.pem']
  const all = ['verify', '-CAfile', 'root.pem', ...untrusted, ...lists, ...args, 'leaf.pem']
  const output = say('openssl', all, files)
  return /^leaf.pem: OK$/m.test(output) ? 'OK' : (/lookup: (.+)$/m.exec(output)?.[1] ?? output)
}

/** `openssl x509 -text`, for a look at fields. */
export const opensslText = (certificate: IssuedCertificate): string =>
  say('openssl', ['x509', '-noout', '-text', '-in', 'a.pem'], { 'a.pem': certificate.pem })

/** What GnuTLS says of a chain: `Verified. The certificate is trusted.` among other things. */
export function gnutlsVerify(leaf: IssuedCertificate, { root, between = leaf.chain.slice(1) }: Chain): string {
  const files = { 'chain.pem': pem([leaf, ...between]), 'root.pem': root.pem }
  return say('certtool', ['--verify', '--load-ca-certificate', 'root.pem', '--infile', 'chain.pem'], files)
}

/** As {@link gnutlsVerify}, the root being the last of the chain. */
export const gnutlsVerifyChain = (leaf: IssuedCertificate, root: IssuedCertificate): string =>
  say('certtool', ['--verify-chain', '--infile', 'chain.pem'], { 'chain.pem': pem([...leaf.chain, root]) })

/** What openssl prints of a CRL, and `verify OK` where its signature is the issuer's. */
export const opensslCrl = (crl: TestCrl, issuer: IssuedCertificate): string =>
  say('openssl', ['crl', '-in', 'crl.pem', '-text', '-noout', '-verify', '-CAfile', 'issuer.pem'], {
    'crl.pem': crl.pem,
    'issuer.pem': issuer.pem,
  })

export const gnutlsCrl = (crl: TestCrl): string =>
  say('certtool', ['--crl-info', '--infile', 'crl.pem'], { 'crl.pem': crl.pem })

export const gnutlsVerifyCrl = (crl: TestCrl, issuer: IssuedCertificate): string =>
  say('certtool', ['--verify-crl', '--load-ca-certificate', 'issuer.pem', '--infile', 'crl.pem'], {
    'crl.pem': crl.pem,
    'issuer.pem': issuer.pem,
  })

/** An OCSPRequest as openssl writes it. */
export function opensslRequest(
  issuer: IssuedCertificate,
  certificates: readonly IssuedCertificate[],
  ...args: readonly string[]
): Uint8Array {
  const directory = temporaryDirectory()
  try {
    const path = (file: string): string => join(directory.path, file)
    writeFileSync(path('issuer.pem'), issuer.pem)
    certificates.forEach((certificate, index) => writeFileSync(path(`${index}.pem`), certificate.pem))
    const asked = certificates.flatMap((_, index) => ['-cert', `${index}.pem`])
    const all = ['ocsp', '-issuer', 'issuer.pem', ...args, ...asked, '-reqout', 'request.der']
    openssl(executables.openssl ?? 'openssl', all, undefined, directory.path)
    return new Uint8Array(readFileSync(path('request.der')))
  } finally {
    directory.remove()
  }
}

export interface OcspQuestion {
  readonly leaf: IssuedCertificate
  readonly issuer: IssuedCertificate
  /** Trust anchors for the responder's certificate. */
  readonly trusted: readonly IssuedCertificate[]
  /** A responder trusted outright. */
  readonly designated?: IssuedCertificate
}

/** What `openssl ocsp` makes of a response: `Response verify OK`, the status, or its complaint. */
export function opensslResponse(response: Uint8Array, question: OcspQuestion, ...args: readonly string[]): string {
  const { leaf, issuer, trusted, designated } = question
  const files = {
    'response.der': response,
    'leaf.pem': leaf.pem,
    'issuer.pem': issuer.pem,
    'trusted.pem': pem(trusted),
    'designated.pem': designated?.pem ?? '',
  }
  // The intermediates are needed to reach the root from a delegated responder's certificate.
  const trust = designated === undefined ? ['-verify_other', 'issuer.pem'] : ['-VAfile', 'designated.pem']
  const about = ['-issuer', 'issuer.pem', '-cert', 'leaf.pem', '-CAfile', 'trusted.pem', ...trust]
  const all = ['ocsp', '-respin', 'response.der', ...about, '-no_nonce', ...args]
  return say('openssl', all, files)
}

/** What openssl prints of a response, its signature unverified. */
export const opensslResponseText = (response: Uint8Array): string =>
  say('openssl', ['ocsp', '-respin', 'response.der', '-resp_text', '-noverify'], { 'response.der': response })

/** What `ocsptool` makes of a response signed by `signer`. */
export const gnutlsResponse = (response: Uint8Array, signer: IssuedCertificate): string =>
  say('ocsptool', ['--verify-response', '--load-response', 'response.der', '--load-signer', 'signer.pem'], {
    'response.der': response,
    'signer.pem': signer.pem,
  })

/** As {@link gnutlsResponse}, the signer being certified by `trusted`. */
export const gnutlsDelegated = (response: Uint8Array, trusted: IssuedCertificate): string =>
  say('ocsptool', ['--verify-response', '--load-response', 'response.der', '--load-trust', 'trusted.pem'], {
    'response.der': response,
    'trusted.pem': trusted.pem,
  })

/** `openssl ocsp` as a client of a server: asks, and verifies what comes back. Leaves the event loop to the server. */
export function opensslAsks(url: string, question: OcspQuestion): Promise<string> {
  const directory = temporaryDirectory()
  const path = (file: string, content: string): string => {
    writeFileSync(join(directory.path, file), content)
    return join(directory.path, file)
  }
  const args = ['ocsp', '-url', url, '-issuer', path('issuer.pem', question.issuer.pem)]
  args.push('-cert', path('leaf.pem', question.leaf.pem), '-CAfile', path('trusted.pem', pem(question.trusted)))
  args.push('-verify_other', path('other.pem', question.issuer.pem))
  return new Promise((resolve) => {
    execFile(executables.openssl ?? 'openssl', args, (_, stdout, stderr) => {
      directory.remove()
      resolve(stdout + stderr)
    })
  })
}
