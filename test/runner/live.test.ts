// The cases of each provider against the double, as against a real provider, through both doors.
import { createServer, type Server } from 'node:http'
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import {
  applyBaseline,
  createCheck,
  emptyBaseline,
  type LiveOptions,
  readBaseline,
  showBaseline,
  updateBaseline,
  verdictOf,
} from '../../src/runner/index.ts'
import { openProxy } from '../../src/runner/proxy.ts'
import { describeDoors, type OpenDoor, type OpenOptions, openHttp } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { accountOf, contractOf, outcomesOf, runLive, targetOf } from '../harness/live.ts'

const providers = ['qfpay', 'its500', 'vvtool', 'dms']

/** A double whose callbacks go nowhere. */
function ready(
  open: (options?: OpenOptions) => Promise<OpenDoor>,
  options: OpenOptions = {},
): Promise<OpenDoor> {
  return open({ deliver: async () => ({ status: 200, body: 'SUCCESS' }), ...options })
}

/** The payer pays what waits newest, each time that the run waits for him. */
function payWhileWaiting(door: OpenDoor): Partial<LiveOptions> {
  return {
    wait: async ms => {
      const [newest] = (await door.double.orders.list({ status: 'pending' })).items
      if (newest) await door.double.payer.pay(newest.id)
      await door.double.clock.advance(ms)
    },
  }
}

test.each(providers)(
  '%s: the cases come as expected through the proxy, too, which finds nothing',
  async id => {
    const door = await ready(openHttp)
    const account = await accountOf(door, id)
    const check = createCheck({
      contracts: [contractOf(id)],
      accounts: [account],
      provider: id,
      requests: false,
    })
    const proxy = await openProxy({
      check,
      contract: contractOf(id),
      target: targetOf(door, id),
      now: () => door.double.clock.now(),
    })
    onTestFinished(() => proxy.close())
    const report = await runLive(door, id, { cost: 'paid', target: proxy.url, ...payWhileWaiting(door) })
    expect(new Set(Object.values(outcomesOf(report)))).toEqual(new Set(['asExpected']))
    const judged = check.end({ title: 'the proxy', version: '0' })
    expect([judged.findings, judged.exchanges]).toEqual([[], report.exchanges])
  },
)

