// How vv-tool reads and answers: parameters in the query, a bearer token, one envelope for everything.
import { decodeForm, encodeForm, FormError } from '../../src/contract/codec/form.ts'
import { type Message, malformed, type Verification, type Wire } from '../../src/contract/index.ts'

export const wire: Wire = {
  // A body may come along with the GET, as in the published sample; the query is what counts.
  decode(request): Message {
    try {
      return { params: decodeForm(request.query), headers: request.headers }
    } catch (error) {
      if (!(error instanceof FormError)) throw error
      throw malformed(error.message, 'invalidParameter')
    }
  },

  identify: message => /^Bearer +(\S+)$/i.exec(message.headers.authorization ?? '')?.[1],

  // The token that names the account is the credential: whoever was identified is verified.
  verify: (): Verification => ({ ok: true }),

  encodeRequest: (operation, params, credentials) => ({
    method: operation.methods[0] ?? 'GET',
    path: operation.path,
    query: encodeForm({ ...params, merchant_num: credentials.merchantNum }),
    headers: { authorization: `Bearer ${credentials.accessToken}` },
    body: new Uint8Array(),
  }),

  encode: body => ({
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(body),
  }),

  refuse: (row, at) => ({
    code: Number(row.code),
    msg: row.message,
    msec: at.elapsedMs,
    time: Math.floor(at.now / 1000),
    data: '',
  }),

  encodeCallback: payload => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  }),
}
