// A bare receiver of callbacks, forked by callbacks.js: it acknowledges all of them, and says how quickly they came.
import { createServer } from 'node:http'

let first = 0
let last = 0
let number = 0
let wanted

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-length': 7 })
    response.end('SUCCESS')
    last = performance.now()
    if (number++ === 0) first = last
    tell()
  })
})
server.listen(0, '127.0.0.1', () => process.send([`http://127.0.0.1:${server.address().port}`]))

process.on('message', message => {
  if (message.forget) {
    number = 0
    process.send('forgotten')
  } else {
    wanted = message.number
    tell()
  }
})
process.on('disconnect', () => process.exit())

function tell() {
  if (wanted === undefined || number < wanted) return
  wanted = undefined
  process.send({ number, rate: (number - 1) / ((last - first) / 1000) })
}