describeDoors('live', open => {
  test.each(providers)('%s: all that is free and unpaid comes as expected, within the limits', async id => {
    const door = await ready(open, { rateLimits: true })
    const report = await runLive(door, id, { cost: 'unpaid' })
    const { cases = {} } = contractOf(id)
    const names = Object.keys(cases).filter(name => cases[name]?.cost !== 'paid')
    expect(report.findings).toEqual([])
    expect(outcomesOf(report)).toEqual(Object.fromEntries(names.map(name => [name, 'asExpected'])))
    expect(report.exchanges).toBe(names.length)
    const noted = door.double.journal.list({}, { limit: 100 }).items.flatMap(({ findings }) => findings)
    expect(noted.filter(({ kind }) => kind === 'rateLimit')).toEqual([])
  })

  test.each(providers)('%s: what is paid comes as expected, too', async id => {
    const door = await ready(open)
    const codes: { text: string; amount: string }[] = []
    const report = await runLive(door, id, {
      cost: 'paid',
      onCode: code => codes.push(code),
      ...payWhileWaiting(door),
    })
    expect(report.findings).toEqual([])
    expect(new Set(Object.values(outcomesOf(report)))).toEqual(new Set(['asExpected']))
    expect(codes).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/^\w+:/), amount: expect.stringMatching(/\d/) }),
    ])
  })

  test('where nobody pays, it waits so long and no longer, and within the budget', async () => {
    const door = await ready(open)
    const before = door.double.clock.now()
    const report = await runLive(door, 'qfpay', {
      cost: 'paid',
      only: ['refund'],
      budget: 12,
      payWithinMs: 120_000,
    })
    expect(report.cases?.slice(1).map(({ name, outcome, why }) => [name, outcome, why])).toEqual([
      ['paidOrder', 'asExpected', undefined],
      ['queryPaid', 'skipped', 'Nobody paid within 120 seconds.'],
      ['refund', 'skipped', 'It needs the answer of queryPaid, which did not come as expected.'],
    ])
    expect(door.double.clock.now() - before).toBe(120_000)
    expect(report.exchanges).toBeGreaterThan(5)
    expect(report.exchanges).toBeLessThanOrEqual(12)
  })

  test('a query that gets no answer is asked again until the time is over, and is then unreachable', async () => {
    const door = await ready(open)
    const lost = { provider: 'dms', operation: 'getOrderDetail', network: { do: 'reset' } } as const
    door.double.faults.add({ ...lost, times: 3 })
    const paying = {
      cost: 'paid',
      only: ['queryPaid'],
      payWithinMs: 60_000,
      ...payWhileWaiting(door),
    } as const
    expect(outcomesOf(await runLive(door, 'dms', paying))).toMatchObject({ queryPaid: 'asExpected' })
    door.double.faults.add({ ...lost, times: 'always' })
    const report = await runLive(door, 'dms', { ...paying, runId: 'next' })
    expect(report.cases?.at(-1)).toMatchObject({ name: 'queryPaid', outcome: 'unreachable' })
  })

  test('another answer than expected differs, and what needs it is skipped', async () => {
    const door = await ready(open)
    door.double.faults.add({ provider: 'qfpay', operation: 'payment', error: '1254' })
    const report = await runLive(door, 'qfpay', { cost: 'unpaid', only: ['missingAmount', 'close'] })
    expect(report.cases?.find(({ name }) => name === 'order')).toMatchObject({
      outcome: 'differs',
      expected: 'an answer with the out_trade_no, txamt and txdtm that were sent',
      received: '1254 (systemProblem)',
    })
    expect(outcomesOf(report)).toEqual({
      fractionalAmount: 'asExpected',
      missingAmount: 'asExpected',
      order: 'differs',
      close: 'skipped',
    })
  })

  test('an answer that does not hold what was sent differs', async () => {
    const door = await ready(open)
    const answer = { set: { price: '98.99' } }
    door.double.faults.add({ provider: 'its500', operation: 'createOrder', answer })
    const report = await runLive(door, 'its500', { cost: 'unpaid', only: ['order'] })
    expect(report.cases?.at(-1)).toMatchObject({
      name: 'order',
      outcome: 'differs',
      received: 'an answer',
      why: 'The answer is without a price at most 0.99 yuan below originalprice.',
    })
  })

  test('a field of an answer that is another type, or missing, is a finding', async () => {
    const door = await ready(open)
    const answer = { set: { respmsg: 7, chnlsn: null } }
    door.double.faults.add({ provider: 'qfpay', operation: 'payment', answer })
    const { findings } = await runLive(door, 'qfpay', { cost: 'unpaid', only: ['order'] })
    expect(findings.map(({ id }) => id).sort()).toEqual([
      'qfpay.payment response missingField /chnlsn',
      'qfpay.payment response typeChanged /respmsg',
    ])
  })

  test('another code than an assumed one is a note, and no difference', async () => {
    const door = await ready(open)
    const account = await accountOf(door, 'dms')
    // What the double really answers is news to the one who asks, whose account has no such setting.
    await door.double.accounts.put('dms', 'demo', { errorCodes: { invalidParameter: '40020' } })
    const report = await runLive(door, 'dms', { account })
    expect(report.cases?.find(({ name }) => name === 'zeroAmount')).toMatchObject({
      outcome: 'assumptionDiffers',
      expected: '1002 (invalidParameter)',
      received: '40020 (in no row)',
    })
    const { cases = {} } = contractOf('dms')
    const about = Object.values(cases).filter(
      ({ expect: rows, cost }) => rows[0] === 'invalidParameter' && cost === 'free',
    )
    expect(report.findings).toEqual([
      expect.objectContaining({
        id: 'dms.payment response assumptionDiffers invalidParameter',
        severity: 'note',
        kind: 'assumptionDiffers',
        expected: '1002 (invalidParameter)',
        received: '40020 (in no row)',
        provenance: contractOf('dms').errors.invalidParameter?.provenance,
        count: about.length,
      }),
    ])
    // And what the account says of it is taken for what is known.
    expect((await runLive(door, 'dms', { runId: 'next' })).findings).toEqual([])
  })

  test('a case for which the account is not ready is skipped', async () => {
    const door = await ready(open)
    door.double.faults.add({ provider: 'its500', error: '10008', times: 'always' })
    const report = await runLive(door, 'its500', { only: ['unregisteredCallback', 'queryUnknown'] })
    expect(outcomesOf(report)).toEqual({
      priceTooSmall: 'asExpected',
      // Refused before anything that a fault could change.
      queryUnknown: 'assumptionDiffers',
      unregisteredCallback: 'skipped',
    })
  })

  test('an account that is not ready is said so, and is no difference', async () => {
    const door = await ready(open)
    await door.double.accounts.put('its500', 'demo', { callbackUrls: [] })
    const report = await runLive(door, 'its500', { cost: 'unpaid' })
    expect(report.cases?.find(({ name }) => name === 'order')).toMatchObject({
      outcome: 'skipped',
      received: '10009 (noCallbackUrl)',
      why: 'The provider says: The account has no callback address.',
    })
    expect(report.cases?.filter(({ outcome }) => outcome === 'differs')).toEqual([])
  })

  test.each([
    ['qfpay', { clientKey: 'OTHERKEY000000000000000000000000' }],
    ['qfpay', { appCode: 'OTHERAPP000000000000000000000000' }],
    ['its500', { appSecret: 'ffffffffffffffffffffffffffffffff' }],
    ['vvtool', { accessToken: 'nobodys-token' }],
    ['dms', { payerId: 'nobodys-payer' }],
  ] as const)('%s: %o that is not taken ends it with the first request', async (id, wrong) => {
    const door = await ready(open)
    const account = await accountOf(door, id)
    const sent: string[] = []
    const run = runLive(door, id, {
      account: { ...account, credentials: { ...account.credentials, ...wrong } },
      onExchange: (_, name) => sent.push(name),
    })
    const [name = '', value = ''] = Object.entries(wrong)[0] ?? []
    const error = await run.catch((thrown: Error & { code: string }) => thrown)
    expect(error).toMatchObject({ code: 'credentialsRefused', message: expect.stringContaining(name) })
    expect(String(error)).not.toContain(value)
    expect(String(error).includes('is assumed')).toBe(id === 'dms')
    expect(sent).toHaveLength(1)
  })

  test('an answer that never comes ends the run with the first request, and later only its case', async () => {
    const door = await ready(open)
    /** Raised once the fault has struck. */
    const overOnceStruck = (): AbortSignal => {
      const raised = new AbortController()
      const reason = new DOMException('over', 'TimeoutError')
      eventually(() => expect(door.double.faults.list()).toEqual([])).then(() => raised.abort(reason))
      return raised.signal
    }
    const hang = { provider: 'qfpay', network: { do: 'hang', phase: 'after' } } as const
    door.double.faults.add(hang)
    await expect(runLive(door, 'qfpay', { deadline: overOnceStruck })).rejects.toMatchObject({
      code: 'targetUnreachable',
      message: expect.stringContaining('no answer came in time'),
    })
    door.double.faults.add({ ...hang, skip: 1 })
    let count = 0
    const report = await runLive(door, 'qfpay', {
      only: ['zeroAmount', 'negativeAmount'],
      deadline: () => (++count === 2 ? overOnceStruck() : new AbortController().signal),
    })
    expect(report.cases?.map(({ name, outcome, why }) => [name, outcome, why])).toEqual([
      ['fractionalAmount', 'asExpected', undefined],
      ['zeroAmount', 'unreachable', 'No answer came in time.'],
      ['negativeAmount', 'asExpected', undefined],
    ])
  })

  test('an order whose answer was lost is not made again', async () => {
    const door = await ready(open)
    const reset = { do: 'reset', phase: 'after' } as const
    door.double.faults.add({ provider: 'dms', operation: 'payment', network: reset, skip: 1 })
    const report = await runLive(door, 'dms', { cost: 'unpaid', only: ['orderAgain'] })
    expect(outcomesOf(report)).toMatchObject({ order: 'unreachable', orderAgain: 'skipped' })
    expect((await door.double.orders.list()).items).toHaveLength(1)
  })

  test('what is over the budget is skipped, and said', async () => {
    const door = await ready(open)
    const report = await runLive(door, 'vvtool', { budget: 3 })
    expect(report.exchanges).toBe(3)
    const skipped = report.cases?.slice(3) ?? []
    expect(skipped.length).toBeGreaterThan(10)
    for (const { outcome, why } of skipped)
      expect([outcome, why]).toEqual(['skipped', 'The budget of 3 requests is spent.'])
  })

  test('it stops where it is interrupted, and no request follows', async () => {
    const door = await ready(open)
    const interrupted = new AbortController()
    const report = await runLive(door, 'vvtool', {
      signal: interrupted.signal,
      onExchange: (_, name) => name === 'zeroPrice' && interrupted.abort(),
    })
    expect(report.exchanges).toBe(2)
    for (const { why } of report.cases?.slice(2) ?? []) expect(why).toBe('It was interrupted.')
  })

  test('credentials that are missing skip what needs them', async () => {
    const door = await ready(open)
    const { credentials, ...account } = await accountOf(door, 'vvtool')
    const { accessToken, merchantNum } = credentials
    const report = await runLive(door, 'vvtool', {
      cost: 'unpaid',
      account: { ...account, credentials: { accessToken, merchantNum } },
    })
    const skipped = report.cases?.filter(({ outcome }) => outcome !== 'asExpected')
    const why = 'The account has no clientId, clientSecret.'
    expect(skipped?.map(each => [each.name, each.why])).toEqual(
      ['tokenWrongSecret', 'tokenWithoutGrant', 'token', 'oldToken'].map(name => [name, why]),
    )
  })

  test('numbers are new in each run, and the same for one name within it', async () => {
    const door = await ready(open)
    for (const runId of ['a1', 'a2']) {
      const report = await runLive(door, 'qfpay', { cost: 'unpaid', only: ['orderAgain'], runId })
      expect(outcomesOf(report)).toMatchObject({ order: 'asExpected', orderAgain: 'asExpected' })
    }
  })

  test('a case that is none, or that costs more than was asked for, is refused before anything is sent', async () => {
    const door = await ready(open)
    await expect(runLive(door, 'dms', { only: ['nothing'] })).rejects.toMatchObject({
      code: 'badFlag',
      message: expect.stringContaining('zeroAmount'),
    })
    await expect(runLive(door, 'dms', { only: ['order'] })).rejects.toMatchObject({
      code: 'badFlag',
      message: expect.stringContaining('--cost unpaid'),
    })
    expect(door.double.journal.list({}).items).toEqual([])
  })

  test('only what is free is sent unless asked, each case once', async () => {
    const door = await ready(open)
    const sent: string[] = []
    await runLive(door, 'dms', { onExchange: (_, name) => sent.push(name) })
    const { cases = {} } = contractOf('dms')
    expect(sent).toEqual(Object.keys(cases).filter(name => cases[name]?.cost === 'free'))
    expect(door.double.journal.list({}, { limit: 100 }).items).toHaveLength(sent.length)
    expect((await door.double.orders.list()).items).toEqual([])
  })
})

