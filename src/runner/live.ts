// Tries a real provider with the cases of its contract. It sends what they say and nothing else, one at a time, each once.
import { type Case, type CaseCost, type CaseGiven, type Contract, PaydoubleError } from '../contract/index.ts'
import { type Check, createCheck } from './check.ts'
import type { CapturedExchange, CapturedResponse } from './exchange.ts'
import type { FindingGroup } from './findings.ts'
import type { CheckAccount } from './known-accounts.ts'
import { createPace, type Time } from './live-pace.ts'
import { type PlannedCase, planCases } from './live-plan.ts'
import { sendRequest, toUrl } from './live-send.ts'
import { judgeCase, kindsToLeaveOut, showExpected, type Verdict, whyRefused } from './live-verdict.ts'
import { type CaseOutcome, type CheckReport, caseFindingId } from './report.ts'

export interface LiveOptions extends Time {
  /** Where the provider answers; a path in it comes before those of the operations. */
  readonly target: string
  /** Whose credentials are used. Some of them may be missing: what needs them is skipped. */
  readonly account: CheckAccount
  /** The most that a case may cost. Default `free`. */
  readonly cost?: CaseCost | undefined
  /** The names of the cases to run. Default: all that cost no more. */
  readonly only?: readonly string[] | undefined
  /** The most requests that are sent. Default 50. */
  readonly budget?: number | undefined
  /** How long a person may take to pay, in milliseconds. Default five minutes. */
  readonly payWithinMs?: number | undefined
  /** How long an answer may take, in milliseconds. Default 30 seconds. */
  readonly timeoutMs?: number | undefined
  /** Makes the numbers of this run its own: a few letters and digits that no other run has. */
  readonly runId: string
  /** A signal that is raised after so many milliseconds. */
  deadline(ms: number): AbortSignal
  /** Ends the run: what is left is skipped. */
  readonly signal?: AbortSignal | undefined
  /** Is told each exchange as it was made, with nothing masked. */
  onExchange?(exchange: CapturedExchange, name: string): void
  /** Is told what a person is to scan and to pay. */
  onCode?(code: { readonly name: string; readonly text: string; readonly amount: string }): void
  /** The version of paydouble, for the report. */
  readonly version: string
}

/** How often a query asks whether an order is paid, in milliseconds. */
const askEveryMs = 5000

/**
 * Runs cases against a target. Callbacks are not received.
 *
 * @throws PaydoubleError `badFlag`; `badAccount` where no case has the credentials that it needs; `unreachable` where the first request gets no answer; `credentialsRefused`
 */
export async function runCases(contract: Contract, options: LiveOptions): Promise<CheckReport> {
  const { target, account, cost = 'free', only, budget = 50, version } = options
  const planned = planCases(contract, { cost, only })
  checkAccount(contract, planned, account)
  const check = createCheck({ contracts: [contract], accounts: [account], requests: false })
  const run = createRun(contract, { options, check, budget })
  const cases: CaseOutcome[] = []
  for (const each of planned) cases.push(await run.one(each))
  const report = check.end({ title: `live ${contract.id} at ${target}`, version })
  const findings = [...run.differences(), ...report.findings, ...run.assumptions()]
  return { ...report, findings, cases }
}

type Answer = Readonly<Record<string, unknown>>

/** One request of a case, sent and judged. */
interface Asked {
  readonly answer: Answer
  readonly exchange: CapturedExchange
  readonly verdict: Verdict
}

