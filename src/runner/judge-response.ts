// An answer against its operation: what the provider does otherwise.
import * as z from 'zod'
import type { Contract, ErrorRow, Finding, Operation, Settings } from '../contract/index.ts'
import { madeOnce } from '../contract/made-once.ts'
import { type Explanation, explainSignature, isBodySigned } from '../signature/index.ts'
import type { CapturedBody, CapturedResponse } from './exchange.ts'
import { judgeBody } from './judge-body.ts'
import type { CheckAccount, KnownAccounts } from './known-accounts.ts'
import type { MatchedOperation } from './match.ts'
import { mediaTypeOf } from './media-type.ts'
import { readText } from './text.ts'
import { createValueCheck, type ValueCheck } from './value-check.ts'

export interface JudgedResponse {
  /** The object that was answered, where there is one. */
  readonly answer?: Readonly<Record<string, unknown>> | undefined
  /** What came of the request, by the code of the answer; undefined where it has none. */
  readonly outcome?: 'answered' | 'refused' | undefined
  /** The rows of the error table that have the code; empty where it is in no row. */
  readonly rows: readonly string[]
  readonly findings: readonly Finding[]
  readonly unverified?: string | undefined
  readonly explain?: (() => Explanation) | undefined
}

/** What of a contract is needed for each answer, made once. */
interface Compiled {
  readonly contentType: string
  /** The rows by code; numbers and texts are not told apart. */
  readonly rows: ReadonlyMap<string, CodeRows>
  readonly refusal: ValueCheck
  readonly isRefusal: (value: unknown) => boolean
  readonly operations: ReadonlyMap<string, OwnAnswer>
}

/** The rows that share a code: which of them is meant, only its text says. */
interface CodeRows {
  readonly names: readonly string[]
  readonly outcomes: ReadonlySet<ErrorRow['outcome']>
  /** The statuses of those that have one of their own. */
  readonly statuses: readonly number[]
}

interface OwnAnswer {
  readonly check: ValueCheck
  /** The fields that only a whole answer has. */
  readonly required: readonly string[]
  readonly acceptsCode: (code: unknown) => boolean
}

const noRows: CodeRows = { names: [], outcomes: new Set(), statuses: [] }
const noNames: readonly string[] = []
const noParams: Readonly<Record<string, unknown>> = {}

