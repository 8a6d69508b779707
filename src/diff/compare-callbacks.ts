// Messages from the provider to the merchant: the app reads the request, and writes the answer.
import { compareRest } from './annotations.ts'
import { compareRequestBodies } from './compare-content.ts'
import { compareParameters } from './compare-parameters.ts'
import { compareResponses } from './compare-responses.ts'
import { comparedInOperation, listOperations, type PlacedOperation } from './operations.ts'
import { below, entriesOf, fieldsOf, type Place, resolve } from './place.ts'
import { report, type Scope } from './scope.ts'

/** Compares the callbacks that follow from an operation. */
export function compareCallbacks(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [callbacksIn(old), callbacksIn(now)]
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const own: Scope = { ...scope, operation: `callback ${name} of ${scope.operation}` }
    const [was, is] = [before.get(name), after.get(name)]
    if (was && is) compareCallback(was, is, own)
    else reportCallback(name, { was, is }, own)
  }
}

/** Compares messages that come without a request before them. */
export function compareWebhooks(old: Place, now: Place, scope: Scope): void {
  const label = (name: string) => `webhook ${name}`
  const [before, after] = [old, now].map(place => listOperations(place, label))
  compareMessages(before ?? [], after ?? [], scope)
}

function callbacksIn(place: Place): Map<string, Place> {
  return new Map(entriesOf(place).map(([name, callback]) => [name, resolve(callback)]))
}

function compareCallback(old: Place, now: Place, scope: Scope): void {
  const label = () => scope.operation ?? ''
  const [before = [], after = []] = [old, now].map(place => listOperations(place, label))
  const [was] = before
  const [is] = after
  if (before.length === 1 && after.length === 1 && was && is) {
    if (was.path !== is.path) {
      report(scope, {
        kind: 'callbackAddressChanged',
        effect: 'other',
        old: was.item,
        new: is.item,
        message: 'The address of the callback comes from elsewhere.',
        reason: 'An app that says the address where it said it before is not called any more.',
        before: was.path,
        after: is.path,
      })
    }
    compareMessages([was], [{ ...is, key: `${is.method} ${was.path.replaceAll(/\{[^}]*\}/g, '{}')}` }], scope)
    return
  }
  compareMessages(before, after, scope)
}

function compareMessages(
  before: readonly PlacedOperation[],
  after: readonly PlacedOperation[],
  scope: Scope,
): void {
  for (const was of before) {
    const is = after.find(({ key }) => key === was.key)
    const own: Scope = { ...scope, operation: was.label }
    if (is) compareMessage(was, is, own)
    else reportCallback(was.label, { was: was.operation, is: undefined }, own)
  }
  for (const is of after) {
    if (before.some(({ key }) => key === is.key)) continue
    reportCallback(is.label, { was: undefined, is: is.operation }, { ...scope, operation: is.label })
  }
}

function compareMessage(was: PlacedOperation, is: PlacedOperation, scope: Scope): void {
  const own: Scope = { ...scope, compared: new Set() }
  const [old, now] = [was.operation, is.operation]
  compareParameters(was, is, { ...own, writer: 'provider' })
  compareRequestBodies(below(old, 'requestBody'), below(now, 'requestBody'), { ...own, writer: 'provider' })
  compareResponses(below(old, 'responses'), below(now, 'responses'), { ...own, writer: 'app' })
  compareAcknowledgements(below(old, 'responses'), below(now, 'responses'), own)
  compareRest(old, now, comparedInOperation, own)
}

/** OpenAPI has no place for what counts as received but the text on the answer. */
function compareAcknowledgements(old: Place, now: Place, scope: Scope): void {
  for (const [status, response] of entriesOf(old)) {
    const [was, is] = [resolve(response), resolve(below(now, status))]
    const [before, after] = [was, is].map(place => fieldsOf(place).description)
    if (is.value === undefined || before === after) continue
    report(scope, {
      kind: 'acknowledgementChanged',
      effect: 'none',
      verdict: 'unknown',
      old: below(was, 'description'),
      new: below(is, 'description'),
      message: 'What is said of the answer to the callback is different.',
      reason: 'It may say what counts as received: read both.',
      before,
      after,
    })
  }
}

function reportCallback(
  name: string,
  { was, is }: { was: Place | undefined; is: Place | undefined },
  scope: Scope,
): void {
  report(
    { ...scope, writer: 'provider' },
    is
      ? {
          kind: 'callbackAdded',
          effect: 'wider',
          new: is,
          message: 'The provider sends another message to the merchant.',
          verdict: 'unknown',
          reason: 'Whether it comes to an app that does not know it is not said.',
          after: name,
        }
      : {
          kind: 'callbackRemoved',
          effect: 'narrower',
          old: was,
          message: 'The provider no longer sends this message to the merchant.',
          verdict: 'breaking',
          reason: 'An app that waits for it waits in vain.',
          before: name,
        },
  )
}
