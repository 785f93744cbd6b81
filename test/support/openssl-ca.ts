// An authority of the test kit whose database openssl keeps: `openssl ocsp` answers for it, `openssl ca` writes its CRLs.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestCa, TestCertificate } from '../../src/testkit/index.js'
import { temporaryDirectory } from './openssl.js'

/** The words of openssl's database. It knows no others. */
export const opensslReasons = {
  unspecified: 'unspecified',
  keyCompromise: 'keyCompromise',
  CACompromise: 'cACompromise',
  affiliationChanged: 'affiliationChanged',
  superseded: 'superseded',
  cessationOfOperation: 'cessationOfOperation',
  certificateHold: 'certificateHold',
} as const

export interface DatabaseEntry {
  readonly certificate: TestCertificate
  readonly revoked?: { readonly at: Date; readonly reason?: keyof typeof opensslReasons }
}

/** `YYMMDDhhmmssZ`. */
const utc = (time: Date): string => time.toISOString().slice(2, 19).replace(/[-:T]/g, '') + 'Z'

function line({ certificate: { certificate }, revoked }: DatabaseEntry): string {
  const serial = Buffer.from(certificate.serialNumberBytes).toString('hex').replace(/^00/, '').toUpperCase()
  const reason = revoked?.reason === undefined ? '' : `,${revoked.reason}`
  const revocation = revoked === undefined ? '' : utc(revoked.at) + reason
  const flag = revoked === undefined ? 'V' : 'R'
  return [flag, utc(certificate.notAfter), revocation, serial, 'unknown', '/CN=leaf'].join('\t') + '\n'
}

const configuration = `[ca]
default_ca = authority
[authority]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 7
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
`

export class OpensslCa {
  private readonly directory = temporaryDirectory()
  private answers = 0

  constructor(
    private readonly executable: string,
    authority: TestCa,
    database: readonly DatabaseEntry[],
    crls: 'version 1' | 'version 2' = 'version 2',
  ) {
    this.write('index.txt', database.map(line).join(''))
    this.write('crlnumber', '2A\n')
    // Without extensions openssl writes version 1.
    this.write(
      'openssl.cnf',
      crls === 'version 2' ? configuration : configuration.replace(/^crl(number|_ext).*\n/gm, ''),
    )
    this.write('ca.pem', authority.pem)
    this.write('ca.key', authority.key.pem)
  }

  /** What `openssl ocsp` answers in the name of `signer`. */
  async answer(request: Uint8Array, signer: TestCertificate, ...args: readonly string[]): Promise<Uint8Array> {
    const number = ++this.answers
    this.write(`request-${number}.der`, request)
    this.write(`signer-${number}.pem`, signer.pem)
    this.write(`signer-${number}.key`, signer.key.pem)
    const by = ['-rsigner', `signer-${number}.pem`, '-rkey', `signer-${number}.key`, '-ndays', '1']
    const files = ['-reqin', `request-${number}.der`, '-respout', `response-${number}.der`]
    await this.run(['ocsp', '-index', 'index.txt', '-CA', 'ca.pem', ...by, ...files, ...args])
    return new Uint8Array(readFileSync(join(this.directory.path, `response-${number}.der`)))
  }

  /** Serves what {@link answer} says at the loopback address, by POST and GET. */
  async serve(signer: TestCertificate): Promise<{ readonly uri: string; readonly close: () => void }> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const inPath = Buffer.from(decodeURIComponent(request.url?.slice(1) ?? ''), 'base64')
        const asked = request.method === 'GET' ? inPath : Buffer.concat(parts)
        this.answer(asked, signer).then(
          (answer) => response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(answer),
          () => response.writeHead(500).end(),
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { uri: `http://127.0.0.1:${port}/`, close: () => server.close() }
  }

  /** PEM of the CRL `openssl ca -gencrl` writes. */
  async crl(...args: readonly string[]): Promise<string> {
    const by = ['-config', 'openssl.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key']
    await this.run(['ca', '-gencrl', ...by, '-out', 'list.pem', ...args])
    return readFileSync(join(this.directory.path, 'list.pem'), 'utf8')
  }

  remove(): void {
    this.directory.remove()
  }

  private write(file: string, content: string | Uint8Array): void {
    writeFileSync(join(this.directory.path, file), content)
  }

  /** Leaves the event loop to servers. */
  private run(args: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      execFile(this.executable, [...args], { cwd: this.directory.path }, (error) => {
        if (error === null) resolve()
        else reject(new Error(`openssl ${args.join(' ')}`, { cause: error }))
      })
    })
  }
}