/** What of its request counts for an answer. */
export interface Asked {
  readonly account?: CheckAccount | undefined
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

export function createResponseJudge(
  accounts: KnownAccounts,
): (response: CapturedResponse, match: MatchedOperation, asked: Asked) => JudgedResponse {
  const compiledOf = madeOnce((contract: Contract) => compile(contract, accounts))

  return (response, match, { account, params = noParams }) => {
    const { contract, name, operation } = match
    const { status } = response
    if (operation.page?.isAsked(params) && status < 400 && isPage(response))
      return { rows: noNames, outcome: 'answered', findings: [] }
    const ours = compiledOf(contract)
    const { value, text, findings: ofBody, isPage: isGateway } = judgeBody(response, ours.contentType)
    const own = ours.operations.get(name)
    if (!value || !own) {
      const usual = operation.status ?? 200
      if (status === usual) return { outcome: undefined, rows: noNames, findings: ofBody }
      const findings = isGateway ? ofBody.map(withStatus(status)) : [...ofBody, wrongStatus(status, [usual])]
      return { outcome: undefined, rows: noNames, findings }
    }
    const code = value[contract.codeField]
    const rows = (isCode(code) && ours.rows.get(String(code))) || noRows
    const { outcome, found } = judgeValue(value, text, { rows, own, ours, code })
    const findings = ofBody.length > 0 || found.length > 0 ? [...ofBody, ...found] : []
    if (rows === noRows && isCode(code)) {
      // That the code is in no row says it better than that it has another value; a code of another type is both.
      const isOther = ({ pointer, kind }: Finding) =>
        pointer !== `/${contract.codeField}` || kind === 'typeChanged'
      const others = findings.filter(isOther)
      findings.splice(0, findings.length, ...others, undocumentedCode(contract, code))
    }
    const expected = statusesOf(operation, { outcome, rows, settings: account?.settings })
    if (!expected.includes(status)) findings.push(wrongStatus(status, expected))
    const { finding, unverified, explain } = verify(contract, response, {
      account,
      accounts,
      rows: rows.names,
    })
    if (finding) findings.push(finding)
    return { answer: value, outcome, rows: rows.names, findings, unverified, explain }
  }
}

/** A page for the payer's browser, where an operation has one; JSON that says to be HTML is none. */
function isPage({ headers, body }: CapturedResponse): boolean {
  if (!headers['content-type']?.startsWith('text/html')) return false
  return body === undefined || !readText(body).text.trimStart().startsWith('{')
}

function compile(contract: Contract, accounts: KnownAccounts): Compiled {
  const rows = new Map<string, { names: string[]; outcomes: Set<ErrorRow['outcome']>; statuses: number[] }>()
  const add = (code: string, name: string, { outcome, status }: ErrorRow) => {
    const known = rows.get(code) ?? { names: [], outcomes: new Set(), statuses: [] }
    known.names.push(name)
    known.outcomes.add(outcome)
    if (status !== undefined) known.statuses.push(status)
    rows.set(code, known)
  }
  for (const [name, row] of Object.entries(contract.errors)) add(row.code, name, row)
  // An account may have other codes for rows that no source has.
  for (const { settings } of accounts.of(contract)) {
    for (const [name, code] of Object.entries(settings?.errorCodes ?? {})) {
      const row = contract.errors[name]
      if (row && !rows.get(code)?.names.includes(name)) add(code, name, row)
    }
  }
  const refusalFields = Object.keys(contract.refusal.shape)
  const operations = Object.entries(contract.operations).map(([name, { response }]) => {
    const shape = response instanceof z.ZodObject ? response.shape : {}
    const isRequired = (field: string) => shape[field]?.safeParse(undefined).success === false
    const own: OwnAnswer = {
      check: createValueCheck(response),
      required: Object.keys(shape).filter(field => isRequired(field) && !refusalFields.includes(field)),
      acceptsCode: code => shape[contract.codeField]?.safeParse(code).success !== false,
    }
    return [name, own] as const
  })
  const encoded = contract.wire.encode({}, undefined).headers['content-type'] ?? ''
  return {
    contentType: mediaTypeOf(encoded),
    rows,
    refusal: createValueCheck(contract.refusal),
    isRefusal: value => contract.refusal.safeParse(value).success,
    operations: new Map(operations),
  }
}

/** Whether it is an answer or a refusal, and what is wrong with it then. */
function judgeValue(
  value: Readonly<Record<string, unknown>>,
  text: string | undefined,
  parts: {
    readonly rows: CodeRows
    readonly own: OwnAnswer
    readonly ours: Compiled
    readonly code: unknown
  },
): { readonly outcome: 'answered' | 'refused'; readonly found: readonly Finding[] } {
  const { rows, own, ours } = parts
  if (!rows.outcomes.has('success')) {
    const outcome = looksAnswered(value, parts) ? 'answered' : 'refused'
    return { outcome, found: (outcome === 'answered' ? own.check : ours.refusal)(value, text) }
  }
  const found = own.check(value, text)
  // One code for success and for failure: what is no answer may be a refusal.
  const isRefused = found.length > 0 && rows.outcomes.size > 1 && ours.isRefusal(value)
  return isRefused ? { outcome: 'refused', found: ours.refusal(value, text) } : { outcome: 'answered', found }
}

/** Where its code is none of success: by the fields that it has. */
function looksAnswered(
  value: Readonly<Record<string, unknown>>,
  { rows, own, code }: { readonly rows: CodeRows; readonly own: OwnAnswer; readonly code: unknown },
): boolean {
  const { required, acceptsCode } = own
  const present = required.filter(name => Object.hasOwn(value, name))
  const isWhole = required.length > 0 && present.length >= required.length / 2
  if (rows === noRows) return isWhole || (required.length === 0 && !isCode(code))
  // Some codes that are no success come with a whole answer: a refund that is under way.
  return isWhole && rows.outcomes.has('pending') && acceptsCode(code)
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

/** The statuses with which an answer may come: its rows' own, what the account has for refusals, or else 200. */
function statusesOf(
  operation: Operation,
  {
    outcome,
    rows: { names, statuses },
    settings = {},
  }: {
    readonly outcome: JudgedResponse['outcome']
    readonly rows: CodeRows
    readonly settings: Settings | undefined
  },
): readonly number[] {
  if (outcome !== 'refused') return operation.status === undefined ? ok : [operation.status]
  const { refusalStatus } = settings
  const usual = typeof refusalStatus === 'number' ? refusalStatus : 200
  if (statuses.length === 0 && usual === 200) return ok
  return names.length > statuses.length || statuses.length === 0 ? [usual, ...statuses] : statuses
}

const ok: readonly number[] = [200]

function wrongStatus(status: number, expected: readonly number[]): Finding {
  return {
    kind: 'undocumentedStatus',
    severity: 'breaking',
    pointer: '',
    message: `The HTTP status is one that no source has for this answer.${status >= 500 ? ' Something between client and provider may have answered.' : ''}`,
    expected: expected.join(' or '),
    received: String(status),
  }
}

/** A page comes with a status of its own: that is one difference, not two. */
function withStatus(status: number): (finding: Finding) => Finding {
  return finding => ({ ...finding, received: `${finding.received ?? ''}, with HTTP ${status}` })
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
  if (scheme?.over !== 'body' || body === undefined) return nothing
  const received = headers[scheme.header.toLowerCase()]
  // Whose key is unknown to the provider, too, is answered without a signature.
  if (received === undefined && rows.includes(contract.refusals.unknownAccount)) return nothing
  if (received === undefined || received === '') {
    return { finding: signatureFinding('missingSignature', `The header ${scheme.header} is missing.`) }
  }
  if (!account) return { unverified: 'no account that the request names is configured' }
  const key = String(account.credentials[scheme.key] ?? '')
  if (isBodySigned(scheme, body, { key, received })) return nothing
  return {
    finding: signatureFinding('wrongSignature', `${scheme.header} does not match the body.`),
    explain: () => explainBody(contract, { headers, body }, { account, accounts, direction: 'response' }),
  }
}

const nothing = {}

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
): Explanation {
  const message = { headers, body: body ?? '' }
  return explainSignature(contract, message, { account, accounts: accounts.of(contract), direction })
}
