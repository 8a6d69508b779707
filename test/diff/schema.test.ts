// One change of a schema at a time: what it is where the app writes, and where the app reads.
import { expect, test } from 'vitest'
import { changesBetween, changesOfSchema, documentWith, type Json } from './document.ts'

const text = (more: Json = {}) => ({ type: 'string', ...more })
const object = (properties: Json, more: Json = {}) => ({ type: 'object', properties, ...more })
const closed = { additionalProperties: false }

/** What, the schema before and after, the kind of change, its verdict in a request and in an answer. */
type Row = readonly [string, unknown, unknown, string, string, string]

const breaking = 'breaking'
const compatible = 'compatible'
const unknown = 'unknown'

const rows: readonly Row[] = [
  // Fields.
  [
    'a required field more',
    object({}),
    object({ x: text() }, { required: ['x'] }),
    'fieldAdded',
    breaking,
    compatible,
  ],
  ['an optional field more', object({}), object({ x: text() }), 'fieldAdded', compatible, compatible],
  [
    'an optional field more where there were no others',
    object({}, closed),
    object({ x: text() }, closed),
    'fieldAdded',
    compatible,
    unknown,
  ],
  ['a field less', object({ x: text() }), object({}), 'fieldRemoved', unknown, breaking],
  [
    'a field less where others are refused',
    object({ x: text() }, closed),
    object({}, closed),
    'fieldRemoved',
    breaking,
    breaking,
  ],
  [
    'a field that is required now',
    object({ x: text() }),
    object({ x: text() }, { required: ['x'] }),
    'requiredNow',
    breaking,
    compatible,
  ],
  [
    'a field that is optional now',
    object({ x: text() }, { required: ['x'] }),
    object({ x: text() }),
    'optionalNow',
    compatible,
    breaking,
  ],
  [
    'a required field with another name',
    object({ txamt: text() }, { required: ['txamt'] }),
    object({ tx_amt: text() }, { required: ['tx_amt'] }),
    'fieldRenamed',
    breaking,
    breaking,
  ],
  [
    'an optional field with another name',
    object({ txamt: text() }),
    object({ tx_amt: text() }),
    'fieldRenamed',
    unknown,
    breaking,
  ],
  ['other fields refused', object({}), object({}, closed), 'otherFieldsRefused', breaking, compatible],
  ['other fields allowed', object({}, closed), object({}), 'otherFieldsAllowed', compatible, unknown],
  [
    'fields of a map that are shorter',
    { additionalProperties: text() },
    { additionalProperties: text({ maxLength: 3 }) },
    'limitTightened',
    breaking,
    compatible,
  ],
  [
    'names of a map that are fewer',
    { propertyNames: { enum: ['a', 'b'] } },
    { propertyNames: { enum: ['a'] } },
    'valueRemoved',
    breaking,
    compatible,
  ],

  // Types.
  ['a number for a text', text(), { type: 'number' }, 'typeChanged', breaking, breaking],
  [
    'any number for a whole one',
    { type: 'integer' },
    { type: 'number' },
    'typeChanged',
    compatible,
    breaking,
  ],
  ['a whole number for any', { type: 'number' }, { type: 'integer' }, 'typeChanged', breaking, compatible],
  ['a type more', text(), { type: ['string', 'number'] }, 'typeChanged', compatible, breaking],
  ['a type less', { type: ['string', 'number'] }, text(), 'typeChanged', breaking, compatible],
  ['null allowed', text(), { type: ['string', 'null'] }, 'nullAllowed', compatible, breaking],
  [
    'null allowed as an alternative',
    text(),
    { anyOf: [text(), { type: 'null' }] },
    'nullAllowed',
    compatible,
    breaking,
  ],
  ['null refused', { type: ['string', 'null'] }, text(), 'nullRefused', breaking, compatible],

  // Values.
  ['a value more', text({ enum: ['a'] }), text({ enum: ['a', 'b'] }), 'valueAdded', compatible, unknown],
  ['a value less', text({ enum: ['a', 'b'] }), text({ enum: ['a'] }), 'valueRemoved', breaking, compatible],
  ['a value more than a constant', { const: 'a' }, { enum: ['a', 'b'] }, 'valueAdded', compatible, unknown],
  ['values listed', text(), text({ enum: ['a'] }), 'valuesListed', breaking, compatible],
  ['values no longer listed', text({ enum: ['a'] }), text(), 'valuesUnlisted', compatible, unknown],
  [
    'values for a pattern that takes them',
    text({ pattern: '^[ab]$' }),
    text({ enum: ['a'] }),
    'valuesListed',
    breaking,
    compatible,
  ],
  [
    'values for a pattern that does not take them',
    text({ pattern: '^[ab]$' }),
    text({ enum: ['c'] }),
    'valuesListed',
    breaking,
    breaking,
  ],
  [
    'a length for values that are as short',
    text({ enum: ['a'] }),
    text({ maxLength: 1 }),
    'valuesUnlisted',
    compatible,
    unknown,
  ],
  [
    'a length for values that are longer',
    text({ enum: ['abc'] }),
    text({ maxLength: 1 }),
    'valuesUnlisted',
    breaking,
    breaking,
  ],

  // Limits.
  ['a longest length', text(), text({ maxLength: 3 }), 'limitTightened', breaking, compatible],
  ['no longest length', text({ maxLength: 3 }), text(), 'limitLoosened', compatible, breaking],
  [
    'a greater longest length',
    text({ maxLength: 3 }),
    text({ maxLength: 4 }),
    'limitLoosened',
    compatible,
    breaking,
  ],
  [
    'a smaller longest length',
    text({ maxLength: 4 }),
    text({ maxLength: 3 }),
    'limitTightened',
    breaking,
    compatible,
  ],
  ['a shortest length', text(), text({ minLength: 1 }), 'limitTightened', breaking, compatible],
  [
    'a greater least',
    { type: 'number', minimum: 1 },
    { type: 'number', minimum: 2 },
    'limitTightened',
    breaking,
    compatible,
  ],
  [
    'a least that is left out',
    { type: 'number', minimum: 1 },
    { type: 'number', exclusiveMinimum: 1 },
    'limitTightened',
    breaking,
    compatible,
  ],
  [
    'a smaller most',
    { type: 'number', maximum: 2 },
    { type: 'number', maximum: 1 },
    'limitTightened',
    breaking,
    compatible,
  ],
  [
    'more items',
    { type: 'array', maxItems: 2 },
    { type: 'array', maxItems: 3 },
    'limitLoosened',
    compatible,
    breaking,
  ],
  [
    'fewer fields',
    { type: 'object', maxProperties: 2 },
    { type: 'object', maxProperties: 1 },
    'limitTightened',
    breaking,
    compatible,
  ],
  ['a factor', { type: 'integer' }, { type: 'integer', multipleOf: 5 }, 'limitAdded', breaking, compatible],
  [
    'a factor of the factor',
    { type: 'integer', multipleOf: 10 },
    { type: 'integer', multipleOf: 5 },
    'limitChanged',
    compatible,
    breaking,
  ],
  [
    'a factor that does not divide',
    { type: 'integer', multipleOf: 3 },
    { type: 'integer', multipleOf: 5 },
    'limitChanged',
    breaking,
    breaking,
  ],
  [
    'items that differ from one another',
    { type: 'array' },
    { type: 'array', uniqueItems: true },
    'limitAdded',
    breaking,
    compatible,
  ],

  // Forms.
  ['a pattern', text(), text({ pattern: '^a' }), 'patternAdded', breaking, compatible],
  ['no pattern', text({ pattern: '^a' }), text(), 'patternRemoved', compatible, breaking],
  ['another pattern', text({ pattern: '^a' }), text({ pattern: '^b' }), 'patternChanged', unknown, unknown],
  ['a format', text(), text({ format: 'date' }), 'formatAdded', breaking, compatible],
  ['no format', text({ format: 'date' }), text(), 'formatRemoved', compatible, breaking],
  [
    'another format',
    text({ format: 'date' }),
    text({ format: 'date-time' }),
    'formatChanged',
    breaking,
    breaking,
  ],
  [
    'a format that takes more',
    { type: 'integer', format: 'int32' },
    { type: 'integer', format: 'int64' },
    'formatChanged',
    compatible,
    breaking,
  ],
  [
    'a format that nobody knows',
    text({ format: 'a' }),
    text({ format: 'b' }),
    'formatChanged',
    unknown,
    unknown,
  ],
  [
    'other JSON in a text',
    text({ contentSchema: object({ x: text() }) }),
    text({ contentSchema: object({ x: text() }, { required: ['x'] }) }),
    'requiredNow',
    breaking,
    compatible,
  ],
  [
    'another media type in a text',
    text({ contentMediaType: 'text/plain' }),
    text({ contentMediaType: 'application/json' }),
    'contentChanged',
    breaking,
    breaking,
  ],

  // Lists.
  [
    'other items',
    { type: 'array', items: text() },
    { type: 'array', items: { type: 'number' } },
    'typeChanged',
    breaking,
    breaking,
  ],
  [
    'another first item',
    { type: 'array', prefixItems: [text()] },
    { type: 'array', prefixItems: [{ type: 'number' }] },
    'typeChanged',
    breaking,
    breaking,
  ],

  // Alternatives.
  [
    'an alternative more',
    {
      anyOf: [
        object({ k: { const: 'a' } }, { required: ['k'] }),
        object({ k: { const: 'b' } }, { required: ['k'] }),
      ],
    },
    {
      anyOf: [
        object({ k: { const: 'b' } }, { required: ['k'] }),
        object({ k: { const: 'c' } }, { required: ['k'] }),
        object({ k: { const: 'a' } }, { required: ['k'] }),
      ],
    },
    'alternativeAdded',
    compatible,
    breaking,
  ],
  [
    'an alternative less',
    {
      oneOf: [
        object({ k: { const: 'a' } }, { required: ['k'] }),
        object({ k: { const: 'b' } }, { required: ['k'] }),
      ],
    },
    { oneOf: [object({ k: { const: 'b' } }, { required: ['k'] })] },
    'alternativeRemoved',
    breaking,
    compatible,
  ],
  [
    'a change inside of one alternative',
    {
      oneOf: [
        object({ k: { const: 'a' } }, { required: ['k'] }),
        object({ k: { const: 'b' }, x: text() }, { required: ['k'] }),
      ],
    },
    {
      oneOf: [
        object({ k: { const: 'a' } }, { required: ['k'] }),
        object({ k: { const: 'b' }, x: text() }, { required: ['k', 'x'] }),
      ],
    },
    'requiredNow',
    breaking,
    compatible,
  ],
  [
    'several other alternatives',
    { anyOf: [text({ pattern: 'a' }), text({ pattern: 'b' })] },
    { anyOf: [text({ pattern: 'c' }), text({ pattern: 'd' })] },
    'alternativesChanged',
    unknown,
    unknown,
  ],
  [
    'all of more',
    { allOf: [object({})] },
    { allOf: [object({}), object({ x: text() }, { required: ['x'] })] },
    'fieldAdded',
    breaking,
    compatible,
  ],

  // What is not computed.
  ['something excluded', text(), text({ not: { const: 'a' } }), 'constraintAdded', breaking, compatible],
  [
    'something else excluded',
    text({ not: { const: 'a' } }),
    text({ not: { const: 'b' } }),
    'constraintChanged',
    unknown,
    unknown,
  ],
  ['a condition', object({}), object({}, { if: { required: ['a'] } }), 'constraintAdded', unknown, unknown],
  ['another default', text({ default: 'a' }), text({ default: 'b' }), 'defaultChanged', unknown, compatible],
  ['an extension', text(), text({ 'x-go-name': 'X' }), 'keywordChanged', unknown, unknown],

  // Notes.
  ['what is deprecated', text(), text({ deprecated: true }), 'deprecated', compatible, compatible],
  [
    'who says so',
    text({ 'x-provenance': { level: 'documented', evidence: 'a' } }),
    text({ 'x-provenance': { level: 'assumed', reason: 'b' } }),
    'provenanceChanged',
    compatible,
    compatible,
  ],
]

