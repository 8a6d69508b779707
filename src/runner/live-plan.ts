// Which cases are run, and in which order.
import { type Case, type CaseCost, type Contract, caseCosts, PaydoubleError } from '../contract/index.ts'

export interface PlannedCase {
  readonly name: string
  readonly case: Case
}

/**
 * The probe first, then the cheapest ones, each after the one whose answer it needs.
 *
 * @param options.only the names of those to run; what they need is run, too
 * @throws PaydoubleError `badFlag` where there is no such case, or it costs more
 */
export function planCases(
  contract: Contract,
  { cost, only = [] }: { readonly cost: CaseCost; readonly only?: readonly string[] | undefined },
): PlannedCase[] {
  const cases = contract.cases ?? {}
  const names = Object.keys(cases)
  for (const name of only) checkName(contract, name, cost)
  const chosen = new Set(names.filter(name => isWithin(cases[name] as Case, cost)))
  if (only.length > 0) {
    const needed = new Set(only.flatMap(name => withEarlier(cases, name)))
    for (const name of chosen) if (!needed.has(name) && !cases[name]?.probe) chosen.delete(name)
  }
  return names
    .filter(name => chosen.has(name))
    .map(name => ({ name, case: cases[name] as Case }))
    .sort((a, b) => rank(a.case) - rank(b.case))
}

/** How many cases there are of each cost. */
export function countCases({ cases = {} }: Contract): Record<CaseCost, number> {
  const count = (cost: CaseCost) => Object.values(cases).filter(each => each.cost === cost).length
  return { free: count('free'), unpaid: count('unpaid'), paid: count('paid') }
}

function isWithin({ cost }: Case, most: CaseCost): boolean {
  return caseCosts.indexOf(cost) <= caseCosts.indexOf(most)
}

function rank({ probe, cost }: Case): number {
  return probe ? -1 : caseCosts.indexOf(cost)
}

function withEarlier(cases: Readonly<Record<string, Case>>, name: string): string[] {
  const { after } = cases[name] as Case
  return after === undefined ? [name] : [...withEarlier(cases, after), name]
}

function checkName({ id, cases = {} }: Contract, name: string, most: CaseCost): void {
  const found = Object.hasOwn(cases, name) ? cases[name] : undefined
  if (!found) {
    throw new PaydoubleError(
      'badFlag',
      `Failed to find the case ${JSON.stringify(name)} of ${id}: there is ${Object.keys(cases).join(', ')}.`,
    )
  }
  if (isWithin(found, most)) return
  throw new PaydoubleError(
    'badFlag',
    `Failed to run the case ${JSON.stringify(name)}: it is one that costs (${found.cost}), and only what is ${most} was asked for. Add --cost ${found.cost}.`,
  )
}