function createRun(
  contract: Contract,
  { options, check, budget }: { options: LiveOptions; check: Check; budget: number },
) {
  const { account, now, signal, payWithinMs = 300_000 } = options
  const pace = createPace(contract.rateLimits, options)
  const answers = new Map<string, Answer>()
  const assumptions = new Map<string, FindingGroup>()
  const differences: FindingGroup[] = []
  const numbers = new Map<string, string>()
  const prefix = `pd${now().toString(36)}${options.runId}`
  let sent = 0

  function number(name: string): string {
    const known = numbers.get(name)
    if (known !== undefined) return known
    const made = `${prefix}${(numbers.size + 1).toString(36).padStart(2, '0')}`
    numbers.set(name, made)
    return made
  }

  /** Why a case is not run. */
  function obstacle({ after, needs }: Case): string | undefined {
    if (signal?.aborted) return 'It was interrupted.'
    const missing = missingCredentials(contract, needs, account)
    if (missing.length > 0) return `The account has no ${missing.join(', ')}.`
    if (after !== undefined && !answers.has(after))
      return `It needs the answer of ${after}, which did not come as expected.`
    if (sent >= budget) return `The budget of ${budget} requests is spent.`
    return undefined
  }

  async function one({ name, case: tried }: PlannedCase): Promise<CaseOutcome> {
    const { summary, cost } = tried
    const expected = showExpected(contract, tried)
    const outcome = { provider: contract.id, name, summary, cost, expected }
    const why = obstacle(tried)
    if (why !== undefined) return { ...outcome, outcome: 'skipped', received: '', why }
    const given: CaseGiven = {
      credentials: account.credentials,
      number,
      now: now(),
      earlier: answers.get(tried.after ?? '') ?? {},
    }
    const asked = tried.isPaid ? await askUntilPaid(name, tried, given) : await ask(name, tried, given)
    if (typeof asked === 'string') return { ...outcome, outcome: 'unreachable', received: '', why: asked }
    const { verdict, answer, exchange } = asked
    if (verdict.outcome === 'asExpected') {
      answers.set(name, answer)
      const code = tried.qrCode?.(answer)
      if (code) options.onCode?.({ name, ...code })
    }
    const said = { name, verdict, exchange, expected }
    if (verdict.outcome === 'differs') differences.push(toDifference(tried, said))
    else if (verdict.provenance) keepAssumption(tried, said)
    return {
      ...outcome,
      outcome: verdict.outcome,
      received: check.mask.text(verdict.received),
      ...(verdict.why !== undefined && { why: verdict.why }),
    }
  }

  /** Sends the request of a case once. @returns why no answer came, where none did */
  async function ask(name: string, tried: Case, given: CaseGiven): Promise<Asked | string> {
    const request = toRequest(contract, tried, given)
    await pace.ready(tried.operation)
    if (signal?.aborted) return 'It was interrupted.'
    const deadline = options.deadline(options.timeoutMs ?? 30_000)
    const at = now()
    sent++
    const came = await sendRequest(
      options.target,
      request,
      signal ? AbortSignal.any([deadline, signal]) : deadline,
    )
    pace.done(tried.operation)
    const exchange: CapturedExchange = {
      request: {
        method: request.method,
        url: toUrl(options.target, request),
        headers: request.headers,
        body: request.body,
      },
      response: 'response' in came ? came.response : undefined,
      at,
      durationMs: now() - at,
      place: { source: name, unit: 'case', number: sent },
      about: { provider: contract.id, operation: tried.operation },
    }
    keep(exchange, name)
    if (!('response' in came)) {
      if (sent === 1 && !signal?.aborted) throw unreachable(contract, options.target, came.failure)
      return `${came.failure.charAt(0).toUpperCase()}${came.failure.slice(1)}.`
    }
    return judge(tried, given, { ...exchange, response: came.response })
  }

  /** That it cannot be kept must not end a run that has cost money. */
  function keep(exchange: CapturedExchange, name: string): void {
    try {
      options.onExchange?.(exchange, name)
    } catch (error) {
      const unreadable = check.mask.text(`paydouble failed to record it: ${error}. Please report it.`)
      check.take([{ place: exchange.place, unreadable }])
    }
  }

  function judge(
    tried: Case,
    given: CaseGiven,
    exchange: CapturedExchange & { readonly response: CapturedResponse },
  ): Asked {
    const { response } = exchange
    const judgement = check.judge(exchange, { without: kindsToLeaveOut(contract, tried) })
    const verdict = judgeCase(contract, tried, { judgement, response, given, account })
    const why = tried.probe && whyRefused(contract, tried.probe, { judgement, response, account })
    if (why !== undefined) throw credentialsRefused(contract, options, check.mask.text(why))
    return { answer: judgement.answer ?? {}, exchange, verdict }
  }

  /** Asks now and then, so seldom that the budget lasts. A query can be asked again whatever came. */
  async function askUntilPaid(name: string, tried: Case, given: CaseGiven): Promise<Asked | string> {
    const until = now() + payWithinMs
    const everyMs = Math.max(askEveryMs, Math.ceil(payWithinMs / Math.max(1, budget - sent - 1)))
    for (;;) {
      const asked = await ask(name, tried, given)
      if (typeof asked !== 'string' && tried.isPaid?.(asked.answer)) return asked
      const isOver = now() >= until || sent >= budget || signal?.aborted
      if (isOver && typeof asked === 'string') return asked
      if (isOver) {
        const why = `Nobody paid within ${Math.round(payWithinMs / 1000)} seconds.`
        return { ...(asked as Asked), verdict: { outcome: 'skipped', received: '', why } }
      }
      await options.wait(Math.min(everyMs, Math.max(1, until - now())))
    }
  }

  /** Assumptions about different rows of the error table are different findings, although all are about its code. */
  function keepAssumption(tried: Case, said: Said): void {
    const { operation, expect } = tried
    const { verdict } = said
    const id = `${contract.id}.${operation} response assumptionDiffers ${[expect].flat().join('|')}`
    const made: FindingGroup = {
      ...toGroup(tried, said),
      id,
      kind: 'assumptionDiffers',
      severity: 'note',
      message:
        `No source says what comes here, and the assumption does not hold. ${tried.summary} ${verdict.why ?? ''}`.trim(),
      ...(verdict.provenance && { provenance: verdict.provenance }),
    }
    const known = assumptions.get(id)
    assumptions.set(id, {
      ...made,
      ...known,
      count: (known?.count ?? 0) + 1,
      last: made.last,
      examples: [...new Set([...(known?.examples ?? []), ...made.examples])].slice(0, 3),
    })
  }

  /** Each case is a finding of its own, so that one can be accepted and the next one not. */
  function toDifference(tried: Case, said: Said): FindingGroup {
    return {
      ...toGroup(tried, said),
      id: caseFindingId({ provider: contract.id, name: said.name }),
      kind: 'caseDiffers',
      severity: 'breaking',
      message: `The case ${said.name} got another answer. ${tried.summary} ${said.verdict.why ?? ''}`.trim(),
      provenance: tried.provenance,
    }
  }

  function toGroup(
    { operation }: Case,
    { verdict, exchange, expected }: Said,
  ): Omit<FindingGroup, 'id' | 'kind' | 'severity' | 'message'> {
    const received = check.mask.text(verdict.received)
    const { at, place } = exchange
    const seen = { ...(at !== undefined && { at }), place }
    return {
      provider: contract.id,
      name: operation,
      part: 'response',
      by: 'provider',
      pointer: `/${contract.codeField}`,
      expected,
      received,
      count: 1,
      first: seen,
      last: seen,
      examples: [received],
    }
  }

  return { one, assumptions: () => [...assumptions.values()], differences: () => differences }
}

