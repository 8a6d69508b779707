import { type Contract, PaydoubleError } from '../contract/index.ts'

/** A value that says what goes wrong, where and how often. */
export interface Fault {
  readonly provider: string
  /** Only for this operation. */
  readonly operation?: string | undefined
  /** Only for this account. */
  readonly account?: string | undefined
  /** A code of the provider's error table, or the name of its row. */
  readonly error: string
  /** How many calls it answers. Default 1. */
  readonly times?: number | undefined
}

/** The header by which a client asks for an error: `x-paydouble: error=1205`. */
export const faultHeader = 'x-paydouble'

export interface Faults {
  /** @throws PaydoubleError `unknownError` where the error table has no such row */
  add(contract: Contract, fault: Fault): void
  /**
   * The error row that answers this call, and which rule says so; each call uses the rule up by one.
   * @throws PaydoubleError `unknownError` where the header asks for what the error table does not have
   */
  take(contract: Contract, call: FaultCall): { errorName: string; rule: string } | undefined
  reset(): void
}

export interface FaultCall {
  readonly operation: string
  readonly account: string
  readonly header: string | undefined
}

export function createFaults(): Faults {
  let rules: { fault: Fault; errorName: string; left: number }[] = []

  return {
    add(contract, fault) {
      const errorName = findErrorName(contract, fault.error)
      if (errorName === undefined) throw unknownError(contract, fault.error)
      if (fault.operation !== undefined && !Object.hasOwn(contract.operations, fault.operation)) {
        throw new PaydoubleError(
          'unknownError',
          `Failed to add the fault: ${contract.id} has no operation ${JSON.stringify(fault.operation)}. Its operations are ${Object.keys(contract.operations).join(', ')}.`,
        )
      }
      rules.push({ fault, errorName, left: fault.times ?? 1 })
    },

    take(contract, { operation, account, header }) {
      const asked = header === undefined ? undefined : /(?:^|[;,\s])error=([\w.-]+)/.exec(header)?.[1]
      if (asked !== undefined) {
        const errorName = findErrorName(contract, asked)
        if (errorName === undefined) throw unknownError(contract, asked)
        return { errorName, rule: `header ${faultHeader}: error=${asked}` }
      }
      if (rules.length === 0) return undefined
      const rule = rules.find(({ fault }) => {
        return (
          fault.provider === contract.id &&
          (fault.operation ?? operation) === operation &&
          (fault.account ?? account) === account
        )
      })
      if (!rule) return undefined
      rule.left--
      if (rule.left <= 0) rules = rules.filter(other => other !== rule)
      return { errorName: rule.errorName, rule: JSON.stringify(rule.fault) }
    },

    reset() {
      rules = []
    },
  }
}

function unknownError(contract: Contract, asked: string): PaydoubleError {
  return new PaydoubleError(
    'unknownError',
    `Failed to answer with ${JSON.stringify(asked)}: ${contract.id} has no such code. Its codes are ${codesOf(contract)}; by header it is "${faultHeader}: error=CODE".`,
  )
}

/** The row of the error table with this name or code; of several with one code the first. */
function findErrorName(contract: Contract, error: string): string | undefined {
  const failing = Object.entries(contract.errors).filter(([, row]) => row.outcome !== 'success')
  return (failing.find(([name]) => name === error) ?? failing.find(([, row]) => row.code === error))?.[0]
}

function codesOf(contract: Contract): string {
  const codes = Object.values(contract.errors).filter(row => row.outcome !== 'success')
  return [...new Set(codes.map(row => row.code))].join(', ')
}
