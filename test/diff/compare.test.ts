// One change of a document at a time, outside of schemas.
import { expect, test } from 'vitest'
import { compareDocuments, toDocument } from '../../src/diff/index.ts'
import { changesBetween, documentWith, inShort, type Json } from './document.ts'

/** A document with an operation that has all there is. */
function shop(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shop',
      version: '1',
      'x-rules': {
        requestSignature: {
          value: 'MD5',
          description: 'a',
          provenance: { level: 'documented', evidence: 'a' },
        },
        night: { value: '23:30', description: 'a', provenance: { level: 'observed', evidence: 'b' } },
      },
      'x-rate-limits': [{ limit: 10, windowMs: 1000, provenance: { level: 'assumed', reason: 'a' } }],
    },
    servers: [{ url: 'https://a.example' }],
    security: [{ key: [] }],
    'x-errors': [
      {
        name: 'full',
        code: '1',
        message: 'full',
        outcome: 'failed',
        'x-provenance': { level: 'documented', evidence: 'c' },
      },
      { name: 'alsoFull', code: '1', message: 'full too', outcome: 'failed' },
    ],
    'x-account': {
      credentials: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
      settings: { type: 'object', properties: { night: { type: 'boolean' } }, required: ['night'] },
      defaults: { night: true },
    },
    paths: {
      '/orders/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        post: {
          operationId: 'order',
          summary: 'Orders.',
          parameters: [
            { name: 'lang', in: 'query', schema: { type: 'string' } },
            { name: 'X-Trace', in: 'header', required: true, schema: { type: 'string' } },
          ],
          requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
          responses: {
            '200': {
              description: 'The order.',
              headers: { 'X-Sign': { schema: { type: 'string' } } },
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
            },
            '429': { description: 'Too many.' },
          },
          callbacks: {
            paid: {
              '{$request.body#/url}': {
                post: {
                  requestBody: {
                    required: true,
                    content: {
                      'application/json': {
                        schema: { type: 'object', properties: { sum: { type: 'string' } } },
                      },
                    },
                  },
                  responses: { '200': { description: 'Received: SUCCESS.' } },
                  security: [],
                },
              },
            },
          },
        },
      },
    },
    components: {
      schemas: {
        Order: { type: 'object', properties: { id: { type: 'string' } } },
        Unused: { type: 'string' },
      },
      securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } },
    },
  }
}

type Path = readonly (string | number)[]
const operation: Path = ['paths', '/orders/{id}', 'post']
const callback: Path = [...operation, 'callbacks', 'paid', '{$request.body#/url}', 'post']

function at(document: unknown, path: Path): Record<string | number, unknown> {
  return path.reduce<unknown>((value, key) => (value as Json)[key], document) as Json
}

const set = (path: Path, key: string | number, value: unknown) => (document: Json) => {
  at(document, path)[key] = value
}
const drop = (path: Path, key: string) => (document: Json) => {
  delete at(document, path)[key]
}
const push = (path: Path, value: unknown) => (document: Json) => {
  ;(at(document, path) as unknown as unknown[]).push(value)
}
const cut = (path: Path, i: number) => (document: Json) => {
  ;(at(document, path) as unknown as unknown[]).splice(i, 1)
}

/** What, how, what it is said to be, and what the way back is said to be. */
type Row = readonly [string, (document: Json) => void, readonly string[], readonly string[]]

