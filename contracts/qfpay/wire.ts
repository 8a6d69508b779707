// How QFPay reads and signs: forms in, Python-style JSON out, MD5 or SHA256 with the key appended.
import { hash as digest } from 'node:crypto'
import { decodeForm, encodeForm, FormError } from '../../src/contract/codec/form.ts'
import { toPythonJson } from '../../src/contract/codec/json.ts'
import { decodeUtf8 } from '../../src/contract/codec/text.ts'
import {
  type Credentials,
  type Message,
  malformed,
  type Signing,
  type Verification,
  type Wire,
} from '../../src/contract/index.ts'

export type Algorithm = 'md5' | 'sha256'

/** Parameters in the order in which they are signed: `k=v` sorted by name, joined by `&`, without the key. */
export function toCanonical(params: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const name of Object.keys(params).sort()) text += `${text === '' ? '' : '&'}${name}=${params[name]}`
  return text
}

/** Signs request parameters: hash of the canonical text with the key appended, upper-case hex. */
export function signParams(
  params: Readonly<Record<string, unknown>>,
  clientKey: string,
  algorithm: Algorithm = 'md5',
): string {
  return hash(algorithm, toCanonical(params) + clientKey)
}

/** Signs the raw bytes of an answer or a notification: MD5 of body and key, upper-case hex. */
export function signBody(body: string | Uint8Array, clientKey: string): string {
  return hash(
    'md5',
    typeof body === 'string' ? body + clientKey : Buffer.concat([body, Buffer.from(clientKey)]),
  )
}

/** An answer or a notification: MD5 whatever the request took, and written in upper case. */
const bodySigning = {
  over: 'body',
  header: 'X-QF-SIGN',
  hex: 'upper',
  hashes: ['md5'],
  key: 'clientKey',
  keyLabel: '',
} as const

const signing: Signing = {
  request: {
    over: 'parameters',
    order: 'byName',
    join: '&',
    empties: 'signed',
    emptiesSetting: 'emptyParams',
    header: 'X-QF-SIGN',
    hex: 'either',
    hashes: ['md5', 'sha256'],
    hashHeader: 'X-QF-SIGNTYPE',
    key: 'clientKey',
    keyLabel: '',
  },
  response: bodySigning,
  callback: bodySigning,
}

export const wire: Wire = {
  signing,

  decode(request): Message {
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    const fromQuery = request.query === '' ? undefined : readForm(request.query)
    if (request.body.length === 0) return { params: fromQuery ?? {}, headers: request.headers }
    if (type !== 'application/x-www-form-urlencoded') {
      throw malformed(
        `the body is ${type ?? 'of no content type'}; QFPay reads application/x-www-form-urlencoded`,
      )
    }
    const params = readForm(request.body)
    for (const name in fromQuery) {
      if (name in params) throw malformed(`parameter ${JSON.stringify(name)} is in the query and in the body`)
      params[name] = fromQuery[name] as string
    }
    return { params, headers: request.headers }
  },

  identify: message => message.headers['x-qf-appcode'],

  verify(message, credentials, settings): Verification {
    const received = message.headers['x-qf-sign'] ?? ''
    const canonical = toCanonical(message.params)
    const algorithm = algorithmOf(message.headers['x-qf-signtype'])
    if (!algorithm) {
      const reason = `X-QF-SIGNTYPE is ${JSON.stringify(message.headers['x-qf-signtype'])}; MD5 and SHA256 are allowed`
      return { ok: false, errorName: 'signature', reason, canonical, received }
    }
    const expected = hash(algorithm, canonical + credentials.clientKey)
    const trace = { canonical, algorithm, expected, received }
    if (received.toUpperCase() === expected) return { ok: true, ...trace }
    if (settings.emptyParams === 'either') {
      const shorter = toCanonical(withoutEmpty(message.params))
      const alternative = hash(algorithm, shorter + credentials.clientKey)
      if (received.toUpperCase() === alternative) {
        return { ok: true, canonical: shorter, algorithm, expected: alternative, received }
      }
    }
    const reason =
      received === '' ? 'the header X-QF-SIGN is missing' : 'X-QF-SIGN does not match the parameters'
    return { ok: false, errorName: 'signature', reason, ...trace }
  },

  encodeRequest(operation, params, credentials) {
    const { appCode, clientKey, mchid } = credentials
    const signed = { ...params, ...(mchid !== null && { mchid }) }
    const method = operation.methods[0] ?? 'POST'
    const form = encodeForm(signed)
    const headers = {
      'x-qf-appcode': String(appCode),
      'x-qf-sign': signParams(signed, String(clientKey)),
    }
    if (method === 'GET')
      return { method, path: operation.path, query: form, headers, body: new Uint8Array() }
    return {
      method,
      path: operation.path,
      query: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new TextEncoder().encode(form),
    }
  },

  encode(body, credentials) {
    const text = toPythonJson(body)
    const headers: Record<string, string> = { 'content-type': 'application/json; charset=UTF-8' }
    if (credentials) headers['x-qf-sign'] = signBody(text, String(credentials.clientKey))
    return { status: 200, headers, body: text }
  },

  refuse: row => ({
    resperr: row.verbatim ? row.message : `${row.message}(${row.code})`,
    respcd: row.code,
    respmsg: row.detail ?? '',
  }),

  encodeCallback(payload, credentials: Credentials) {
    const body = toPythonJson(payload)
    return { headers: { 'content-type': 'application/json', ...signCallback(body, credentials) }, body }
  },

  signCallback,
}

function signCallback(body: string | Uint8Array, credentials: Credentials): Record<string, string> {
  return { 'x-qf-sign': signBody(body, String(credentials.clientKey)) }
}

function withoutEmpty(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''))
}

function readForm(source: string | Uint8Array): Record<string, string> {
  try {
    return decodeForm(typeof source === 'string' ? source : decodeUtf8(source))
  } catch (error) {
    throw malformed(error instanceof FormError ? error.message : 'the body is not UTF-8')
  }
}

function algorithmOf(signType: string | undefined): Algorithm | undefined {
  if (signType === undefined || signType === '' || signType.toUpperCase() === 'MD5') return 'md5'
  return signType.toUpperCase() === 'SHA256' ? 'sha256' : undefined
}

function hash(algorithm: Algorithm, text: string | Uint8Array): string {
  return digest(algorithm, text, 'hex').toUpperCase()
}
