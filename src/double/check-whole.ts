import { PaydoubleError } from '../contract/index.ts'

/**
 * @param life the value by that name: a state that is being loaded has a mark in it until all of it is there
 * @throws PaydoubleError `stateHalfLoaded`
 */
export function checkWhole(life: object): void {
  if (!('isLoading' in life)) return
  throw new PaydoubleError(
    'stateHalfLoaded',
    'Failed to go on with the state that is there: it is being loaded, or was when that was broken off, and only a part of it is there. If nobody is loading it now, load it again, with --replace.',
  )
}