/** What came of a case, and how it is called. */
interface Said {
  readonly name: string
  readonly verdict: Verdict
  readonly exchange: CapturedExchange
  readonly expected: string
}

function toRequest({ operations, wire }: Contract, tried: Case, given: CaseGiven) {
  const operation = operations[tried.operation]
  if (!operation) {
    throw new PaydoubleError(
      'badCase',
      `Failed to run a case of the operation ${JSON.stringify(tried.operation)}: the contract has none such.`,
    )
  }
  const credentials = tried.credentials?.(given.credentials) ?? given.credentials
  const written = wire.encodeRequest(operation, tried.params(given), credentials)
  return tried.spoil?.(written) ?? written
}

/** A run that tries nothing must not look like one where nothing differs. */
function checkAccount(contract: Contract, planned: readonly PlannedCase[], account: CheckAccount): void {
  const missing = planned.map(each => missingCredentials(contract, each.case.needs, account))
  const [first] = missing
  if (!first || missing.some(names => names.length === 0)) return
  throw new PaydoubleError(
    'badAccount',
    `Failed to check ${contract.id}: the account ${JSON.stringify(account.id)} has no ${first.join(', ')}, which each of the cases needs. Set it where the other credentials come from.`,
  )
}

/** Of those that are needed, or else of all that cannot be null. */
function missingCredentials(
  { account: { credentials } }: Contract,
  needs: Case['needs'],
  account: CheckAccount,
): string[] {
  const { shape } = credentials
  const needed = needs ?? Object.keys(shape).filter(name => !shape[name]?.safeParse(null).success)
  return needed.filter(name => account.credentials[name] === undefined)
}

function unreachable({ id }: Contract, target: string, why: string): PaydoubleError {
  return new PaydoubleError(
    'targetUnreachable',
    `Failed to reach ${id} at ${target}: ${why}. Check --target, and that this machine may connect to it.`,
  )
}

function credentialsRefused(
  contract: Contract,
  { target, account }: LiveOptions,
  why: string,
): PaydoubleError {
  const names = Object.keys(contract.account.credentials.shape).join(', ')
  return new PaydoubleError(
    'credentialsRefused',
    `Failed to check ${contract.id} at ${target}: it does not take the credentials of the account ${JSON.stringify(account.id)}. A request that is right but for one parameter got ${why} Check ${names}.`,
  )
}
