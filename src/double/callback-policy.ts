import { BlockList, isIP } from 'node:net'

/** Where callbacks may go: loopback and private addresses, and the hosts that were allowed by name. */
export interface CallbackPolicy {
  /** Why a callback must not go there, or undefined if it may. */
  refusal(url: string): string | undefined
}

const privateNetworks = new BlockList()
privateNetworks.addSubnet('127.0.0.0', 8)
privateNetworks.addSubnet('10.0.0.0', 8)
privateNetworks.addSubnet('172.16.0.0', 12)
privateNetworks.addSubnet('192.168.0.0', 16)
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

/** Names that no public address has: localhost, the special-use domains, and names without a dot. */
const privateName = /^[^.]+$|\.(localhost|local|internal|test|home\.arpa)$/

/** @param allowedHosts host names, each also for its subdomains if it starts with a dot; `*` allows all */
export function createCallbackPolicy(allowedHosts: readonly string[] = []): CallbackPolicy {
  return {
    refusal(url) {
      const parsed = URL.canParse(url) ? new URL(url) : undefined
      if (!parsed) return `${JSON.stringify(url)} is no URL`
      if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
        return `${url} is neither http nor https`
      if (parsed.username !== '' || parsed.password !== '')
        return `the address on ${parsed.host} holds a user name or password, which no callback is sent with`
      const host = parsed.hostname.replace(/^\[|\]$/g, '').toLowerCase()
      const family = isIP(host)
      const isPrivate =
        family === 0 ? privateName.test(host) : privateNetworks.check(host, family === 6 ? 'ipv6' : 'ipv4')
      if (isPrivate || allowedHosts.some(allowed => isAllowed(host, allowed.toLowerCase()))) return undefined
      return `${host} is not a private host; allow it with "allowedCallbackHosts" in the configuration`
    },
  }
}

function isAllowed(host: string, allowed: string): boolean {
  return allowed === '*' || allowed === host || (allowed.startsWith('.') && `.${host}`.endsWith(allowed))
}
