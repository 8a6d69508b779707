// Where the state is that `state` is asked for: flags win over the environment.
import { PaydoubleError } from '../contract/index.ts'

interface Place {
  readonly data?: string
  readonly database?: string
  readonly url?: string
}

/**
 * The flags, with the place that the environment says where they say none. A double that runs comes first, because it
 * has its file for itself.
 * @throws PaydoubleError `badFlag`
 */
export function place<T extends Place>(
  flags: T,
  { PAYDOUBLE_URL: url, PAYDOUBLE_DATA: data, PAYDOUBLE_DATABASE: database }: NodeJS.ProcessEnv,
): T {
  checkOne(
    (['data', 'database', 'url'] as const).filter(name => flags[name] !== undefined).map(name => `--${name}`),
  )
  if (flags.data !== undefined || flags.database !== undefined || flags.url !== undefined) return flags
  if (url) return { ...flags, url }
  const hasFile = data && data !== ':memory:'
  if (hasFile && database) checkOne(['PAYDOUBLE_DATA', 'PAYDOUBLE_DATABASE'])
  return { ...flags, ...(hasFile && { data }), ...(database && { database }) }
}

function checkOne(given: readonly string[]): void {
  if (given.length < 2) return
  throw new PaydoubleError(
    'badFlag',
    `Failed to choose where the state is: ${given.join(' and ')} say different places. Give one of them.`,
  )
}
