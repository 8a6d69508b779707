import type { Contract } from '../contract/index.ts'
import type { CheckAccount } from '../runner/known-accounts.ts'
import { type FailOn, isFailing } from '../runner/report.ts'
import { hintOf, type MatcherContext, type MatcherResult } from './context.ts'
import { createMessageJudge, type JudgedMessage } from './judge.ts'
import { findContract, findNamed, type Named } from './names.ts'
import { toHaveNoFindings } from './observe.ts'
import { toHaveBeenPaid, toHaveDelivered, toHavePaid } from './orders.ts'
import { readMessage } from './read-message.ts'
import { type Colors, partNames, showFinding } from './show.ts'
import { createSignatureMatcher } from './signature.ts'

export interface MatcherOptions {
  readonly contracts: readonly Contract[]
  /** Whose keys are known. */
  readonly accounts?: readonly CheckAccount[]
}

export interface ContractOptions {
  /** The key of the account, where it is not one of those that are known. */
  readonly key?: string
  /** Whether a signature is judged. Default true, where the provider signs. */
  readonly signature?: boolean
  /** Which findings fail. Default `additive`: those that break clients, and those that add to the contract. */
  readonly failOn?: Exclude<FailOn, 'none'>
}

/**
 * Matchers for `expect.extend`, for providers of your own or accounts of your own.
 *
 * @example
 * expect.extend(createMatchers({ contracts: [contract], accounts: [{ provider: 'mypay', id: 'mine', credentials }] }))
 */
export function createMatchers({ contracts, accounts = [] }: MatcherOptions) {
  const judge = createMessageJudge({ contracts, accounts })

  async function match(context: MatcherContext, given: unknown, asked: Asked): Promise<MatcherResult> {
    const { matcher, kind, full, options } = asked
    const { failOn = 'additive', signature = true, key } = options
    const named = findNamed(contracts, kind, full)
    const message = await readMessage(given)
    const judged = judge(message, named, { isCallback: kind === 'callback', key, signature })
    const failing = judged.findings.filter(finding => isFailing(finding, failOn))
    const hint = hintOf(context, matcher, partNames[judged.part], JSON.stringify(full))
    return {
      pass: failing.length === 0,
      message: () => {
        const isForeign = key === undefined && failing.some(({ kind }) => kind === 'wrongSignature')
        const lines = explain(named, { ...judged, findings: failing }, context.utils)
        return [hint, '', ...lines, ...(isForeign ? ['', otherKey] : [])].join('\n')
      },
    }
  }

  return {
    toMatchContract(this: MatcherContext, given: unknown, full: string, options: ContractOptions = {}) {
      return match(this, given, { matcher: 'toMatchContract', kind: 'operation', full, options })
    },

    toMatchCallback(this: MatcherContext, given: unknown, full: string, options: ContractOptions = {}) {
      return match(this, given, { matcher: 'toMatchCallback', kind: 'callback', full, options })
    },

    toHaveValidSignature: createSignatureMatcher({
      accounts,
      contractOf: id => findContract(contracts, id),
    }),

    toHaveBeenPaid,
    toHavePaid,
    toHaveDelivered,
    toHaveNoFindings,
  }
}

const otherKey = 'Where it is signed with another key than those known here, give that: { key }.'

interface Asked {
  readonly matcher: string
  readonly kind: 'operation' | 'callback'
  readonly full: string
  readonly options: ContractOptions
}

function explain(
  { contract, name }: Named,
  { part, findings, notJudged }: JudgedMessage,
  colors: Colors,
): string[] {
  const what = `The ${partNames[part]}`
  const rest = notJudged === undefined ? [] : ['', notJudged]
  const whose = `${contract.id}.${name}`
  if (findings.length === 0) return [`${what} is as the contract of ${whose} has it.`, ...rest]
  const places = findings.length === 1 ? 'one place' : `${findings.length} places`
  return [
    `${what} differs from the contract of ${whose} in ${places}:`,
    ...findings.flatMap(finding => ['', showFinding(finding, colors)]),
    ...rest,
  ]
}
