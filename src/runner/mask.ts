// What no report and no recording may show: secrets, signatures' keys, and what is known of persons.
import type { Contract } from '../contract/index.ts'
import { createSecrets, maskSecret } from '../signature/index.ts'

export interface Mask {
  /** A text with everything in it masked that is known or looks like a secret or a person. */
  text(text: string): string
  /** A value of a field, by the field's name. */
  field(name: string, value: string): string
  /** A header, by its name. */
  header(name: string, value: string): string
}

/** Names of fields and headers whose values are masked whatever they are. */
const secretName =
  /(^|[-_.])(authorization|cookie|set-cookie|token|access_token|refresh_token|secret|password|passwd|pwd|api[-_]?key|client[-_]?key|client[-_]?secret|private[-_]?key|payment-secret)$/i
const personalName =
  /(true_?name|real_?name|creid|id_?card|id_?no|cert_?no|phone|mobile|openid|open_id|email|bank_?card|card_?no|cardcd)/i

/** A Chinese mobile number, or a number of an ID card, that stands by itself. */
const phone = /(?<![\dA-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![\dA-Za-z])/g
const idCard =
  /(?<![\dA-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])/g
const email = /(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+/g
const bearer = /(?<=\b(?:Bearer|Basic) )[\w.~+/=-]{8,}/gi

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
  const text = (value: string) =>
    known
      .hide(value)
      .replace(bearer, maskSecret)
      .replace(idCard, maskPerson)
      .replace(phone, maskPerson)
      .replace(email, maskPerson)
  const isPersonal = (name: string) => named.has(name) || secretName.test(name) || personalName.test(name)
  return {
    text,
    field: (name, value) => (isPersonal(name) ? maskPerson(value) : text(value)),
    header: (name, value) => (secretName.test(name) ? maskSecret(value) : text(value)),
  }
}

/** What is known of a person keeps its length at most. */
function maskPerson(value: string): string {
  return value === '' ? '' : `${value.slice(0, value.length > 8 ? 2 : 0)}…`
}
