// An exchange as it may be shown or kept: nothing secret, and nothing of a person, in address, headers and bodies.
import type { CapturedBody, CapturedExchange, MaskedPart } from './exchange.ts'
import type { Mask } from './mask.ts'
import { maskJson, maskValue } from './mask-json.ts'
import { withoutQuery } from './match.ts'
import { readText } from './text.ts'

export interface MaskedExchange {
  /** Its bodies are texts. What is not masked stands as it was sent, to the byte. */
  readonly exchange: CapturedExchange
  /** Which of its messages are not what was sent any more, so that no signature over them can be checked. */
  readonly masked: readonly MaskedPart[]
}

export function maskExchange(exchange: CapturedExchange, mask: Mask): MaskedExchange {
  const { request, response } = exchange
  const url = maskUrl(request.url, mask)
  const asked = maskMessage(request, mask)
  const answered = response && maskMessage(response, mask)
  return {
    exchange: {
      ...exchange,
      request: { ...request, url, ...asked.message },
      response: response && answered && { ...response, ...answered.message },
    },
    masked: [
      ...(asked.isMasked || url !== request.url ? (['request'] as const) : []),
      ...(answered?.isMasked ? (['response'] as const) : []),
    ],
  }
}

interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: CapturedBody
}

function maskMessage({ headers, body }: Message, mask: Mask): { message: Message; isMasked: boolean } {
  const pairs = Object.entries(headers).map(([name, value]) => [name, mask.header(name, value)] as const)
  const isHeaderMasked = pairs.some(([name, value]) => value !== headers[name])
  if (body === undefined)
    return { message: { headers: Object.fromEntries(pairs), body }, isMasked: isHeaderMasked }
  const { text, charset } = readText(body)
  const masked = maskBody(text, headers['content-type'] ?? '', mask)
  // What is not UTF-8 is other bytes as a text.
  const isMasked = isHeaderMasked || masked !== text || charset !== undefined
  return { message: { headers: Object.fromEntries(pairs), body: masked }, isMasked }
}

function maskUrl(url: string, mask: Mask): string {
  const path = withoutQuery(url)
  return `${mask.text(path)}${url === path ? '' : `?${maskForm(url.slice(path.length + 1), mask)}`}`
}

function maskBody(text: string, contentType: string, mask: Mask): string {
  if (/^\s*[{[]/.test(text)) return maskJson(text, mask)
  if (/^multipart\//i.test(contentType)) return maskMultipart(text, mask)
  if (/^application\/x-www-form-urlencoded/i.test(contentType)) return maskForm(text, mask)
  return mask.text(text)
}

function maskForm(text: string, mask: Mask): string {
  const pairs = text.split('&').map(pair => {
    const equals = pair.indexOf('=')
    if (equals < 0) return mask.text(pair)
    const value = decodePart(pair.slice(equals + 1))
    if (value === undefined) return mask.text(pair)
    const masked = maskValue(decodePart(pair.slice(0, equals)) ?? '', value, mask)
    return masked === value ? pair : `${pair.slice(0, equals + 1)}${encodeURIComponent(masked)}`
  })
  return pairs.join('&')
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Part by part; the last one may be cut. */
function maskMultipart(text: string, mask: Mask): string {
  const parts = text.split('\r\n--').map(part => {
    const end = part.indexOf('\r\n\r\n') + 4
    const name = /\bname="([^"]*)"/i.exec(part.slice(0, end))?.[1]
    if (end < 4) return mask.text(part)
    return part.slice(0, end) + maskValue(name ?? '', part.slice(end), mask)
  })
  return parts.join('\r\n--')
}
