// The error table, as the documents of contracts have it.

import { provenanceKey } from '../contract/index.ts'
import { sayProvenance } from './annotations.ts'
import { below, fieldsOf, itemsOf, type Place } from './place.ts'
import type { Difference, Scope } from './scope.ts'
import { report } from './scope.ts'

export function compareErrors(old: Place, now: Place, scope: Scope): void {
  const read: Scope = { ...scope, writer: 'provider' }
  const [before, after] = [byName(old), byName(now)]
  const [oldCodes, newCodes] = [before, after].map(codesOf)
  for (const [name, row] of before) {
    const is = after.get(name)
    if (is) compareRows(row, is, read)
    else {
      const { code } = fieldsOf(row)
      const isLeft = newCodes?.has(code) === true
      report(read, {
        kind: 'errorRemoved',
        effect: isLeft ? 'none' : 'narrower',
        old: row,
        message: `The row ${JSON.stringify(name)} of the error table, code ${code}, is gone.`,
        reason: isLeft
          ? 'Another row has its code.'
          : 'An app that handles the code waits for it in vain, which does no harm.',
        before: code,
      })
    }
  }
  for (const [name, row] of after) {
    if (before.has(name)) continue
    const { code } = fieldsOf(row)
    const isKnown = oldCodes?.has(code) === true
    report(read, {
      kind: 'errorAdded',
      effect: isKnown ? 'none' : 'wider',
      new: row,
      message: `There is another row ${JSON.stringify(name)} in the error table, code ${code}.`,
      ...(isKnown
        ? { reason: 'Its code was in the table before.' }
        : {
            verdict: 'unknown',
            reason:
              'An app that does not know the code may take it for something else: it depends on the app.',
          }),
      after: code,
    })
  }
}

function byName(table: Place): Map<string, Place> {
  return new Map(
    itemsOf(table).map(row => {
      const { name, code } = fieldsOf(row)
      return [String(name ?? code), row]
    }),
  )
}

function codesOf(rows: ReadonlyMap<string, Place>): Set<unknown> {
  return new Set([...rows.values()].map(row => fieldsOf(row).code))
}

/** What is said of each part of a row: the verdict on a change of it, and why. */
const parts: Readonly<Record<string, Pick<Difference, 'kind' | 'effect' | 'verdict' | 'reason'>>> = {
  code: {
    kind: 'errorCodeChanged',
    effect: 'other',
    reason: 'An app that goes by the old code waits for it in vain.',
  },
  outcome: { kind: 'errorOutcomeChanged', effect: 'other', reason: 'The same answer means something else.' },
  status: {
    kind: 'errorStatusChanged',
    effect: 'other',
    reason: 'An app that goes by the status takes it for something else.',
  },
  message: {
    kind: 'errorTextChanged',
    effect: 'none',
    verdict: 'unknown',
    reason: 'An app that goes by the text, and not by the code, gets another one.',
  },
  detail: {
    kind: 'errorTextChanged',
    effect: 'none',
    verdict: 'unknown',
    reason: 'An app that goes by the text, and not by the code, gets another one.',
  },
}

function compareRows(old: Place, now: Place, scope: Scope): void {
  const { code } = fieldsOf(now)
  for (const [part, said] of Object.entries(parts)) {
    const [was, is] = [below(old, part), below(now, part)]
    if (was.value === is.value || (part === 'status' && (was.value ?? 200) === (is.value ?? 200))) continue
    report(scope, {
      ...said,
      old: was.value === undefined ? old : was,
      new: is.value === undefined ? now : is,
      message: `The ${part} of the error ${code} is another one.`,
      before: was.value,
      after: is.value,
    })
  }
  const said = sayProvenance(fieldsOf(old)[provenanceKey], fieldsOf(now)[provenanceKey])
  if (said) report(scope, { ...said, old: below(old, provenanceKey), new: below(now, provenanceKey) })
}
