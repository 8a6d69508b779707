import { BlockList, isIP } from 'node:net'

/** Where callbacks may go: loopback and private addresses, and the hosts that were allowed by name. */
export interface CallbackPolicy {
  /** Why a callback must not go there, or undefined if it may. */
  refusal(url: string | URL): string | undefined
  /**
   * Why none must go to an address that the name of such a host stands for, or undefined if it may. A host that was
   * allowed by name may have any; one whose name alone says that it is private must have private ones.
   */
  refusalOfAddress(host: string, address: string): string | undefined
}

const privateNetworks = new BlockList()
privateNetworks.addSubnet('127.0.0.0', 8)
privateNetworks.addSubnet('10.0.0.0', 8)
privateNetworks.addSubnet('172.16.0.0', 12)
privateNetworks.addSubnet('192.168.0.0', 16)
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

/** Private addresses under which clouds (AWS, Google, Oracle) hand out the secrets of a machine. */
const secretHolders = new BlockList()
for (const address of ['fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe'])
  secretHolders.addAddress(address, 'ipv6')

/** Names that no public address has: localhost, the special-use domains, and names without a dot. */
const privateName = /^[^.]+$|\.(localhost|local|internal|test|home\.arpa)$/

/** @param allowedHosts host names, each also for its subdomains if it starts with a dot; `*` allows all */
export function createCallbackPolicy(allowedHosts: readonly string[] = []): CallbackPolicy {
  const hosts = allowedHosts.map(host => host.toLowerCase())
  const isAllowed = (host: string) => hosts.some(allowed => isMeant(host, allowed))
  return {
    refusal(url) {
      const parsed = typeof url !== 'string' ? url : URL.canParse(url) ? new URL(url) : undefined
      // Neither what may be a password in it, nor parameters.
      if (!parsed) return `${JSON.stringify(String(url).replace(/^.*@.*$|[?#].*$/gs, '…'))} is no URL`
      if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
        return `an address of ${parsed.protocol} is neither http nor https`
      if (parsed.username !== '' || parsed.password !== '')
        return `the address on ${parsed.host} holds a user name or password, which no callback is sent with`
      const host = hostOf(parsed)
      const isPrivate = isIP(host) === 0 ? privateName.test(host) : isPrivateAddress(host)
      if (isPrivate || isAllowed(host)) return undefined
      return `${host} is not a private host; allow it with "allowedCallbackHosts" in the configuration`
    },

    refusalOfAddress(host, address) {
      if (isPrivateAddress(address) || isAllowed(host.toLowerCase()) || isAllowed(address)) return undefined
      return `${host} has the address ${address}, which is not private; allow the host with "allowedCallbackHosts" in the configuration`
    },
  }
}

/** The name or address to which a URL leads; the URL has made all spellings of an address one already. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase()
}

function isPrivateAddress(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  return privateNetworks.check(address, family) && !secretHolders.check(address, family)
}

function isMeant(host: string, allowed: string): boolean {
  return allowed === '*' || allowed === host || (allowed.startsWith('.') && `.${host}`.endsWith(allowed))
}
