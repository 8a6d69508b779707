// Exchanges of a capture once more, with the double in the provider's place: how alike are the answers?

import { type Contract, readAt } from '../../contract/index.ts'
import { createManualClock } from '../../double/clock.ts'
import { assembleDouble, type Double } from '../../double/double.ts'
import type { Simulator } from '../../double/simulator.ts'
import type { Store, StoreOptions } from '../../store/store.ts'
import type { Check, Judgement } from '../check.ts'
import { type CapturedExchange, type CaptureItem, isUnreadable } from '../exchange.ts'
import { createResponseJudge } from '../judge-response.ts'
import { type CheckAccount, createKnownAccounts } from '../known-accounts.ts'
import type { MatchedOperation } from '../match.ts'
import { mediaTypeOf } from '../media-type.ts'
import type { FidelityScore } from '../report.ts'
import { readText } from '../text.ts'
import { createStandIns, type StandIns } from './accounts.ts'
import { type Asker, createAsker, type Given, type OwnAnswer, readRequest } from './ask.ts'
import { createNumbers, type Numbers } from './numbers.ts'
import { findOrder, namedOrders, numbersOf, pay, payWhatIsPaid } from './payments.ts'
import { createScores, type ScoredPart } from './scores.ts'
import { compareShapes, type Shape } from './structure.ts'

export interface ReplayOptions {
  /** Judges each exchange as well, so that a capture is read once. */
  readonly check: Check
  /** How the double behaves. What is captured of other providers is counted as skipped. */
  readonly simulators: readonly Simulator[]
  readonly createStore: (options: StoreOptions) => Store
  /** Accounts whose keys and settings are known: those of the double are the same. */
  readonly accounts?: readonly CheckAccount[]
  /** The seed of the double. Default 1. */
  readonly seed?: number
}

export interface Replay {
  /** Judges what a source yields, and asks the double the same. */
  take(items: readonly CaptureItem[]): Promise<void>
  /** How alike the answers were, by operation and callback. */
  end(): Promise<FidelityScore[]>
}

/** Callbacks that came before the answer to their order; later ones are forgotten. */
const mostEarly = 10_000

/** What a replay has of one provider. Each has a clock of its own, because captures of several may follow each other. */
interface Stage {
  readonly contract: Contract
  readonly double: Double
  readonly numbers: Numbers
  readonly standIns: StandIns
  readonly ask: Asker
}

/**
 * Replays a capture against the double, and scores how alike its answers are: see `compareShapes`.
 *
 * Requests are read and written anew, with accounts of the double in place of those of the capture; what the
 * provider refused because of its signature or secret is wrong here as well. Numbers and tokens that the provider
 * gave out become those of the double. The payer pays when the capture shows that an order was paid: by a callback,
 * by a query, or by a refund. The clock goes with the capture. Nothing is sent anywhere. The double keeps the orders of
 * the whole capture: some 3 KB for each.
 *
 * @example
 * const replay = createReplay({ check, simulators, createStore: createMemoryStore })
 * for await (const items of readCapture(bytes, { source })) await replay.take(items)
 * const scores = await replay.end()
 */
