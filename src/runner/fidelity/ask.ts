// A captured request, written anew for the double: with its accounts, its numbers, and what was wrong with it.
import {
  type Contract,
  type Credentials,
  type Identity,
  isRefusal,
  type Message,
  readAt,
  type WireRequest,
} from '../../contract/index.ts'
import type { Double } from '../../double/double.ts'
import type { Simulator } from '../../double/simulator.ts'
import type { Judgement } from '../check.ts'
import { type CapturedRequest, toBytes } from '../exchange.ts'
import type { createResponseJudge } from '../judge-response.ts'
import type { KnownAccounts } from '../known-accounts.ts'
import { type MatchedOperation, queryOf } from '../match.ts'
import { readText } from '../text.ts'
import type { StandIn, StandIns } from './accounts.ts'
import {
  type CredentialPlaces,
  findCredentials,
  inventedFor,
  mayTake,
  namesOf,
  registeredAddresses,
  sentCredentials,
} from './credentials.ts'
import type { Numbers } from './numbers.ts'
import { pairsOf } from './pairs.ts'

/** A request as it was captured. */
export interface ReadRequest {
  readonly wire: WireRequest
  /** Absent where the bytes are not the message they claim to be. */
  readonly message?: Message
}

/** What came of a request at the provider. */
export interface Given extends Required<Pick<Judgement, 'rows'>> {
  readonly outcome: 'answered' | 'refused'
  readonly answer: Judgement['answer']
  /** Epoch milliseconds. */
  readonly at: number
}

/** What came of it in the double. */
export interface OwnAnswer {
  readonly outcome: Judgement['outcome']
  readonly answer: Judgement['answer']
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Why the double could not answer at all. */
  readonly failure?: string
}

/** Asks the double what the provider was asked. */
export type Asker = (request: ReadRequest, match: MatchedOperation, given: Given) => Promise<OwnAnswer>

/** A captured request as bytes and as values; undefined where its body was not captured. */
export function readRequest(
  { method, url, headers, body }: CapturedRequest,
  { contract, operation, path }: MatchedOperation,
): ReadRequest | undefined {
  if (body === undefined && operation.request.in === 'body' && method !== 'GET') return undefined
  const wire = { method, path, query: queryOf(url), headers, body: toBytes(body ?? '') }
  try {
    return { wire, message: contract.wire.decode(wire) }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { wire }
  }
}

