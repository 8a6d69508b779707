// The drop-in form for Node: an MSW server with the handlers in it, ready for `server.listen()`.
import { setupServer } from 'msw/node'
import { handlers } from './handlers.ts'

export { pay } from './handlers.ts'

export const server = setupServer(...handlers)
