// Tells whether the contract, and the OpenAPI document made from it, take a value where a row of evidence has it.
import type * as z from 'zod'
import { type Contract, type Fact, listFacts, type Operation } from '../../src/contract/index.ts'
import { operationsOf, readDocument, requestSchemaOf, validatorOf } from '../openapi/documents.ts'
import { findRow, type RowOf, readExample } from './evidence.ts'
import type { Accepts, ValueRow } from './probes.ts'

type Params = Readonly<Record<string, unknown>>

interface Place {
  readonly contract: Contract
  readonly row: ValueRow
}

/** Whether the Zod schema takes a value in a message that is right otherwise. */
export function acceptedByContract({ contract, row }: Place): Accepts {
  if (row.kind === 'parameter') {
    const { schema } = operationOf(contract, row.operation).request
    return value => schema.safeParse(requestWith(contract, row, value)).success
  }
  return acceptedByAny(contract, row, schema => {
    const zod = schema === 'Refusal' ? contract.refusal : answerOf(contract, row)
    return message => zod.safeParse(message).success
  })
}

/** Whether the OpenAPI document takes it. */
export function acceptedBySpec({ contract, row }: Place): Accepts {
  const document = readDocument(contract.id)
  if (row.kind === 'parameter') {
    const { path } = operationOf(contract, row.operation)
    const placed = operationsOf(document).find(candidate => candidate.path === path)
    const errors = validatorOf(document, requestSchemaOf(placed?.operation ?? { responses: {} }))
    return value => errors(requestWith(contract, row, value)) === undefined
  }
  return acceptedByAny(contract, row, schema => {
    const errors = validatorOf(document, { $ref: `#/components/schemas/${schema}` })
    return message => errors(message) === undefined
  })
}

export function operationOf(contract: Contract, name: string): Operation {
  const operation = contract.operations[name]
  if (!operation) throw new Error(`Failed to find the operation "${name}" of ${contract.id}.`)
  return operation
}

/** The facts that cite a row. */
export function citing(facts: readonly Fact[], row: { readonly id: string }): Fact[] {
  return facts.filter(fact => evidenceOf(fact) === row.id)
}

export function evidenceOf({ provenance }: Pick<Fact, 'provenance'>): string | undefined {
  return provenance.level === 'assumed' ? undefined : provenance.evidence
}

/** A field's value is taken by its answer or callback; by a refusal too, where that has the field as well. */
function acceptedByAny(
  contract: Contract,
  row: RowOf<'field'>,
  checkOf: (schema: string) => (message: Params) => boolean,
): Accepts {
  const check = checkOf(schemaNameOf(row))
  const sample = readExample(
    contract.id,
    row.callback ? `callback.${row.callback}` : `${row.operation}.response`,
  )
  const accepts = (value: unknown) => messagesWith(sample, row, value).every(check)
  const inRefusal = citing(listFacts(contract), row).some(fact => fact.path.startsWith('refusal.'))
  if (!inRefusal) return accepts
  const checkRefusal = checkOf('Refusal')
  const refusal = refusalOf(contract)
  return value => accepts(value) || messagesWith(refusal, row, value).every(checkRefusal)
}

function answerOf(contract: Contract, row: RowOf<'field'>): z.ZodType {
  const callback = contract.callbacks[row.callback ?? '']
  return callback?.payload ?? operationOf(contract, row.operation ?? '').response
}

/** The name of its schema in the document. */
function schemaNameOf({ callback, operation = '' }: RowOf<'field'>): string {
  const name = callback ? `${callback}Callback` : `${operation}Answer`
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function refusalOf(contract: Contract): Params {
  const row = Object.values(contract.errors).find(({ outcome }) => outcome === 'failed')
  return row ? { ...contract.wire.refuse(row, { now: 0, elapsedMs: 0 }) } : {}
}

/** The example request with a value for the parameter. */
function requestWith(contract: Contract, row: RowOf<'parameter'>, value: unknown): Params {
  const { name, parent, operation } = row
  const request = operationOf(contract, operation).examples[0]?.request
  if (parent === undefined) return { ...request, [name]: value }
  const outer = findRow(contract.id, 'parameter', `${operation}.request.${parent}`)
  const content = { ...(JSON.parse(String(outer.sample)) as Params), [name]: value }
  return { ...request, [parent]: JSON.stringify(content) }
}

/** The sample with a value for the field: one message for each spelling of its name. */
function messagesWith(sample: Params, row: RowOf<'field'>, value: unknown): Params[] {
  const parents = row.path.split('/').slice(1, -1)
  const spellings = row.nameInSample === undefined ? [row.name] : [row.name, row.nameInSample]
  return spellings.map(spelling => {
    const message: Record<string, unknown> = structuredClone(sample)
    const object = parents.reduce((at, parent) => at[parent] as Record<string, unknown>, message)
    for (const name of spellings) delete object[name]
    if (value !== undefined) object[spelling] = value
    return message
  })
}
