// From bytes, values and contracts to a document that can be compared.
import { LineCounter, parseAllDocuments } from 'yaml'
import type { Describable } from '../contract/index.ts'
import { toOpenApi } from '../openapi/document.ts'
import { type ApiDocument, type Fields, follow, isFields, referenceOf, unreadable } from './place.ts'
import { walk } from './walk.ts'

/**
 * An OpenAPI document from its text, in YAML or JSON.
 *
 * @param name what it is called in messages
 * @throws PaydoubleError `unreadable`
 */
export function readDocument(text: string, name: string): ApiDocument {
  if (text.trim() === '') throw unreadable(name, 'it is empty', 'Give an OpenAPI document.')
  return toDocument(parse(text, name), name)
}

/**
 * The OpenAPI document of a contract.
 *
 * @param name what it is called in messages
 */
export function documentOf(contract: Describable, { name, version }: { name: string; version: string }) {
  return toDocument(JSON.parse(JSON.stringify(toOpenApi(contract, version))), name)
}

/**
 * A value as an OpenAPI document, if it is one.
 * @throws PaydoubleError `unreadable`
 */
export function toDocument(value: unknown, name: string): ApiDocument {
  if (!isFields(value)) throw unreadable(name, 'it is no OpenAPI document, but another value')
  const document: ApiDocument = { name, format: formatOf(value, name), root: value, followed: new Set() }
  for (const key of ['paths', 'webhooks', 'components'] as const) {
    if (value[key] !== undefined && value[key] !== null && !isFields(value[key]))
      throw unreadable(name, `its "${key}" is no object`, 'Check the document with an OpenAPI validator.')
  }
  if (value.paths === undefined && value.webhooks === undefined)
    throw unreadable(name, 'it has neither "paths" nor "webhooks"', 'There is nothing to compare.')
  checkDepth(value, name)
  checkReferences(document)
  return document
}

function parse(text: string, name: string): unknown {
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      // Said by the other parser, which says where. And YAML has braces, too.
    }
  }
  const lines = new LineCounter()
  const documents = parseDocuments(text, { name, lines })
  const [document] = documents
  if (!document) throw unreadable(name, 'it is empty', 'Give an OpenAPI document.')
  const [error] = document.errors
  if (error) {
    const { line, col } = lines.linePos(error.pos[0])
    throw unreadable(name, `it is neither YAML nor JSON: line ${line}, column ${col}: ${error.message}`)
  }
  if (documents.length > 1) {
    throw unreadable(
      name,
      `there are ${documents.length} documents in it`,
      'Give one, such as what "paydouble spec <provider>" prints.',
    )
  }
  try {
    return document.toJS()
  } catch (error) {
    throw unreadable(name, error instanceof Error ? error.message : String(error))
  }
}

function parseDocuments(text: string, { name, lines }: { name: string; lines: LineCounter }) {
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false })
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    // Such as brackets that are nested too deeply for the parser.
    throw unreadable(
      name,
      `it is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function formatOf(value: Fields, name: string): '3.0' | '3.1' {
  const { openapi, swagger, asyncapi } = value
  if (swagger !== undefined) {
    throw unreadable(
      name,
      `it is Swagger ${showVersion(swagger)}, and OpenAPI 3.0 and 3.1 can be compared`,
      'Convert it first, for instance with "npx swagger2openapi".',
    )
  }
  if (openapi === undefined) {
    const what = asyncapi === undefined ? 'it has no "openapi" at its top' : 'it is an AsyncAPI document'
    throw unreadable(name, `it is no OpenAPI document: ${what}`)
  }
  const [, format] = /^(3\.[01])(\.|$)/.exec(showVersion(openapi)) ?? []
  if (format === '3.0' || format === '3.1') return format
  throw unreadable(
    name,
    `it is OpenAPI ${showVersion(openapi)}, and 3.0 and 3.1 can be compared`,
    'Convert it first.',
  )
}

/** An unquoted 3.1 is a number in YAML. */
function showVersion(version: unknown): string {
  return typeof version === 'string' ? version : JSON.stringify(version)
}

/** Deeper documents, and those that contain themselves, cannot be compared. */
const deepest = 400

function checkDepth(root: Fields, name: string): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw unreadable(name, `it is more than ${deepest} levels deep, or contains itself`)
    level = [
      ...new Set(level.flatMap(value => (typeof value === 'object' && value ? Object.values(value) : []))),
    ]
  }
}

function checkReferences(document: ApiDocument): void {
  walk(document.root, ({ pointer, keyword, owner }) => {
    if (keyword !== '$ref' && keyword !== '$dynamicRef') return
    const reference = referenceOf(owner)
    const at = pointer.slice(0, pointer.lastIndexOf('/'))
    if (reference !== undefined) follow({ document, pointer: at, value: owner }, reference)
  })
  document.followed.clear()
}
