// How the command line reaches a double that runs elsewhere.
import type { Command } from 'commander'

export { callControl } from '../doors/control/client.ts'

/** The flag that says where the double answers. */
export function addUrlFlag(command: Command): Command {
  return command.option(
    '--url <url>',
    'where the double answers (default: PAYDOUBLE_URL, or http://127.0.0.1:4020)',
    process.env.PAYDOUBLE_URL ?? 'http://127.0.0.1:4020',
  )
}
