// How its500 (站长付) reads and answers: forms in, JSON out, key and secret in headers, nothing signed.
import { decodeForm, encodeForm, FormError } from '../../src/contract/codec/form.ts'
import { decodeUtf8 } from '../../src/contract/codec/text.ts'
import {
  type Finding,
  type Message,
  malformed,
  Refusal,
  type Verification,
  type Wire,
} from '../../src/contract/index.ts'

const formType = 'application/x-www-form-urlencoded'

export const wire: Wire = {
  decode(request): Message {
    const { headers, method, path } = request
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    // The document warns that without this header the parameters arrive empty.
    if (method !== 'GET' && type !== formType) {
      const params = Object.create(null)
      if (request.body.length === 0) return { params, headers }
      return { params, headers, findings: [notForm(`is ${type ?? 'of no content type'}`)] }
    }
    try {
      if (method === 'GET') return { params: decodeForm(request.query), headers }
      const text = decodeUtf8(request.body)
      const findings = /^\s*[{[]/.test(text) ? [notForm('says that it is a form, and begins like JSON')] : []
      return { params: decodeForm(text), headers, findings }
    } catch (error) {
      const message = error instanceof FormError ? error.message : 'the body is not UTF-8'
      throw malformed(message, path === '/order/createOrder' ? 'malformed' : 'invalidRequest')
    }
  },

  identify(message, operation) {
    const { headers, params } = message
    const header = headers['payment-key']
    if (operation === 'onlinePayFindResult' && header === undefined)
      return { order: String(params.orderId ?? '') }
    const [where, key] =
      operation === 'randomCode' ? ['parameter key', params.key] : ['header Payment-Key', header]
    if (typeof key === 'string' && /^[0-9a-f]{16}$/i.test(key)) return key
    throw new Refusal('wrongCredentials', [
      {
        kind: 'credentials',
        severity: 'breaking',
        pointer: '',
        message: `The ${where} is missing or is no AppKey (16 hex digits).`,
      },
    ])
  },

  verify(message, credentials, _settings, { operation }): Verification {
    // Asking for a receiving code takes the AppKey alone.
    if (operation === 'randomCode' || message.headers['payment-secret'] === credentials.appSecret)
      return { ok: true }
    return {
      ok: false,
      errorName: 'wrongCredentials',
      reason: 'The header Payment-Secret is not the AppSecret that belongs to this AppKey.',
    }
  },

  encodeRequest(operation, params, credentials) {
    const [method = 'POST'] = operation.methods
    const isGet = method === 'GET'
    const sent = encodeForm(
      operation.path === '/randomCode' ? { ...params, key: credentials.appKey } : params,
    )
    return {
      method,
      path: operation.path,
      query: isGet ? sent : '',
      headers: {
        ...(!isGet && { 'content-type': formType }),
        ...(operation.credentials !== 'none' && {
          'payment-key': String(credentials.appKey),
          'payment-secret': String(credentials.appSecret),
        }),
      },
      body: new TextEncoder().encode(isGet ? '' : sent),
    }
  },

  encode: body => ({
    status: 200,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(body),
  }),

  refuse: row => ({ msg: row.message, code: row.code }),

  encodeCallback: payload => ({
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(payload),
  }),
}

function notForm(what: string): Finding {
  return {
    kind: 'notForm',
    severity: 'breaking',
    pointer: '',
    message: `The body ${what}: its500 reads forms alone, so that no parameter arrives. Send it as ${formType}.`,
  }
}