test.each(rows)('%s', (_, old, now, kind, request, response) => {
  expect(changesOfSchema(old, now)).toEqual({
    request: [`${kind} ${request}`],
    response: [`${kind} ${response}`],
  })
})

/** What is another way to say the same. */
const same: readonly (readonly [string, unknown, unknown])[] = [
  [
    'the order of fields and of what is required',
    object({ a: text(), b: text() }, { required: ['a', 'b'] }),
    object({ b: text(), a: text() }, { required: ['b', 'a'] }),
  ],
  ['the order of values', text({ enum: ['a', 'b'] }), text({ enum: ['b', 'a'] })],
  [
    'the order of alternatives',
    { anyOf: [text({ pattern: 'a' }), text({ pattern: 'b' })] },
    { anyOf: [text({ pattern: 'b' }), text({ pattern: 'a' })] },
  ],
  ['constants as alternatives', text({ enum: ['a', 'b'] }), { anyOf: [{ const: 'a' }, { const: 'b' }] }],
  [
    'null as an alternative',
    { type: ['string', 'null'], maxLength: 3 },
    { oneOf: [text({ maxLength: 3 }), { type: 'null' }] },
  ],
  ['one of one', text(), { allOf: [{ anyOf: [text()] }] }],
  ['true and an empty schema', object({ x: true }), object({ x: {} })],
  ['other fields by default', object({}), object({}, { additionalProperties: {} })],
  ['a whole number above 0', { type: 'integer', exclusiveMinimum: 0 }, { type: 'integer', minimum: 1 }],
  ['a length of at least 0', text({ minLength: 0 }), text()],
  ['fields without a type', { properties: { x: text() } }, object({ x: text() })],
  [
    'texts for people',
    text({ description: 'a', example: 'x' }),
    text({ description: 'b', title: 'c', examples: ['y'] }),
  ],
  [
    'an alternative that another one takes in',
    { anyOf: [text()] },
    { anyOf: [text(), text({ maxLength: 3 })] },
  ],
]

