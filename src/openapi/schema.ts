import type { oas31 } from 'openapi3-ts'
import * as z from 'zod'
import { contentKey } from '../contract/index.ts'

/** A Zod schema as the JSON Schema of an OpenAPI 3.1 document. What Zod's metadata says goes along, provenance too. */
export function toSchema(schema: z.ZodType): oas31.SchemaObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      const content: unknown = jsonSchema[contentKey]
      if (content instanceof z.ZodObject) Object.assign(jsonSchema, { [contentKey]: toSchema(content) })
    },
  })
  return json as oas31.SchemaObject
}

/** The properties of an object schema, each with its own schema and whether it must be there. */
export function propertiesOf(
  schema: z.ZodObject,
): { name: string; schema: oas31.SchemaObject; required: boolean }[] {
  const { properties = {}, required = [] } = toSchema(schema)
  return Object.entries(properties).map(([name, property]) => ({
    name,
    schema: property as oas31.SchemaObject,
    required: required.includes(name),
  }))
}
