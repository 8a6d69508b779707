// The bytes of an answer or a callback: content type, characters, JSON.
import type { Finding } from '../contract/index.ts'
import type { CapturedBody } from './exchange.ts'
import { parseJson, type ReadJson } from './text.ts'
import { showValue } from './value-check.ts'

export interface JudgedBody {
  /** The object in it; undefined where there is none, or where the body was not captured. */
  readonly value?: Readonly<Record<string, unknown>>
  readonly findings: readonly Finding[]
}

/** @param expected the content type that the contract has, without parameters */
export function judgeBody(
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: CapturedBody },
  expected: string,
): JudgedBody {
  const type = headers['content-type']
  const isRight = type !== undefined && (type === expected || mediaTypeOf(type) === expected)
  if (body === undefined) return { findings: isRight ? none : [wrongType(type, expected)] }
  const read = parseJson(body)
  if (isRight && isObject(read.value) && read.charset === undefined && !namesCharset(type))
    return { value: read.value, findings: none }
  const findings: Finding[] = isRight ? [] : [wrongType(type, expected, read)]
  const charset = charsetFinding(read, type)
  if (charset) findings.push(charset)
  if (isObject(read.value)) return { value: read.value, findings }
  // A page of a gateway is one difference, not two.
  if (isRight || !isPage(read.text)) findings.push(notJson(read, body.length))
  return { findings }
}

const none: readonly Finding[] = []

function wrongType(type: string | undefined, expected: string, read?: ReadJson): Finding {
  const page = read && isPage(read.text) ? ' It is an HTML page, perhaps of a gateway in between.' : ''
  return {
    kind: 'contentType',
    severity: 'breaking',
    pointer: '',
    message: `The content type is ${type === undefined ? 'missing' : 'another one'}.${page}`,
    expected,
    received: type ?? 'none',
  }
}

function charsetFinding({ charset }: ReadJson, type = ''): Finding | undefined {
  const named = namesCharset(type)
  if (charset === undefined && !named) return undefined
  return {
    kind: 'wrongCharset',
    severity: 'breaking',
    pointer: '',
    message:
      charset === undefined
        ? 'The content type names another encoding than that of the bytes, which are UTF-8.'
        : 'The bytes are not UTF-8: clients see other characters than were meant.',
    expected: 'UTF-8',
    received: charset ?? named ?? '',
  }
}

function notJson({ text, problem, value }: ReadJson, length: number): Finding {
  const what = problem === undefined ? `JSON, but no object: ${showValue(value)}` : problem
  return {
    kind: 'notJson',
    severity: 'breaking',
    pointer: '',
    message: length === 0 ? 'The body is empty.' : 'The body is no JSON object.',
    expected: 'a JSON object',
    received: length === 0 ? 'nothing' : `${what}; it begins with ${showValue(text.slice(0, 40))}`,
  }
}

function mediaTypeOf(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase()
}

/** Another encoding than UTF-8 that a content type names. */
function namesCharset(type: string): string | undefined {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1]
  return charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset) ? undefined : charset
}

function isPage(text: string): boolean {
  return /^\s*<(!doctype|html|head|body|\?xml|center|h1)/i.test(text)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
