// A double in the provider's place whose traffic is written down, as a capture would have it.
import { contracts } from '../../contracts/index.ts'
import type { CreateDoubleOptions, TestDouble } from '../../mocks/double.ts'
import type { CapturedExchange, CapturedRequest, CapturedResponse } from '../../src/runner/index.ts'
import type { OpenDoor } from './doors.ts'
import { openInProcess } from './in-process.ts'

export interface RecordedDoor extends OpenDoor {
  readonly double: TestDouble
  /** What was seen so far, callbacks among them. */
  readonly exchanges: CapturedExchange[]
}

/** @param reply what the merchant answers to a callback */
export function openRecorded(
  options: CreateDoubleOptions = {},
  reply: { status: number; body: string } = { status: 200, body: 'SUCCESS' },
): RecordedDoor {
  const exchanges: CapturedExchange[] = []
  const write = (request: CapturedRequest, response: CapturedResponse) => {
    const place = { source: 'recorded', unit: 'call', number: exchanges.length + 1 } as const
    exchanges.push({ request, response, at: door.double.clock.now(), place })
  }
  const door = openInProcess({
    ...options,
    async deliver({ url, method, headers, body }) {
      write({ method, url, headers, body }, { ...reply, headers: {} })
      return reply
    },
  })
  return {
    ...door,
    exchanges,
    async send(provider, request) {
      const answer = await door.send(provider, request)
      const { method = 'GET', path, headers = {}, body = '' } = request
      const [host] = contracts.find(({ id }) => id === provider)?.servers ?? []
      const url = `${host?.url}${path}`
      const { status, text } = answer
      write({ method, url, headers, body }, { status, headers: answer.headers as never, body: text })
      return answer
    },
  }
}
