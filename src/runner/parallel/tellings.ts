// What exchanges are held against each other by, as few plain values, so that another thread can be told of it cheaply.
import type { Callback, Contract, Operation, OrderFields } from '../../contract/index.ts'
import type { Told } from '../examine.ts'
import { type Values, valueAt } from '../order-values.ts'

export interface Tellings {
  /** What it is about, by its place among all of the contracts, and what is told of it; undefined where nothing is. */
  pack(told: Told): readonly unknown[] | undefined
  unpack(values: readonly unknown[], from: number): Told
}

/** Both sides make them of the same contracts, in the same order. */
export function createTellings(contracts: readonly Contract[]): Tellings {
  const kinds = contracts.flatMap(contract => [
    ...Object.entries(contract.operations).map(([name, operation]) => ofCall(contract, name, operation)),
    ...Object.entries(contract.callbacks).map(([name, callback]) => ofCallback(contract, name, callback)),
  ])
  const places = new Map(kinds.map(({ what }, about) => [what, about]))

  return {
    pack(told) {
      const what = told.kind === 'call' ? told.match.operation : told.match.callback
      const about = places.get(what)
      return about === undefined ? undefined : kinds[about]?.pack(told, about)
    },

    unpack(values, from) {
      const kind = kinds[values[from] as number]
      if (!kind) throw new RangeError(`there is no operation or callback ${values[from]}`)
      return kind.unpack(values, from + 1)
    },
  }
}

interface Kind {
  readonly what: object
  pack(told: Told, about: number): readonly unknown[] | undefined
  unpack(values: readonly unknown[], from: number): Told
}

const noFields: OrderFields = {}

function ofCall(contract: Contract, name: string, operation: Operation): Kind {
  const { orders } = operation
  const asked = createFields(orders?.request)
  const answered = createFields(orders?.response)
  const match = {
    kind: 'operation',
    contract,
    name,
    operation,
    path: operation.path,
    pathValues: {},
  } as const
  return {
    what: operation,

    pack(told, about) {
      if (told.kind !== 'call' || !orders || told.response.outcome !== 'answered') return undefined
      const { request, response } = told
      const { answer } = response
      const values: unknown[] = [about, request.account?.id ?? request.identity]
      asked.pack(request.params, values)
      // Whether a list shows an order as paid, a contract tells from the whole.
      if (orders.creates) answered.pack(answer, values)
      else values.push(answer)
      return values
    },

    unpack(values, from) {
      const identity = values[from] as string | undefined
      const params = asked.unpack(values, from + 1)
      const rest = from + 1 + asked.count
      const answer = orders?.creates ? answered.unpack(values, rest) : (values[rest] as Values | undefined)
      return {
        kind: 'call',
        match,
        request: { params, identity, findings: none },
        response: { answer, outcome: 'answered', rows: none, findings: none },
      }
    },
  }
}

function ofCallback(contract: Contract, name: string, callback: Callback): Kind {
  const fields = createFields(callback.order)
  const match = { kind: 'callback', contract, name, callback } as const
  return {
    what: callback,

    pack(told, about) {
      if (told.kind !== 'callback') return undefined
      const { payload, isAcknowledged } = told.judged
      const values: unknown[] = [about, isAcknowledged, payload !== undefined]
      fields.pack(payload, values)
      return values
    },

    unpack(values, from) {
      const isAcknowledged = values[from] as boolean | undefined
      const payload = values[from + 1] ? fields.unpack(values, from + 2) : undefined
      const judged = { isAcknowledged, payload, findings: none, clientFindings: none }
      return { kind: 'callback', match, judged }
    },
  }
}

const none: readonly never[] = []

/** The values of a message that say which order it is about: texts and numbers, since nothing else can be one. */
function createFields(fields: OrderFields = noFields) {
  const { orderNumber, providerNumber, original, amount, payable } = fields
  const pointers = [...new Set([orderNumber, providerNumber, original, amount?.at, payable?.at])].filter(
    pointer => pointer !== undefined,
  )
  const paths = pointers.map(pointer => pointer.split('/').slice(1))
  return {
    count: pointers.length,

    pack(message: Values | undefined, values: unknown[]): void {
      for (const pointer of pointers) {
        const value = valueAt(message, pointer)
        values.push(typeof value === 'string' || typeof value === 'number' ? value : undefined)
      }
    },

    unpack(values: readonly unknown[], from: number): Values {
      const message: Record<string, unknown> = {}
      for (const [i, path] of paths.entries()) {
        const value = values[from + i]
        if (value !== undefined) put(message, path, value)
      }
      return message
    },
  }
}

function put(message: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let inner = message
  for (const name of path.slice(0, -1)) {
    const next = (inner[name] ?? {}) as Record<string, unknown>
    inner[name] = next
    inner = next
  }
  inner[path.at(-1) ?? ''] = value
}
