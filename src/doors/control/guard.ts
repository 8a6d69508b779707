// Who may use `/_paydouble/`. The providers' own endpoints are open to everybody, because a provider's are: their clients are shops and not browsers,
// they come with the provider's name as Host, and what they may do is decided by the credentials of their accounts.
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { WireResponse } from '../../contract/index.ts'
import { PaydoubleError } from '../../contract/index.ts'
import { ownError } from '../../double/pipeline.ts'
import type { IncomingRequest } from '../../double/router.ts'

export interface GuardOptions {
  /** What clients have to send, as `Authorization: Bearer …`. Without one everybody may come who gets here. */
  readonly token?: string | undefined
  /** Names by which it may be called, besides localhost and addresses. */
  readonly allowedHosts?: readonly string[] | undefined
}

/** @returns the answer to a request that is not let in */
export type Guard = (request: IncomingRequest) => WireResponse | undefined

/** @throws PaydoubleError `badToken` */
export function createGuard({ token, allowedHosts = [] }: GuardOptions): Guard {
  if (token !== undefined) checkToken(token)
  const expected = token === undefined ? undefined : digest(token)
  const names = new Set(allowedHosts.map(name => name.toLowerCase()))
  return request =>
    checkHost(request, names) ??
    checkOrigin(request) ??
    checkAuthorization(request, expected) ??
    checkContentType(request)
}

/** Long enough not to be guessed, and of what a header can hold. */
export const tokenPattern = /^[\x21-\x7e]{16,256}$/

function checkToken(token: string): void {
  if (tokenPattern.test(token)) return
  throw new PaydoubleError(
    'badToken',
    'Failed to take the token: it has to be of 16 to 256 visible ASCII characters, without blanks.',
  )
}

/**
 * A page of another site can have its own name resolve to this machine. Then it is of the same origin as what answers here, but the name
 * gives it away.
 */
function checkHost({ host }: IncomingRequest, names: ReadonlySet<string>): WireResponse | undefined {
  const name = URL.parse(`http://${host}`)?.hostname ?? ''
  const isKnown = name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) > 0 || names.has(name)
  if (isKnown) return undefined
  return ownError(
    403,
    'hostNotAllowed',
    `The control interface is not to be called by the name ${JSON.stringify(name)}, which may be a web page that has its name lead here. Use an address or localhost, or add the name to "allowedHosts" (PAYDOUBLE_ALLOWED_HOSTS).`,
  )
}

/** Browsers say where a request comes from; nothing of another site may do or read anything here. */
function checkOrigin({ headers, method, host }: IncomingRequest): WireResponse | undefined {
  const { origin, 'sec-fetch-site': site } = headers
  const own = URL.parse(`http://${host}`)?.host
  const isOwn = origin === undefined || hostOf(origin) === own
  const isSame = site === undefined || site === 'same-origin' || site === 'none' || isLinked(headers, method)
  if (isOwn && isSame) return undefined
  return ownError(
    403,
    'originNotAllowed',
    'The control interface takes nothing from pages of other sites. Call it from a program, or from a page that it serves itself.',
  )
}

/** The scheme is another one where TLS ends in front of the server. */
function hostOf(origin: string): string | undefined {
  const url = URL.parse(origin)
  if (!url) return undefined
  return URL.parse(`http://${url.host}`)?.host
}

/** Somebody has followed a link from another page: they see the answer, and that page does not. */
function isLinked(headers: IncomingRequest['headers'], method: string): boolean {
  return (
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  )
}

function checkAuthorization(
  { headers }: IncomingRequest,
  expected: Buffer | undefined,
): WireResponse | undefined {
  if (expected === undefined) return undefined
  const [, given] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? []
  // Of the same length, whatever was sent: how long a comparison takes tells nothing.
  if (given !== undefined && timingSafeEqual(digest(given), expected)) return undefined
  const why = given === undefined ? 'the request has none' : 'the one of the request is another one'
  const refusal = ownError(
    401,
    'tokenNeeded',
    `The control interface asks for the token with which the server was started, and ${why}. Send it as "Authorization: Bearer TOKEN"; the command line takes it from --token or PAYDOUBLE_TOKEN.`,
  )
  return { ...refusal, headers: { ...refusal.headers, 'www-authenticate': 'Bearer realm="paydouble"' } }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * What the form of a page can send is not taken, should a browser not say where it comes from. The form of `curl -d '{…}'` is: there is no
 * form that sends a brace in it, because they encode it.
 */
function checkContentType({ headers, body }: IncomingRequest): WireResponse | undefined {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === '' || /^application\/([\w.+-]+\+)?json$/.test(type)) return undefined
  if (type === 'application/x-www-form-urlencoded' && body[0] === openingBrace) return undefined
  return ownError(
    415,
    'badContentType',
    `The control interface takes JSON, and no ${JSON.stringify(type)}. Send it with "Content-Type: application/json".`,
  )
}

const openingBrace = '{'.charCodeAt(0)
