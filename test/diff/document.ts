// Small documents to compare, and what a comparison says in short.
import { type Change, compareDocuments, toDocument } from '../../src/diff/index.ts'

export type Json = Record<string, unknown>

/** A document with one operation; `schema` is that of a field `x` in its request and in its answer. */
export function documentWith({ request, response, openapi = '3.1.0', ...more }: Json = {}): Json {
  return {
    openapi,
    info: { title: 'Shop', version: '1' },
    paths: {
      '/pay': {
        post: {
          requestBody: { required: true, content: { 'application/json': { schema: request ?? {} } } },
          responses: {
            '200': { description: 'ok', content: { 'application/json': { schema: response ?? {} } } },
          },
        },
      },
    },
    ...more,
  }
}

export function changesBetween(old: unknown, now: unknown): readonly Change[] {
  return compareDocuments(toDocument(old, 'old.yaml'), toDocument(now, 'new.yaml')).changes
}

/** `kind verdict` of each change. */
export function inShort(changes: readonly Change[]): string[] {
  return changes.map(({ kind, verdict }) => `${kind} ${verdict}`).sort()
}

/** What a change of a schema is in a request, and what it is in an answer. */
export function changesOfSchema(old: unknown, now: unknown, openapi = '3.1.0') {
  const [request, response] = (['request', 'response'] as const).map(part =>
    inShort(changesBetween(documentWith({ [part]: old, openapi }), documentWith({ [part]: now, openapi }))),
  )
  return { request, response }
}
