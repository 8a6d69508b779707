// The cashier page as a payer sees it, in a real browser, from a server.
import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { closeBrowser, desktop, openPage, type PageOptions, phone, readQr } from '../harness/browser.ts'
import { its500Account } from '../harness/clients.ts'
import { type OpenDoor, openHttp } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'

afterAll(closeBrowser)

const shots = process.env.SHOTS

interface Cashier {
  readonly page: Page
  readonly door: OpenDoor
  /** What the page loads and asks besides itself. */
  readonly requests: string[]
  readonly errors: string[]
  /** The newest order. */
  order(): Promise<{ id: string; amount: number; qr: string }>
}

/** Orders with a page, and shows the page: the browser sends the order itself, as a shop's server would. */
async function openCashier(
  params: Record<string, string> = {},
  { prefix = '/its500', door: given, ...options }: PageOptions & { prefix?: string; door?: OpenDoor } = {},
): Promise<Cashier> {
  const door = given ?? (await openHttp())
  const { page, errors } = await openPage(options)
  // The page's own clock stands still, as the double's does.
  await page.clock.install({ time: '2026-01-01T00:00:00Z' })
  await page.clock.pauseAt('2026-01-01T00:00:01Z')
  const address = `${door.urlOf('its500')}${prefix}/order/createOrder`
  await page.route(address, route =>
    route.continue({
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'payment-key': its500Account.appKey,
        'payment-secret': its500Account.appSecret,
      },
      postData: new URLSearchParams({
        price: '100',
        name: '开通超级VIP',
        other: 'zzfpage-wxpay',
        ...params,
      }).toString(),
    }),
  )
  const requests: string[] = []
  page.on('request', request => requests.push(request.url()))
  await page.goto(address)
  requests.shift()
  return {
    page,
    door,
    requests,
    errors,
    async order() {
      const { items } = await door.double.orders.list({ provider: 'its500' }, { limit: 1 })
      return items[0] ?? { id: '', amount: 0, qr: '' }
    },
  }
}

/** Lets the page come to its next question, and waits until it has read the answer. */
async function poll(page: Page): Promise<void> {
  const answered = page.waitForResponse(/onlinePayFindResult$/)
  await page.clock.runFor(5000)
  await answered
  await page.locator('#status[aria-busy=false]').waitFor()
}

const yuan = (fen: number) => (fen / 100).toFixed(2)

