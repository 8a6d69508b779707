// An answer against its operation: what the provider does otherwise.
import type { Contract, ErrorRow, Finding, Operation } from '../contract/index.ts'
import { explainSignature, isBodySigned, toAutopsyText } from '../signature/index.ts'
import type { CapturedBody, CapturedResponse } from './exchange.ts'
import { detailWidth } from './findings.ts'
import { judgeBody } from './judge-body.ts'
import type { CheckAccount, KnownAccounts } from './known-accounts.ts'
import type { MatchedOperation } from './match.ts'
import { createValueCheck, type ValueCheck } from './value-check.ts'

export interface JudgedResponse {
  /** The object that was answered, where there is one. */
  readonly answer?: Readonly<Record<string, unknown>>
  /** What came of the request, by the code of the answer; undefined where it has none. */
  readonly outcome?: 'answered' | 'refused' | undefined
  /** The rows of the error table that have the code; empty where it is in no row. */
  readonly rows: readonly string[]
  readonly findings: readonly Finding[]
  readonly unverified?: string
  readonly explain?: () => string
}

/** What of a contract is needed for each answer, made once. */
interface Compiled {
  readonly contentType: string
  /** The names of rows by code; numbers and texts are not told apart. */
  readonly rows: ReadonlyMap<string, readonly string[]>
  readonly refusal: ValueCheck
  readonly operations: ReadonlyMap<
    string,
    { readonly check: ValueCheck; readonly required: readonly string[] }
  >
  readonly refusalFields: readonly string[]
}

export function createResponseJudge(
  accounts: KnownAccounts,
): (
  response: CapturedResponse,
  match: MatchedOperation,
  account?: CheckAccount | undefined,
) => JudgedResponse {
  const compiled = new WeakMap<Contract, Compiled>()
  const compiledOf = (contract: Contract) => {
    const known = compiled.get(contract)
    if (known) return known
    const made = compile(contract)
    compiled.set(contract, made)
    return made
  }

  return (response, { contract, name, operation }, account) => {
    const { headers, status } = response
    if (operation.page && headers['content-type']?.startsWith('text/html') && status < 400)
      return { rows: [], outcome: 'answered', findings: [] }
    const { contentType, rows, refusal, operations, refusalFields } = compiledOf(contract)
    const body = judgeBody(response, contentType)
    const findings: Finding[] = body.findings.length > 0 ? [...body.findings] : []
    const { value } = body
    const own = operations.get(name)
    let outcome: JudgedResponse['outcome']
    let names: readonly string[] = []
    if (value && own) {
      const code = value[contract.codeField]
      names = rows.get(String(code)) ?? []
      outcome = outcomeOf(value, {
        rows: names,
        contract,
        own,
        response: operation.response,
        refusalFields,
      })
      const check = outcome === 'answered' ? own.check : refusal
      const isUnknown = names.length === 0 && isCode(code)
      for (const finding of check(value)) {
        // That the code is in no row says it better.
        if (!(isUnknown && finding.pointer === `/${contract.codeField}`)) findings.push(finding)
      }
      if (isUnknown) findings.push(undocumentedCode(contract, code))
    }
    const expected = expectedStatus(contract, operation, { status, outcome, rows: names })
    if (status !== expected && value !== undefined) findings.push(wrongStatus(status, expected))
    else if (value === undefined && status !== (operation.status ?? 200))
      findings.push(wrongStatus(status, operation.status ?? 200))
    const signature = value ? verify(contract, response, { account, accounts, rows: names }) : {}
    if (signature.finding) findings.push(signature.finding)
    return { ...(value && { answer: value }), outcome, rows: names, ...signature, findings }
  }
}

function compile(contract: Contract): Compiled {
  const rows = new Map<string, string[]>()
  for (const [name, { code }] of Object.entries(contract.errors))
    rows.set(code, [...(rows.get(code) ?? []), name])
  const operations = Object.entries(contract.operations).map(([name, { response }]) => {
    const shape = (
      response as { shape?: Record<string, { safeParse(value: unknown): { success: boolean } }> }
    ).shape
    const required = Object.keys(shape ?? {}).filter(field => !shape?.[field]?.safeParse(undefined).success)
    return [name, { check: createValueCheck(response), required }] as const
  })
  const encoded = contract.wire.encode({}, undefined).headers['content-type'] ?? ''
  return {
    contentType: (encoded.split(';', 1)[0] ?? '').trim().toLowerCase(),
    rows,
    refusal: createValueCheck(contract.refusal),
    operations: new Map(operations),
    refusalFields: Object.keys(contract.refusal.shape),
  }
}

