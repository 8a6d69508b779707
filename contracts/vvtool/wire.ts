// How vv-tool reads and answers: parameters in the query, a bearer token, one envelope for everything.
import { decodeForm, encodeForm, FormError } from '../../src/contract/codec/form.ts'
import { decodeJsonObject, JsonError } from '../../src/contract/codec/json.ts'
import { decodeMultipart, encodeMultipart, MultipartError } from '../../src/contract/codec/multipart.ts'
import { decodeUtf8 } from '../../src/contract/codec/text.ts'
import {
  type Message,
  malformed,
  Refusal,
  type Settings,
  type Verification,
  type Wire,
  type WireRequest,
} from '../../src/contract/index.ts'
import { tokensOf } from './issued-token.ts'

export const wire: Wire = {
  decode(request): Message {
    const { headers, path, query } = request
    try {
      // A body may come along with the GET, as in the published sample; the query is what counts.
      return { params: isTokenPath(path) ? decodeTokenRequest(request) : decodeForm(query), headers }
    } catch (error) {
      const isOwn =
        error instanceof FormError || error instanceof JsonError || error instanceof MultipartError
      if (!isOwn && !(error instanceof TypeError)) throw error
      throw malformed(isOwn ? error.message : 'the body is not UTF-8', 'invalidParameter')
    }
  },

  identify(message, operation) {
    if (!isTokenOperation(operation)) {
      const token = bearerOf(message)
      if (token === undefined && message.headers.authorization) throw notBearer()
      return token
    }
    const { client_id: clientId } = message.params
    if (typeof clientId === 'string' && clientId !== '') return clientId
    throw new Refusal('invalidParameter', [
      {
        kind: 'missingField',
        severity: 'breaking',
        pointer: '/client_id',
        message: 'client_id is missing or no text',
      },
    ])
  },

  verify(message, credentials, settings, { operation, now }): Verification {
    const reason = isTokenOperation(operation)
      ? wrongClient(message, credentials)
      : wrongToken(bearerOf(message), { fixed: credentials.accessToken, settings, now })
    return reason === undefined ? { ok: true } : { ok: false, errorName: 'invalidToken', reason }
  },

  encodeRequest(operation, params, credentials) {
    const { path } = operation
    const [method = 'GET'] = operation.methods
    if (isTokenPath(path)) {
      const { clientId, clientSecret } = credentials
      const { contentType, body } = encodeMultipart({
        ...params,
        client_id: clientId,
        client_secret: clientSecret,
      })
      const headers = { 'content-type': contentType }
      return { method, path, query: '', headers, body: new TextEncoder().encode(body) }
    }
    return {
      method,
      path,
      query: encodeForm({ ...params, merchant_num: credentials.merchantNum }),
      headers: { authorization: `Bearer ${credentials.accessToken}` },
      body: new Uint8Array(),
    }
  },

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

function isTokenPath(path: string): boolean {
  return path.endsWith('/oauth/token')
}

function isTokenOperation(operation: string): boolean {
  return operation === 'token' || operation === 'oldToken'
}

function decodeTokenRequest({ headers, body }: WireRequest): Record<string, unknown> {
  const contentType = headers['content-type'] ?? ''
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type === 'multipart/form-data') return decodeMultipart(body, contentType)
  if (type === 'application/x-www-form-urlencoded') return decodeForm(decodeUtf8(body))
  if (type === 'application/json') return decodeJsonObject(decodeUtf8(body))
  throw new FormError(`the body is ${type || 'of no content type'}; multipart forms, forms and JSON are read`)
}

function bearerOf({ headers }: Message): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

function notBearer(): Refusal {
  return new Refusal('invalidToken', [
    {
      kind: 'credentials',
      severity: 'breaking',
      pointer: '',
      message: 'The header Authorization is not "Bearer", a space and the token.',
    },
  ])
}

/** Why a client is not who it says. Both may name an account, but each by what is its own. */
function wrongClient(
  { params }: Message,
  { clientId, clientSecret }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (params.client_id !== clientId) return 'client_id is a token, and no Account.'
  return params.client_secret === clientSecret
    ? undefined
    : 'client_secret is not the Accessskey that belongs to this client_id.'
}

/** Why a token is not good, or not any more. */
function wrongToken(
  token: string | undefined,
  { fixed, settings, now }: { fixed: unknown; settings: Settings; now: number },
): string | undefined {
  if (token === fixed) return undefined
  const issued = tokensOf(settings).find(candidate => candidate.token === token)
  if (!issued) return 'What was sent as a token is the client_id.'
  if (now >= issued.expiresAt) return `The token expired at ${new Date(issued.expiresAt).toISOString()}.`
  if (issued.from === 'oldToken' && settings.oldTokens === 'refuse')
    return 'The token is one of the older address, which this account does not take.'
  return undefined
}
