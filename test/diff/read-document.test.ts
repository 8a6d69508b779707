// What is no document that can be compared is said to be none, with where and what to do.
import { expect, test } from 'vitest'
import { readDocument } from '../../src/diff/index.ts'
import { changesBetween, documentWith } from './document.ts'

const top = 'openapi: 3.1.0\ninfo: {title: a, version: "1"}\n'

const wrong: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'it is empty'],
  ['only spaces', ' \n\n', 'it is empty'],
  ['only a comment', '# a\n', 'it is empty'],
  ['a text', 'hello', 'it is no OpenAPI document, but another value'],
  ['a list', '[1, 2]', 'it is no OpenAPI document, but another value'],
  ['broken YAML', `${top}paths:\n  /a: [\n`, 'it is neither YAML nor JSON: line 5, column 1:'],
  ['broken JSON', '{"openapi": "3.1.0",\n "info": }\n x', 'it is neither YAML nor JSON: line '],
  [
    'a key twice',
    `${top}paths: {}\npaths: {}\n`,
    'it is neither YAML nor JSON: line 4, column 1: Map keys must be unique',
  ],
  [
    'several documents',
    `${top}paths: {}\n---\n${top}paths: {}\n`,
    'there are 2 documents in it. Give one, such as what "paydouble spec <provider>" prints.',
  ],
  ['an HTML page', '<!doctype html>\n<title>404</title>\n', 'it is no OpenAPI document, but another value'],
  ['other YAML', 'a: 1', 'it is no OpenAPI document: it has no "openapi" at its top'],
  [
    'Swagger 2.0',
    'swagger: "2.0"\npaths: {}',
    'it is Swagger 2.0, and OpenAPI 3.0 and 3.1 can be compared. Convert it first, for instance with "npx swagger2openapi".',
  ],
  ['AsyncAPI', 'asyncapi: 3.0.0', 'it is an AsyncAPI document'],
  ['OpenAPI 4', 'openapi: 4.0.0\npaths: {}', 'it is OpenAPI 4.0.0, and 3.0 and 3.1 can be compared'],
  ['no paths', top, 'it has neither "paths" nor "webhooks"'],
  ['paths as a list', `${top}paths: []`, 'its "paths" is no object'],
  [
    'a reference to nothing',
    `${top}paths: {/a: {get: {responses: {"200": {$ref: "#/components/responses/No"}}}}}`,
    'the reference "#/components/responses/No" at /paths/~1a/get/responses/200 leads nowhere.',
  ],
  [
    'a reference to another file',
    `${top}paths: {/a: {$ref: "a.yaml#/b"}}`,
    'the reference "a.yaml#/b" at /paths/~1a leads to another file. Make one file of all of them first, for instance with "npx @redocly/cli bundle".',
  ],
  ['what contains itself', `${top}paths: &a {/a: *a}`, 'it is more than 400 levels deep, or contains itself'],
  [
    'what is too deep',
    `${top}paths: ${'{a: '.repeat(500)}1${'}'.repeat(500)}`,
    'it is more than 400 levels deep, or contains itself',
  ],
  ['brackets without end', '['.repeat(100_000), 'Failed to read a.yaml: '],
]

test.each(wrong)('%s', (_, text, why) => {
  expect(() => readDocument(text, 'a.yaml')).toThrow(
    expect.objectContaining({ code: 'unreadable', message: expect.stringContaining(why) }),
  )
  expect(() => readDocument(text, 'a.yaml')).toThrow('Failed to read a.yaml: ')
})

test('what is in the wrong form inside of a document is said with its place', () => {
  const document = documentWith()
  const paths = { '/a': { post: { parameters: { name: 'a' }, responses: [] } } }
  expect(() => changesBetween(document, { ...document, paths: { '/pay': 7 } })).toThrow(
    'at /paths/~1pay there should be an object, and there is the number 7',
  )
  expect(() => changesBetween({ ...document, paths }, { ...document, paths })).toThrow(
    'at /paths/~1a/post/parameters there should be a list, and there is an object',
  )
  const components = { schemas: { A: { type: 'object', properties: [] } } }
  const using = documentWith({ request: { $ref: '#/components/schemas/A' }, components })
  expect(() => changesBetween(using, using)).toThrow(
    'at /components/schemas/A/properties there should be an object, and there is a list',
  )
})

test('JSON, YAML with anchors, and a byte order mark are read', () => {
  const document = documentWith({ request: { type: 'string' } })
  const yaml = `${top}paths:\n  /pay: {post: {requestBody: {content: {a/b: {schema: &s {type: string}}}}, responses: {200: {description: a, content: {a/b: {schema: {<<: *s}}}}}}}\n`
  expect(readDocument(JSON.stringify(document), 'a').root).toEqual(document)
  expect(readDocument(yaml, 'a').root).toMatchObject({
    paths: {
      '/pay': { post: { responses: { '200': { content: { 'a/b': { schema: { type: 'string' } } } } } } },
    },
  })
  expect(readDocument('openapi: 3.1\npaths: {}\n', 'a').format).toBe('3.1')
})

test('a field that is called as a keyword is a field', () => {
  const field = (type: string) => ({
    type: 'object',
    properties: { $ref: { type }, description: { type }, example: { type } },
  })
  const changes = changesBetween(
    documentWith({ request: field('string') }),
    documentWith({ request: field('integer') }),
  )
  expect(changes.map(({ pointer }) => pointer.split('/').at(-2))).toEqual(['$ref', 'description', 'example'])
})
