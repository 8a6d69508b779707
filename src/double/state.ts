// Whole states of a double, as text that another store can take. Loaded only when somebody dumps or loads one.
import * as z from 'zod'
import { inOurWords, PaydoubleError, showProblem } from '../contract/index.ts'
import { dumpState } from '../store/dump.ts'
import { loadState } from '../store/load.ts'
import { accountSchema } from '../store/records.ts'
import { type ReadStateOptions, readState, toStateLines } from '../store/state-lines.ts'
import type { Counts, StateRecord } from '../store/state-record.ts'
import type { InitialState, Store } from '../store/store.ts'
import { checkAccount } from './accounts.ts'
import { checkWhole } from './check-whole.ts'
import { faultSchema } from './fault.ts'
import { storeOptionsFor } from './keys.ts'
import type { Simulator } from './simulator.ts'

/** Opens a dump anew: it is read twice, because nothing is replaced before all of it was checked. */
export type OpenDump = () => AsyncIterable<string | Uint8Array>

export interface DumpToLoad {
  readonly open: OpenDump
  /** What it is, for messages, such as a file. */
  readonly source: string
  readonly simulators: readonly Simulator[]
}

const life = z.looseObject({
  n: z.int().nonnegative().default(0),
  seed: z.int(),
  accounts: z.array(accountSchema),
  faults: z.array(faultSchema),
})

/** The values of a double, by name; those of a newer one are taken as they are. */
const values: Readonly<Record<string, z.ZodType>> = {
  life,
  clock: z.strictObject({ frozenAt: z.int().nullable(), offset: z.number() }),
  faults: z.strictObject({
    entries: z.array(
      z.strictObject({
        id: z.string(),
        fault: faultSchema,
        stream: z.string(),
        skip: z.int().nonnegative(),
        left: z.int().nullable(),
      }),
    ),
    added: z.int().nonnegative(),
    counts: z.record(z.string(), z.int()),
  }),
  accounts: z.record(z.string(), accountSchema),
}

const bytes = z.strictObject({ base64: z.base64() })

/** What the journal needs of an entry so that it can be shown. */
const journalRecord = z.looseObject({
  kind: z.enum(['request', 'payment']),
  at: z.int(),
  step: z.string(),
  outcome: z.string(),
  bodyBytes: z.int().nonnegative(),
  findings: z.array(z.looseObject({})),
  request: z
    .looseObject({
      method: z.string(),
      path: z.string(),
      headers: z.record(z.string(), z.string()),
      body: bytes,
    })
    .optional(),
  response: z.looseObject({ status: z.int(), body: z.union([z.string(), bytes]) }).optional(),
})

/** A state in which there is nothing: a double that begins on it adds its accounts. */
export const emptyState: InitialState = {
  accounts: [],
  values: {
    life: { n: 0, seed: 1, accounts: [], faults: [] },
    clock: { frozenAt: null, offset: 0 },
    faults: { entries: [], added: 0, counts: {} },
    accounts: {},
  },
}

/**
 * The text of a whole state, in pieces of whole lines.
 * @param version of paydouble
 * @throws PaydoubleError `stateHalfLoaded`
 */
export function dumpToLines(store: Store, version: string): AsyncGenerator<string> {
  return toStateLines(withoutLives(dumpState(store)), version)
}

/** How often a state was made new, and what it was loaded from, is not of it but of the store in which it is. */
async function* withoutLives(records: AsyncIterable<StateRecord>): AsyncGenerator<StateRecord> {
  for await (const record of records) {
    if (!('value' in record) || record.value.name !== 'life') yield record
    else {
      const { n: _, loaded: __, forgotten: ___, ...rest } = record.value.value as Record<string, unknown>
      checkWhole(rest)
      yield { value: { name: 'life', value: rest } }
    }
  }
}

/**
 * Whether nothing would be lost with a state: it has no orders, no callbacks and no accounts that were added.
 * What it is configured with comes again by itself.
 */
export async function isStateEmpty(store: Store): Promise<boolean> {
  const { items: orders } = await store.listOrders({}, { limit: 1 })
  const { items: deliveries } = await store.listDeliveries({}, { limit: 1 })
  const added = (await store.readValues({})).find(({ name }) => name === 'accounts')?.value ?? {}
  return orders.length + deliveries.length + Object.keys(added).length === 0
}

/** @throws PaydoubleError `stateNotEmpty` */
export async function checkEmpty(store: Store, source: string): Promise<void> {
  if (await isStateEmpty(store)) return
  throw new PaydoubleError(
    'stateNotEmpty',
    `Failed to load ${source}: there are orders, callbacks or added accounts already, which would be lost. Say --replace if they may be, and dump them before if they may not.`,
  )
}

