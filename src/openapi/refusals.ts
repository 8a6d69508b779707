import type { oas31 } from 'openapi3-ts'
import { type Describable, provenanceKey } from '../contract/index.ts'

/** The error table, each row with who says so. It is one for all operations, as the providers' tables are. */
export function toErrorTable({ errors }: Describable): object[] {
  return Object.entries(errors).map(([name, { provenance, ...row }]) => ({
    name,
    ...row,
    [provenanceKey]: provenance,
  }))
}

/** What each row looks like on the wire, for all operations to refer to. */
export function toRefusalExamples({ errors, wire }: Describable): Record<string, oas31.ExampleObject> {
  const failing = Object.entries(errors).filter(([, row]) => row.outcome !== 'success')
  if (!wire) return {}
  return Object.fromEntries(
    failing.map(([name, row]) => [
      name,
      {
        summary: `${row.code}: ${row.meaning}`,
        value: wire.refuse(row, { now: exampleMoment, elapsedMs: 0 }),
      },
    ]),
  )
}

/** 2026-01-01 09:00:00 in China. */
const exampleMoment = Date.UTC(2026, 0, 1, 1, 0, 0)
