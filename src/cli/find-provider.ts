import { PaydoubleError } from '../contract/index.ts'

/**
 * The contract of a provider, by its id.
 *
 * @throws PaydoubleError `unknownProvider`
 */
export function findProvider<T extends { readonly id: string }>(id: string, among: readonly T[]): T {
  const found = among.find(each => each.id === id)
  if (found) return found
  throw new PaydoubleError(
    'unknownProvider',
    `Failed to find the provider ${JSON.stringify(id)}: there is ${among.map(each => each.id).join(', ')}.`,
  )
}
