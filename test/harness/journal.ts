import type { Exchange } from '../../src/double/journal.ts'
import type { OpenDoor } from './doors.ts'

/** The newest entry of the journal. */
export function lastExchange(door: OpenDoor): Exchange {
  const [exchange] = door.double.journal.list({}, { limit: 1 }).items
  if (!exchange) throw new Error('the journal is empty')
  return exchange
}
