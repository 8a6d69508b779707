// QFPay's table of pay types: which wallet each is for, and who shows the code.

/** `MPM`: the merchant shows a code and the payer scans it. `CPM`: the other way round. */
export type PayTypeKind = 'MPM' | 'CPM' | 'web' | 'WAP' | 'in-app' | 'JSAPI' | 'mini-program' | 'card'

export type Wallet =
  | 'Alipay'
  | 'Alipay HK'
  | 'WeChat'
  | 'WeChat HK'
  | 'PayMe'
  | 'UnionPay'
  | 'FPS'
  | 'Octopus'
  | 'card'
  | 'any'

export interface PayType {
  /** As the table has it. */
  readonly name: string
  readonly wallet: Wallet
  readonly kind: PayTypeKind
}

/** The published table, by code. */
export const payTypes = {
  '800008': { name: 'CPM all-in-one (WeChat/Alipay/UnionPay/PayMe)', wallet: 'any', kind: 'CPM' },
  '800101': { name: 'Alipay MPM overseas', wallet: 'Alipay', kind: 'MPM' },
  '800108': { name: 'Alipay CPM', wallet: 'Alipay', kind: 'CPM' },
  '801101': { name: 'Alipay web overseas', wallet: 'Alipay', kind: 'web' },
  '801107': { name: 'Alipay WAP overseas', wallet: 'Alipay', kind: 'WAP' },
  '801110': { name: 'Alipay in-app overseas', wallet: 'Alipay', kind: 'in-app' },
  '800107': { name: 'Alipay service-window H5', wallet: 'Alipay', kind: 'WAP' },
  '801501': { name: 'Alipay MPM HK', wallet: 'Alipay HK', kind: 'MPM' },
  '801510': { name: 'Alipay in-app HK', wallet: 'Alipay HK', kind: 'in-app' },
  '801512': { name: 'Alipay WAP HK', wallet: 'Alipay HK', kind: 'WAP' },
  '801514': { name: 'Alipay web HK', wallet: 'Alipay HK', kind: 'web' },
  '800201': { name: 'WeChat MPM', wallet: 'WeChat', kind: 'MPM' },
  '800208': { name: 'WeChat CPM', wallet: 'WeChat', kind: 'CPM' },
  '800207': { name: 'WeChat JSAPI', wallet: 'WeChat', kind: 'JSAPI' },
  '800212': { name: 'WeChat H5', wallet: 'WeChat', kind: 'WAP' },
  '800210': { name: 'WeChat in-app', wallet: 'WeChat', kind: 'in-app' },
  '800213': { name: 'WeChat mini-program', wallet: 'WeChat', kind: 'mini-program' },
  '801008': { name: 'WeChat HK CPM direct', wallet: 'WeChat HK', kind: 'CPM' },
  '801010': { name: 'WeChat HK in-app direct', wallet: 'WeChat HK', kind: 'in-app' },
  '805801': { name: 'PayMe MPM', wallet: 'PayMe', kind: 'MPM' },
  '805808': { name: 'PayMe CPM', wallet: 'PayMe', kind: 'CPM' },
  '805814': { name: 'PayMe web', wallet: 'PayMe', kind: 'web' },
  '805812': { name: 'PayMe WAP', wallet: 'PayMe', kind: 'WAP' },
  '800701': { name: 'UnionPay MPM', wallet: 'UnionPay', kind: 'MPM' },
  '800708': { name: 'UnionPay CPM', wallet: 'UnionPay', kind: 'CPM' },
  '800712': { name: 'UnionPay WAP', wallet: 'UnionPay', kind: 'WAP' },
  '800714': { name: 'UnionPay web', wallet: 'UnionPay', kind: 'web' },
  '802001': { name: 'FPS MPM (no refund)', wallet: 'FPS', kind: 'MPM' },
  '803701': { name: 'Octopus MPM', wallet: 'Octopus', kind: 'MPM' },
  '803712': { name: 'Octopus WAP', wallet: 'Octopus', kind: 'WAP' },
  '803714': { name: 'Octopus web', wallet: 'Octopus', kind: 'web' },
  '802801': { name: 'Visa/MC online', wallet: 'card', kind: 'card' },
  '802808': { name: 'Visa/MC offline', wallet: 'card', kind: 'card' },
  '806527': { name: 'Apple Pay', wallet: 'card', kind: 'card' },
  '806708': { name: 'UnionPay card offline', wallet: 'card', kind: 'card' },
  '806808': { name: 'Amex offline', wallet: 'card', kind: 'card' },
} as const satisfies Readonly<Record<string, PayType>>

type PayTypes = typeof payTypes

/** A pay type whose code the merchant shows: all that a payment is answered with a QR code for. */
export type MpmCode = { [C in keyof PayTypes]: PayTypes[C]['kind'] extends 'MPM' ? C : never }[keyof PayTypes]

export const mpmCodes = [
  '800101',
  '801501',
  '800201',
  '805801',
  '800701',
  '802001',
  '803701',
] as const satisfies readonly MpmCode[]

/** The pay types whose code takes an `expired_time`. */
export const expiredTimeCodes = [
  '800201',
  '800101',
  '801512',
  '801501',
  '801107',
  '801101',
  '801010',
  '801510',
] as const

/** Regional ones, commented out of the same page; what each is for is not said. */
export const regionalCodes = [
  ...['804101', '804108', '804114', '804201', '804208', '804214', '803801', '803808', '804001', '804008'],
  ...['804014', '805208', '805401', '803101', '803108', '803208', '803214', '803301', '803308', '803314'],
  ...['802201', '802301', '802901', '801908', '801208', '801301', '801408', '801701', '805601', '805612'],
  ...['800710', '801801', '801808', '801810', '801814', '803001', '803008', '805508', '805514'],
] as const

/** Days after the payment within which it can be refunded. 0 is never; one that is not named has no limit. */
export const refundWindowDays: Readonly<Record<string, number>> = {
  '800201': 365,
  '800212': 365,
  '801512': 365,
  '801514': 365,
  '802801': 365,
  '805812': 90,
  '805814': 90,
  '802001': 0,
}