test.each(same)('%s is no change', (_, old, now) => {
  expect(changesOfSchema(old, now)).toEqual({ request: [], response: [] })
  expect(changesOfSchema(now, old)).toEqual({ request: [], response: [] })
})

test('3.0 says null and limits in other ways than 3.1, and means the same', () => {
  const [request] = [
    object({
      x: { type: 'string', nullable: true },
      n: { type: 'number', minimum: 1, exclusiveMinimum: true },
    }),
  ]
  const inNew = object({ x: { type: ['string', 'null'] }, n: { type: 'number', exclusiveMinimum: 1 } })
  const old = documentWith({ request, openapi: '3.0.3' })
  expect(changesBetween(old, documentWith({ request: inNew }))).toEqual([])
  expect(changesOfSchema({ type: 'string' }, { type: 'string', nullable: true }, '3.0.3')).toEqual({
    request: ['nullAllowed compatible'],
    response: ['nullAllowed breaking'],
  })
})

test('what only one side sends is no change for the other', () => {
  const before = object({ id: text({ readOnly: true }), pin: text({ writeOnly: true }) })
  const after = object({ id: { type: 'integer', readOnly: true }, pin: { type: 'integer', writeOnly: true } })
  const [id, pin] = ['id', 'pin'].map(name => `/schema/properties/${name}/type`)
  const places = (part: string) =>
    changesBetween(documentWith({ [part]: before }), documentWith({ [part]: after })).map(
      ({ pointer }) => pointer,
    )
  expect(places('request')).toEqual([expect.stringContaining(pin ?? '')])
  expect(places('response')).toEqual([expect.stringContaining(id ?? '')])
})

