import { type Contract, PaydoubleError } from '../contract/index.ts'
import { callControl } from '../doors/control/client.ts'
import type { Rule } from '../double/faults.ts'
import type { Payment } from '../double/payer.ts'
import type { Account, Delivery, Order } from '../store/records.ts'
import type { Page } from '../store/store.ts'
import type { TorturedDouble } from './target.ts'

/**
 * A double that runs elsewhere, for {@link torture}.
 *
 * @param url where it answers, such as `http://127.0.0.1:4020`
 * @param contracts those of its providers, from `paydouble/contracts`
 * @param options.token what the double was started with, where it asks for one
 * @throws PaydoubleError `unreachable`, `noDouble`, `tokenNeeded`, `hostNotAllowed`
 * @example
 * const pay = await connect('http://127.0.0.1:4020', contracts)
 */
export async function connect(
  url: string,
  contracts: readonly Contract[],
  { token }: { readonly token?: string | undefined } = {},
): Promise<TorturedDouble> {
  const address = { url, token }
  const call = async <T>(method: string, path: string, body?: object): Promise<T> =>
    (await callControl(address, method, `api/${path}`, body)) as T
  const health = (await callControl(address, 'GET', 'health')) as {
    seed?: number
    clock: TorturedDouble['clock']['kind']
    providers: string[]
  }
  // It is not told to those who may not use the rest, and that says why.
  if (health.seed === undefined) await call('GET', 'clock')
  const simulators = contracts
    .filter(({ id }) => health.providers.includes(id))
    .map(contract => ({ contract }))
  if (simulators.length === 0) {
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to work with the double at ${url}: it serves ${health.providers.join(', ')}, and none of ${contracts.map(({ id }) => id).join(', ')}.`,
    )
  }
  const order = (id: string) => `orders/${encodeURIComponent(id)}`
  return {
    seed: health.seed as number,
    simulators,
    accounts: {
      list: () => call<Account[]>('GET', 'accounts'),
      put: (provider, id, changes) =>
        call<Account>('PUT', `accounts/${provider}/${encodeURIComponent(id)}`, changes),
      create: (provider, changes = {}) => call<Account>('POST', `accounts/${provider}`, changes),
      async remove(provider, id) {
        await call('DELETE', `accounts/${provider}/${encodeURIComponent(id)}`)
      },
      reset: (provider, id) =>
        call<Account>('POST', `accounts/${provider}/${encodeURIComponent(id)}/reset`, {}),
    },
    orders: { list: (filter, page) => call<Page<Order>>('GET', `orders${toQuery({ ...filter, ...page })}`) },
    deliveries: {
      list: (filter, page) => call<Page<Delivery>>('GET', `deliveries${toQuery({ ...filter, ...page })}`),
    },
    payer: {
      pay: (id, options = {}) => call<Payment>('POST', `${order(id)}/pay`, options),
      decline: id => call<Order>('POST', `${order(id)}/decline`, {}),
    },
    callbacks: {
      send: (id, how = {}) => call<Delivery>('POST', `${order(id)}/callbacks`, how),
      resend: (id, changes = {}) =>
        call<Delivery>('POST', `deliveries/${encodeURIComponent(id)}/resend`, changes),
    },
    faults: {
      add: async fault => [await call<Rule>('POST', 'faults', fault)],
      list: async () => (await call<{ items: Rule[] }>('GET', 'faults')).items,
      remove: async filter => {
        await call('DELETE', `faults${toQuery({ ...filter })}`)
      },
    },
    clock: {
      kind: health.clock,
      now: async () => (await call<{ now: number }>('GET', 'clock')).now,
      advance: duration => call('POST', 'clock', { advance: duration }),
      set: moment => call('POST', 'clock', { set: moment }),
      async freeze() {
        await call('POST', 'clock', { freeze: true })
      },
      async resume() {
        await call('POST', 'clock', { resume: true })
      },
    },
  }
}

function toQuery(values: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
