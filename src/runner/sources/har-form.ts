// The fields of a form, where a tool has written no more of a body than these, as the body that they came from.
import type { ReadBody } from './body.ts'
import { isObject } from './line-exchange.ts'

export function toForm(params: readonly unknown[], contentType: string): ReadBody {
  const fields: [string, string][] = []
  for (const param of params) {
    if (!isObject(param) || typeof param.name !== 'string') return { body: undefined }
    // The content of a file is not in a HAR.
    if (typeof param.fileName === 'string' && param.value === undefined) return { body: undefined }
    fields.push([param.name, typeof param.value === 'string' ? param.value : ''])
  }
  if (!/^multipart\//i.test(contentType)) return { body: new URLSearchParams(fields).toString() }
  const boundary = /boundary="?([^";]+)/i.exec(contentType)?.[1]
  if (boundary === undefined) return { body: undefined }
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return { body: `${parts.join('')}--${boundary}--\r\n` }
}
