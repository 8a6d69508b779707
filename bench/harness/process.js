// Child processes: those that serve, those that report once and end, and what they take of the machine.
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const running = new Set()

/**
 * Starts a server that prints one line of JSON with its `url`.
 * @returns it, with how long it took from nothing to its first answer, in milliseconds
 */
export async function startServer(args, { path = '/_paydouble/health' } = {}) {
  const began = performance.now()
  const child = launch(process.execPath, args)
  const line = await new Promise((resolve, reject) => {
    child.stdout.once('data', data => resolve(String(data).split('\n')[0]))
    child.once('exit', code => reject(new Error(`${args.join(' ')} ended with ${code}`)))
  })
  child.stdout.resume()
  const { url } = JSON.parse(line)
  await fetch(url + path).then(answer => answer.arrayBuffer())
  return { url, pid: child.pid, startMs: performance.now() - began, stop: () => stop(child) }
}

/** Starts a server that says nothing we could read: on a free port, until it answers at all. */
export async function startPeer(toCommand, { path = '/' } = {}) {
  const port = await freePort()
  const began = performance.now()
  const [command, ...args] = toCommand(port)
  const child = launch(command, args)
  child.stdout.resume()
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    try {
      await fetch(url + path).then(answer => answer.arrayBuffer())
      break
    } catch (error) {
      if (child.exitCode !== null || performance.now() - began > 60_000) {
        await stop(child)
        throw new Error(`${command} did not answer: ${error.message}`)
      }
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  return { url, pid: child.pid, startMs: performance.now() - began, stop: () => stop(child) }
}

/** What a script prints as its last line, as JSON. It runs in a process of its own, and ends. */
export function report(args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.join(' ')}: ${stderr || error.message}`))
      else resolve(JSON.parse(stdout.trim().split('\n').at(-1)))
    })
  })
}

export async function stopAll() {
  await Promise.all([...running].map(stop))
}

/** User and system time of a process so far. Unlike a rate it does not suffer from what else the machine does. */
export function cpuMicroseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

export function residentMib(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function launch(command, args) {
  // A group of its own, because some commands only start another one.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGTERM')
  const patience = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 5000)
  await ended
  clearTimeout(patience)
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
