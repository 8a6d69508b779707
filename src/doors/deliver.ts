import type { Deliver } from '../double/callbacks.ts'

/** How long a receiver may take to answer, in milliseconds. */
export const callbackTimeoutMs = 10_000

/** Sends callbacks with the given `fetch`. Redirects are not followed. */
export function deliverWith(fetch: (request: Request) => Promise<Response>): Deliver {
  return async ({ url, method, headers, body }) => {
    const signal = AbortSignal.timeout(callbackTimeoutMs)
    const response = await fetch(new Request(url, { method, headers, body, signal, redirect: 'manual' }))
    return { status: response.status, body: await response.text() }
  }
}
