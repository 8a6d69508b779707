// Runs the built command, as a user would.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const root = join(import.meta.dirname, '../..')
export const bin = join(root, 'dist/bin/bin.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from standard input. */
  readonly input?: string | Uint8Array
}

/** Runs the command to its end. */
export function paydouble(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(process.execPath, [bin, ...args], options)
}

/** Runs a program to its end. */
export function run(
  file: string,
  args: readonly string[],
  { cwd = root, env = {}, input }: RunOptions = {},
): Promise<Ended> {
  return new Promise(resolve => {
    const child = execFile(file, args, { cwd, env: cleanEnvironment(env) }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
    if (input !== undefined) child.stdin?.end(input)
  })
}

export interface Served {
  readonly child: ChildProcess
  readonly url: string
  /** The first line of its output. */
  readonly first: string
  /** All output so far. */
  text(): string
}

/** Starts the server and waits for its first line; it ends with the test. */
export async function serve(args: readonly string[], options: RunOptions = {}): Promise<Served> {
  return startServer(process.execPath, [bin, 'serve', ...args], options)
}

/** Starts a program that serves, and waits until it has said where. */
export async function startServer(
  file: string,
  args: readonly string[],
  { cwd = root, env = {} }: RunOptions = {},
): Promise<Served> {
  const child = spawn(file, args, {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let text = ''
  onTestFinished(async () => {
    await stop(child)
    killGroup(child)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', data => {
      text += data
      if (/http:\/\/\S+:\d+/.test(text) && text.includes('\n')) resolve()
    })
    child.stderr.on('data', data => {
      text += data
    })
    child.once('exit', code => reject(new Error(`the server ended with ${code}: ${text}`)))
  })
  const url = /http:\/\/[\w.[\]:]+:\d+/.exec(text)?.[0] ?? ''
  return { child, url, first: text.split('\n')[0] ?? '', text: () => text }
}

/** Ends a process and waits until it is gone. */
export function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise(resolve => {
    child.once('exit', code => resolve(code))
    child.kill(signal)
  })
}

/** Ends what a process has started and left behind, such as the server behind `npm start`. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing was left.
  }
}

/** The environment without what would configure paydouble or npm from outside. */
export function cleanEnvironment(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PAYDOUBLE_|npm_|NODE_OPTIONS$)/i.test(name))
  return { ...Object.fromEntries(kept), ...env }
}