test('a form is text, so a text takes a number', () => {
  const form = (schema: unknown) => {
    const document = documentWith() as { paths: { '/pay': { post: { requestBody: { content: unknown } } } } }
    document.paths['/pay'].post.requestBody.content = { 'application/x-www-form-urlencoded': { schema } }
    return document
  }
  const [number, any, short] = [
    object({ x: { type: 'integer' } }),
    object({ x: text() }),
    object({ x: text({ maxLength: 2 }) }),
  ]
  expect(changesBetween(form(number), form(any))).toMatchObject([
    { kind: 'typeChanged', verdict: 'compatible' },
  ])
  expect(changesBetween(form(any), form(number))).toMatchObject([
    { kind: 'typeChanged', verdict: 'breaking' },
  ])
  expect(changesBetween(form(number), form(short))).toMatchObject([
    { kind: 'typeChanged', verdict: 'breaking' },
  ])
})

test('a component that contains itself is compared once, and told of once', () => {
  const node = (name: unknown) => ({
    components: {
      schemas: {
        Node: object({ name, children: { type: 'array', items: { $ref: '#/components/schemas/Node' } } }),
      },
    },
    response: { anyOf: [{ $ref: '#/components/schemas/Node' }, { type: 'null' }] },
  })
  expect(
    changesBetween(documentWith(node(text())), documentWith(node(text({ maxLength: 3 })))),
  ).toMatchObject([
    {
      kind: 'limitTightened',
      pointer: '/components/schemas/Node/properties/name/maxLength',
      after: 3,
    },
  ])
})

