// How the command line reaches a double that runs elsewhere.
import { type Command, Option } from 'commander'

export { callControl, type DoubleAddress, streamControl } from '../doors/control/client.ts'

export const defaultUrl = 'http://127.0.0.1:4020'

/** The flags that say where the double answers, and with which token. */
export function addUrlFlag(command: Command): Command {
  const url = new Option('--url <url>', 'where the double answers')
  return command
    .addOption(url.default(process.env.PAYDOUBLE_URL ?? defaultUrl, `PAYDOUBLE_URL, or ${defaultUrl}`))
    .addOption(tokenFlag())
}

/** The variable, because other users of a machine see the flags of a process. */
export function tokenFlag(): Option {
  const token = new Option('--token <text>', 'the token with which the double was started')
  return token.default(process.env.PAYDOUBLE_TOKEN || undefined, 'PAYDOUBLE_TOKEN')
}
