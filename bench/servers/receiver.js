// A merchant that takes notifications. `GET /counted` says how many since it was asked last with `?anew`, and when the
// last one came.
import { createServer } from 'node:http'

let count = 0
let last = 0

const server = createServer((request, response) => {
  request.resume()
  if (request.method === 'GET') {
    response.end(JSON.stringify({ count, last }))
    if (request.url.endsWith('?anew')) count = 0
    return
  }
  request.on('end', () => {
    last = Date.now()
    count++
    response.end('SUCCESS')
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`)
})
