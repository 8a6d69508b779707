// `serve --data` as its users have it: over HTTP, ended in one way or another, started again on the same file.
import { type Served, serve } from './cli.ts'
import { type OpenDoor, send } from './doors.ts'

export interface FileServer extends Served {
  /** What the clients of the providers need of a door. */
  readonly door: OpenDoor
  /** Calls the control interface: a POST where there is a body, unless told otherwise. */
  control<T = Record<string, unknown>>(path: string, body?: unknown, method?: string): Promise<T>
}

export async function serveFile(file: string, ...flags: readonly string[]): Promise<FileServer> {
  const served = await serve(['--port', '0', '--json', '--no-rate-limits', '--data', file, ...flags])
  const door = { send: (_: string, request) => send(served.url, request) } as OpenDoor
  return {
    ...served,
    door,
    async control(path, body, method = body === undefined ? 'GET' : 'POST') {
      const text = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await door.send('', { method, path: `/_paydouble/api/${path}`, ...text })
      return answer.json() as never
    },
  }
}
