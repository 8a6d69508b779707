// What no report and no recording may show: secrets, signatures' keys, and what is known of persons.
import type { Contract } from '../contract/index.ts'
import { createSecrets, maskSecret } from '../signature/index.ts'
import { isPersonalName, isSecretName } from './hidden-names.ts'
import { hideMembers } from './hide-members.ts'

export interface Mask {
  /** A text with everything in it masked that is known or looks like a secret or a person. */
  text(text: string): string
  /** A value of a field, by the field's name. */
  field(name: string, value: string): string
  /** A header, by its name. */
  header(name: string, value: string): string
  /** Whether the values of a field are masked whatever they are. */
  isHidden(name: string): boolean
  /** The same with a star for each character, so that places in a text stay where they are. */
  inPlace(text: string): string
}

/** A mobile number of China, Hong Kong, Macao or Taiwan that stands by itself. */
const phone = /(?<![\dA-Za-z.])(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\dA-Za-z]|\.\d)/g
const otherPhone = /(?<![\dA-Za-z])\+(?:852|853|886)[- ]?\d{4,5}[- ]?\d{4}(?![\dA-Za-z])/g
/** A number of an ID card: order numbers of as many digits begin with a date or lack the right last character. */
const idCard =
  /(?<![\dA-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])/g
const idCardOfHongKong = /(?<![\dA-Za-z])[A-Za-z]{1,2}\d{6}\([\dAa]\)/g
const email = /(?<![\w.+-])[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+/g
const bearer = /(?<=\b(?:Bearer|Basic) )[\w.~+/=-]{8,}/gi
const userInfo = /(?<=:\/\/)[^/?#@\s:]*:[^/?#@\s]*(?=@)/g

/** @param secrets values that are known to be secret */
export function createMask(contracts: readonly Contract[], secrets: readonly string[]): Mask {
  const known = createSecrets(secrets)
  const named = new Set(
    contracts.flatMap(({ personalFields = [], account }) => [
      ...personalFields,
      ...(account.secretFields ?? []),
      ...account.secrets,
    ]),
  )
  const isHidden = (name: string) => named.has(name.trim()) || isSecretName(name) || isPersonalName(name)
  const hide = (value: string, cover: (hidden: string) => string) => {
    let hidden = hideMembers(value, isHidden, cover)
    hidden = hidden.replace(bearer, cover).replace(userInfo, cover).replace(email, cover)
    hidden = hidden.replace(idCard, number => (isIdCard(number) ? cover(number) : number))
    return hidden.replace(idCardOfHongKong, cover).replace(phone, cover).replace(otherPhone, cover)
  }
  const text = (value: string) => hide(known.hide(value), maskPerson)
  return {
    text,
    isHidden,
    field: (name, value) => (isHidden(name) ? maskPerson(value) : text(value)),
    header: (name, value) => (isSecretName(name) ? maskSecret(value) : text(value)),
    inPlace: value => hide(known.hide(value), hidden => '*'.repeat(hidden.length)),
  }
}

/** What is known of a person keeps its length at most. */
function maskPerson(value: string): string {
  return value === '' ? '' : `${value.slice(0, value.length > 8 ? 2 : 0)}…`
}

/** By its last character (GB 11643): one order number in eleven has it by chance, and is masked. */
function isIdCard(number: string): boolean {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += Number(number[i]) * (2 ** (17 - i) % 11)
  return '10X98765432'[sum % 11] === number[17]?.toUpperCase()
}
