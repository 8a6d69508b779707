import { fieldsOf, type Place } from './place.ts'
import { report, type Scope } from './scope.ts'

/**
 * Compares whether a parameter, a header or a body must be there.
 *
 * @param options.say the message, by whether it is required now
 */
export function compareRequired(
  old: Place,
  now: Place,
  { scope, say }: { readonly scope: Scope; readonly say: (isRequired: boolean) => string },
): void {
  const isRequired = isRequiredAt(now)
  if (isRequiredAt(old) === isRequired) return
  report(scope, {
    kind: isRequired ? 'requiredNow' : 'optionalNow',
    effect: isRequired ? 'narrower' : 'wider',
    old,
    new: now,
    message: say(isRequired),
  })
}

export function isRequiredAt(place: Place): boolean {
  return fieldsOf(place).required === true
}