export function createReplay(options: ReplayOptions): Replay {
  const { check, simulators, createStore, seed = 1 } = options
  const contracts = simulators.map(({ contract }) => contract)
  const known = createKnownAccounts(contracts, options.accounts ?? [])
  const judgeResponse = createResponseJudge(createKnownAccounts(contracts, []))
  const scores = createScores(check.mask)
  const stages = new Map<string, Stage>()
  const early: [CapturedExchange, Judgement][] = []
  /** What the merchant answers to a callback of the double: what he answered to that of the provider. */
  let reply = { status: 200, body: '' }

  /** Made with the first exchange, because a clock does not go back. */
  function stageOf({ id }: Contract, at: number | undefined): Stage | undefined {
    const simulator = simulators.find(({ contract }) => contract.id === id)
    const before = stages.get(id)
    if (before || !simulator) return before
    const { contract } = simulator
    const double = assembleDouble({
      simulators: [simulator],
      createStore,
      clock: createManualClock(at),
      seed,
      rateLimits: false,
      allowedCallbackHosts: ['*'],
      deliver: async () => reply,
      accounts: { [id]: [] },
    })
    const numbers = createNumbers()
    const standIns = createStandIns(double, contract, known)
    const ask = createAsker({ double, simulator, known, numbers, standIns, judge: judgeResponse })
    const stage = { contract, double, numbers, standIns, ask }
    stages.set(id, stage)
    return stage
  }

  async function replay(exchange: CapturedExchange, judgement: Judgement): Promise<void> {
    const { match } = judgement
    if (match.kind === 'unmatched') return
    const { at } = exchange
    const part = { provider: match.contract.id, kind: match.kind, name: match.name }
    const stage = stageOf(match.contract, at)
    if (!stage) return scores.skip(part, 'the double does not play this provider')
    const { clock } = stage.double
    if (at !== undefined && at > clock.now()) await clock.set(at)
    if (match.kind === 'operation') return takeCall(exchange, { ...judgement, match }, { part, stage })
    const isTaken = await takeCallback(exchange, judgement, { part, stage })
    if (!isTaken && early.length < mostEarly) early.push([exchange, judgement])
    else if (!isTaken) scores.skip(part, beforeCapture)
  }

  interface Place {
    readonly part: ScoredPart
    readonly stage: Stage
  }

  async function takeCall(
    exchange: CapturedExchange,
    judgement: Judgement & { readonly match: MatchedOperation },
    { part, stage }: Place,
  ): Promise<void> {
    const { contract, numbers } = stage
    const { match, outcome, rows = [], answer } = judgement
    const { response } = exchange
    const { rateLimited = '' } = contract.refusals
    if (!response) return scores.skip(part, 'no answer was captured')
    if (outcome === undefined) return scores.skip(part, 'the answer is none of the provider')
    if (rows.includes(rateLimited))
      return scores.skip(part, 'it was refused for its rate, which the double does not count here')
    const request = readRequest(exchange.request, match)
    if (!request) return scores.skip(part, 'the body of the request was not captured')

    if (!request.message && outcome === 'answered')
      return scores.skip(part, 'the request was answered, and cannot be read as it was captured')
    const params = request.message?.params ?? {}
    const named = namedOrders(match, params)
    // Of orders from before the capture the double cannot know.
    const isBefore = named.length > 0 && !named.some(number => numbers.isKnown(number))
    if (isBefore && outcome === 'answered' && !isEmptyList(match, answer))
      return scores.skip(part, beforeCapture)
    if (outcome === 'answered') await payWhatIsPaid(stage, { match, params, answer, named })

    const given: Given = { outcome, rows, answer, at: exchange.at ?? stage.double.clock.now() }
    const own = await stage.ask(request, match, given)
    const there = shapeOf(contract, { ...response, outcome, answer })
    const here = shapeOf(contract, own)
    if (isBefore && (there.outcome !== here.outcome || there.code !== here.code))
      return scores.skip(part, beforeCapture)
    if (own.failure !== undefined) return scores.add(part, { score: 0, differences: [own.failure] })
    scores.add(part, compareShapes(there, here))
  }

  /** @returns whether its order is known */
  async function takeCallback(
    { request, response }: CapturedExchange,
    { match, values }: Judgement,
    { part, stage }: Place,
  ): Promise<boolean> {
    const fields = stage.contract.callbacks[part.name]?.order
    if (!values || !fields) {
      scores.skip(part, values ? 'the contract does not say which order it is about' : 'it is no JSON object')
      return true
    }
    const { double } = stage
    const order = await findOrder(stage, numbersOf(values, fields))
    if (!order || match.kind !== 'callback') return false
    if (response) reply = { status: response.status, body: readText(response.body ?? '').text }
    await pay(double, order)
    const sent = await double.deliveries.list({ order: order.id, callback: part.name }, { limit: 500 })
    const first = sent.items.at(-1)
    const there = { contentType: typeOf(request.headers), value: values }
    if (!first) scores.add(part, { score: 0, differences: ['the provider sent it, and the double does not'] })
    else {
      const here = { contentType: typeOf(first.headers), value: JSON.parse(first.body) }
      scores.add(part, compareShapes(there, here))
    }
    return true
  }

  return {
    async take(items) {
      for (const item of items) {
        if (isUnreadable(item)) check.take([item])
        else await replay(item, check.judge(item))
      }
    },

    async end() {
      for (const [exchange, judgement] of early.splice(0)) {
        const { match } = judgement
        const stage = match.kind === 'callback' && stages.get(match.contract.id)
        if (!stage) continue
        const part = { provider: match.contract.id, kind: match.kind, name: match.name }
        const isTaken = await takeCallback(exchange, judgement, { part, stage })
        if (!isTaken) scores.skip(part, beforeCapture)
      }
      for (const { double } of stages.values()) await double.close()
      return scores.list()
    },
  }
}

const beforeCapture = 'it is about an order from before the capture'

function isEmptyList({ operation }: MatchedOperation, answer: Judgement['answer']): boolean {
  const list = operation.orders?.response?.list
  const rows = list === undefined ? undefined : readAt(answer, list)
  return Array.isArray(rows) && rows.length === 0
}

function shapeOf(
  { codeField }: Contract,
  { outcome, status, headers, answer }: Omit<OwnAnswer, 'failure'>,
): Shape {
  const code = answer?.[codeField]
  return {
    outcome,
    code: code === undefined ? undefined : String(code),
    status,
    contentType: typeOf(headers),
    value: answer,
  }
}

function typeOf(headers: Readonly<Record<string, string>>): string {
  return mediaTypeOf(headers['content-type']) || 'none'
}
