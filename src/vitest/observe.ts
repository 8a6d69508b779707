// What MSW lets through to a real provider, judged without anybody noticing.
import type { Contract } from '../contract/index.ts'
import type { LocatedFinding } from '../runner/findings.ts'
import { type CheckReport, createCheck, type FailOn, hasFailed, isFailing } from '../runner/index.ts'
import type { CheckAccount } from '../runner/known-accounts.ts'
import { createMatcher } from '../runner/match.ts'
import { toTerminalText } from '../runner/reports/terminal.ts'
import { badArgument, hintOf, type MatcherContext, type MatcherResult } from './context.ts'
import { type ReadMessage, readMessage } from './read-message.ts'
import { showFinding } from './show.ts'

/** Of MSW's `setupServer`, what is needed. */
export interface ObservableServer {
  readonly events: {
    // biome-ignore lint/suspicious/noExplicitAny: MSW types each of its events by name
    on(type: any, listener: any): unknown
    // biome-ignore lint/suspicious/noExplicitAny: as above
    removeListener(type: any, listener: any): unknown
  }
}

export interface ObserveOptions {
  readonly contracts: readonly Contract[]
  readonly accounts?: readonly CheckAccount[]
  /** Providers by host, where the path alone does not say which one it is: `{ 'sandbox.test': 'mypay' }`. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Whether requests are judged, too. Default true. */
  readonly requests?: boolean
  /** What the report is called. Default `what MSW has let through`. */
  readonly title?: string
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly version: string
}

export interface Observer {
  /** What was found so far; {@link Observer.settled} waits for what is still being read. */
  readonly findings: readonly LocatedFinding[]
  settled(): Promise<void>
  /** Stops observing, and says what was found. */
  report(): Promise<CheckReport>
  /**
   * Stops observing, and throws where something was found, for `afterAll`.
   *
   * @param failOn which findings count. Default `additive`
   */
  end(failOn?: FailOn): Promise<void>
}

interface ResponseEvent {
  readonly requestId: string
  readonly request: Request
  readonly response: Response
}

/** An answer whose body nobody reads. */
const notRead = Promise.resolve({ body: undefined })

/** How many findings are kept one by one; the report counts all. */
const mostFindings = 1000

/** Judges each answer that MSW has not made itself. Bodies are read from copies. */
export function observe(server: ObservableServer, options: ObserveOptions): Observer {
  const { title = 'what MSW has let through', version, now, ...checkOptions } = options
  const check = createCheck(checkOptions)
  const findings: LocatedFinding[] = []
  const requests = new Map<string, Promise<ReadMessage>>()
  const pending = new Set<Promise<void>>()
  let number = 0
  let made: Promise<CheckReport> | undefined

  // Once it is answered, its body has been read.
  const onRequest = ({ requestId, request }: ResponseEvent) => {
    const read = readMessage(request)
    read.catch(() => {})
    requests.set(requestId, read)
  }
  const match = createMatcher(checkOptions)
  /** Whose answer says nothing is not read: it may be large, or never end. */
  const isJudged = ({ method, url }: Request, { headers }: Response) => {
    if (headers.get('content-type')?.startsWith('text/event-stream')) return false
    return method === 'POST' || match({ method, url, headers: {}, body: undefined }).kind === 'operation'
  }
  const onMocked = ({ requestId }: ResponseEvent) => requests.delete(requestId)
  const onBypass = ({ requestId, request, response }: ResponseEvent) => {
    const asked = requests.get(requestId) ?? readMessage(request)
    requests.delete(requestId)
    const at = now()
    const place = { source: 'MSW', unit: 'call', number: ++number } as const
    const answered = isJudged(request, response) ? readMessage(response) : notRead
    const judged = judge(asked, answered, { request, response, at, place })
    pending.add(judged)
    judged.finally(() => pending.delete(judged))
  }

  async function judge(
    asked: Promise<ReadMessage>,
    answered: Promise<Pick<ReadMessage, 'body'> | { readonly body: undefined }>,
    { request, response, at, place }: Pick<ResponseEvent, 'request' | 'response'> & Seen,
  ): Promise<void> {
    const [sent, received] = await Promise.allSettled([asked, answered])
    for (const each of [sent, received])
      if (each.status === 'rejected') check.take([{ place, unreadable: String(each.reason) }])
    const { method, url } = request
    const judgement = check.judge({
      at,
      place,
      request: { method, url, headers: Object.fromEntries(request.headers), body: bodyOf(sent) },
      response: {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: bodyOf(received),
      },
    })
    findings.push(...judgement.findings.slice(0, mostFindings - findings.length))
  }

  const listeners = { 'request:start': onRequest, 'response:mocked': onMocked, 'response:bypass': onBypass }
  for (const [type, listener] of Object.entries(listeners)) server.events.on(type, listener)

  async function settled(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending)
  }

  function report(): Promise<CheckReport> {
    for (const [type, listener] of Object.entries(listeners)) server.events.removeListener(type, listener)
    requests.clear()
    made ??= settled().then(() => check.end({ title, version }))
    return made
  }

  return {
    findings,
    settled,
    report,
    async end(failOn = 'additive') {
      const found = await report()
      if (hasFailed(found, failOn)) throw new Error(`${title}:\n\n${toTerminalText(found)}`)
    },
  }
}

interface Seen {
  readonly at: number
  readonly place: { readonly source: string; readonly unit: 'call'; readonly number: number }
}

function bodyOf(
  read: PromiseSettledResult<{ readonly body: string | Uint8Array | undefined }>,
): string | Uint8Array | undefined {
  return read.status === 'fulfilled' ? read.value.body : undefined
}

/** Nothing that breaks clients was found, and nothing that adds to the contract. */
export async function toHaveNoFindings(this: MatcherContext, given: unknown): Promise<MatcherResult> {
  const observer = given as Partial<Observer> | null | undefined
  if (!observer?.settled || !observer.findings)
    throw badArgument('toHaveNoFindings', 'what was given is no observer: give what observe(server) returned')
  await observer.settled()
  const failing = observer.findings.filter(finding => isFailing(finding))
  const hint = hintOf(this, 'toHaveNoFindings', 'observer', '')
  const { utils } = this
  return {
    pass: failing.length === 0,
    message: () =>
      failing.length === 0
        ? `${hint}\n\nNothing was found.`
        : [
            hint,
            ...failing.flatMap(finding => [
              '',
              `${finding.provider}.${finding.name}, ${finding.part}:`,
              showFinding(finding, utils),
            ]),
          ].join('\n'),
  }
}
