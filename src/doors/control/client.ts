// Calls to the control interface of a double that runs elsewhere.
import { PaydoubleError } from '../../contract/index.ts'

/** Where a double answers, and the token that it asks for. */
export interface DoubleAddress {
  readonly url: string
  readonly token?: string | undefined
}

/**
 * The JSON that the control interface answers.
 * @throws PaydoubleError `badFlag` where the address is none, `unreachable`, or the error that the double answered
 */
export async function callControl(
  address: DoubleAddress,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await reach(address, method, path, body)
  const text = await response.text()
  const answer = parse(text)
  if (response.ok && answer !== undefined) return answer
  throw toError(address, response, answer)
}

/**
 * The text that the control interface answers, as it comes.
 * @throws PaydoubleError as {@link callControl}
 */
export async function streamControl(address: DoubleAddress, path: string): Promise<AsyncIterable<string>> {
  const response = await reach(address, 'GET', path)
  const type = response.headers.get('content-type') ?? ''
  if (response.ok && response.body && type.startsWith('application/x-ndjson'))
    return response.body.pipeThrough(new TextDecoderStream())
  throw toError(address, response, parse(await response.text()))
}

async function reach(
  { url, token }: DoubleAddress,
  method: string,
  path: string,
  body?: object,
): Promise<Response> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new PaydoubleError(
      'badFlag',
      `Failed to reach a double at ${JSON.stringify(url)}: this is no URL such as http://127.0.0.1:4020. It comes from --url or PAYDOUBLE_URL.`,
    )
  }
  const target = `${url.replace(/\/+$/, '')}/_paydouble/${path}`
  try {
    return await fetch(target, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  } catch (error) {
    throw new PaydoubleError(
      'unreachable',
      `Failed to reach a double at ${url}: nothing answers there. Start one with "paydouble serve", or say where it is with --url.`,
      { cause: error },
    )
  }
}

function toError({ url }: DoubleAddress, { status }: Response, answer: unknown): PaydoubleError {
  const error = (answer as { error?: { code?: string; message?: string } } | undefined)?.error
  return new PaydoubleError(
    error?.code ?? 'noDouble',
    error?.message ?? `Failed to talk to ${url}: what answers there (HTTP ${status}) is no paydouble.`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