const rows: readonly Row[] = [
  [
    'an operation more',
    set(['paths'], '/stock', { get: { responses: {} } }),
    ['operationAdded compatible'],
    ['operationRemoved breaking'],
  ],
  [
    'an operation by another method',
    document => {
      const item = at(document, ['paths', '/orders/{id}'])
      item.put = item.post
      delete item.post
    },
    ['operationMoved breaking'],
    ['operationMoved breaking'],
  ],
  [
    'a path parameter of another name',
    document => {
      const paths = at(document, ['paths'])
      const item = paths['/orders/{id}'] as Json
      paths['/orders/{number}'] = {
        ...item,
        parameters: [{ name: 'number', in: 'path', required: true, schema: { type: 'string' } }],
      }
      delete paths['/orders/{id}']
    },
    [],
    [],
  ],
  [
    'another operationId',
    set(operation, 'operationId', 'place'),
    ['operationRenamed unknown'],
    ['operationRenamed unknown'],
  ],
  [
    'a deprecated operation',
    set(operation, 'deprecated', true),
    ['deprecated compatible'],
    ['undeprecated compatible'],
  ],

  [
    'an optional parameter',
    push([...operation, 'parameters'], { name: 'page', in: 'query', schema: { type: 'string' } }),
    ['parameterAdded compatible'],
    ['parameterRemoved unknown'],
  ],
  [
    'a required parameter',
    push([...operation, 'parameters'], {
      name: 'page',
      in: 'query',
      required: true,
      schema: { type: 'string' },
    }),
    ['parameterAdded breaking'],
    ['parameterRemoved unknown'],
  ],
  [
    'a parameter that is required',
    set([...operation, 'parameters', 0], 'required', true),
    ['requiredNow breaking'],
    ['optionalNow compatible'],
  ],
  [
    'a parameter in another place',
    set([...operation, 'parameters', 0], 'in', 'cookie'),
    ['parameterMoved breaking'],
    ['parameterMoved breaking'],
  ],
  [
    'an optional parameter of another name',
    set([...operation, 'parameters', 0], 'name', 'language'),
    ['parameterRenamed unknown'],
    ['parameterRenamed unknown'],
  ],
  [
    'a required parameter of another name',
    set([...operation, 'parameters', 1], 'name', 'X-Traces'),
    ['parameterRenamed breaking'],
    ['parameterRenamed breaking'],
  ],
  ['a header in other letters', set([...operation, 'parameters', 1], 'name', 'x-trace'), [], []],
  [
    'a shorter parameter',
    set([...operation, 'parameters', 0, 'schema'], 'maxLength', 2),
    ['limitTightened breaking'],
    ['limitLoosened compatible'],
  ],
  [
    'a parameter in another style',
    set([...operation, 'parameters', 0], 'style', 'pipeDelimited'),
    ['serializationChanged breaking'],
    ['serializationChanged breaking'],
  ],
  [
    'a parameter in the style that it has anyway',
    set([...operation, 'parameters', 0], 'style', 'form'),
    [],
    [],
  ],
  [
    'a parameter of the path that the operation says anew',
    push([...operation, 'parameters'], {
      name: 'id',
      in: 'path',
      required: true,
      schema: { type: 'string', maxLength: 2 },
    }),
    ['limitTightened breaking'],
    ['limitLoosened compatible'],
  ],

  [
    'an optional body',
    set([...operation, 'requestBody'], 'required', false),
    ['optionalNow compatible'],
    ['requiredNow breaking'],
  ],
  ['no body', drop(operation, 'requestBody'), ['bodyRemoved unknown'], ['bodyAdded breaking']],
  [
    'another content type of a request',
    set([...operation, 'requestBody', 'content'], 'text/xml', {}),
    ['contentTypeAdded compatible'],
    ['contentTypeRemoved breaking'],
  ],
  [
    'another content type of an answer',
    set([...operation, 'responses', '200', 'content'], 'text/html', {}),
    ['contentTypeAdded unknown'],
    ['contentTypeRemoved breaking'],
  ],
  [
    'a content type in other words',
    document => {
      const content = at(document, [...operation, 'requestBody', 'content'])
      content['Application/JSON; charset=utf-8'] = content['application/json']
      delete content['application/json']
    },
    [],
    [],
  ],
  [
    'a status more',
    set([...operation, 'responses'], '404', { description: 'a' }),
    ['statusAdded unknown'],
    ['statusRemoved compatible'],
  ],
  [
    'the success gone',
    drop([...operation, 'responses'], '200'),
    ['statusRemoved breaking'],
    ['statusAdded unknown'],
  ],
  [
    'a status for all of its kind',
    document => {
      const responses = at(document, [...operation, 'responses'])
      responses['4XX'] = responses['429']
      delete responses['429']
    },
    ['statusAdded unknown'],
    ['statusRemoved compatible'],
  ],
  [
    'a header of an answer more',
    set([...operation, 'responses', '200', 'headers'], 'X-Id', {}),
    ['headerAdded compatible'],
    ['headerRemoved breaking'],
  ],
  [
    'a header of an answer that is always there',
    set([...operation, 'responses', '200', 'headers', 'X-Sign'], 'required', true),
    ['requiredNow compatible'],
    ['optionalNow breaking'],
  ],
  [
    'a field of a component',
    set(['components', 'schemas', 'Order', 'properties', 'id'], 'type', 'integer'),
    ['typeChanged breaking'],
    ['typeChanged breaking'],
  ],

  [
    'a server more',
    push(['servers'], { url: 'https://b.example' }),
    ['serverAdded compatible'],
    ['serverRemoved breaking'],
  ],
  [
    'a server of the operation alone',
    set(operation, 'servers', [{ url: 'https://b.example' }]),
    ['serverAdded compatible', 'serverRemoved breaking'],
    ['serverAdded compatible', 'serverRemoved breaking'],
  ],
  [
    'no credentials needed',
    set(operation, 'security', []),
    ['securityLoosened compatible'],
    ['securityTightened breaking'],
  ],
  [
    'another scheme, too',
    set(operation, 'security', [{ key: [] }, { other: [] }]),
    ['securityLoosened compatible'],
    ['securityTightened breaking'],
  ],
  [
    'two schemes at once',
    set(operation, 'security', [{ key: [], other: [] }]),
    ['securityTightened breaking'],
    ['securityLoosened compatible'],
  ],
  [
    'a right that is needed',
    set(operation, 'security', [{ key: ['write'] }]),
    ['securityTightened breaking'],
    ['securityLoosened compatible'],
  ],
  [
    'credentials in another header',
    set(['components', 'securitySchemes', 'key'], 'name', 'X-Token'),
    ['securitySchemeChanged breaking'],
    ['securitySchemeChanged breaking'],
  ],
  [
    'a scheme of another name',
    document => {
      const schemes = at(document, ['components', 'securitySchemes'])
      schemes.token = schemes.key
      delete schemes.key
      document.security = [{ token: [] }]
    },
    [],
    [],
  ],

  [
    'a field of a callback less',
    set([...callback, 'requestBody', 'content', 'application/json'], 'schema', { type: 'object' }),
    ['fieldRemoved breaking'],
    ['fieldAdded compatible'],
  ],
  [
    'a field of a callback that may be null',
    set([...callback, 'requestBody', 'content', 'application/json', 'schema', 'properties', 'sum'], 'type', [
      'string',
      'null',
    ]),
    ['nullAllowed breaking'],
    ['nullRefused compatible'],
  ],
  [
    'an answer to a callback more',
    set([...callback, 'responses'], '204', { description: 'a' }),
    ['statusAdded compatible'],
    ['statusRemoved breaking'],
  ],
  [
    'another acknowledgement',
    set([...callback, 'responses', '200'], 'description', 'Received: OK.'),
    ['acknowledgementChanged unknown'],
    ['acknowledgementChanged unknown'],
  ],
  [
    'another address of a callback',
    document => {
      const paid = at(document, [...operation, 'callbacks', 'paid'])
      paid['{$request.body#/notify}'] = paid['{$request.body#/url}']
      delete paid['{$request.body#/url}']
    },
    ['callbackAddressChanged breaking'],
    ['callbackAddressChanged breaking'],
  ],
  ['no callback', drop(operation, 'callbacks'), ['callbackRemoved breaking'], ['callbackAdded unknown']],
  [
    'a webhook',
    set([], 'webhooks', { refund: { post: { responses: {} } } }),
    ['callbackAdded unknown'],
    ['callbackRemoved breaking'],
  ],

  [
    'a code more',
    push(['x-errors'], { name: 'gone', code: '2', message: 'gone', outcome: 'failed' }),
    ['errorAdded unknown'],
    ['errorRemoved compatible'],
  ],
  [
    'a row less whose code is in another',
    cut(['x-errors'], 1),
    ['errorRemoved compatible'],
    ['errorAdded compatible'],
  ],
  [
    'another code',
    set(['x-errors', 0], 'code', '3'),
    ['errorCodeChanged breaking'],
    ['errorCodeChanged breaking'],
  ],
  [
    'another text',
    set(['x-errors', 0], 'message', 'voll'),
    ['errorTextChanged unknown'],
    ['errorTextChanged unknown'],
  ],
  [
    'another outcome',
    set(['x-errors', 0], 'outcome', 'pending'),
    ['errorOutcomeChanged breaking'],
    ['errorOutcomeChanged breaking'],
  ],
  [
    'another status of a refusal',
    set(['x-errors', 0], 'status', 429),
    ['errorStatusChanged breaking'],
    ['errorStatusChanged breaking'],
  ],
  ['a status that it has anyway', set(['x-errors', 0], 'status', 200), [], []],
  [
    'another one who says so',
    set(['x-errors', 0, 'x-provenance'], 'level', 'assumed'),
    ['provenanceChanged compatible'],
    ['provenanceChanged compatible'],
  ],

  [
    'another way to sign',
    set(['info', 'x-rules', 'requestSignature'], 'value', 'SHA256'),
    ['ruleChanged breaking'],
    ['ruleChanged breaking'],
  ],
  [
    'another rule',
    set(['info', 'x-rules', 'night'], 'value', '22:00'),
    ['ruleChanged unknown'],
    ['ruleChanged unknown'],
  ],
  ['a rule less', drop(['info', 'x-rules'], 'night'), ['ruleRemoved unknown'], ['ruleAdded unknown']],
  [
    'another one who says a rule',
    set(['info', 'x-rules', 'night', 'provenance'], 'level', 'documented'),
    ['provenanceChanged compatible'],
    ['provenanceChanged compatible'],
  ],
  [
    'a lower rate limit',
    set(['info', 'x-rate-limits', 0], 'limit', 5),
    ['rateLimitLowered breaking'],
    ['rateLimitRaised compatible'],
  ],
  [
    'another rate limit',
    push(['info', 'x-rate-limits'], { limit: 100, windowMs: 60000 }),
    ['rateLimitLowered breaking'],
    ['rateLimitRaised compatible'],
  ],

  [
    'a credential more',
    document => {
      at(document, ['x-account', 'credentials', 'properties']).mchid = { type: 'string' }
      at(document, ['x-account', 'credentials']).required = ['key', 'mchid']
    },
    ['fieldAdded breaking'],
    ['fieldRemoved unknown'],
  ],
  [
    'a setting more, with a default',
    document => {
      at(document, ['x-account', 'settings', 'properties']).day = { type: 'boolean' }
      at(document, ['x-account', 'settings']).required = ['night', 'day']
      at(document, ['x-account', 'defaults']).day = true
    },
    ['fieldAdded compatible'],
    ['fieldRemoved unknown'],
  ],
  [
    'another default of a setting',
    set(['x-account', 'defaults'], 'night', false),
    ['settingDefaultChanged unknown'],
    ['settingDefaultChanged unknown'],
  ],

  [
    'an extension of somebody else',
    set([], 'x-logo', 'a.png'),
    ['keywordChanged unknown'],
    ['keywordChanged unknown'],
  ],
]

