// What the network does to a call: how long it waits, and what becomes of its answer.
import type { WireResponse } from '../contract/index.ts'
import { longestDurationMs, toMilliseconds } from './clock.ts'
import type { NetworkFault } from './fault.ts'
import type { RandomStream } from './random.ts'

/** What a door sends back. A cut says that the connection does not live to the end of it. */
export interface Answer extends Omit<WireResponse, 'body'> {
  readonly body: string | Uint8Array
  readonly cut?: 'reset' | 'hang' | 'truncate'
  /** What follows the body, as it is made: of an answer that may be larger than memory. */
  readonly rest?: AsyncIterable<string>
}

/** Whether the provider sees the request at all. */
export function phaseOf(fault: NetworkFault): 'before' | 'after' {
  const isAboutTheAnswer = fault.do === 'truncate' || fault.do === 'garbage' || fault.do === 'contentType'
  return fault.phase ?? (isAboutTheAnswer ? 'after' : 'before')
}

/** How long a call is held up, in milliseconds. */
export function delayOf(fault: NetworkFault, random: RandomStream): number {
  if (fault.do !== 'delay') return 0
  const { for: fixed, from = 0, to, median, sigma = 0.5 } = fault
  if (fixed !== undefined) return toMilliseconds(fixed)
  if (to !== undefined) {
    const [least, most] = [toMilliseconds(from), toMilliseconds(to)].sort((a, b) => a - b) as [number, number]
    return random.int(least, most)
  }
  const drawn = toMilliseconds(median ?? 0) * Math.exp(sigma * normal(random))
  return Math.min(Math.round(drawn), longestDurationMs)
}

/** The answer as it arrives, if it does. */
export function damage(answer: Answer, fault: NetworkFault, random: RandomStream): Answer {
  switch (fault.do) {
    case 'delay':
      return answer
    case 'reset':
    case 'hang':
    case 'truncate':
      return { ...answer, cut: fault.do }
    case 'garbage': {
      const body = Uint8Array.from({ length: 64 }, () => random.int(0x80, 0xff))
      return { ...answer, body }
    }
    case 'contentType':
      return {
        ...answer,
        headers: { ...answer.headers, 'content-type': fault.as ?? 'text/html; charset=utf-8' },
      }
    case 'status':
      return gatewayPage(fault.status, fault.body)
  }
}

/** Statuses that come without a body. */
const bodiless = new Set([204, 205, 304])

/** What a gateway answers that did not reach the provider. */
export function gatewayPage(status = 502, body?: string): Answer {
  if (bodiless.has(status)) return { status, headers: {}, body: '' }
  // Not imported: that would load all of the module for everyone who imports this file.
  const { STATUS_CODES } = process.getBuiltinModule('node:http')
  const title = [status, STATUS_CODES[status]].filter(Boolean).join(' ')
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body:
      body ??
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  }
}

/** Box and Muller: a number of the standard normal distribution. */
function normal(random: RandomStream): number {
  const uniform = () => random.int(1, 2 ** 30) / 2 ** 30
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}
