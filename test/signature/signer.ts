// Signatures made in the test itself, from the vectors and node:crypto alone: nothing here is code under test.
import { createHash, createHmac } from 'node:crypto'
import { qfpay } from '../../contracts/index.ts'
import {
  type Autopsy,
  type Direction,
  explainSignature,
  type KnownAccount,
} from '../../src/signature/index.ts'
import { readText } from '../contracts/evidence.ts'
import { qfpayAccount } from '../harness/clients.ts'

export type Params = Readonly<Record<string, string>>

export interface RequestVector {
  readonly name: string
  readonly params: Params
  readonly key: string
  readonly algorithm: 'md5' | 'sha256'
  readonly canonical: string
  readonly signature: string
}

export interface BodyVector {
  readonly body: string
  readonly key: string
  readonly signature: string
}

export const { requestSignatures, bodySignatures } = JSON.parse(readText('qfpay', 'vectors.json')) as {
  requestSignatures: RequestVector[]
  bodySignatures: BodyVector[]
}

export const key = 'TESTKEY0000000000000000000000000'
export const otherKey = 'LIVEKEY1111111111111111111111111'

export const demo: KnownAccount = { id: 'demo', credentials: { ...qfpayAccount, clientKey: key } }
export const live: KnownAccount = {
  id: 'live',
  credentials: { appCode: 'LIVE0APP', clientKey: otherKey, mchid: null },
}

export function vector(name: string): RequestVector {
  const found = requestSignatures.find(each => each.name === name)
  if (!found) throw new Error(`no vector ${name}`)
  return found
}

/** The notification. */
export const notification = bodySignatures[0] as BodyVector

export function digest(algorithm: string, data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex').toUpperCase()
}

export const md5 = (data: string | Uint8Array): string => digest('md5', data)

export function hmac(algorithm: string, secret: string, text: string): string {
  return createHmac(algorithm, secret).update(text).digest('hex').toUpperCase()
}

/** `k=v` joined by `&`, in the order given. */
export function join(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

export function entries(params: Params): [string, string][] {
  return Object.entries(params)
}

export function sorted(params: Params): [string, string][] {
  return entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The right text of these parameters, without the key. */
export function canonical(params: Params): string {
  return join(sorted(params))
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** The body, where it is not the encoded form of the parameters. */
  readonly body?: string
  readonly account?: KnownAccount
  readonly accounts?: readonly KnownAccount[]
  readonly computed?: string
}

/** What is said of a request with these parameters and this signature. */
export function requestAutopsy(params: Params, signature: string, options: SendOptions = {}): Autopsy {
  const { headers = {}, account = demo, accounts = [demo, live], computed } = options
  const message = {
    path: '/trade/v1/payment',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-qf-appcode': String(account.credentials.appCode),
      'x-qf-sign': signature,
      ...headers,
    },
    body: options.body ?? new URLSearchParams(params).toString(),
  }
  return signed(explainSignature(qfpay, message, { account, accounts, computed }))
}

/** What is said of a body that comes from the provider. */
export function bodyAutopsy(
  body: string | Uint8Array,
  signature: string,
  { computed, direction = 'callback' }: { computed?: string; direction?: Direction } = {},
): Autopsy {
  const message = { headers: { 'X-QF-SIGN': signature }, body }
  return signed(
    explainSignature(qfpay, message, { account: demo, accounts: [demo, live], direction, computed }),
  )
}

/** The ids of the mistakes of the first cause. */
export function named({ causes }: Autopsy): string[] | undefined {
  return causes[0]?.mistakes.map(({ id }) => id)
}

function signed(explanation: ReturnType<typeof explainSignature>): Autopsy {
  if (explanation.verdict === 'unsigned') throw new Error('nothing is signed')
  return explanation
}
