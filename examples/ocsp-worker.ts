// OCSP in a worker: a module for workerd (Cloudflare), and as it stands for `deno serve` and `bun run`. POST a certificate and its
// issuer as PEM; the answer is JSON with the certificate's status. Nothing of Node is in it.

import { createOcspClient, type OcspClient, ParseError, readCertificates } from 'certward'

interface Environment {
  /** Asked instead of the responder the certificate names. */
  readonly OCSP_RESPONDER?: string
}

/** One for all requests: it keeps what was proven until its nextUpdate. */
let client: OcspClient | undefined

export default {
  async fetch(request: Request, environment: Environment = {}): Promise<Response> {
    if (request.method !== 'POST') return Response.json({ error: 'POST a certificate and its issuer' }, { status: 405 })
    const uri = environment.OCSP_RESPONDER
    client ??= createOcspClient(uri === undefined ? {} : { responder: { uri } })
    try {
      const [certificate, issuer] = readCertificates(await request.text(), { fileSize: 65_536 }).certificates
      if (certificate === undefined || issuer === undefined) {
        return Response.json({ error: 'expected a certificate and its issuer' }, { status: 400 })
      }
      const verdict = await client.check(certificate, issuer)
      // No answer that is to be believed is no answer: 502, and why.
      if (!verdict.ok) return Response.json({ findings: verdict.findings }, { status: 502 })
      const { status, thisUpdate, nextUpdate, model } = verdict
      return Response.json({ status, thisUpdate, nextUpdate, model })
    } catch (error) {
      if (error instanceof ParseError) return Response.json({ error: error.message }, { status: 400 })
      throw error
    }
  },
}
