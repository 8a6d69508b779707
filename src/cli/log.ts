// What `serve` writes to standard error: one line for what has happened, and no secret in it. Nothing waits for it to be written.

import { logLevels } from '../config.ts'
import { hideInAddresses, hideSecrets, mask } from '../doors/control/hide-secrets.ts'
import type { DoorLog } from '../doors/http.ts'
import { afterRealTime } from '../double/clock.ts'
import type { Exchange } from '../double/journal.ts'
import type { Answer } from '../double/network.ts'
import type { IncomingRequest } from '../double/router.ts'
import type { Delivery } from '../store/records.ts'
import { type Entry, toJsonLine, toTextLine } from './log-line.ts'

export type LogLevel = (typeof logLevels)[number]

export interface Log extends DoorLog {
  exchange(exchange: Exchange): void
  attempt(delivery: Delivery): void
  /** Learns what no line may show, so that lines can be written also while that cannot be asked. */
  learn(): Promise<void>
  /** Writes what is left, if somebody reads it soon. @returns whether all was written */
  close(): Promise<boolean>
}

export interface LogOptions {
  readonly level: LogLevel
  /** A JSON object on each line instead of text. */
  readonly json: boolean
  /** Resolves once the text is taken; meanwhile lines are collected. */
  readonly write: (text: string) => Promise<void>
  /** What no line may show. Asked once for many lines. */
  readonly secrets: () => Promise<readonly string[]>
  /** What no line may show because of an exchange: values of secret fields, right or wrong. */
  readonly secretsOf: (exchange: Exchange) => readonly string[]
  /** The path of an operation as its contract has it. */
  readonly pathOf: (provider: string, operation: string) => string | undefined
  /** How many lines wait at most; more are counted and not written. */
  readonly most?: number
}

/** How long lines wait for others, to be written together, in real milliseconds. */
const pauseMs = 50

/** How long a reader may take at the end. */
const patienceMs = 500

const mostWaiting = 10_000