/**
 * Reads a dump to its end, and changes nothing.
 * @throws PaydoubleError `badState`, `stateTooNew`
 */
export async function checkDump({ open, source, simulators }: DumpToLoad): Promise<void> {
  const { records } = readState(open(), { source, check: createCheck(simulators) })
  for await (const _ of records);
}

/**
 * Replaces the state of a store by a dump. Where that fails, nothing of either is left. Where the process is killed
 * meanwhile, what is left has a mark, with which no double begins.
 *
 * @param options.n how often the state was made new, with this time
 * @param options.empty what is made of the state where it fails
 * @returns what there is now, and what random values follow from besides the seed
 * @throws PaydoubleError `badState`, `stateTooNew`
 */
export async function replaceState(
  store: Store,
  { open, source, simulators }: DumpToLoad,
  { n, empty }: { readonly n: number; readonly empty: () => Promise<void> },
): Promise<{ counts: Counts; loaded: string }> {
  const reader = readState(open(), { source, check: createCheck(simulators) })
  try {
    const counts = await loadState(store, reader.records, {
      toInitial: initial => withDefaults(initial, n),
      place: () => `${source}, line ${reader.line()}`,
    })
    const loaded = reader.digest()
    await takeMarkOff(store, loaded)
    return { counts, loaded }
  } catch (error) {
    await empty()
    if (!(error instanceof PaydoubleError)) throw error
    throw new PaydoubleError(
      error.code,
      `${error.message} Nothing of it was kept, and the state is empty now.`,
      {
        cause: error,
      },
    )
  }
}

/**
 * Loads a dump that was checked into a store that no double works with.
 * @throws PaydoubleError `badState`, `stateNotEmpty`
 */
export async function loadIntoStore(
  store: Store,
  dump: DumpToLoad,
  { replace }: { readonly replace: boolean },
): Promise<Counts> {
  if (!replace) await checkEmpty(store, dump.source)
  const { counts } = await replaceState(store, dump, {
    n: ((await readLife(store))?.n ?? 0) + 1,
    empty: () => store.reset(emptyState),
  })
  return counts
}

/** All is there. It is written down from what it was loaded, in the same step. */
async function takeMarkOff(store: Store, loaded: string): Promise<void> {
  for (;;) {
    const now = await readLife(store)
    if (!now) return
    const { isLoading: _, ...life } = now.value
    if ((await store.writeValue('life', { ...life, loaded }, now.version)) !== undefined) return
  }
}

async function readLife(store: Store) {
  const found = (await store.readValues({})).find(({ name }) => name === 'life')
  if (!found) return undefined
  const value = found.value as { readonly n?: number; readonly isLoading?: true }
  return { value, version: found.version, n: value.n ?? 0 }
}

function withDefaults({ accounts, values: loaded }: InitialState, n: number): InitialState {
  const all: Record<string, unknown> = { ...emptyState.values, ...loaded }
  return { accounts, values: { ...all, life: { ...(all.life as object), n, isLoading: true } } }
}

/** Whether a double with these simulators can go on with a record. */
function createCheck(simulators: readonly Simulator[]): NonNullable<ReadStateOptions['check']> {
  const { keysOf, identitiesOf } = storeOptionsFor(simulators)
  const contracts = new Map(simulators.map(({ contract }) => [contract.id, contract]))
  return record => {
    if ('account' in record) {
      const contract = contracts.get(record.account.provider)
      if (contract) checkAccount(contract, record.account)
      identitiesOf(record.account)
    } else if ('order' in record) checkKeys(() => keysOf(record.order))
    else if ('journal' in record) checkPart(journalRecord, record.journal.record, 'the record of the journal')
    else if ('value' in record && Object.hasOwn(values, record.value.name)) {
      const { name, value } = record.value
      checkPart(values[name] as z.ZodType, value, `the value ${JSON.stringify(name)}`)
    }
  }
}

/** An order of which a simulator makes no keys was not made by it. */
function checkKeys(keysOf: () => unknown): void {
  try {
    keysOf()
  } catch (error) {
    if (error instanceof PaydoubleError) throw error
    throw new PaydoubleError('badState', `the order is none of its provider (${error})`, { cause: error })
  }
}

function checkPart(schema: z.ZodType, value: unknown, what: string): void {
  const { error } = schema.safeParse(value, inOurWords)
  if (error)
    throw new PaydoubleError('badState', `${what} is not right: ${showProblem(error, schema, value)}`)
}
