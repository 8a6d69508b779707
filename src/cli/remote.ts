// How the command line reaches a double that runs elsewhere.
import { type Command, Option } from 'commander'

export { callControl } from '../doors/control/client.ts'

const defaultUrl = 'http://127.0.0.1:4020'

/** The flag that says where the double answers. */
export function addUrlFlag(command: Command): Command {
  const url = new Option('--url <url>', 'where the double answers')
  return command.addOption(
    url.default(process.env.PAYDOUBLE_URL ?? defaultUrl, `PAYDOUBLE_URL, or ${defaultUrl}`),
  )
}
