// Whether a message is signed with a key, and if not, why.
import type { Contract } from '../contract/index.ts'
import type { CheckAccount } from '../runner/known-accounts.ts'
import { createMatcher } from '../runner/match.ts'
import { type Direction, type Explanation, explainSignature, toAutopsyText } from '../signature/index.ts'
import { badArgument, hintOf, type MatcherContext, type MatcherResult } from './context.ts'
import { accountWith, toWireRequest } from './key.ts'
import { type ReadMessage, readMessage } from './read-message.ts'
import { partNames } from './show.ts'

export interface SignatureOptions {
  /** What the message is. Default: an answer if it has a status, a request if an operation has its path, else a callback. */
  readonly direction?: Direction
}

export function createSignatureMatcher({
  accounts,
  contractOf,
}: {
  readonly accounts: readonly CheckAccount[]
  readonly contractOf: (id: string) => Contract
}) {
  return async function toHaveValidSignature(
    this: MatcherContext,
    given: unknown,
    provider: string,
    key?: string,
    options: SignatureOptions = {},
  ): Promise<MatcherResult> {
    const contract = contractOf(provider)
    const message = await readMessage(given)
    const operation = operationOf(contract, message)
    const direction = options.direction ?? directionOf(message, operation)
    const scheme = contract.wire.signing?.[direction]
    if (!scheme) {
      throw badArgument(
        'toHaveValidSignature',
        `${provider} signs no ${partNames[direction]}, so there is nothing to check`,
      )
    }
    if (message.headers === undefined)
      throw badArgument(
        'toHaveValidSignature',
        `only a body was given, and the signature is in the header ${scheme.header}`,
      )
    if (message.lost !== undefined && scheme.over === 'body') {
      const advice = message.lost && `, ${message.lost}`
      throw badArgument(
        'toHaveValidSignature',
        `the body was parsed, and the signature is over the bytes that it had. Keep them${advice}`,
      )
    }
    const own = accounts.filter(account => account.provider === provider)
    const named = { contract, name: operation ?? Object.keys(contract.operations)[0] ?? '' }
    const asked = direction === 'request' ? { ...message, kind: 'request' as const } : message
    const keys = key === undefined ? own : [accountWith(key, named, asked)]
    const explanations = keys.map(account =>
      explain(contract, message, { account, accounts: own, direction }),
    )
    const right = explanations.find(({ verdict }) => verdict === 'matches')
    const shown = right ?? explanations[0]
    if (!shown) throw badArgument('toHaveValidSignature', `no account of ${provider} is known: give its key`)
    const hint = hintOf(this, 'toHaveValidSignature', partNames[direction], JSON.stringify(provider))
    return { pass: right !== undefined, message: () => `${hint}\n\n${toAutopsyText(shown).trimEnd()}` }
  }
}

function operationOf(
  contract: Contract,
  { method = 'POST', url, headers = {}, body }: ReadMessage,
): string | undefined {
  if (url === undefined) return undefined
  const matched = createMatcher({ contracts: [contract], provider: contract.id })({
    method,
    url,
    headers,
    body,
  })
  return matched.kind === 'operation' ? matched.name : undefined
}

function directionOf({ kind }: ReadMessage, operation: string | undefined): Direction {
  if (kind === 'response') return 'response'
  return operation === undefined ? 'callback' : 'request'
}

function explain(
  contract: Contract,
  message: ReadMessage,
  options: {
    readonly account: CheckAccount
    readonly accounts: readonly CheckAccount[]
    readonly direction: Direction
  },
): Explanation {
  if (options.direction === 'request') return explainSignature(contract, toWireRequest(message), options)
  const { headers = {}, body } = message
  return explainSignature(contract, { headers, body }, options)
}
