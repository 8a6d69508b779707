import * as z from 'zod'

const catchall = z.unknown()

/**
 * Like `z.looseObject`, with fields that are made when they are first looked at: to make those of all operations
 * takes longer than to load all the rest, and few of those who load them call them all.
 *
 * @example
 * looseObject(() => ({ out_trade_no: fact(z.string(), …) }))
 */
export function looseObject<S extends z.core.$ZodLooseShape>(fields: () => S) {
  let made: S | undefined
  const object = new z.ZodObject({
    type: 'object',
    catchall,
    get shape() {
      made ??= fields()
      return made
    },
  })
  return object as unknown as ReturnType<typeof z.looseObject<S>>
}
