import { expect, test } from 'vitest'
import { createCallbackPolicy } from '../../src/double/callback-policy.ts'

test.each([
  // loopback
  'http://127.0.0.1/paid',
  'http://127.0.0.1:8080/paid?a=b',
  'https://127.255.255.254/',
  'http://[::1]:8080/',
  'http://localhost/',
  'http://LOCALHOST/',
  'http://shop.localhost/',
  // private IPv4
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.254/',
  'http://192.168.1.1/',
  // private IPv6
  'http://[fd00::1]/',
  'http://[fc00::1]/',
  'http://[FDAB:CD::1]/',
  // names that no public address has
  'http://shop/',
  'http://shop:8080/',
  'http://nas.local/',
  'http://shop.internal/',
  'http://shop.test/',
  'http://printer.home.arpa/',
  // other ways to write a loopback or private address
  'http://2130706433/',
  'http://017700000001/',
  'http://0x7f.0.0.1/',
  'http://0x7f000001/',
  'http://127.1/',
  'http://１２７.0.0.1/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:10.1.2.3]/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
])('a callback may go to %s', url => {
  expect(createCallbackPolicy().refusal(url)).toBeUndefined()
})

test.each([
  // public addresses
  'http://8.8.8.8/',
  'http://126.255.255.255/',
  'http://128.0.0.1/',
  'http://11.0.0.1/',
  'http://172.15.255.255/',
  'http://172.32.0.1/',
  'http://192.169.0.1/',
  'http://[2001:4860:4860::8888]/',
  'http://[fe00::1]/',
  // addresses of this machine's own network, where clouds keep their secrets
  'http://169.254.169.254/latest/meta-data/',
  'http://[fe80::1]/',
  'http://0.0.0.0/',
  'http://[::]/',
  'http://169.254.1.1/',
  'http://2852039166/',
  'http://0xa9.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://[fd20:ce::254]/',
  'http://[fd00:c1::a9fe:a9fe]/',
  // what carriers share between their customers
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  // to all, or to many
  'http://255.255.255.255/',
  'http://224.0.0.1/',
  'http://[ff02::1]/',
  // public names
  'https://example.com/paid',
  'http://shop.example/',
  'http://localhost.example.com/',
  'http://notlocalhost.com/',
  'http://test.com/',
  'http://xn--fiqs8s.com/',
  'http://127.0.0.1.nip.io/',
  // other ways to write a public address
  'http://134744072/',
  'http://0x08080808/',
  'http://010.010.010.010/',
  'http://[::ffff:8.8.8.8]/',
  'http://[::ffff:808:808]/',
  'http://[64:ff9b::7f00:1]/',
])('a callback may not go to %s', url => {
  expect(createCallbackPolicy().refusal(url)).toContain('allowedCallbackHosts')
})

test.each([
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'ws://127.0.0.1/',
  'unix:/var/run/docker.sock',
])('%s is neither http nor https', url => {
  expect(createCallbackPolicy(['*']).refusal(url)).toContain('neither http nor https')
})

test.each([
  '',
  ' ',
  'shop',
  '/paid',
  '//127.0.0.1/',
  'http://',
  'http://[::1',
  'http://a b/',
  'http://999.1.1.1/',
])('%j is no URL', url => {
  expect(createCallbackPolicy(['*']).refusal(url)).toContain('is no URL')
})

test('what looks like a private host before an @ is no host', () => {
  expect(createCallbackPolicy().refusal('http://127.0.0.1@example.com/')).toBeDefined()
  expect(createCallbackPolicy().refusal('http://127.0.0.1:80@example.com/')).toBeDefined()
})

test.each(['http://user@127.0.0.1/', 'http://user:password@127.0.0.1/', 'http://:password@localhost/'])(
  'a callback may not go to %s, since fetch sends no user name or password',
  url => {
    const refusal = createCallbackPolicy(['*']).refusal(url)
    expect(refusal).toContain('user name')
    expect(refusal).not.toContain('password@')
  },
)

test('an allowed host may be called, in either case and on any port', () => {
  const policy = createCallbackPolicy(['Shop.Example'])
  expect(policy.refusal('https://shop.example/paid')).toBeUndefined()
  expect(policy.refusal('https://SHOP.EXAMPLE:8443/paid')).toBeUndefined()
})

test.each([
  'https://other.example/',
  'https://a.shop.example/',
  'https://shop.example.com/',
  'https://ashop.example/',
])('an allowed host does not allow %s', url => {
  expect(createCallbackPolicy(['shop.example']).refusal(url)).toBeDefined()
})

test('an allowed host with a leading dot allows itself and its subdomains', () => {
  const policy = createCallbackPolicy(['.shop.example'])
  expect(policy.refusal('https://shop.example/')).toBeUndefined()
  expect(policy.refusal('https://a.shop.example/')).toBeUndefined()
  expect(policy.refusal('https://a.b.shop.example/')).toBeUndefined()
  expect(policy.refusal('https://ashop.example/')).toBeDefined()
  expect(policy.refusal('https://shop.example.com/')).toBeDefined()
})

test('an allowed address may be called', () => {
  expect(createCallbackPolicy(['8.8.8.8']).refusal('http://8.8.8.8/')).toBeUndefined()
  expect(createCallbackPolicy(['8.8.8.8']).refusal('http://8.8.4.4/')).toBeDefined()
  expect(createCallbackPolicy(['2001:db8::1']).refusal('http://[2001:db8::1]/')).toBeUndefined()
})

test('a star allows all hosts', () => {
  const policy = createCallbackPolicy(['*'])
  expect(policy.refusal('https://example.com/')).toBeUndefined()
  expect(policy.refusal('http://8.8.8.8/')).toBeUndefined()
})

test('a refusal names the host and what allows it', () => {
  expect(createCallbackPolicy().refusal('https://example.com/paid')).toBe(
    'example.com is not a private host; allow it with "allowedCallbackHosts" in the configuration',
  )
})

test.each(['127.0.0.1', '::1', '10.1.2.3', '172.20.0.2', '192.168.65.254', 'fd12::1', '::ffff:10.1.2.3'])(
  'a name that looks private may stand for %s',
  address => {
    expect(createCallbackPolicy().refusalOfAddress('shop.test', address)).toBeUndefined()
  },
)

test.each([
  '8.8.8.8',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'no address',
])('a name that looks private may not stand for %s', address => {
  expect(createCallbackPolicy(['other.test']).refusalOfAddress('shop.test', address)).toBe(
    `shop.test has the address ${address}, which is not private; allow the host with "allowedCallbackHosts" in the configuration`,
  )
})

test('a name that was allowed may stand for any address', () => {
  for (const allowed of ['shop.example', '.example', 'SHOP.example', '*', '8.8.8.8'])
    expect(createCallbackPolicy([allowed]).refusalOfAddress('shop.example', '8.8.8.8')).toBeUndefined()
})

test.each(['http://user:p@ss:w/paid', 'ftp://user:password@shop/', 'shop?token=password'])(
  'why no callback may go to %s shows no password',
  url => {
    expect(createCallbackPolicy().refusal(url)).not.toMatch(/p@ss|ss:w|user:|=password|:password/)
  },
)
