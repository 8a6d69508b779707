import type { Contract } from '../contract/index.ts'
import type { Credentials } from '../contract/wire.ts'

/**
 * A line to paste into a shell: the first example of the contract's first operation, signed for an account.
 *
 * @param url where the double answers, without a slash at its end
 * @param orderNumber the merchant's order number to use
 */
export function toCurl(
  contract: Contract,
  credentials: Credentials,
  url: string,
  orderNumber: string,
): string {
  const [operation] = Object.values(contract.operations)
  const [example] = operation?.examples ?? []
  if (!operation || !example) return ''
  const params = {
    ...example.request,
    ...(operation.orderNumber && { [operation.orderNumber]: orderNumber }),
  }
  const { method, path, query, headers, body } = contract.wire.encodeRequest(operation, params, credentials)
  const target = quote(`${url}${path}${query === '' ? '' : `?${query}`}`)
  const parts = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`)
  if (body.length > 0) parts.push(`--data ${quote(new TextDecoder().decode(body))}`)
  const isDefault = method === (body.length > 0 ? 'POST' : 'GET')
  return ['curl', ...(isDefault ? [] : ['-X', method]), target, ...parts].join(' ')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