/** By its code; where that says nothing, by the fields that it has. */
function outcomeOf(
  value: Readonly<Record<string, unknown>>,
  {
    rows,
    contract,
    own,
    response,
    refusalFields,
  }: {
    readonly rows: readonly string[]
    readonly contract: Contract
    readonly own: { readonly required: readonly string[] }
    readonly response: Operation['response']
    readonly refusalFields: readonly string[]
  },
): 'answered' | 'refused' {
  const present = own.required.filter(name => name in value && !refusalFields.includes(name))
  const only = own.required.filter(name => !refusalFields.includes(name))
  const isWhole = only.length > 0 && present.length >= only.length / 2
  if (rows.length === 0)
    return isWhole || (only.length === 0 && !isCode(value[contract.codeField])) ? 'answered' : 'refused'
  const outcomes = rows.map(name => contract.errors[name]?.outcome)
  if (outcomes.includes('success')) {
    // Where a refusal has the code of success, only what is with it tells.
    const isRefusal =
      outcomes.includes('failed') &&
      contract.refusal.safeParse(value).success &&
      !response.safeParse(value).success
    return isRefusal ? 'refused' : 'answered'
  }
  // Some codes that are no success come with a whole answer: a refund that is under way.
  return outcomes.includes('pending') && isWhole ? 'answered' : 'refused'
}

function isCode(code: unknown): code is string | number {
  return typeof code === 'string' || typeof code === 'number'
}

function undocumentedCode(contract: Contract, code: string | number): Finding {
  return {
    kind: 'undocumentedCode',
    severity: 'additive',
    pointer: `/${contract.codeField}`,
    message: 'The code is in no row of the error table.',
    expected: 'a code of the error table',
    received: JSON.stringify(code),
  }
}

function expectedStatus(
  contract: Contract,
  operation: Operation,
  { status, outcome, rows }: { status: number; outcome: JudgedResponse['outcome']; rows: readonly string[] },
): number {
  if (outcome !== 'refused') return operation.status ?? 200
  // Rows that share a code may come with different statuses.
  const known = rows.map(name => (contract.errors[name] as ErrorRow).status ?? 200)
  return known.includes(status) ? status : (known[0] ?? 200)
}

function wrongStatus(status: number, expected: number): Finding {
  return {
    kind: 'undocumentedStatus',
    severity: 'breaking',
    pointer: '',
    message: `The HTTP status is one that no source has for this answer.${status >= 500 ? ' Something between client and provider may have answered.' : ''}`,
    expected: String(expected),
    received: String(status),
  }
}

function verify(
  contract: Contract,
  { headers, body }: CapturedResponse,
  {
    account,
    accounts,
    rows,
  }: { account: CheckAccount | undefined; accounts: KnownAccounts; rows: readonly string[] },
): Pick<JudgedResponse, 'unverified' | 'explain'> & { finding?: Finding } {
  const scheme = contract.wire.signing?.response
  if (scheme?.over !== 'body' || body === undefined) return {}
  const received = headers[scheme.header.toLowerCase()]
  // Whose key is unknown to the provider, too, is answered without a signature.
  if (received === undefined && rows.includes(contract.refusals.unknownAccount)) return {}
  if (received === undefined || received === '') {
    return { finding: signatureFinding('missingSignature', `The header ${scheme.header} is missing.`) }
  }
  if (!account) return { unverified: 'no account that the request names is configured' }
  const key = String(account.credentials[scheme.key] ?? '')
  if (isBodySigned(scheme, body, { key, received })) return {}
  return {
    finding: signatureFinding('wrongSignature', `${scheme.header} does not match the body.`),
    explain: () => explainBody(contract, { headers, body }, { account, accounts, direction: 'response' }),
  }
}

export function signatureFinding(kind: string, message: string): Finding {
  return { kind, severity: 'breaking', pointer: '', message }
}

export function explainBody(
  contract: Contract,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: CapturedBody },
  {
    account,
    accounts,
    direction,
  }: { account: CheckAccount; accounts: KnownAccounts; direction: 'response' | 'callback' },
): string {
  const message = { headers, body: body ?? '' }
  return toAutopsyText(
    explainSignature(contract, message, { account, accounts: accounts.of(contract), direction }),
    { width: detailWidth },
  )
}
