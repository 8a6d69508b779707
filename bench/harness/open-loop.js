// Load at a constant rate: each request has its time, and its latency counts from there, also where it could not be
// sent yet. wrk sends the next one when an answer came, so that a server that stalls is asked less.
import { connect } from 'node:net'
import { toHeaders } from './qfpay.js'

const connections = 64

/**
 * @param requests body and signature of each
 * @returns the latency of each, in milliseconds
 */
export async function loadAt(url, { path, requests, perSecond }) {
  const { hostname, port } = new URL(url)
  const messages = requests.map(request => toMessage(path, request))
  const latencies = []
  const waiting = []
  const idle = await Promise.all(
    Array.from({ length: connections }, () => open({ host: hostname, port: Number(port) }, onAnswer)),
  )
  let done
  const ended = new Promise(resolve => {
    done = resolve
  })

  function onAnswer(socket, due) {
    latencies.push(performance.now() - due)
    if (latencies.length === messages.length) done()
    const next = waiting.shift()
    if (next === undefined) idle.push(socket)
    else send(socket, next)
  }

  function send(socket, { message, due }) {
    socket.due = due
    socket.write(message)
  }

  const began = performance.now()
  let next = 0
  function tick() {
    const now = performance.now()
    for (; next < messages.length; next++) {
      const due = began + (next * 1000) / perSecond
      if (due > now) break
      const socket = idle.pop()
      if (socket) send(socket, { message: messages[next], due })
      else waiting.push({ message: messages[next], due })
    }
    // Not a timer: they are a millisecond late at best.
    if (next < messages.length) setImmediate(tick)
  }
  tick()
  await ended
  for (const socket of idle) socket.destroy()
  return latencies
}

function open(address, onAnswer) {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true }, () => resolve(socket))
    let text = ''
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('data', chunk => {
      text += chunk
      const head = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
      if (head < 0 || text.length < head + 4 + length) return
      if (!text.startsWith('HTTP/1.1 200')) throw new Error(`refused: ${text}`)
      text = ''
      onAnswer(socket, socket.due)
    })
  })
}

function toMessage(path, { body, sign }) {
  const headers = { host: '127.0.0.1', ...toHeaders(sign), 'content-length': body.length }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