test('a schema that is nothing but itself ends', () => {
  const self = {
    components: { schemas: { A: { anyOf: [{ $ref: '#/components/schemas/A' }] } } },
    request: { $ref: '#/components/schemas/A' },
  }
  const other = {
    components: { schemas: { A: { allOf: [{ $ref: '#/components/schemas/A' }, text()] } } },
    request: self.request,
  }
  expect(changesBetween(documentWith(self), documentWith(self))).toEqual([])
  expect(changesBetween(documentWith(self), documentWith(other))).toMatchObject([{ kind: 'typeChanged' }])
})

test('a component is compared where it is used: as what is written, and as what is read', () => {
  const using = (x: unknown) => ({
    components: { schemas: { X: x } },
    request: { $ref: '#/components/schemas/X' },
    response: { $ref: '#/components/schemas/X' },
  })
  const changes = changesBetween(documentWith(using(text())), documentWith(using(text({ maxLength: 3 }))))
  expect(changes).toMatchObject([
    { verdict: 'breaking', writer: 'app', pointer: '/components/schemas/X/maxLength' },
    { verdict: 'compatible', writer: 'provider', pointer: '/components/schemas/X/maxLength' },
  ])
})

test('beside a reference, 3.1 takes other keywords, and 3.0 does not', () => {
  const beside = (more: Json) => ({
    components: { schemas: { X: text() } },
    request: { $ref: '#/components/schemas/X', ...more },
  })
  const [old, now] = [beside({}), beside({ maxLength: 3 })]
  expect(changesBetween(documentWith(old), documentWith(now))).toMatchObject([{ kind: 'limitTightened' }])
  const in30 = { openapi: '3.0.3' }
  expect(changesBetween(documentWith({ ...old, ...in30 }), documentWith({ ...now, ...in30 }))).toEqual([])
})

test('choices within choices that multiply are unknown, and take no time', () => {
  const schemas = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `L${i}`,
      { anyOf: [{ $ref: `#/components/schemas/L${i + 1}` }, { $ref: `#/components/schemas/L${i + 1}` }] },
    ]),
  )
  const document = (leaf: unknown) =>
    documentWith({
      components: { schemas: { ...schemas, L40: leaf } },
      request: { $ref: '#/components/schemas/L0' },
    })
  expect(changesBetween(document(text()), document({ type: 'integer' }))).toMatchObject([
    { kind: 'alternativesChanged', verdict: 'unknown' },
  ])
  expect(changesBetween(document(text()), document(text()))).toEqual([])
})
