// `serve` as it is by itself, in a process whose memory can be asked for: run by `startMeasured`.
import { main } from '../../src/cli/main.ts'
import { httpLimits } from '../../src/doors/http/limits.ts'
import { liveMemory } from './live-memory.ts'

Object.assign(httpLimits, JSON.parse(process.argv[2] ?? '{}'))
process.on('message', () => process.send?.(liveMemory()))
// It ends as `serve` ends, although somebody could still ask.
process.channel?.unref()
process.exitCode = await main([process.execPath, 'paydouble', 'serve', '--port', '0', '--json'])
