// What a merchant is given, and what of an account can be set at the double.
import { isDeepStrictEqual } from 'node:util'
import { compareSchemas } from './compare-schema.ts'
import { below, entriesOf, fieldsOf, isFields, type Place, schemaAt } from './place.ts'
import { report, type Scope } from './scope.ts'

export function compareAccount(old: Place, now: Place, scope: Scope): void {
  if (old.value === undefined && now.value === undefined) return
  const written: Scope = { ...scope, writer: 'app' }
  for (const part of ['credentials', 'settings'] as const) {
    const [was, is] = [old, now].map(account => schemasOf(account, part))
    compareSchemas(was ?? [], is ?? [], written)
  }
  const [before, after] = [below(old, 'defaults'), below(now, 'defaults')].map(
    place => new Map(entriesOf(place)),
  )
  for (const [name, was] of before ?? []) {
    const is = after?.get(name)
    if (!is || isDeepStrictEqual(was.value, is.value)) continue
    report(scope, {
      kind: 'settingDefaultChanged',
      effect: 'none',
      verdict: 'unknown',
      old: was,
      new: is,
      message: `The setting ${JSON.stringify(name)} has another default.`,
      reason: 'An account that does not set it is played in another way.',
      before: was.value,
      after: is.value,
    })
  }
}

/** What has a default need not be given. */
function schemasOf(account: Place, part: string): Place[] {
  const place = below(account, part)
  if (!isFields(place.value)) return [schemaAt(place)]
  const defaults = fieldsOf(below(account, 'defaults'))
  const { required } = place.value
  if (!Array.isArray(required)) return [place]
  const given = required.filter(name => typeof name !== 'string' || !Object.hasOwn(defaults, name))
  return [{ ...place, value: { ...place.value, required: given } }]
}
