// How long 1,000 schedules take, against the correct example shop: `npm run torture` here, after `npm run build` above.
// The shop, its provider and the one who tortures share one process, and talk over HTTP or through MSW.
import { createRequire } from 'node:module'
import { merchantAt } from '../examples/shop/merchant.ts'
import { toApp } from '../examples/shop/server.ts'
import { openShop } from '../examples/shop/shop.ts'

const { createDouble } = await import('../dist/mocks/msw.js')
const { deliverWith, openHttpDoor } = await import('../dist/src/index.js')
const { torture } = await import('../dist/src/torture/index.js')
const { setupServer } = await import(createRequire(import.meta.url).resolve('msw/node'))

const rounds = Number(process.env.ROUNDS ?? 5)
const runs = Number(process.env.RUNS ?? 1000)

const doors = {
  async HTTP() {
    const pay = createDouble({ deliver: deliverWith(fetch), rateLimits: false })
    const door = await openHttpDoor(pay)
    return { pay, url: door.url, close: () => door.close() }
  },
  async MSW() {
    const pay = createDouble({ rateLimits: false })
    const server = setupServer(...pay.handlers)
    server.listen({ onUnhandledFrame: 'bypass' })
    return { pay, url: 'https://openapi-hk.qfapi.com', close: () => server.close() }
  },
}

process.stdout.write(
  `${runs} schedules against the correct example shop, medians of ${rounds} rounds, Node ${process.version}\n\n`,
)
for (const [name, open] of Object.entries(doors)) {
  const seconds = []
  const cpu = []
  for (let round = 0; round < rounds; round++) {
    const { pay, url, close } = await open()
    const { merchant, account } = merchantAt(url)
    const shop = await openShop(merchant)
    const before = process.cpuUsage()
    const began = performance.now()
    const report = await torture(pay, { provider: 'qfpay', account, runs, seed: round, ...toApp(shop) })
    seconds.push((performance.now() - began) / 1000)
    const { user, system } = process.cpuUsage(before)
    cpu.push((user + system) / 1e6)
    if (!report.ok || report.schedules !== runs) throw new Error(JSON.stringify(report))
    shop.close()
    await close()
    await pay.close()
  }
  process.stdout.write(
    `${name.padEnd(5)} ${median(seconds).toFixed(1)} s, of which ${median(cpu).toFixed(1)} s of processor time\n`,
  )
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