async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png` })
}

test.each([
  ['zzfpage-wxpay', '微信支付'],
  ['zzfpage-alipay', '支付宝'],
])('%s shows what to pay, to the fen, and the code to pay it by', async (other, wallet) => {
  const { page, order, requests, errors } = await openCashier({ other })
  const { amount, qr, id } = await order()
  expect(await page.title()).toContain(wallet)
  expect(await page.locator('h1').textContent()).toBe('开通超级VIP')
  expect(await page.locator('.price').textContent()).toBe(`¥${yuan(amount)}`)
  expect(await page.locator('.notice').textContent()).toContain(yuan(amount))
  expect(await page.locator('.original').textContent()).toContain('¥100')
  expect(await page.locator('footer').textContent()).toContain(id)
  expect(await page.getByRole('img', { name: /收款二维码/ }).count()).toBe(1)
  expect(readQr(await page.locator('.qr').screenshot())).toBe(qr)
  expect(requests).toEqual([])
  expect(errors).toEqual([])
})

test.each(['/its500', ''])('a payment shows on the page without a reload, under "%s"', async prefix => {
  const { page, door, order, requests, errors } = await openCashier({}, { prefix })
  const { amount, qr } = await order()
  await poll(page)
  expect(await page.getByRole('status').textContent()).toBe('等待付款…')
  const scanned = readQr(await page.locator('.qr').screenshot())
  expect(scanned).toBe(qr)
  await door.double.payer.scan(scanned ?? '', { amount })
  await poll(page)
  await page.locator('[data-state=paid]').waitFor()
  expect(await page.getByRole('status').textContent()).toBe('支付成功')
  expect(requests).toEqual(Array(2).fill(`${door.urlOf('its500')}${prefix}/order/onlinePayFindResult`))
  await page.clock.runFor(60_000)
  expect(requests).toHaveLength(2)
  expect(errors).toEqual([])
})

test('a payer who pays after the second question sees it with the third', async () => {
  const door = await openHttp()
  door.double.faults.add({ provider: 'its500', pay: { afterQueries: 2 } })
  const { page } = await openCashier({}, { door })
  for (const state of ['waiting', 'waiting', 'paid']) {
    await poll(page)
    await page.locator(`[data-state=${state}]`).waitFor()
  }
})

test('an order that expires on the clock of the double shows so', async () => {
  const { page, door } = await openCashier()
  expect(await page.getByRole('timer').textContent()).toBe('05:00')
  for (let i = 0; i < 12; i++) await poll(page)
  await page.clock.runFor(1000)
  expect(await page.getByRole('timer').textContent()).toBe('03:59')
  expect(await page.locator('body').getAttribute('data-state')).toBe('waiting')
  await door.double.clock.advance('5m')
  await poll(page)
  await page.locator('[data-state=expired]').waitFor()
  expect(await page.getByRole('status').textContent()).toContain('订单已失效')
  expect(await page.getByText('已失效', { exact: true }).isVisible()).toBe(true)
})

test('a countdown that is over leaves it to the provider whether the order has expired', async () => {
  const { page, requests } = await openCashier()
  for (let i = 0; i < 60; i++) await poll(page)
  expect(await page.getByRole('timer').textContent()).toBe('00:00')
  expect(await page.getByRole('status').textContent()).toBe('正在确认支付结果…')
  const asked = requests.length
  await poll(page)
  expect(requests.length).toBeGreaterThan(asked)
})

test('an order that never expires has no countdown', async () => {
  const door = await openHttp()
  await door.double.accounts.put('its500', 'demo', { expiryMinutes: null })
  const { page, errors } = await openCashier({}, { door })
  expect(await page.getByRole('timer').count()).toBe(0)
  expect(errors).toEqual([])
})

test('once paid, the payer goes to the address that the shop gave', async () => {
  const shop = await openReceiver(() => ({ status: 200, body: 'thank you' }))
  const { page, door, order } = await openCashier({ reurl: `${shop.url}?a=1&b=2` })
  const back = page.getByRole('link', { name: '返回商户' })
  expect(await back.isVisible()).toBe(false)
  await door.double.payer.pay((await order()).id)
  await poll(page)
  await back.waitFor()
  const arrived = page.waitForURL(`${shop.url}?a=1&b=2`)
  // Not waited for: the page whose clock runs is gone before the two seconds are over.
  page.clock.runFor(2000).catch(() => {})
  await arrived
  expect(await page.textContent('body')).toBe('thank you')
})

test.each(['javascript:alert(1)', 'data:text/html,x', '/relative', 'http://', '"><script>'])(
  'the address "%s" is no place to go to',
  async reurl => {
    const { page, door, order, errors } = await openCashier({ reurl })
    expect(await page.locator('#back').count()).toBe(0)
    await door.double.payer.pay((await order()).id)
    await poll(page)
    await page.locator('[data-state=paid]').waitFor()
    await page.clock.runFor(10_000)
    expect(page.url()).toMatch(/createOrder$/)
    expect(errors).toEqual([])
  },
)

test.each([
  '<script>document.title = "taken"</script>',
  '"><img src=x onerror="document.title = 1">',
  "</title></style></script><h1>'&amp;",
  '$& $1 `\\u003cb>',
])('the name %s is shown as it is', async name => {
  const { page, errors, requests } = await openCashier({ name })
  expect(await page.locator('h1').textContent()).toBe(name)
  expect(await page.locator('h1').count()).toBe(1)
  expect(await page.title()).toContain('收银台')
  expect(requests).toEqual([])
  expect(errors).toEqual([])
})

test('a connection that fails is said, and tried again', async () => {
  const { page, door, order } = await openCashier()
  const failing = /onlinePayFindResult$/
  await page.route(failing, route => route.abort())
  await page.clock.runFor(5000)
  await page.getByText('网络不稳定').waitFor()
  await page.locator('#status[aria-busy=false]').waitFor()
  await page.unroute(failing)
  await door.double.payer.pay((await order()).id)
  await poll(page)
  await page.locator('[data-state=paid]').waitFor()
})

test.each([
  ['phone', 'light', phone],
  ['phone', 'dark', phone],
  ['desktop', 'light', desktop],
  ['desktop', 'dark', desktop],
  ['small', 'light', { width: 320, height: 568 }],
] as const)('nothing is cut off on a %s, %s', async (device, colorScheme, viewport) => {
  for (const other of ['zzfpage-wxpay', 'zzfpage-alipay']) {
    const { page, door, order } = await openCashier(
      { other, name: '开通超级VIP 一年'.repeat(device === 'small' ? 8 : 1) },
      { colorScheme, viewport },
    )
    const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(scrollWidth).toBeLessThanOrEqual(viewport.width)
    const { qr, id } = await order()
    expect(readQr(await page.locator('.qr').screenshot())).toBe(qr)
    await shoot(page, `${device}-${colorScheme}-${other}`)
    if (other === 'zzfpage-wxpay') await door.double.payer.pay(id)
    else await door.double.clock.advance('5m')
    await poll(page)
    await page.locator('[data-state=paid], [data-state=expired]').waitFor()
    await shoot(page, `${device}-${colorScheme}-${other}-after`)
  }
})