/** Where a server answers that ends with the test. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise(resolve => server.once('listening', resolve))
  return `127.0.0.1:${(server.address() as { port: number }).port}`
}

test('a target where nothing listens is unreachable, and so is one that speaks no HTTP or no TLS', async () => {
  const door = await openHttp()
  const plain = await listen(createServer())
  const mute = createServer()
  mute.on('connection', socket => socket.end('paydouble\r\n\r\n'))
  const closed = createServer()
  const gone = await listen(closed)
  await new Promise(resolve => closed.close(resolve))
  for (const [target, why] of [
    [`http://${gone}`, 'nothing listens there'],
    [`https://${plain}`, 'what answers there speaks no TLS'],
    [`http://${await listen(mute)}`, 'what answers there speaks no HTTP'],
  ] as const) {
    await expect(runLive(door, 'dms', { target })).rejects.toMatchObject({
      code: 'targetUnreachable',
      message: expect.stringContaining(`Failed to reach dms at ${target}: ${why}.`),
    })
  }
})

const refusal = Buffer.from('{"errCode":1002,"errMsg":"参数错误","data":[]}')

test.each([
  ['gzip', gzipSync(refusal)],
  ['deflate', deflateRawSync(refusal)],
  ['gzip, br', brotliCompressSync(gzipSync(refusal))],
])('an answer that is compressed is read: %s', async (encoding, body) => {
  const door = await openHttp()
  const target = await listen(
    createServer((_, reply) => {
      const head = { 'content-type': 'application/json', 'content-encoding': encoding, constructor: 'x' }
      reply.writeHead(200, head).end(body)
    }),
  )
  const report = await runLive(door, 'dms', { target: `http://${target}`, only: ['zeroAmount'] })
  expect(outcomesOf(report)).toEqual({ fractionalAmount: 'asExpected', zeroAmount: 'asExpected' })
  expect(report.findings).toEqual([])
})

test('another code than a documented one differs, and is a finding; any that the document allows does not', async () => {
  const door = await openHttp()
  const table = createServer((_, reply) =>
    reply
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"msg":"下单失败,支付金额必须大于等于1元","code":"10004"}'),
  )
  const target = `http://${await listen(table)}`
  const report = await runLive(door, 'its500', { target, only: ['wrongSecret', 'zeroPrice', 'emptyPrice'] })
  expect(outcomesOf(report)).toEqual({
    priceTooSmall: 'asExpected',
    emptyPrice: 'asExpected',
    zeroPrice: 'asExpected',
    wrongSecret: 'differs',
  })
  expect(report.findings).toMatchObject([
    {
      id: 'its500.wrongSecret case caseDiffers',
      kind: 'caseDiffers',
      severity: 'breaking',
      name: 'createOrder',
      expected: '10005 (wrongCredentials)',
      count: 1,
    },
  ])
  expect(verdictOf(report)).toMatchObject({ exitCode: 1, text: 'There is 1 case with another answer.' })
  expect(verdictOf(report, 'none').exitCode).toBe(0)
  const today = '2026-11-22'
  const options = { reason: 'known', expires: '2026-12-01', today }
  const baseline = updateBaseline(report, emptyBaseline, options)
  const accepted = applyBaseline(report, readBaseline(showBaseline(baseline), 'b'), { file: 'b', today })
  expect([verdictOf(accepted).exitCode, accepted.baseline?.accepted]).toEqual([0, 1])
  const skipped = {
    ...report,
    findings: [],
    cases: (report.cases ?? []).filter(({ name }) => name === 'zeroPrice'),
  }
  expect(updateBaseline(skipped, baseline, options)).toEqual(baseline)
  expect(updateBaseline({ ...report, findings: [] }, baseline, options).accepted).toEqual([])
})

test('a gateway that lets nobody in is one that refuses the credentials', async () => {
  const door = await openHttp()
  const target = await listen(
    createServer((_, reply) => reply.writeHead(403, { 'content-type': 'text/html' }).end('<html></html>')),
  )
  await expect(runLive(door, 'qfpay', { target: `http://${target}` })).rejects.toMatchObject({
    code: 'credentialsRefused',
    message: expect.stringContaining('got HTTP 403, text/html.'),
  })
})

test('a page where no source describes the operation is a note; where one does, it is a finding', async () => {
  const door = await openHttp()
  const target = await listen(
    createServer((request, reply) => {
      const isKnown = request.url?.startsWith('/dms/cash-out/payment')
      reply.writeHead(isKnown ? 200 : 404, { 'content-type': isKnown ? 'application/json' : 'text/html' })
      reply.end(isKnown ? '{"errCode":1002,"errMsg":"参数错误","data":[]}' : '<html>not found</html>')
    }),
  )
  const report = await runLive(door, 'dms', { target: `http://${target}`, only: ['payers', 'zeroAmount'] })
  expect(report.cases?.find(({ name }) => name === 'payers')).toMatchObject({
    outcome: 'assumptionDiffers',
    received: 'HTTP 404, text/html',
  })
  expect(report.findings.map(({ kind, severity }) => [kind, severity])).toEqual([
    ['assumptionDiffers', 'note'],
  ])
  const page = await listen(
    createServer((_, reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')),
  )
  const other = await runLive(door, 'vvtool', { target: `http://${page}`, only: ['missingPrice'] })
  expect(outcomesOf(other)).toEqual({ missingPrice: 'differs' })
  expect(other.findings.map(({ kind }) => kind)).toContain('contentType')
})

test('an exchange that cannot be recorded does not end the run, and is told', async () => {
  const door = await ready(openHttp)
  const report = await runLive(door, 'its500', {
    onExchange() {
      throw new RangeError('too long')
    },
  })
  expect(report.unreadable.list[0]?.why).toBe(
    'paydouble failed to record it: RangeError: too long. Please report it.',
  )
  expect(report.exchanges).toBeGreaterThan(1)
})
