// What is answered to bytes that are no request, or that come too slowly to be one.
import { PaydoubleError, type WireResponse } from '../../contract/index.ts'
import { ownError } from '../../double/pipeline.ts'
import type { HttpLimits } from './limits.ts'

/** An error of Node's parser, or of its connection. */
export interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

/** The answer, or undefined where nobody is there to read one. */
export function toRefusal(error: ClientError, limits: HttpLimits): WireResponse | undefined {
  const { code = '', rawPacket } = error
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ownError(
      408,
      'requestTimeout',
      `The request has not come in time: its head within ${limits.headersMs} ms, all of it within ${limits.requestMs} ms. Send it faster.`,
    )
  if (code === 'HPE_HEADER_OVERFLOW')
    return ownError(
      431,
      'headersTooLarge',
      `The line and the headers of the request are larger than ${limits.headerBytes} bytes. Send less, or send it in the body.`,
    )
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return ownError(413, 'bodyTooLarge', 'The extensions of the chunks are larger than 16384 bytes.')
  if (!code.startsWith('HPE_')) return undefined
  if (rawPacket && isTls(rawPacket))
    return badHttp('it is TLS, and this port speaks plain HTTP. Use http:// in the address')
  return badHttp(reasons[code] ?? lastSentence(error.message))
}

/** What Node's parser says is for those who know the parser. */
const reasons: Readonly<Record<string, string>> = {
  HPE_INVALID_URL:
    'its address has a character that none may have, such as one beyond ASCII or a blank. Write it percent-encoded, as %XX',
  HPE_INVALID_METHOD: 'it does not begin with a method, such as GET or POST',
  HPE_INVALID_VERSION: 'its first line does not end in HTTP/1.1 or HTTP/1.0',
  HPE_INVALID_CONSTANT: 'its first line is no "METHOD /path HTTP/1.1"',
  HPE_PAUSED_H2_UPGRADE: 'it is HTTP/2, and this port speaks HTTP/1.1. Have the client use that',
  HPE_INVALID_HEADER_TOKEN: 'a header has a character that none may have',
  HPE_INVALID_CONTENT_LENGTH: 'its Content-Length is no number of bytes',
  HPE_UNEXPECTED_CONTENT_LENGTH:
    'it has a Content-Length twice, or beside a Transfer-Encoding. Send one of them',
  HPE_INVALID_TRANSFER_ENCODING:
    'its Transfer-Encoding does not end in chunked, or stands beside a Content-Length',
  HPE_INVALID_CHUNK_SIZE: 'the size of a chunk is no hexadecimal number',
  HPE_INVALID_EOF_STATE: 'the connection was closed in the middle of it',
}

function badHttp(why: string): WireResponse {
  return ownError(400, 'badHttp', `The request is no valid HTTP: ${why}.`)
}

function lastSentence(message: string): string {
  return message.replace(/^Parse Error: */, '').replace(/\.$/, '') || 'it cannot be read'
}

/** The beginning of a handshake. */
function isTls(packet: Buffer): boolean {
  return packet[0] === 0x16 && packet[1] === 0x03
}

export function noHost(): WireResponse {
  return badHttp('it has no Host header, which HTTP/1.1 asks for. Send one, or HTTP/1.0')
}

export function twoHosts(): WireResponse {
  return badHttp('it has more than one Host header. Send one')
}

export function noProxy(): WireResponse {
  return ownError(
    501,
    'noProxy',
    'paydouble opens no tunnels: CONNECT is for proxies. Give it to your client as the address of the provider.',
  )
}

export function badExpectation(): WireResponse {
  return ownError(417, 'badExpectation', 'The only thing that a request may expect is 100-continue.')
}

export function tooManyDelayed({ hanging, bodiesBytes }: HttpLimits): PaydoubleError {
  return new PaydoubleError(
    'tooBusy',
    `Failed to delay the call: faults delay ${hanging} calls already, or such with ${bodiesBytes / 2} bytes of bodies. Wait for them, hang up, or move the clock.`,
  )
}

export function tooBusy({ bodiesBytes }: HttpLimits): WireResponse {
  return ownError(
    503,
    'tooBusy',
    `More than ${bodiesBytes} bytes of bodies are under way. Send fewer at a time.`,
  )
}
