// How its500 (站长付) reads and answers: forms in, JSON out, key and secret in headers, nothing signed.
import { decodeForm, encodeForm, FormError } from '../../src/contract/codec/form.ts'
import { decodeUtf8 } from '../../src/contract/codec/text.ts'
import { type Message, malformed, Refusal, type Verification, type Wire } from '../../src/contract/index.ts'

const formType = 'application/x-www-form-urlencoded'

export const wire: Wire = {
  decode(request): Message {
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    // The document warns that without this header the parameters arrive empty.
    if (type !== formType) return { params: Object.create(null), headers: request.headers }
    try {
      return { params: decodeForm(decodeUtf8(request.body)), headers: request.headers }
    } catch (error) {
      const message = error instanceof FormError ? error.message : 'the body is not UTF-8'
      throw malformed(message)
    }
  },

  identify(message) {
    const key = message.headers['payment-key'] ?? ''
    if (/^[0-9a-f]{16}$/i.test(key)) return key
    throw new Refusal('wrongCredentials', [
      {
        kind: 'credentials',
        severity: 'breaking',
        pointer: '',
        message: 'The header Payment-Key is missing or is no AppKey (16 hex digits).',
      },
    ])
  },

  verify(message, credentials): Verification {
    if (message.headers['payment-secret'] === credentials.appSecret) return { ok: true }
    return {
      ok: false,
      errorName: 'wrongCredentials',
      reason: 'The header Payment-Secret is not the AppSecret that belongs to this AppKey.',
    }
  },

  encodeRequest: (operation, params, credentials) => ({
    method: operation.methods[0] ?? 'POST',
    path: operation.path,
    query: '',
    headers: {
      'content-type': formType,
      'payment-key': String(credentials.appKey),
      'payment-secret': String(credentials.appSecret),
    },
    body: new TextEncoder().encode(encodeForm(params)),
  }),

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
