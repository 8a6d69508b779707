// Why signatures did not match: of requests in the journal, and of callbacks that were sent.
import { PaydoubleError } from '../contract/index.ts'
import type { Explanation } from '../signature/index.ts'
import type { Delivery } from '../store/records.ts'
import type { Double } from './double.ts'
import type { Exchange, JournalFilter } from './journal.ts'

// Loaded when something is to be explained, because most doubles never explain anything.
const loadAutopsy = () => import('../signature/index.ts')

type Explainable = Pick<Double, 'simulators' | 'accounts' | 'journal'>

/**
 * Explains entries of the journal when they are read, each once: on a request's path nothing is explained.
 *
 * @returns a function that looks at the accounts as they are now, and gives one that explains by them
 */
export function createExplainer(
  double: Pick<Double, 'simulators' | 'accounts'>,
): () => Promise<(exchange: Exchange) => Explanation | undefined> {
  const contracts = new Map(double.simulators.map(({ contract }) => [contract.id, contract]))
  const known = new WeakMap<Exchange, { by: string; explanation: Explanation | undefined }>()
  return async () => {
    const { explainExchange } = await loadAutopsy()
    const accounts = await double.accounts.list()
    const by = JSON.stringify(accounts)
    return exchange => {
      const contract = contracts.get(exchange.provider ?? '')
      if (!contract || exchange.verification?.ok !== false) return undefined
      const before = known.get(exchange)
      if (before?.by === by) return before.explanation
      const own = accounts.filter(({ provider }) => provider === contract.id)
      const explanation = explainExchange(contract, exchange, own)
      known.set(exchange, { by, explanation })
      return explanation
    }
  }
}

/**
 * Explains the last request whose signature or credential was refused, as text.
 *
 * @param of the requests that count: those of a provider, or of an account, where tests share the double
 * @returns undefined where none was among the requests that the journal still holds, the last 1,000
 * @example
 * const answer = await checkout()
 * expect(answer.ok, await explainLastMismatch(pay)).toBe(true)
 */
export async function explainLastMismatch(
  double: Explainable,
  of: Pick<JournalFilter, 'provider' | 'account'> = {},
): Promise<string | undefined> {
  const explain = await createExplainer(double)()
  let after: string | undefined
  do {
    const { items, next } = double.journal.list(of, { limit: 100, after })
    for (const exchange of items) {
      const explanation = explain(exchange)
      if (explanation) return (await loadAutopsy()).toAutopsyText(explanation)
    }
    after = next ?? undefined
  } while (after !== undefined)
  return undefined
}

/**
 * Fails where the signature or the credential of a request was refused since the double was new or reset, as far as
 * the journal goes back, and says why.
 *
 * @param of the requests that count: those of a provider, or of an account, where tests share the double
 * @throws PaydoubleError `signatureMismatch`
 * @example
 * afterEach(async () => {
 *   try {
 *     await assertSignatures(pay)
 *   } finally {
 *     await pay.reset()
 *   }
 * })
 */
export async function assertSignatures(
  double: Explainable,
  of: Pick<JournalFilter, 'provider' | 'account'> = {},
): Promise<void> {
  const text = await explainLastMismatch(double, of)
  if (text === undefined) return
  throw new PaydoubleError('signatureMismatch', `Failed to verify a request:\n\n${text}`)
}

/**
 * Explains the signature of a callback that was sent, for an app that does not accept it.
 *
 * @param computed the signature that the app has computed of it
 * @throws PaydoubleError `unknownProvider`, `unknownAccount`
 * @example
 * const [delivery] = (await pay.deliveries.list()).items
 * console.log(toAutopsyText(await explainDelivery(pay, delivery, mySignature)))
 */
export async function explainDelivery(
  double: Explainable,
  delivery: Pick<Delivery, 'provider' | 'account' | 'headers' | 'body'>,
  computed?: string,
): Promise<Explanation> {
  const { provider, headers, body } = delivery
  const contract = double.simulators.find(simulator => simulator.contract.id === provider)?.contract
  const accounts = (await double.accounts.list()).filter(account => account.provider === provider)
  const account = accounts.find(({ id }) => id === delivery.account)
  if (!contract) throw missing('unknownProvider', `the provider ${JSON.stringify(provider)}`)
  if (!account) throw missing('unknownAccount', `the account ${provider}/${delivery.account}`)
  const { explainSignature } = await loadAutopsy()
  return explainSignature(contract, { headers, body }, { account, accounts, direction: 'callback', computed })
}

function missing(code: string, what: string): PaydoubleError {
  return new PaydoubleError(code, `Failed to explain a callback: this double has not ${what} that it is of.`)
}
