// From contracts to OpenAPI documents.
import { stringify } from 'yaml'
import type { Describable } from '../contract/index.ts'
import { toOpenApi } from './document.ts'

export type SpecFormat = 'yaml' | 'json'

/** The text of the OpenAPI document of a contract. The same contract always gives the same text. */
export function toSpec(contract: Describable, version: string, format: SpecFormat): string {
  const document = toOpenApi(contract, version)
  if (format === 'json') return `${JSON.stringify(document, null, 2)}\n`
  return stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 0, aliasDuplicateObjects: false })
}
