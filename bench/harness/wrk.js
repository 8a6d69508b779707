// Load as fast as it goes: wrk on one thread, with requests that were written beforehand.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appCode, isDone } from './qfpay.js'

export const connections = 32

export function checkWrk() {
  try {
    // Its version goes out with an exit code of 1.
    execFileSync('wrk', ['--version'], { stdio: 'ignore' })
  } catch (error) {
    if (error.code !== 'ENOENT') return
    process.stderr.write(
      'bench: Failed to measure: there is no wrk on this machine. Install it with: apt-get install wrk\n',
    )
    process.exit(2)
  }
}

/**
 * Sends each of the requests once, until the time is over.
 *
 * @param requests body and signature of each; more than can be sent in that time, or it is repeated where `again`
 * @returns requests per second, and how many there were
 */
export async function load(url, { path, requests, seconds, again = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
  try {
    const script = writeScript(folder, { path, requests, again })
    const wrk = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    for await (const chunk of wrk.stdout) text += chunk
    if (/REFUSED|Non-2xx|Socket errors/.test(text))
      throw new Error(`the load on ${url}${path} was refused: ${text}`)
    return {
      rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
      requests: Number(/(\d+) requests in/.exec(text)?.[1]),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeScript(folder, { path, requests, again }) {
  const list = join(folder, 'requests')
  writeFileSync(list, requests.map(({ sign, body }) => `${sign} ${body}`).join('\n'))
  const script = join(folder, 'load.lua')
  writeFileSync(
    script,
    `local requests = {}
for line in io.lines("${list}") do requests[#requests + 1] = line end
local i = 0
local refused = 0
request = function()
  i = i + 1
  ${again ? 'if i > #requests then i = 1 end' : 'if i > #requests then error("more requests than were written") end'}
  local sign, body = requests[i]:match("(%S+) (%S+)")
  return wrk.format("POST", "${path}", {
    ["content-type"] = "application/x-www-form-urlencoded",
    ["x-qf-appcode"] = "${appCode}",
    ["x-qf-sign"] = sign,
  }, body)
end
response = function(status, headers, body)
  if i % 1000 == 0 and not body:find('${isDone}') then refused = refused + 1 end
  if refused > 0 then print("REFUSED " .. body) wrk.thread:stop() end
end
`,
  )
  return script
}
