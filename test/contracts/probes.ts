// What a row of evidence says of a value, as values to try: the provider takes some and refuses others.
import type { RowOf } from './evidence.ts'

export type ValueRow = RowOf<'parameter'> | RowOf<'field'>

/** A value that is sent, or undefined where none is, and whether it is taken. */
export interface Probe {
  readonly value: unknown
  readonly accepted: boolean
}

/** Whether some schema takes a value in a message that is right otherwise. */
export type Accepts = (value: unknown) => boolean

/** Where a schema does not do what a row says; empty where it does. */
export function disagreements(row: ValueRow, accepts: Accepts): string[] {
  return probesOf(row)
    .filter(probe => accepts(probe.value) !== probe.accepted)
    .map(({ value, accepted }) => `${accepted ? 'refuses' : 'takes'} ${JSON.stringify(value) ?? 'nothing'}`)
}

export function probesOf(row: ValueRow): Probe[] {
  return [
    ...presence(row),
    ...choices(row),
    ...lengths(row),
    ...numbers(row),
    ...types(row),
    ...formats(row),
    ...samples(row),
  ]
}

/** The same row with one thing said otherwise, as often as there are things that the probes hold a schema to. */
export function alter(row: ValueRow): ValueRow[] {
  const { minLength, maxLength, min, max, decimals } = row
  const altered: (ValueRow | false | undefined)[] = [
    row.kind === 'parameter' && !row.parent && { ...row, required: !row.required },
    row.kind === 'field' && row.presence === 'always' && { ...row, presence: 'echoed' },
    row.kind === 'field' && row.presence === 'echoed' && { ...row, presence: 'always' },
    row.enum && { ...row, enum: [...row.enum, 'other'] },
    isFreeText(row) && maxLength !== undefined && { ...row, maxLength: maxLength - 1 },
    isFreeText(row) && maxLength !== undefined && { ...row, maxLength: maxLength + 1 },
    minLength !== undefined && { ...row, minLength: minLength - 1 },
    minLength !== undefined && { ...row, minLength: minLength + 1 },
    min !== undefined && { ...row, min: min - 1 },
    min !== undefined && { ...row, min: min + 1 },
    max !== undefined && { ...row, max: max - 1 },
    max !== undefined && { ...row, max: max + 1 },
    decimals !== undefined && { ...row, decimals: decimals - 1 },
    decimals !== undefined && { ...row, decimals: decimals + 1 },
    row.type === 'Int(11)' && { ...row, type: 'Int(10)' },
    row.type === 'Int(11)' && { ...row, type: 'Int(12)' },
  ]
  return altered.filter(candidate => typeof candidate === 'object')
}

const taken = (value: unknown): Probe => ({ value, accepted: true })
const refused = (value: unknown): Probe => ({ value, accepted: false })

function presence(row: ValueRow): Probe[] {
  // Of a parameter inside another one, the table says only whether the outer one is required.
  if (row.kind === 'parameter') return row.parent ? [] : [{ value: undefined, accepted: !row.required }]
  return row.presence ? [{ value: undefined, accepted: row.presence !== 'always' }] : []
}

function choices(row: ValueRow): Probe[] {
  return (row.enum ?? []).flatMap(value => [
    taken(value),
    refused(typeof value === 'number' ? value + 100 : 'x'.repeat(value.length)),
  ])
}

function lengths(row: ValueRow): Probe[] {
  const { minLength, maxLength } = row
  const probes: Probe[] = []
  if (maxLength !== undefined) probes.push(refused('x'.repeat(maxLength + 1)))
  if (maxLength !== undefined && isFreeText(row)) probes.push(taken('x'.repeat(maxLength)))
  if (minLength !== undefined) probes.push(taken('x'.repeat(minLength)), refused('x'.repeat(minLength - 1)))
  return probes
}

function numbers(row: ValueRow): Probe[] {
  const { min, max, decimals = 0 } = row
  const step = 10 ** -decimals
  const probes: Probe[] = []
  if (min !== undefined) probes.push(taken(String(min)), refused((min - step).toFixed(decimals)))
  if (max !== undefined) probes.push(taken(String(max)), refused((max + step).toFixed(decimals)))
  if (row.decimals !== undefined) {
    probes.push(taken(`99.${'9'.repeat(decimals)}`), refused(`99.${'9'.repeat(decimals + 1)}`))
  }
  return probes
}

function types(row: ValueRow): Probe[] {
  const { type, unit } = row
  const digits = /^Int\((\d+)\)$/.exec(type ?? '')?.[1]
  const probes: Probe[] = []
  if (digits) probes.push(taken('1'.repeat(Number(digits))), refused('1'.repeat(Number(digits) + 1)))
  if (digits || type === 'integer' || unit === 'fen') probes.push(refused('1.5'), refused('one'))
  if (type === 'integer') probes.push(taken(100), refused(1.5))
  if (type === 'float') probes.push(taken('1.5'), taken('100'), refused('one'))
  if (unit === 'yuan') probes.push(taken('99.98'), refused('one'))
  if (unit === 'fen') probes.push(taken('100'))
  if (row.kind === 'parameter') return probes
  if (isText(type)) probes.push(refused(1))
  // Where table and sample contradict each other, both are taken.
  if (type === 'int' && typeof row.sample === 'number') probes.push(refused('one'), refused(1.5))
  if (type === 'object []') probes.push(refused('text'))
  return probes
}

function formats({ format, sample }: ValueRow): Probe[] {
  switch (format) {
    case 'YYYY-MM-DD hh:mm:ss':
      return [
        taken('2026-01-31 23:59:59'),
        ...['2026/01/31 23:59:59', '2026-01-31', '20260131235959', '2026-01-31T23:59:59Z'].map(refused),
      ]
    case 'JSON text':
      return [taken(sample), refused('text'), refused('{"'), refused('[]')]
    case 'integer':
      return [refused('1.5')]
    default:
      // That a text is an address says what it is for, not which ones are refused.
      return []
  }
}

function samples({ sample, minLength = 0 }: ValueRow): Probe[] {
  const isMasked = typeof sample === 'string' && sample.length < minLength
  return sample === undefined || isMasked ? [] : [taken(sample)]
}

/** Whether nothing but its length limits a text. */
function isFreeText({ type, enum: choice, format, min }: ValueRow): boolean {
  return isText(type) && !choice && min === undefined && (format === undefined || format === 'url')
}

function isText(type: string | undefined): boolean {
  return /^string/i.test(type ?? '')
}
