// The bytes of an answer or a callback: content type, characters, JSON.
import type { Finding } from '../contract/index.ts'
import type { CapturedBody } from './exchange.ts'
import { repeatedNames } from './json-names.ts'
import { mediaTypeOf } from './media-type.ts'
import { showValue } from './show-value.ts'
import { parseJson, type ReadJson } from './text.ts'

export interface JudgedBody {
  /** The object in it; undefined where there is none, or where the body was not captured. */
  readonly value?: Readonly<Record<string, unknown>>
  /** What it was read from. */
  readonly text?: string
  readonly findings: readonly Finding[]
  /** Whether it is an HTML page in place of JSON, as a gateway has it: then its status says nothing of the provider. */
  readonly isPage?: boolean
}

/** @param expected the content type that the contract has, without parameters */
export function judgeBody(
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: CapturedBody },
  expected: string,
): JudgedBody {
  const type = headers['content-type']
  const isRight = type !== undefined && mediaTypeOf(type) === expected
  if (body === undefined) return { findings: isRight ? none : [wrongType(type, expected, false)] }
  const read = parseJson(body)
  const isPage = read.problem !== undefined && beginsLikePage(read.text)
  const findings: Finding[] = []
  if (!isRight) findings.push(wrongType(type, expected, isPage))
  const charset = charsetFinding(read, type)
  if (charset) findings.push(charset)
  if (isObject(read.value)) {
    for (const pointer of repeatedNames(read.text, read.value)) findings.push(duplicateKey(pointer))
    return { value: read.value, text: read.text, findings }
  }
  // A page of a gateway is one difference, not two.
  if (isRight || !isPage) findings.push(read.problem === undefined ? noObject(read) : notJson(read))
  return { findings, isPage }
}

const none: readonly Finding[] = []

function wrongType(type: string | undefined, expected: string, isPage: boolean): Finding {
  const page = isPage ? ' It is an HTML page, perhaps of a gateway in between.' : ''
  return {
    kind: 'contentType',
    severity: 'breaking',
    pointer: '',
    message: `The content type is ${type === undefined ? 'missing' : 'another one'}.${page}`,
    expected,
    received: type ?? 'none',
  }
}

function charsetFinding({ charset, hasMark }: ReadJson, type = ''): Finding | undefined {
  const named = otherCharset(type)
  if (charset === undefined && named === undefined && !hasMark) return undefined
  const message =
    charset !== undefined
      ? 'The bytes are not UTF-8: clients see other characters than were meant.'
      : named !== undefined
        ? 'The content type names another encoding than that of the bytes, which are UTF-8.'
        : 'The body begins with a byte order mark, which JSON must not have: many parsers refuse it.'
  const received = charset ?? named ?? 'UTF-8 with a byte order mark'
  return { kind: 'wrongCharset', severity: 'breaking', pointer: '', message, expected: 'UTF-8', received }
}

function duplicateKey(pointer: string): Finding {
  const message = 'The field is there twice: parsers do not agree which of the two counts.'
  return { kind: 'duplicateKey', severity: 'breaking', pointer, message }
}

function noObject({ value }: ReadJson): Finding {
  return {
    kind: value === null ? 'unexpectedNull' : 'typeChanged',
    severity: 'breaking',
    pointer: '',
    message: 'The message is of another type.',
    expected: 'an object',
    received: showValue(value),
  }
}

function notJson({ text, problem }: ReadJson): Finding {
  const isEmpty = text.trim() === ''
  return {
    kind: 'notJson',
    severity: 'breaking',
    pointer: '',
    message: isEmpty ? 'The body is empty.' : `The body is no JSON: ${problem}.`,
    expected: 'a JSON object',
    received: isEmpty ? 'nothing' : showValue(text),
  }
}

/** Another encoding than UTF-8 that a content type names. */
function otherCharset(type: string): string | undefined {
  if (!type.includes(';') || type.endsWith('charset=UTF-8')) return undefined
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(type)?.[1]
  return charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset) ? undefined : charset
}

function beginsLikePage(text: string): boolean {
  return /^\s*<(!doctype|html|head|body|\?xml|center|h1)/i.test(text)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
