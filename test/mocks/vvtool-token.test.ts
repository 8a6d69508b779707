import { expect, test } from 'vitest'
import { vvtoolAccount, vvtoolQrCode, vvtoolToken, vvtoolTokenPath } from '../harness/clients.ts'
import { describeDoors, type OpenDoor, openHttp } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'

const now = Date.UTC(2026, 0, 1, 1, 0, 0) / 1000
const oldPath = '/oauth/token'
const refused = { code: 401, msg: '身份凭证无效', data: '' }

async function newToken(door: OpenDoor, path = vvtoolTokenPath): Promise<string> {
  const { data } = (await vvtoolToken(door, {}, { path })).json() as { data: { access_token: string } }
  return data.access_token
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** What an order with this token is answered. */
async function codeWith(door: OpenDoor, token: string): Promise<unknown> {
  return (await vvtoolQrCode(door, {}, bearer(token))).json().code
}

describeDoors('vvtool token', open => {
  test.each([
    [vvtoolTokenPath, 'multipart'],
    [vvtoolTokenPath, 'form'],
    [vvtoolTokenPath, 'json'],
    [oldPath, 'multipart'],
  ] as const)('%s answers a %s request as it was seen', async (path, as) => {
    const answer = await vvtoolToken(await open(), {}, { path, as })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      code: 0,
      msg: '查询成功',
      msec: 0,
      time: now,
      data: {
        access_token: expect.stringMatching(/^[0-9a-f]{40}$/),
        expires_in: 31_104_000,
        token_type: 'Bearer',
        scope: 'show',
      },
    })
  })

  test('the journal says by which name an unknown client was sent, and what is wrong with the header', async () => {
    const door = await open()
    await vvtoolToken(door, { client_id: 'nobody' })
    expect(lastExchange(door).findings).toMatchObject([
      { message: expect.stringMatching(/^No account of vvtool has this client_id/) },
    ])
    await vvtoolQrCode(door, {}, { authorization: vvtoolAccount.accessToken })
    expect(lastExchange(door).findings).toMatchObject([
      { message: expect.stringContaining('is not "Bearer"') },
    ])
  })

  test('a token is good for 360 days of the double, and then refused', async () => {
    const door = await open()
    const token = await newToken(door)
    expect(await codeWith(door, token)).toBe(0)
    await door.double.clock.advance(360 * 86_400_000 - 1)
    expect(await codeWith(door, token)).toBe(0)
    await door.double.clock.advance(1)
    expect((await vvtoolQrCode(door, {}, bearer(token))).json()).toMatchObject(refused)
    expect(lastExchange(door).findings).toMatchObject([
      { kind: 'signature', message: 'The token expired at 2026-12-27T01:00:00.000Z.' },
    ])
    expect(await codeWith(door, await newToken(door))).toBe(0)
  })

  test('the fixed token of an account never expires', async () => {
    const door = await open()
    await door.double.clock.advance('400d')
    expect(await codeWith(door, vvtoolAccount.accessToken)).toBe(0)
  })

  test('a new token is another one, and leaves the earlier one good', async () => {
    const door = await open()
    const [first, second] = [await newToken(door), await newToken(door)]
    expect(first).not.toBe(second)
    expect([await codeWith(door, first), await codeWith(door, second)]).toEqual([0, 0])
  })

  test('of many tokens the newest 20 are good', async () => {
    const door = await open()
    const tokens: string[] = []
    for (let i = 0; i < 21; i++) tokens.push(await newToken(door))
    expect(await codeWith(door, tokens[0] ?? '')).toBe(401)
    expect(await codeWith(door, tokens[1] ?? '')).toBe(0)
  })

  test('20 tokens that are asked for at once are all good', async () => {
    const door = await open()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => newToken(door)))
    expect(new Set(tokens).size).toBe(20)
    for (const token of tokens) expect(await codeWith(door, token)).toBe(0)
  })

  test.each([
    ['a wrong secret', { client_secret: 'wrong-accesskey' }, 401],
    ['a client that is none', { client_id: 'nobody' }, 401],
    ['a token for a client', { client_id: vvtoolAccount.accessToken }, 401],
    ['no client', { client_id: undefined }, 100],
    ['no secret', { client_secret: undefined }, 401],
    ['another grant', { grant_type: 'password' }, 100],
    ['no grant', { grant_type: undefined }, 100],
  ])('%s is refused', async (_, params, code) => {
    for (const path of [vvtoolTokenPath, oldPath]) {
      expect((await vvtoolToken(await open(), params, { path })).json()).toMatchObject({ code, data: '' })
    }
  })

  test.each([
    ['no content type', '', 'grant_type=client_credentials'],
    ['a content type of its own', 'text/plain', 'grant_type=client_credentials'],
    ['a multipart form without boundary', 'multipart/form-data', '--x--'],
    ['a multipart form that is cut off', 'multipart/form-data; boundary=x', '--x\r\ncontent'],
    ['JSON that is none', 'application/json', '{'],
    ['a form with a broken code', 'application/x-www-form-urlencoded', 'a=%zz'],
    ['bytes that are not UTF-8', 'application/json', Uint8Array.of(0xff)],
  ])('%s is refused with 100', async (_, type, body) => {
    const answer = await (await open()).send('vvtool', {
      method: 'POST',
      path: vvtoolTokenPath,
      headers: { 'content-type': type },
      body,
    })
    expect(answer.json()).toMatchObject({ code: 100, msg: '请求参数错误', data: '' })
  })

  test('a GET is refused with 404', async () => {
    const answer = await (await open()).send('vvtool', { path: vvtoolTokenPath })
    expect(answer.json()).toMatchObject({ code: 404 })
  })

  test('the client id is no token', async () => {
    expect(await codeWith(await open(), vvtoolAccount.clientId)).toBe(401)
  })

  test('a token of the older address leaves a note, and is refused where the account says so', async () => {
    const door = await open()
    const [old, token] = [await newToken(door, oldPath), await newToken(door)]
    const noted = door.double.journal.list({}).items.flatMap(({ findings }) => findings)
    expect(noted).toMatchObject([{ kind: 'oldTokenAddress', severity: 'note' }])
    expect([await codeWith(door, old), await codeWith(door, token)]).toEqual([0, 0])
    await door.double.accounts.put('vvtool', 'demo', { oldTokens: 'refuse' })
    expect([await codeWith(door, old), await codeWith(door, token)]).toEqual([401, 0])
  })

  test('the tokens of an account are its own', async () => {
    const door = await open()
    const { credentials } = await door.double.accounts.put('vvtool', 'second', { merchantNum: '100002' })
    const { clientId, clientSecret } = credentials
    const answer = await vvtoolToken(door, {
      client_id: String(clientId),
      client_secret: String(clientSecret),
    })
    const { access_token: token } = (answer.json() as { data: { access_token: string } }).data
    const ask = (merchant_num: string) => vvtoolQrCode(door, { merchant_num }, bearer(token))
    expect((await ask('100002')).json()).toMatchObject({ code: 0 })
    expect((await ask('100001')).json()).toMatchObject({ code: 100 })
  })

  test('a token is gone once the double is reset', async () => {
    const door = await open()
    const token = await newToken(door)
    await door.double.reset()
    expect(await codeWith(door, token)).toBe(401)
  })
})

test.each(['multipart', 'form', 'json'] as const)(
  'the journal shows neither the secret nor the token of a %s request',
  async as => {
    const door = await openHttp()
    // Such that each form writes it in another way.
    const secret = 'a+b "c\\/ü&="'
    await door.double.accounts.put('vvtool', 'demo', { clientSecret: secret })
    const answer = await vvtoolToken(door, { client_secret: secret }, { as })
    const { access_token: token } = (answer.json() as { data: { access_token: string } }).data
    await vvtoolQrCode(door, {}, bearer(token))
    const view = await door.send('', { path: '/_paydouble/api/requests' })
    const { items } = view.json() as { items: { operation: string; request: object; response: object }[] }
    expect(items.map(item => item.operation)).toEqual(['paymentQrCode', 'token'])
    for (const written of [
      secret,
      token,
      encodeURIComponent(secret),
      String(new URLSearchParams({ '': secret })).slice(1),
    ])
      expect(JSON.stringify(items[1])).not.toContain(JSON.stringify(written).slice(1, -1))
    expect(view.text).not.toContain(token)
    expect(items[1]?.request).toMatchObject({
      params: { client_id: 'demo-client', client_secret: expect.stringMatching(/^…/) },
    })
  },
)
