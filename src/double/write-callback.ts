// The bytes of a callback: as they should be, or as a schedule has them.
import { encodeGbk } from '../contract/codec/text.ts'
import type { Contract, Credentials } from '../contract/index.ts'
import type { Delivery } from '../store/records.ts'
import { makeHostile, setFields } from './hostile.ts'
import type { ByteForm, Send } from './schedule.ts'
import type { OutgoingCallback } from './simulator.ts'

type Written = Pick<Delivery, 'headers' | 'body' | 'charset'>

/**
 * @param replayed what was sent for another order, where the schedule sends that
 */
export function writeCallback(
  { wire, callbacks, account }: Contract,
  credentials: Credentials,
  { callback, payload }: OutgoingCallback,
  send: Send,
  replayed?: Delivery,
): Written {
  if (replayed) {
    const { headers, body, charset } = replayed
    return { headers, body, charset }
  }
  const right = wire.encodeCallback(payload, credentials)
  const forgery = callbacks[callback]?.forgery
  let said: object = payload
  if (send.amount !== undefined && forgery) said = setFields(said, forgery.amount(send.amount))
  if (send.flipped && forgery) said = setFields(said, forgery.flipped)
  said = setFields(said, send.set)
  if (send.hostile) said = makeHostile(said, send.hostile)
  const isChanged = said !== payload && JSON.stringify(said) !== JSON.stringify(payload)
  const encoded = isChanged ? wire.encodeCallback(said, credentials) : right
  const charset = send.bytes === 'gbk' ? 'gbk' : 'utf-8'
  const body = send.bytes ? rewrite(encoded.body, said, send.bytes) : encoded.body
  const bytes = toBytes(body, charset)
  const signatureOf = (text: string | Uint8Array, by: Credentials) => wire.signCallback?.(text, by) ?? {}
  const unsigned = withoutNames(encoded.headers, Object.keys(signatureOf(body, credentials)))
  // Who only writes it otherwise signs what he sends; who changes what it says cannot.
  const isForged = send.amount !== undefined || send.flipped === true || send.set !== undefined
  switch (send.sign ?? (isForged ? 'stale' : 'right')) {
    case 'right':
      return { headers: { ...unsigned, ...signatureOf(bytes, credentials) }, body, charset }
    case 'stale':
      return { headers: { ...unsigned, ...signatureOf(right.body, credentials) }, body, charset }
    case 'wrongKey':
      return {
        headers: { ...unsigned, ...signatureOf(bytes, withWrongSecrets(credentials, account.secrets)) },
        body,
        charset,
      }
    case 'none':
      return { headers: unsigned, body, charset }
  }
}

/** What a text is on the wire; as it is where that is UTF-8. */
export function toBytes(text: string, charset: Delivery['charset']): string | Uint8Array {
  return charset === 'gbk' ? encodeGbk(text) : text
}

/** The same content in other bytes. */
function rewrite(body: string, said: object, form: ByteForm): string {
  switch (form) {
    case 'compact':
      return JSON.stringify(said)
    case 'pretty':
      return JSON.stringify(said, null, 2)
    case 'reordered':
      return JSON.stringify(Object.fromEntries(Object.entries(said).reverse()))
    case 'escaped':
      return body.replace(/[^\x20-\x7e]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    case 'unescaped':
    case 'gbk':
      return JSON.stringify(said)
    case 'bom':
      return `\ufeff${body}`
  }
}

function withoutNames(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

/** Credentials of nobody: each secret reversed. */
function withWrongSecrets(credentials: Credentials, secrets: readonly string[]): Credentials {
  const wrong = secrets.map(name => [name, `${[...String(credentials[name])].reverse().join('')}x`])
  return { ...credentials, ...Object.fromEntries(wrong) }
}
