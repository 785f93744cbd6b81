// Puts a responder behind a server of node:http, whose objects are taken by their shape: Node need not be imported.

import { concatBytes } from '../base/bytes.js'
import type { OcspHttpRequest, OcspHttpResponse } from './ocsp-responder.js'

/** The parts of node:http's IncomingMessage this uses. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/** The parts of node:http's ServerResponse this uses. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  end(body: Uint8Array): unknown
}

async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for await (const part of chunks) parts.push(part)
  return new Uint8Array(concatBytes(parts))
}

/**
 * A listener for `createServer` of node:http that answers with `respond`. What `respond` rejects with becomes status 500.
 *
 * @example
 * createServer(nodeListener(await ca.ocspResponder())).listen(8080, '127.0.0.1')
 */
export function nodeListener(
  respond: (request: OcspHttpRequest) => Promise<OcspHttpResponse>,
): (request: NodeRequest, response: NodeResponse) => void {
  const serve = async (request: NodeRequest, response: NodeResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = request
    const answer = await respond({
      method,
      // Of the URL only the path counts.
      url: new URL(url, 'http://localhost').href,
      arrayBuffer: async () => (await collected(request)).buffer,
    })
    const headers: Record<string, string> = {}
    answer.headers.forEach((value, name) => {
      headers[name] = value
    })
    const body = new Uint8Array(await answer.arrayBuffer())
    response.writeHead(answer.status, headers)
    response.end(body)
  }
  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(new TextEncoder().encode(String(error)))
    })
  }
}
