// What came of a case, against what the sources say.
import { assumed, type Case, type CaseGiven, type Contract, type Provenance } from '../contract/index.ts'
import type { Judgement } from './check.ts'
import type { CapturedResponse } from './exchange.ts'
import type { CheckAccount } from './known-accounts.ts'
import type { CaseOutcome } from './report.ts'

export interface Verdict {
  readonly outcome: CaseOutcome['outcome']
  readonly received: string
  readonly why?: string
  /** Of an assumption that does not hold, who says it, and why. */
  readonly provenance?: Provenance
}

/** Whatever an answer says of its code cannot surprise where the code is our choice. */
const codeKinds = ['undocumentedCode', 'undocumentedStatus'] as const
/** An operation that no source describes need not even be there. */
const pageKinds = ['contentType', 'notJson'] as const

/** Kinds of findings that the verdict says better, as an assumption that does not hold. */
export function kindsToLeaveOut(contract: Contract, tried: Case): readonly string[] {
  if (!isCodeAssumed(contract, tried)) return []
  const isAssumed = contract.operations[tried.operation]?.provenance.level === 'assumed'
  return isAssumed ? [...codeKinds, ...pageKinds] : codeKinds
}

/** What the sources say comes, in words. */
export function showExpected(contract: Contract, { expect, holds }: Case): string {
  const rows = expect === 'answered' ? ['answered'] : expect
  const shown = rows.map(name =>
    name === 'answered'
      ? `an answer${holds ? ` with ${holds.what}` : ''}`
      : `${contract.errors[name]?.code} (${name})`,
  )
  return shown.join(' or ')
}

export function judgeCase(
  contract: Contract,
  tried: Case,
  {
    judgement,
    response,
    given,
    account,
  }: {
    readonly judgement: Judgement
    readonly response: CapturedResponse
    readonly given: CaseGiven
    readonly account: CheckAccount
  },
): Verdict {
  const { outcome, answer = {} } = judgement
  const received = showReceived(contract, judgement, response)
  const expected = tried.expect === 'answered' ? ['answered'] : tried.expect
  const codes = codesOf(contract, account)
  const code = String(answer[contract.codeField])
  const isRow = (name: string) =>
    codes(name) === code && (contract.errors[name]?.outcome === 'success') === (outcome === 'answered')
  const isAnswered = outcome === 'answered' && expected.includes('answered')
  const isHeld = !isAnswered || !tried.holds || holdsIn(tried, answer, given)
  if ((isAnswered && isHeld) || expected.some(isRow)) return { outcome: 'asExpected', received }
  const { rateLimited } = contract.refusals
  const unready = [...(tried.unready ?? []), ...(rateLimited === undefined ? [] : [rateLimited])]
  const row = outcome === 'refused' ? unready.find(isRow) : undefined
  if (row !== undefined)
    return { outcome: 'skipped', received, why: `The provider says: ${contract.errors[row]?.meaning}` }
  const lacks = isAnswered && tried.holds ? `The answer is without ${tried.holds.what}.` : undefined
  const assumption = assumptionOf(contract, tried, outcome)
  return {
    outcome: assumption ? 'assumptionDiffers' : 'differs',
    received,
    ...(assumption && { provenance: assumption }),
    ...(lacks !== undefined && { why: lacks }),
  }
}

/** Why a provider does not take the credentials, where that is what it says by one of these rows. */
export function whyRefused(
  contract: Contract,
  rows: readonly string[],
  {
    judgement,
    response,
    account,
  }: { readonly judgement: Judgement; readonly response: CapturedResponse; readonly account: CheckAccount },
): string | undefined {
  const received = showReceived(contract, judgement, response)
  if (judgement.outcome === undefined)
    return response.status === 401 || response.status === 403 ? `${received}.` : undefined
  const codes = codesOf(contract, account)
  const code = String(judgement.answer?.[contract.codeField])
  const row = rows.find(name => judgement.outcome === 'refused' && codes(name) === code)
  if (row === undefined) return undefined
  const isAssumed = contract.errors[row]?.provenance.level === 'assumed'
  return `${received}.${isAssumed ? ` That this code says so is assumed: where it is another one, set "errorCodes": { "${row}": … } of the account.` : ''}`
}

/** The code of a row, which an account may have chosen where it is assumed. */
function codesOf(contract: Contract, { settings = {} }: CheckAccount): (name: string) => string | undefined {
  const chosen = settings.errorCodes as Readonly<Record<string, string>> | undefined
  return name => chosen?.[name] ?? contract.errors[name]?.code
}

function isCodeAssumed({ errors }: Contract, { expect, provenance, assumedCode }: Case): boolean {
  if (provenance.level === 'assumed' || assumedCode !== undefined) return true
  return expect !== 'answered' && expect.every(name => errors[name]?.provenance.level === 'assumed')
}

/** Who assumes what does not hold; undefined where a source says it. */
function assumptionOf(
  contract: Contract,
  tried: Case,
  outcome: Judgement['outcome'],
): Provenance | undefined {
  const row = contract.errors[tried.expect[0] ?? '']?.provenance
  // It is refused, as is assumed; what differs is the code alone.
  if (tried.provenance.level === 'assumed')
    return outcome === 'refused' && row?.level === 'assumed' ? row : tried.provenance
  // That it is refused is no assumption, only by which code.
  if (outcome !== 'refused' || !isCodeAssumed(contract, tried)) return undefined
  if (tried.assumedCode !== undefined) return assumed(tried.assumedCode)
  return row
}

function holdsIn({ holds }: Case, answer: Readonly<Record<string, unknown>>, given: CaseGiven): boolean {
  try {
    return holds?.in(answer, given) ?? true
  } catch {
    // An answer of another structure does not hold it.
    return false
  }
}

function showReceived(
  contract: Contract,
  { outcome, answer, rows = [] }: Judgement,
  { status, headers }: CapturedResponse,
): string {
  const http = status === 200 ? '' : ` (HTTP ${status})`
  if (!answer) return `HTTP ${status}, ${headers['content-type'] ?? 'of no content type'}`
  const code = answer[contract.codeField]
  if (outcome === 'answered' && rows.every(name => contract.errors[name]?.outcome === 'success'))
    return `an answer${http}`
  const names = rows.length === 0 ? 'in no row' : rows.join(', ')
  return code === undefined ? `no ${contract.codeField}${http}` : `${code} (${names})${http}`
}
