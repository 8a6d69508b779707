// A door that is none: requests go straight into a double, callbacks come out at a function.
import { onTestFinished } from 'vitest'
import { type CreateDoubleOptions, createDouble, type TestDouble } from '../../mocks/double.ts'
import type { Double } from '../../src/double/double.ts'
import type { OpenDoor } from './doors.ts'

/** Callbacks are acknowledged unless `deliver` says otherwise, and rate limits are off. */
export function openInProcess(options: CreateDoubleOptions = {}): OpenDoor & { readonly double: TestDouble } {
  const double = createDouble({
    deliver: async () => ({ status: 200, body: '' }),
    rateLimits: false,
    ...options,
  })
  onTestFinished(() => double.close())
  return { double, urlOf: () => '', close: () => double.close(), send: sendTo(double) }
}

/** Hands requests to a double. */
export function sendTo(double: Pick<Double, 'handle'>): OpenDoor['send'] {
  return async (provider, { method = 'GET', path: target, headers = {}, body = '' }) => {
    const question = target.includes('?') ? target.indexOf('?') : target.length
    const reply = await double.handle({
      door: 'test',
      method,
      host: '127.0.0.1',
      path: `/${provider}${target.slice(0, question)}`,
      query: target.slice(question + 1),
      headers,
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    })
    const text = typeof reply.body === 'string' ? reply.body : new TextDecoder().decode(reply.body)
    return { status: reply.status, headers: reply.headers, text, json: () => JSON.parse(text) }
  }
}