test.each(rows)('%s', (_, change, there, back) => {
  const changed = shop()
  change(changed)
  expect(inShort(changesBetween(shop(), changed))).toEqual(there)
  expect(inShort(changesBetween(changed, shop()))).toEqual(back)
})

test('a document is no change to itself', () => {
  expect(changesBetween(shop(), shop())).toEqual([])
})

test('a change says what and where, and what it concerns', () => {
  const changed = shop()
  at(changed, ['components', 'schemas', 'Order', 'properties', 'id']).maxLength = 3
  expect(changesBetween(changed, shop())).toEqual([
    {
      kind: 'limitLoosened',
      verdict: 'breaking',
      pointer: '/components/schemas/Order/properties/id',
      in: 'new',
      operations: ['POST /orders/{id}'],
      writer: 'provider',
      effect: 'wider',
      message: 'There is no limit any more where the longest length was 3.',
      reason: 'The provider may send what it did not send before, and an app may not be ready for it.',
      before: 3,
    },
  ])
})

test('a component is told of once, with all operations that use it', () => {
  const twice = (x: Json) => {
    const document = documentWith({
      response: { $ref: '#/components/schemas/X' },
      components: { schemas: { X: x } },
    })
    const paths = document.paths as Json
    return { ...document, paths: { ...paths, '/again': paths['/pay'] } }
  }
  expect(changesBetween(twice({ type: 'string' }), twice({ type: 'integer' }))).toMatchObject([
    { kind: 'typeChanged', operations: ['POST /pay', 'POST /again'], before: 'string', after: 'integer' },
  ])
})

test('what is breaking comes first', () => {
  const changed = shop()
  at(changed, ['x-errors', 0]).message = 'voll'
  at(changed, operation).deprecated = true
  at(changed, ['x-errors', 0]).outcome = 'pending'
  expect(changesBetween(shop(), changed).map(({ verdict }) => verdict)).toEqual([
    'breaking',
    'unknown',
    'compatible',
  ])
})

test('texts for people, and components that nothing uses, are counted', () => {
  const changed = shop()
  at(changed, operation).summary = 'Places an order.'
  at(changed, ['info', 'x-rules', 'night']).description = 'At night.'
  at(changed, ['x-errors', 0, 'x-provenance']).evidence = 'another'
  at(changed, ['components', 'schemas', 'Order', 'properties']).title = { type: 'string' }
  at(changed, ['components', 'schemas', 'Unused']).type = 'integer'
  expect(compareDocuments(toDocument(shop(), 'a'), toDocument(changed, 'b'))).toMatchObject({
    changes: [{ kind: 'fieldAdded', after: 'title' }],
    texts: 3,
    unused: 1,
  })
})
