// A journal entry as the control interface shows it: bytes as text, secrets masked.
import type { Double } from '../../double/double.ts'
import type { Exchange } from '../../double/journal.ts'
import type { Explanation } from '../../signature/index.ts'

/**
 * Journal entries as JSON. Other requests get their turn before each signature that is explained, since
 * that takes milliseconds.
 */
export async function toExchangeViews(
  exchanges: readonly Exchange[],
  explain: (exchange: Exchange) => Explanation | undefined,
) {
  const views: ReturnType<typeof toExchangeView>[] = []
  for (const exchange of exchanges) {
    if (exchange.verification?.ok === false) await new Promise(resolve => setImmediate(resolve))
    views.push(toExchangeView(exchange, explain(exchange)))
  }
  return views
}

/** A journal entry as JSON: texts instead of bytes, null for what is not there, headers with secrets masked. */
export function toExchangeView(exchange: Exchange, autopsy?: Explanation) {
  const { id, kind, at, step, outcome, findings, request, response, verification } = exchange
  return {
    id,
    kind,
    at,
    provider: exchange.provider ?? null,
    operation: exchange.operation ?? null,
    account: exchange.account ?? null,
    order: exchange.order ?? null,
    step,
    outcome,
    error: exchange.error ?? null,
    fault: exchange.fault ?? null,
    findings,
    ...(request && {
      request: {
        door: request.door,
        method: request.method,
        host: request.host,
        path: request.path,
        query: request.query,
        headers: maskHeaders(request.headers),
        body: Buffer.from(request.body).toString('utf8'),
        bodyBytes: exchange.bodyBytes,
        params: exchange.params ?? null,
      },
    }),
    ...(verification && { signature: verification }),
    ...(response && { response: { ...response, body: textOf(response.body) } }),
    autopsy: autopsy ?? null,
  }
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
}

function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secretName.test(name) ? mask(String(value)) : value,
    ]),
  )
}

/** The last four characters of a secret, as far as they give nothing away. */
export function mask(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`
}

/** What no view may show: the secret credentials of all accounts, and the tokens that were issued to them. */
export async function secretsOf(double: Double): Promise<string[]> {
  const contracts = new Map(double.simulators.map(({ contract }) => [contract.id, contract]))
  const accounts = await double.accounts.list()
  return accounts.flatMap(({ provider, credentials, settings }) => {
    const { secrets = [], identities } = contracts.get(provider)?.account ?? {}
    const shown = Object.keys(credentials).filter(name => !secrets.includes(name))
    const tokens = new Set(identities?.(credentials, settings))
    for (const name of shown) tokens.delete(String(credentials[name]))
    return [...new Set([...secrets.map(name => String(credentials[name])), ...tokens])]
  })
}

/** Names under which anybody would look for a secret, of headers and of fields. */
const secretName = /secret|passw|token|(api|client|private)[-_]?key|authorization|cookie/i

/** What stands in fields that hold secrets: wrong ones too, those that were good before, and such as are of no provider here. */
export function secretsIn(double: Double, exchanges: readonly Exchange[]): string[] {
  const contracts = new Map(double.simulators.map(({ contract }) => [contract.id, contract]))
  return exchanges.flatMap(({ provider = '', params, request, response }) => {
    const names = contracts.get(provider)?.account.secretFields ?? []
    const isSecret = (name: string) => names.includes(name) || secretName.test(name)
    const headers = valuesNamed(request?.headers, isSecret).map(value =>
      value.replace(/^(Bearer|Basic) +/i, ''),
    )
    const query = Object.fromEntries(new URLSearchParams(request?.query))
    const asked = request && (readJson(request.body) ?? readForm(request))
    const parts = [query, params ?? asked, readJson(response?.body)]
    return [...headers, ...parts.flatMap(part => valuesNamed(part, isSecret))]
  })
}

function readForm({ headers, body }: NonNullable<Exchange['request']>): object | undefined {
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined
  return Object.fromEntries(new URLSearchParams(textOf(body)))
}

function readJson(body: string | Uint8Array | undefined): unknown {
  try {
    return JSON.parse(textOf(body ?? ''))
  } catch {
    return undefined
  }
}

/** @param depth how far down it looks: what is sent may be of any depth */
function valuesNamed(part: unknown, isSecret: (name: string) => boolean, depth = 20): string[] {
  if (typeof part !== 'object' || part === null || depth === 0) return []
  return Object.entries(part).flatMap(([name, value]) =>
    typeof value === 'string' && isSecret(name) ? [value] : valuesNamed(value, isSecret, depth - 1),
  )
}

/** The same value, with each secret masked wherever it stands; one of a few characters only where it stands alone. */
export function hideSecrets<T>(value: T, secrets: readonly string[]): T {
  if (value === undefined) return value
  let text = JSON.stringify(value)
  for (const secret of secrets) {
    const masked = JSON.stringify(mask(secret))
    if (secret.length < 6) {
      if (secret !== '') text = text.replaceAll(JSON.stringify(secret), masked)
      continue
    }
    for (const written of new Set(spellingsOf(secret))) text = text.replaceAll(written, masked.slice(1, -1))
  }
  return JSON.parse(text) as T
}

/** How a text stands in JSON: as it is, as a JSON body has it, and as a form or an address has it. */
function spellingsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  return [
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    new URLSearchParams([['', secret]]).toString().slice(1),
    encodeURIComponent(secret),
  ]
}
