// How an entry of the log is written, for people and for programs.
import type { Finding } from '../contract/index.ts'

export interface Entry {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly event: 'request' | 'payment' | 'callback' | 'control' | 'refused' | 'dropped'
  /** ISO 8601, by the clock of the system. */
  readonly time: string
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly provider?: string | undefined
  readonly operation?: string | undefined
  readonly account?: string | undefined
  readonly order?: string | undefined
  readonly callback?: string | undefined
  readonly delivery?: string | undefined
  readonly url?: string | undefined
  readonly attempt?: number | undefined
  readonly status?: number | undefined
  readonly outcome?: string | undefined
  readonly error?: string | undefined
  readonly fault?: string | undefined
  readonly next?: string | undefined
  readonly message?: string | undefined
  readonly count?: number | undefined
  readonly ms?: number | undefined
  readonly findings?: readonly Pick<Finding, 'kind' | 'severity' | 'pointer' | 'message'>[] | undefined
}

export function toJsonLine({ time, level, event, ...fields }: Entry): string {
  return `${JSON.stringify({ time, level, event, ...fields })}\n`
}

export function toTextLine(entry: Entry): string {
  const { time, level, findings = [] } = entry
  const lines = [`${time.slice(11, 23)} ${level.padEnd(5)} ${describe(entry)}`]
  for (const { kind, pointer, message } of findings)
    lines.push(`             ${level.padEnd(5)}   ${kind}${pointer && ` at ${pointer}`}: ${message}`)
  return lines.map(line => `${printable(line)}\n`).join('')
}

function describe(entry: Entry): string {
  const { event, status, outcome, error, ms, order, account, count } = entry
  const about = [
    account !== undefined && `account ${account}`,
    order !== undefined && `order ${order}`,
    entry.fault !== undefined && `fault ${entry.fault}`,
    ms !== undefined && `${ms} ms`,
  ].filter(part => part !== false)
  const more = about.length > 0 ? ` (${about.join(', ')})` : ''
  switch (event) {
    case 'request': {
      const what = entry.operation === undefined ? '' : ` ${entry.provider}.${entry.operation}`
      return `${entry.method} ${entry.path}${what}: ${[outcome, error, status].filter(isThere).join(' ')}${more}`
    }
    case 'payment':
      return `the payer of ${entry.provider ?? 'nobody'}: ${[outcome, error].filter(isThere).join(' ')}${more}`
    case 'callback': {
      const came = [outcome, status, error].filter(isThere).join(', ')
      const next = entry.next === undefined ? '' : `; it ${entry.next}`
      return `callback "${entry.callback}" to ${entry.url}, attempt ${entry.attempt}: ${came}${next}${more}`
    }
    case 'control':
      return `${entry.method} ${entry.path}: ${[[status, error].filter(isThere).join(' '), entry.message].filter(isThere).join(': ')}`
    case 'refused':
      return `no request: ${[status, error].filter(isThere).join(' ')}: ${entry.message}`
    case 'dropped':
      return `${count?.toLocaleString('en')} lines were dropped, ${entry.message}`
  }
}

function isThere(part: unknown): boolean {
  return part !== undefined && part !== null
}

/** What came from outside neither begins a line nor moves a cursor. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, mark => `\\u{${mark.codePointAt(0)?.toString(16)}}`)
}
