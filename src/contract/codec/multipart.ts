import { decodeUtf8 } from './text.ts'

/** As many as a form may have; see `form.ts`. */
const mostParts = 1000

/**
 * Reads a `multipart/form-data` body whose parts are all texts, strictly: what is no such body, a file, a
 * repeated name, bytes that are not UTF-8 and NUL are errors.
 *
 * @param contentType the header, which says what stands between the parts
 * @throws MultipartError
 */
export function decodeMultipart(bytes: Uint8Array, contentType: string): Record<string, string> {
  const text = toText(bytes)
  if (text.includes('\u0000')) throw new MultipartError('it holds a NUL character')
  const [preamble = '', ...rest] = `\r\n${text}`.split(`\r\n--${boundaryOf(contentType)}`)
  const end = rest.pop()
  if (preamble.trim() !== '') throw new MultipartError('it does not begin with its boundary')
  if (end === undefined || !/^--[ \t]*(\r\n|$)/.test(end))
    throw new MultipartError('it does not end with its boundary')
  if (rest.length > mostParts) throw new MultipartError(`it has more than ${mostParts} parts`)
  const params: Record<string, string> = Object.create(null)
  for (const part of rest) {
    const { name, value } = readPart(part)
    if (name in params) throw new MultipartError(`parameter ${JSON.stringify(name)} is sent twice`)
    params[name] = value
  }
  return params
}

/** Writes named values as `multipart/form-data`; those that are undefined or null are left out. */
export function encodeMultipart(params: Readonly<Record<string, unknown>>): {
  contentType: string
  body: string
} {
  const parts = Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(
      ([name, value]) => `\r\ncontent-disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}\r\n`,
    )
  let boundary = 'form-boundary'
  while (parts.some(part => part.includes(boundary))) boundary += '0'
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${[...parts, '--\r\n'].map(part => `--${boundary}${part}`).join('')}`,
  }
}

/** Why a multipart body could not be read. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError'
}

function toText(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    throw new MultipartError('it is not UTF-8')
  }
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain ?? ''
  // RFC 2046 has 1 to 70 of these characters.
  if (/^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary)) return boundary
  throw new MultipartError('its content type names no boundary')
}

/** @param part from behind the boundary to the line break before the next one */
function readPart(part: string): { name: string; value: string } {
  const start = part.indexOf('\r\n\r\n')
  const head = part.slice(0, start)
  if (start < 0 || !/^[ \t]*\r\n/.test(head)) throw new MultipartError('a part has no head')
  const disposition = head.split('\r\n').find(line => /^content-disposition:/i.test(line)) ?? ''
  const name = parameterOf(disposition, 'name')
  if (!/^[^:]+:\s*form-data\s*(;|$)/i.test(disposition) || name === undefined)
    throw new MultipartError('a part has no name')
  if (parameterOf(disposition, 'filename') !== undefined)
    throw new MultipartError(`parameter ${JSON.stringify(name)} is a file`)
  return { name, value: part.slice(start + 4) }
}

function parameterOf(header: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`;\\s*${name}\\*?=(?:"([^"]*)"|([^\\s;"]*))`, 'i').exec(header) ?? []
  return (quoted ?? plain)?.replace(/%(22|0D|0A)/gi, code => decodeURIComponent(code))
}

function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent)
}
