// The objects of zod, with fields that are made when they are first looked at: to make those of all messages takes
// longer than to load all the rest, and few of those who load them need them all.
import * as z from 'zod'

type Fields = z.core.$ZodLooseShape

const anything = z.unknown()
const nothing = z.never()

/** Like `z.object`. */
export function object<S extends Fields>(fields: () => S) {
  return late(fields) as unknown as ReturnType<typeof z.object<S>>
}

/**
 * Like `z.looseObject`.
 *
 * @example
 * looseObject(() => ({ out_trade_no: fact(z.string(), …) }))
 */
export function looseObject<S extends Fields>(fields: () => S) {
  return late(fields, anything) as unknown as ReturnType<typeof z.looseObject<S>>
}

/** Like `z.strictObject`. */
export function strictObject<S extends Fields>(fields: () => S) {
  return late(fields, nothing) as unknown as ReturnType<typeof z.strictObject<S>>
}

function late<S extends Fields>(fields: () => S, catchall?: z.ZodType): z.ZodObject {
  let made: S | undefined
  return new z.ZodObject({
    type: 'object',
    ...(catchall && { catchall }),
    get shape() {
      made ??= fields()
      return made
    },
  })
}
