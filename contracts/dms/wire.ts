// How dms (66智修) reads and answers: JSON or form in, one envelope out, no credential of its own.
import { decodeForm, encodeForm, FormError } from '../../src/contract/codec/form.ts'
import { decodeJsonObject, JsonError } from '../../src/contract/codec/json.ts'
import { decodeUtf8 } from '../../src/contract/codec/text.ts'
import { type Message, malformed, Refusal, type Verification, type Wire } from '../../src/contract/index.ts'

export const wire: Wire = {
  decode(request): Message {
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    try {
      if (request.method === 'GET') return { params: decodeForm(request.query), headers: request.headers }
      const text = decodeUtf8(request.body)
      if (type === 'application/json') return { params: decodeJsonObject(text), headers: request.headers }
      if (type === 'application/x-www-form-urlencoded')
        return { params: decodeForm(text), headers: request.headers }
    } catch (error) {
      throw malformed(
        error instanceof JsonError || error instanceof FormError ? error.message : 'the body is not UTF-8',
      )
    }
    throw malformed(`the body is ${type ?? 'of no content type'}; JSON and forms are read`)
  },

  identify(message, operation) {
    const { payer_id: payerId } = message.params
    if (typeof payerId === 'string' && payerId !== '') return payerId
    // Whoever looks for an id need not have one.
    const isDirectory = operation === 'getPayWayTonglian' || operation === 'bizUser'
    if (isDirectory && payerId === undefined) return { open: true }
    throw new Refusal('invalidParameter', [
      {
        kind: 'missingField',
        severity: 'breaking',
        pointer: '/payer_id',
        message: 'payer_id is missing or no text',
      },
    ])
  },

  // The document names no credential.
  verify: (): Verification => ({ ok: true }),

  encodeRequest({ methods, path }, params, { payerId, receiverId }) {
    const [method = 'POST'] = methods
    if (method === 'GET') {
      const query = encodeForm({ ...params, payer_id: payerId })
      return { method, path, query, headers: {}, body: new Uint8Array() }
    }
    return {
      method,
      path,
      query: '',
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(
        JSON.stringify({ ...params, payer_id: payerId, reciever_id: receiverId }),
      ),
    }
  },

  encode: body => ({
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(body),
  }),

  refuse: row => ({ errCode: Number(row.code), errMsg: row.message, data: [] }),

  encodeCallback: payload => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  }),
}
