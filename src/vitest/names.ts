// Operations and callbacks by the names that tests write, such as `qfpay.payment`.
import { distance } from 'fastest-levenshtein'
import { type Contract, PaydoubleError } from '../contract/index.ts'

export interface Named {
  readonly contract: Contract
  /** As the contract has it. */
  readonly name: string
}

/** @throws PaydoubleError `unknownName` with the nearest names */
export function findNamed(
  contracts: readonly Contract[],
  kind: 'operation' | 'callback',
  full: string,
): Named {
  const known = contracts.flatMap(contract =>
    Object.keys(kind === 'operation' ? contract.operations : contract.callbacks).map(name => ({
      contract,
      name,
    })),
  )
  const found = known.find(({ contract, name }) => `${contract.id}.${name}` === full)
  if (found) return found
  throw unknown(
    kind,
    full,
    known.map(({ contract, name }) => `${contract.id}.${name}`),
  )
}

/** @throws PaydoubleError `unknownName` */
export function findContract(contracts: readonly Contract[], id: string): Contract {
  const found = contracts.find(contract => contract.id === id)
  if (found) return found
  throw unknown(
    'provider',
    id,
    contracts.map(contract => contract.id),
  )
}

const mostNamed = 3

function unknown(kind: string, given: string, names: readonly string[]): PaydoubleError {
  const nearest = [...names].sort((a, b) => distance(a, given) - distance(b, given)).slice(0, mostNamed)
  const list = nearest.map(name => JSON.stringify(name)).join(', ')
  return new PaydoubleError(
    'unknownName',
    `Failed to find the ${kind} ${JSON.stringify(given)}: there is none of that name. The nearest are ${list || 'none'}.`,
  )
}
