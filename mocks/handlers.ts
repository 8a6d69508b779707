// The drop-in form for `setupServer(...handlers)` or `server.use(...handlers)`.
import type { RequestHandler } from 'msw'
import { createDouble } from './double.ts'

/** The double behind {@link handlers}. */
export const pay = createDouble()

/** MSW handlers for all four providers. */
export const handlers: RequestHandler[] = pay.handlers
