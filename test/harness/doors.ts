// Runs the same tests through every door: MSW over the memory store, HTTP over SQLite.
import http from 'node:http'
import https from 'node:https'
import { type SetupServer, setupServer } from 'msw/node'
import { describe, onTestFinished } from 'vitest'
import { createDouble } from '../../mocks/double.ts'
import { simulators as all } from '../../mocks/index.ts'
import { type HttpDoorOptions, openHttpDoor } from '../../src/doors/http.ts'
import { createSender } from '../../src/doors/sender.ts'
import type { Deliver } from '../../src/double/callbacks.ts'
import { createManualClock } from '../../src/double/clock.ts'
import { type AssembleOptions, assembleDouble, type Double } from '../../src/double/double.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'

export interface OpenDoor {
  readonly double: Double
  /** Where a provider answers: its real URL under MSW, the server's with HTTP. */
  urlOf(provider: string): string
  send(provider: string, request: TestRequest): Promise<Answer>
  /** Closes the door and its double, which otherwise happens at the end of the test. */
  close(): Promise<void>
}

export interface TestRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** An answer as a client sees it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body as JSON; throws where it is none. */
  json(): Record<string, unknown>
}

export type OpenOptions = Partial<
  Pick<
    AssembleOptions,
    | 'seed'
    | 'clock'
    | 'rateLimits'
    | 'allowedCallbackHosts'
    | 'accounts'
    | 'simulators'
    | 'markers'
    | 'callbackMode'
    | 'faults'
  >
> & {
  deliver?: Deliver
}

export function describeDoors(
  title: string,
  define: (open: (options?: OpenOptions) => Promise<OpenDoor>) => void,
): void {
  describe(`${title} (through MSW)`, () => define(openMsw))
  describe(`${title} (through HTTP)`, () => define(openHttp))
}

/** Rate limits are off unless a test is about them. */
const defaults = { rateLimits: false }

/** Only the newest double of a test is behind MSW: with two servers, both would answer. */
let current: SetupServer | undefined

function closeMsw(): void {
  current?.close()
  current = undefined
}

async function openMsw(options: OpenOptions = {}): Promise<OpenDoor> {
  closeMsw()
  const double = createDouble({ ...defaults, ...options })
  const server = setupServer(...double.handlers)
  current = server
  server.listen({ onUnhandledFrame: 'error' })
  const close = once(async () => {
    await double.close()
    if (current === server) closeMsw()
  })
  onTestFinished(close)
  const urlOf = (provider: string) => {
    const contract = double.simulators.find(simulator => simulator.contract.id === provider)?.contract
    return contract?.servers[0]?.url ?? ''
  }
  return { double, urlOf, send: (provider, request) => send(urlOf(provider), request), close }
}

export async function openHttp(options: OpenOptions = {}, how: HttpDoorOptions = {}): Promise<OpenDoor> {
  const double = assembleDouble({
    simulators: all,
    createStore: createSqliteStore,
    deliver: createSender({ allowedCallbackHosts: options.allowedCallbackHosts }),
    clock: createManualClock(),
    ...defaults,
    ...options,
  })
  const door = await openHttpDoor(double, how)
  const close = once(async () => {
    await door.close()
    await double.close()
  })
  onTestFinished(close)
  return { double, urlOf: () => door.url, send: (_, request) => send(door.url, request), close }
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= close()
    return closing
  }
}

/** Sends bytes as they are, also a body with a GET. */
export function send(
  base: string,
  { method = 'GET', path, headers = {}, body }: TestRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const url = new URL(base)
    // Through the module objects, because these are what MSW takes over.
    const { request } = url.protocol === 'https:' ? https : http
    const outgoing = request(
      { host: url.hostname, port: url.port, path, method, headers: { ...headers, ...length } },
      reply => {
        const chunks: Buffer[] = []
        reply.on('error', reject)
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            text,
            json: () => JSON.parse(text),
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