export function createLog(options: LogOptions): Log {
  const { level, json, write, secrets, secretsOf, pathOf, most = mostWaiting } = options
  const rank = logLevels.indexOf(level)
  const isOn = (wanted: LogLevel) => logLevels.indexOf(wanted) <= rank
  const isInfo = isOn('info')
  const toLine = json ? toJsonLine : toTextLine
  /** When requests came, on the clock of the process: that of the double may stand still. */
  const starts = new WeakMap<IncomingRequest, number>()
  let waiting: Entry[] = []
  let hidden: Set<string> = new Set()
  let dropped = 0
  let isDue = false
  let writing: Promise<void> = Promise.resolve()
  let known: readonly string[] | undefined

  function add(entry: Omit<Entry, 'time'>, own: readonly string[] = []): void {
    if (!isOn(entry.level)) return
    if (waiting.length >= most) {
      dropped++
      return
    }
    waiting.push({ ...entry, time: new Date().toISOString() })
    for (const secret of own) hidden.add(secret)
    if (isDue) return
    isDue = true
    afterRealTime(pauseMs, flush)
  }

  function flush(): Promise<void> {
    writing = writing.then(writeWaiting)
    return writing
  }

  async function learn(): Promise<void> {
    known = await secrets().catch(() => known)
  }

  async function writeWaiting(): Promise<void> {
    // Of accounts that were taken away meanwhile, too.
    const before = known ?? []
    await learn()
    const [entries, own, lost] = [waiting, hidden, dropped]
    waiting = []
    hidden = new Set()
    dropped = 0
    isDue = false
    // Without knowing what is secret nothing can be shown.
    const shown = known
      ? hideSecrets(hideInAddresses(entries), [...new Set([...own, ...before, ...known])])
      : []
    if (!known && entries.length > 0) shown.push(toLoss(entries.length, notKnown))
    if (lost > 0) shown.push(toLoss(lost, tooFast))
    if (shown.length > 0) await write(shown.map(toLine).join('')).catch(() => {})
    // What came while this was being written.
    if (waiting.length > 0 || dropped > 0) await writeWaiting()
  }

  return {
    received(request) {
      if (isInfo) starts.set(request, performance.now())
    },

    exchange(exchange) {
      const { kind, request, findings, outcome, response, provider, operation } = exchange
      // Most are this, and cost no more than this.
      if (!isInfo && findings.length === 0 && outcome !== 'failed') return
      // That a callback was not acknowledged has a line of its own.
      const own = findings.filter(finding => finding.kind !== 'callbackNotAcknowledged')
      const breaking = own.filter(({ severity }) => severity === 'breaking')
      const entryLevel = outcome === 'failed' ? 'error' : breaking.length > 0 ? 'warn' : 'info'
      if (!isOn(entryLevel)) return
      const start = request && starts.get(request)
      const { account, order, error, fault } = exchange
      const noted = isOn('debug') ? own : breaking
      const template = provider && operation ? pathOf(provider, operation) : undefined
      const path = template?.includes('{') ? template : request && withoutTokens(request.path, operation)
      const ms = start === undefined ? undefined : Math.round((performance.now() - start) * 100) / 100
      add(
        {
          level: entryLevel,
          event: kind,
          method: request?.method,
          path,
          provider,
          operation,
          account,
          order,
          status: response?.status,
          outcome,
          error,
          fault,
          ms,
          findings: noted.map(({ kind, severity, pointer, message }) => ({
            kind,
            severity,
            pointer,
            message,
          })),
        },
        secretsOf(exchange),
      )
    },

    attempt({ id, provider, account, order, callback, url, attempts, status }) {
      const last = attempts.at(-1)
      if (!last) return
      add({
        level: last.acknowledged ? 'info' : 'warn',
        event: 'callback',
        provider,
        account,
        order,
        callback,
        delivery: id,
        url: withoutSecretParts(url),
        attempt: attempts.length,
        status: last.status ?? undefined,
        outcome: last.acknowledged ? 'acknowledged' : 'not acknowledged',
        error: last.error === null ? undefined : withoutQueries(last.error),
        next: status === 'pending' ? 'is sent again' : undefined,
      })
    },

    controlled({ method, path }, { status, body }) {
      const isRefused = status === 401 || status === 403
      const entryLevel = status >= 500 ? 'error' : isRefused ? 'warn' : 'debug'
      if (!isOn(entryLevel)) return
      const { code, message } = status < 400 ? {} : readError(body)
      const shown = withoutTokens(path, status === 404 ? undefined : 'known')
      add({
        level: entryLevel,
        event: 'control',
        method,
        path: shown,
        status,
        error: code,
        message: status >= 500 ? message : undefined,
      })
    },

    refused({ status, body }) {
      if (!isOn('warn')) return
      const { code, message } = readError(body)
      add({ level: 'warn', event: 'refused', status, error: code, message })
    },

    learn,

    async close() {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const patience = afterRealTime(patienceMs, () => resolve(false))
      flush().then(() => resolve(true))
      return promise.finally(() => patience.cancel())
    },
  }
}

function toLoss(count: number, message: string): Entry {
  return { level: 'warn', event: 'dropped', time: new Date().toISOString(), count, message }
}

const tooFast = 'because they came faster than they could be written'
const notKnown = 'because the accounts, whose secrets no line may show, could not be read'

/** A path that is of no operation may hold anything, such as a token in the wrong place. */
function withoutTokens(path: string, operation: string | undefined): string {
  const cut = path.length > longestPath ? `${path.slice(0, longestPath)}…` : path
  return operation === undefined ? cut.replace(/[^/]{16,}/g, mask) : cut
}

const longestPath = 200

/** Of an address that a shop has given: its query and its user may be what it tells the caller by. */
function withoutSecretParts(url: string): string {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.origin}${parsed.pathname}` : '…'
}

function withoutQueries(text: string): string {
  return text.replace(/(\bhttps?:\/\/[^\s?#"']*)[?#][^\s"']*/g, '$1?…')
}

function readError(body: Answer['body']): { code?: string; message?: string } {
  try {
    return (JSON.parse(String(body)) as { error?: object }).error ?? {}
  } catch {
    return {}
  }
}
