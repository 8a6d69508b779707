// The connection to PostgreSQL: a few connections, each of which takes statements before the ones ahead are answered.
import { Socket } from 'node:net'
import postgres from 'postgres'
import type { Address } from './address.ts'
import { createDeadline, type Deadline, noAnswer } from './deadline.ts'
import { codeOf, toStoreError } from './errors.ts'
import { type Parameter, toArrayText, toText } from './texts.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs one prepared statement. */
export type Query = <T extends object = Row>(text: string, ...parameters: Parameter[]) => Promise<T[]>

export interface Database {
  readonly query: Query
  /** Runs several statements of which all take effect, or none. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Goes on over new connections. */
  renew(): void
  end(): Promise<void>
}

export interface ConnectOptions {
  readonly connections: number
  /** The connection with this number is gone. */
  readonly onClose?: () => void
  readonly onNotice?: (channel: string, payload: string) => void
  /** A statement was not answered; the connections are new ones. */
  readonly onNoAnswer?: () => void
}

/** What passes outside of this folder: it is given, so that nothing here goes by a time of its own. */
export interface Timers {
  /** Calls back after so many real milliseconds; the process waits for that, unless it is told not to. */
  readonly later: (ms: number, callback: () => void) => { unref(): unknown }
  /** Calls back once the event loop has come round. */
  readonly soon: (callback: () => void) => unknown
}

/** How long the database may take to answer to a new connection, in seconds. */
const connectTimeout = 5
/** How long to wait before connecting anew, in seconds. */
const reconnectPause = 0.1
/** How long a statement may take, in seconds, and how long several that are one. */
const statementTimeout = 10
const transactionTimeout = 60
/** How long the other statements may go on for where one has taken too long, in seconds. */
const grace = 5
/** What is tried again where two statements stood in each other's way: deadlocks and the like. */
const inTheWay = ['40P01', '40001', '55P03']
const mostTries = 50

interface Client {
  readonly sql: postgres.Sql
  readonly within: Deadline
  /** @param seconds how long what is under way may still take */
  end(seconds: number): Promise<void>
}

export function connect(
  address: Address,
  { later, soon }: Timers,
  { connections, onClose, onNotice, onNoAnswer }: ConnectOptions,
): Database {
  let isClosed = false
  let current = open()

  function open(): Client {
    const sockets = new Set<Socket>()
    const socket = (target: Target) => {
      const opened = openSocket(target, soon)
      for (const each of sockets) if (each.destroyed) sockets.delete(each)
      sockets.add(opened)
      return opened
    }
    const sql = postgres({
      ...toClientOptions(address),
      max: connections,
      // Known to the client, and not to its types.
      ...({ socket } as object),
      onclose() {
        if (client === current) onClose?.()
      },
      ...(onNotice && { onnotify: onNotice }),
    })
    const client: Client = {
      sql,
      within: createDeadline(later, () => {
        if (client !== current) return
        renew()
        onNoAnswer?.()
      }),
      async end(seconds) {
        await sql.end({ timeout: seconds })
        // Whoever does not answer does not close them either.
        for (const each of sockets) each.destroy()
      },
    }
    return client
  }

  /** Goes on over new connections: who knows whether those that are there will ever answer. */
  function renew(): void {
    if (isClosed) return
    const before = current
    current = open()
    before.end(grace).catch(() => {})
    onClose?.()
  }

  function toError(error: unknown): unknown {
    const isReplaced = !isClosed && /^CONNECTION_(DESTROYED|ENDED)$/.test(codeOf(error))
    return toStoreError(isReplaced ? noAnswer() : error, address)
  }

  const run = async <T>(sql: postgres.Sql | postgres.TransactionSql, text: string, parameters: Parameter[]) =>
    (await sql.unsafe(text, parameters.map(toParameter), { prepare: true })) as T

  return {
    query: (text, ...parameters) =>
      again(async () => {
        const { sql, within } = current
        try {
          return await within(statementTimeout, run(sql, text, parameters))
        } catch (error) {
          throw toError(error)
        }
      }),
    transaction: work =>
      again(async () => {
        const { sql, within } = current
        const query =
          (tx: postgres.TransactionSql): Query =>
          async (text, ...parameters) => {
            try {
              return await run(tx, text, parameters)
            } catch (error) {
              throw toError(error)
            }
          }
        try {
          return (await within(
            transactionTimeout,
            sql.begin(tx => work(query(tx))),
          )) as never
        } catch (error) {
          throw toError(error)
        }
      }),
    renew,
    end() {
      isClosed = true
      return current.end(1)
    },
  }
}

function toClientOptions({ host, port, database, user, password, ssl, schema, parameters }: Address) {
  return {
    host,
    port,
    ...(database !== undefined && { database }),
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ssl,
    connect_timeout: connectTimeout,
    max_lifetime: null,
    backoff: () => reconnectPause,
    fetch_types: false,
    onnotice: () => {},
    types: { number: wholeNumber },
    connection: {
      application_name: 'paydouble',
      search_path: schema,
      // Statements are few and each has its index; plans are kept, and made while the tables are still empty.
      enable_seqscan: 'off',
      enable_hashjoin: 'off',
      enable_mergejoin: 'off',
      jit: 'off',
      plan_cache_mode: 'force_generic_plan',
      // A machine that is gone must not hold its claims for hours.
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
      ...parameters,
    },
  }
}

/** As the client says where to connect. */
interface Target {
  readonly host: readonly string[]
  readonly port: readonly number[]
  /** Of a unix socket, where it is one. */
  readonly path: string | false
  readonly ssl: Address['ssl']
}

/** The letter "N": what a server answers that has no TLS. */
const noTls = 78

/** What is written within one turn of the event loop goes out together, and at once: each call into the system costs. */
function openSocket({ host, port, path, ssl }: Target, soon: Timers['soon']): Socket {
  const socket = new Socket()
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  let isHeldBack = false
  socket.write = (...args: unknown[]) => {
    if (!isHeldBack) {
      isHeldBack = true
      socket.cork()
      soon(() => {
        isHeldBack = false
        socket.uncork()
      })
    }
    return write(...args)
  }
  // Where it is ended before the server has said who it is, the client would try that for ever, and tell nobody.
  socket.once('end', () =>
    socket.destroy(Object.assign(new Error('the connection was ended'), { code: 'ECONNRESET' })),
  )
  // The client would begin with TLS all the same.
  if (ssl && ssl !== 'prefer')
    socket.once('data', ([first]) => {
      if (first === noTls) socket.destroy(Object.assign(new Error('no TLS'), { code: 'NO_TLS' }))
    })
  socket.setNoDelay(true)
  if (path) socket.connect(path)
  else socket.connect(port[0] as number, host[0] as string)
  return socket
}

/** Numbers of 8 bytes: ours are all whole numbers that JavaScript knows. */
const wholeNumber = { to: 20, from: [20], parse: Number, serialize: String }

function toParameter(value: Parameter): string | number | boolean | null {
  if (typeof value === 'string') return toText(value)
  return typeof value === 'object' && value !== null ? toArrayText(value) : value
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!inTheWay.includes(codeOf(error)) || tries === mostTries) throw error
    }
  }
}