export function createAsker(parts: {
  readonly double: Double
  readonly simulator: Simulator
  readonly known: KnownAccounts
  readonly numbers: Numbers
  readonly standIns: StandIns
  readonly judge: ReturnType<typeof createResponseJudge>
}): Asker {
  const { double, simulator, known, numbers, standIns, judge } = parts
  const { contract } = simulator
  const found = new Map<string, CredentialPlaces>()
  const placesOf = (name: string) => {
    const places = found.get(name) ?? findCredentials(simulator, name)
    found.set(name, places)
    return places
  }

  async function send(
    request: WireRequest,
    match: MatchedOperation,
    params?: Message['params'],
  ): Promise<OwnAnswer> {
    const path = `/${contract.id}${request.path}`
    const { status, headers, body } = await double.handle({ ...request, path, host: '', door: 'replay' })
    const { outcome, answer } = judge({ status, headers, body }, match, { params })
    const failure = status >= 500 ? failureOf(readText(body).text) : undefined
    return { outcome, answer, status, headers, ...(failure !== undefined && { failure }) }
  }

  /** What the double is asked with, and what can still be tried where the provider refused. */
  async function prepare(
    message: Message,
    identity: Identity,
    { name, given, values }: { name: string; given: Given; values: Readonly<Record<string, unknown>> },
  ): Promise<{ standIn: StandIn; credentials: Credentials; unsettled: Readonly<Record<string, unknown>> }> {
    const places = placesOf(name)
    const stand = numbers.find(
      typeof identity === 'object' && 'order' in identity ? identity.order : identity,
    )
    const own = stand && standIns.get(stand.account)
    const standIn =
      own ??
      (typeof identity === 'string' ? await standIns.of(identity, places.identity) : await standIns.any())
    const before = await standIns.read(standIn)
    const sent = sentCredentials(contract, places, { values, account: before })
    const other = Object.fromEntries(
      Object.entries(sent).filter(
        ([credential, value]) =>
          value !== before.credentials[credential] && mayTake(contract, credential, value),
      ),
    )
    if (given.outcome === 'answered') {
      for (const credential of Object.keys(sent)) standIn.settled.add(credential)
      const addresses = registeredAddresses(contract, name, { values, account: before })
      if (Object.keys({ ...other, ...addresses }).length > 0)
        await standIns.change(standIn, { ...other, ...addresses })
    }
    const credentials = {
      ...before.credentials,
      ...sent,
      ...(stand && typeof identity === 'string' && places.identity && { [places.identity]: stand.own }),
      ...wrongCredentials(message, identity, { name, given, places }),
    }
    const unsettled =
      given.outcome === 'answered'
        ? {}
        : Object.fromEntries(Object.entries(other).filter(([credential]) => !standIn.settled.has(credential)))
    return { standIn, credentials, unsettled }
  }

  /** Other credentials than those of the account, where the provider took them to be wrong. */
  function wrongCredentials(
    message: Message,
    identity: unknown,
    { name, given: { rows, at, outcome }, places }: { name: string; given: Given; places: CredentialPlaces },
  ): Credentials {
    if (outcome === 'answered' || typeof identity !== 'string') return {}
    const { account, wire, refusals } = contract
    const invented = inventedFor(simulator, identity)
    const about = { operation: name, now: at }
    const verified = wire.verify(message, invented, account.defaults, about)
    const isWrong = !verified.ok && rows.includes(verified.errorName)
    if (!isWrong && !rows.includes(refusals.unknownAccount)) return {}
    const configured = known.named(contract, identity)
    // Where the key is known, it is known as well whether the provider was right.
    if (configured && wire.verify(message, configured.credentials, configured.settings ?? {}, about).ok)
      return {}
    const names = isWrong ? account.secrets : [places.identity ?? account.identifiedBy]
    return Object.fromEntries(names.map(each => [each, invented[each]]))
  }

  async function learn(
    { operation }: MatchedOperation,
    { answer, outcome }: Given,
    own: OwnAnswer,
    { values, standIn }: { values: Readonly<Record<string, unknown>>; standIn: StandIn },
  ): Promise<void> {
    if (outcome !== 'answered' || own.outcome !== 'answered' || !answer || !own.answer) return
    const { creates, request, response = {} } = operation.orders ?? {}
    if (creates) numbers.noteMerchant(readAt(values, request?.orderNumber))
    let names: ReadonlySet<string> | undefined
    for (const [real, mine] of pairsOf(answer, own.answer, response)) {
      names ??= namesOf(contract, await standIns.read(standIn))
      // Only what the double itself knows as the name of something stands for something.
      if (names.has(mine) || (await double.orders.get(mine)))
        numbers.learn(real, { own: mine, account: standIn.id })
    }
  }

  return async ({ wire: captured, message }, match, given) => {
    const { name, operation, pathValues } = match
    // What cannot be read is as wrong in the double as it was at the provider.
    if (!message) return send(captured, match)
    const named = identify(contract, message, name)
    // So is what names nobody, unless that is only masked.
    if ('refusal' in named && given.rows.includes(named.refusal)) return send(captured, match, message.params)
    const identity = 'identity' in named ? named.identity : ({ open: true } as const)
    const values = numbers.replaceIn({ ...message.params, ...pathValues })
    const { standIn, credentials, unsettled } = await prepare(message, identity, { name, given, values })
    const params = numbers.replaceIn(message.params)
    const request = fillPath(
      contract.wire.encodeRequest(operation, params, credentials),
      numbers.replaceIn(pathValues),
    )
    let own = await send(request, match, params)
    const isOther = own.answer?.[contract.codeField] !== given.answer?.[contract.codeField]
    if (own.outcome === 'refused' && isOther && Object.keys(unsettled).length > 0) {
      // Not refused for its merchant number, or whatever it is: then that was right.
      await standIns.change(standIn, unsettled)
      own = await send(request, match, params)
    }
    await learn(match, given, own, { values, standIn })
    return own
  }
}

/** What names the account, or the row of the error table for a request that names none as it should. */
function identify(
  contract: Contract,
  message: Message,
  operation: string,
): { readonly identity: Identity } | { readonly refusal: string } {
  try {
    const identity = contract.wire.identify(message, operation)
    return identity === undefined ? { refusal: contract.refusals.unknownAccount } : { identity }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { refusal: error.errorName }
  }
}

function fillPath(request: WireRequest, values: Readonly<Record<string, unknown>>): WireRequest {
  const path = request.path.replace(/\{([^}]+)\}/g, (whole, name: string) =>
    values[name] === undefined ? whole : encodeURIComponent(String(values[name])),
  )
  return { ...request, path }
}

/** What the double says of itself where it does not answer as the provider. */
function failureOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } }
    return error?.message === undefined ? undefined : `the double cannot answer it: ${error.message}`
  } catch {
    return undefined
  }
}
