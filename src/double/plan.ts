import * as z from 'zod'
import { faultSchema } from './fault.ts'

/**
 * A whole plan of what goes wrong, as one value: with the same plan, the same requests are answered the same.
 * It fits into `createDouble(plan)`, `paydouble serve --plan`, and the server's `api/plan`.
 */
export const planSchema = z.strictObject({
  seed: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .optional()
    .meta({ description: 'A 32-bit whole number; the one of before where it is not given.' }),
  faults: z.array(faultSchema).max(10_000).optional(),
})
export type Plan = z.output<typeof planSchema>
