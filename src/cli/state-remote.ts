// The state of a double that runs elsewhere.
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { PaydoubleError } from '../contract/index.ts'
import type { Counts } from '../store/state-record.ts'
import { callControl, type DoubleAddress, defaultUrl, streamControl } from './remote.ts'

export interface RemoteFlags {
  readonly url?: string
  readonly token?: string
  readonly replace?: boolean
}

/** So large that a part stays below the limit of a body also where each of its characters is escaped. */
const partBytes = 400 * 1024

/** @throws PaydoubleError `badState` while it is read, where the double stops in the middle */
export async function readFromUrl(flags: RemoteFlags): Promise<AsyncIterable<string>> {
  const address = addressOf(flags)
  return untilItsEnd(await streamControl(address, 'api/state'), address)
}

async function* untilItsEnd(pieces: AsyncIterable<string>, { url }: DoubleAddress): AsyncGenerator<string> {
  let last = ''
  const cut = (cause?: unknown) =>
    new PaydoubleError('dumpCut', `Failed to dump the state of ${url}: the double stopped in the middle.`, {
      cause,
    })
  try {
    for await (const piece of pieces) {
      last = (last + piece).slice(-endLength)
      yield piece
    }
  } catch (error) {
    throw cut(error)
  }
  if (!/^\{"end":.*\}\n$/m.test(last)) throw cut()
}

/** The last line is shorter. */
const endLength = 1000

/** Sends a file in parts, which the double checks as a whole. */
export async function loadToUrl(file: string, flags: RemoteFlags): Promise<Counts> {
  const address = addressOf(flags)
  const upload = randomBytes(12).toString('hex')
  const replace = flags.replace ?? false
  const send = async (text: string, part: number, last: boolean) => {
    const body = { text, upload, part, last, ...(last && { replace }) }
    return (await callControl(address, 'PUT', 'api/state', body)) as { loaded: Counts }
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let part = 0
  for await (const bytes of createReadStream(file, { highWaterMark: partBytes }))
    await send(decode(bytes), ++part, false)
  return (await send(decode(), ++part, true)).loaded

  function decode(bytes?: Uint8Array): string {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    } catch (error) {
      throw new PaydoubleError('badState', 'Failed to load the state: it is not UTF-8.', { cause: error })
    }
  }
}

function addressOf({ url = defaultUrl, token }: RemoteFlags): DoubleAddress {
  return { url, token }
}
