// Signatures that were computed outside of the project, from the rule of the document: nothing here asks our
// own code what is right.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { qfpay } from '../../contracts/index.ts'
import { type Algorithm, signBody, signParams, toCanonical, wire } from '../../contracts/qfpay/wire.ts'
import { readText } from './evidence.ts'

interface RequestVector {
  readonly name: string
  readonly params: Record<string, string>
  readonly key: string
  readonly algorithm: Algorithm
  readonly canonical: string
  readonly signature: string
}

interface BodyVector {
  readonly body: string
  readonly key: string
  readonly signature: string
}

const { requestSignatures, bodySignatures } = JSON.parse(readText('qfpay', 'vectors.json')) as {
  requestSignatures: RequestVector[]
  bodySignatures: BodyVector[]
}

test('there are vectors for both algorithms, and for answers', () => {
  expect(new Set(requestSignatures.map(vector => vector.algorithm))).toEqual(new Set(['md5', 'sha256']))
  expect(bodySignatures).not.toEqual([])
})

test.each(requestSignatures)('$name: the canonical text is the one of the vector', vector => {
  expect(toCanonical(vector.params) + vector.key).toBe(vector.canonical)
})

test('every request is signed as in its vector', () => {
  expect(differing(signParams)).toEqual([])
})

test('every body is signed as in its vector', () => {
  expect(differingBodies(signBody)).toEqual([])
})

test.each(requestSignatures)('$name: the signature is accepted in upper and in lower case', vector => {
  expect(verify(vector)).toMatchObject({ ok: true, algorithm: vector.algorithm })
  expect(verify(vector, { signature: vector.signature.toLowerCase() })).toMatchObject({ ok: true })
})

test.each(requestSignatures)('$name: nothing can be changed, added or left out', vector => {
  const names = Object.keys(vector.params)
  const tampered = [
    ...names.map(name => ({ ...vector.params, [name]: `${vector.params[name]}0` })),
    ...names.map(name => without(vector.params, name)),
    { ...vector.params, other: '1' },
  ]
  const outcomes = tampered.map(params => verify(vector, { params }).ok)
  expect(outcomes).toEqual(tampered.map(() => false))
})

test.each(requestSignatures)('$name: another key, algorithm or signature is refused', vector => {
  const other = { ...vector, algorithm: vector.algorithm === 'md5' ? 'sha256' : 'md5' } as const
  expect(verify(vector, { key: `${vector.key}0` })).toMatchObject({ ok: false, errorName: 'signature' })
  expect(verify(other)).toMatchObject({ ok: false })
  expect(verify(vector, { signature: '' })).toMatchObject({ ok: false })
  expect(verify(vector, { signature: vector.signature.slice(0, -1) })).toMatchObject({ ok: false })
})

test('a request that is encoded carries the signature of its vector', () => {
  const encoded = requestSignatures
    .filter(vector => vector.algorithm === 'md5')
    .map(({ name, params, key }) => {
      const { mchid = null, ...others } = params
      const request = wire.encodeRequest(qfpay.operations.payment, others, {
        appCode: 'APP',
        clientKey: key,
        mchid,
      })
      return [name, request.headers['x-qf-sign']]
    })
  const expected = requestSignatures.filter(vector => vector.algorithm === 'md5')
  expect(encoded).toEqual(expected.map(vector => [vector.name, vector.signature]))
})

test('an answer is signed over the bytes that are sent', () => {
  for (const { body, key, signature } of bodySignatures) {
    const encoded = wire.encode(JSON.parse(body) as object, { clientKey: key })
    expect(encoded).toMatchObject({ body, headers: { 'x-qf-sign': signature } })
    expect(wire.encodeCallback(JSON.parse(body) as object, { clientKey: key })).toMatchObject({
      body,
      headers: { 'x-qf-sign': signature },
    })
  }
})

// The checks above are worth something only if they can fail: these signers are wrong, each in one way.
const brokenSigners: [string, typeof signParams][] = [
  ['does not sort', (params, key, algorithm = 'md5') => digest(algorithm, unsorted(params) + key)],
  ['sorts backwards', (params, key, algorithm = 'md5') => digest(algorithm, backwards(params) + key)],
  ['writes lower case', (params, key, algorithm) => signParams(params, key, algorithm).toLowerCase()],
  ['knows no SHA256', (params, key) => signParams(params, key)],
  ['takes another hash', (params, key) => digest('sha1', toCanonical(params) + key)],
  [
    'joins the key as &key=',
    (params, key, algorithm = 'md5') => digest(algorithm, `${toCanonical(params)}&key=${key}`),
  ],
  ['signs encoded values', (params, key, algorithm) => signParams(encodedValues(params), key, algorithm)],
  ['leaves empty values out', (params, key, algorithm) => signParams(nonEmpty(params), key, algorithm)],
]

test.each(brokenSigners)('a signer that %s does not pass', (_, sign) => {
  expect(differing(sign)).not.toEqual([])
})

test.each<[string, (body: string, key: string) => string]>([
  ['re-serialises the body', (body, key) => signBody(JSON.stringify(JSON.parse(body)), key)],
  [
    'signs sorted fields',
    (body, key) => signParams(JSON.parse(body) as object as Record<string, string>, key),
  ],
  ['puts the key first', (body, key) => digest('md5', key + body)],
])('a signer that %s does not pass', (_, sign) => {
  expect(differingBodies(sign)).not.toEqual([])
})

/** The vectors that a signer does not reproduce. */
function differing(sign: typeof signParams): string[] {
  return requestSignatures
    .filter(({ params, key, algorithm, signature }) => sign(params, key, algorithm) !== signature)
    .map(vector => vector.name)
}

function differingBodies(sign: (body: string, key: string) => string): string[] {
  return bodySignatures
    .filter(({ body, key, signature }) => sign(body, key) !== signature)
    .map(vector => vector.body)
}

function verify(vector: RequestVector, changes: Partial<RequestVector> = {}) {
  const { params, key, algorithm, signature } = { ...vector, ...changes }
  const headers = { 'x-qf-sign': signature, ...(algorithm === 'sha256' && { 'x-qf-signtype': 'SHA256' }) }
  return wire.verify(
    { params, headers },
    { clientKey: key },
    { emptyParams: 'signed' },
    { operation: 'payment', now: 0 },
  )
}

function digest(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex').toUpperCase()
}

type Params = Parameters<typeof signParams>[0]

function unsorted(params: Params): string {
  return join(Object.entries(params))
}

function backwards(params: Params): string {
  return join(Object.entries(params).sort(([a], [b]) => (a < b ? 1 : -1)))
}

function join(pairs: [string, unknown][]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function encodedValues(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, encodeURIComponent(String(value))]),
  )
}

function nonEmpty(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''))
}

function without(params: Record<string, string>, name: string): Record<string, string> {
  const { [name]: _, ...others } = params
  return others
}
