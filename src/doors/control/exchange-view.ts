// A journal entry as the control interface shows it: bytes as text, secrets masked.
import type { Exchange } from '../../double/journal.ts'

/** How much of a body is shown, in bytes. */
const shownBodyLength = 64 * 1024

const secretHeaders = new Set(['authorization', 'payment-secret', 'cookie', 'proxy-authorization'])

export function toExchangeView(exchange: Exchange) {
  const { id, kind, at, step, outcome, findings, request, response, verification } = exchange
  return {
    id,
    kind,
    at,
    provider: exchange.provider ?? null,
    operation: exchange.operation ?? null,
    account: exchange.account ?? null,
    order: exchange.order ?? null,
    step,
    outcome,
    error: exchange.error ?? null,
    fault: exchange.fault ?? null,
    findings,
    ...(request && {
      request: {
        door: request.door,
        method: request.method,
        host: request.host,
        path: request.path,
        query: request.query,
        headers: maskHeaders(request.headers),
        body: Buffer.from(request.body.subarray(0, shownBodyLength)).toString('utf8'),
        bodyBytes: request.body.length,
        params: exchange.params ?? null,
      },
    }),
    ...(verification && { signature: verification }),
    ...(response && { response }),
  }
}

function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secretHeaders.has(name) ? mask(String(value)) : value,
    ]),
  )
}

/** The last four characters of a secret, as far as they give nothing away. */
export function mask(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`
}
