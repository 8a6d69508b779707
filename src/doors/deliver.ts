import type { Deliver } from '../double/callbacks.ts'

/** How long a receiver may take to answer, in milliseconds. */
export const callbackTimeoutMs = 10_000

/** Unlike `text()` it leaves a byte order mark where it is: to a provider it is a part of the answer. */
export const keepingMark = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Sends callbacks with the given `fetch`. Redirects are not followed. The address that a name stands for is not
 * checked, as `fetch` tells none: see `createSender`.
 *
 * @param options.timeoutMs how long a receiver may take; default 10,000
 */
export function deliverWith(
  fetch: (request: Request, init: { signal: AbortSignal }) => Promise<Response>,
  { timeoutMs = callbackTimeoutMs }: { readonly timeoutMs?: number } = {},
): Deliver {
  return async ({ url, method, headers, body, bytes, signal }) => {
    const content = bytes ? new Uint8Array(bytes) : body
    const request = new Request(url, { method, headers, body: content, redirect: 'manual' })
    // Beside the request, because fetch drops a signal that is inside of it.
    const response = await fetch(request, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    return { status: response.status, body: keepingMark.decode(await response.arrayBuffer()) }
  }
}
