import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bench = fileURLToPath(new URL('..', import.meta.url))

/** The built command. */
export const bin = join(bench, '../dist/bin/bin.js')
export const bare = join(bench, 'bare.js')
export const specification = join(bench, '../specs/qfpay.openapi.yaml')

/** Arguments that serve without the rate limits that a load would meet. */
export const serveArgs = [bin, 'serve', '--port', '0', '--json', '--no-rate-limits']

export function serverScript(name) {
  return join(bench, 'servers', name)
}

/** The command of a peer; undefined where it is not installed. */
export function peer(name) {
  const path = join(bench, 'node_modules/.bin', name)
  return existsSync(path) ? path : undefined
}
