// A journal entry as the control interface shows it: bytes as text, secrets masked.
import type { Double } from '../../double/double.ts'
import { type Exchange, steps } from '../../double/journal.ts'
import type { Explanation } from '../../signature/index.ts'
import { mask, secretName, secretsOfAddresses } from './hide-secrets.ts'

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

/** What the views themselves say: a text that is also one of these words is not looked for everywhere. */
const ownWords = new Set(
  [
    ...steps,
    'request, payment, provider, operation, account, outcome, findings, response, headers, params, signature, autopsy'.split(
      ', ',
    ),
    'answered, refused, unmatched, failed, declined, walkedAway, pointer, message, severity, breaking, additive'.split(
      ', ',
    ),
  ].flat(),
)

/** How many are taken of one exchange: as many as there can be in what the journal keeps of a body. */
const mostSecrets = 2000

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
    const asked = request && (readJson(request.body) ?? readForm(request) ?? readCut(request.body))
    const parts = [query, params ?? asked, readJson(response?.body)]
    const inAddresses = parts.flatMap(part => valuesNamed(part, () => true)).flatMap(secretsOfAddresses)
    const found = [...headers, ...parts.flatMap(part => valuesNamed(part, isSecret)), ...inAddresses]
    return found.filter(value => !ownWords.has(value)).slice(0, mostSecrets)
  })
}

function readForm({ headers, body }: NonNullable<Exchange['request']>): object | undefined {
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined
  return Object.fromEntries(new URLSearchParams(textOf(body)))
}

/** What can be seen of JSON that was cut, or is none for another reason: names, and the texts behind them. */
function readCut(body: Uint8Array): object[] {
  const pairs = textOf(body).matchAll(/"([^"\\]{1,100})"\s*:\s*"((?:[^"\\]|\\.)*)/g)
  return [...pairs].map(([, name = '', text = '']) => ({ [name]: readJson(`"${text}"`) ?? text }))
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
