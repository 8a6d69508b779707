// Names of fields and headers whose values are masked whatever they are.

/** Whether a field or a header of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secret.test(inWords(name))
}

/** Whether a field of this name tells who a person is. */
export function isPersonalName(name: string): boolean {
  return personal.test(name) || personal.test(inWords(name))
}

const secret =
  /(^|[-_.])(authorization|auth|cookie|token|secret|password|passwd|pwd|session[-_]?(id|key)?|(api|sign|access|client|private|secret|session)[-_]?key|accesskey|signkey|密码|密钥|令牌)$/i
const personal =
  /(true|real|full|first|last|sur|nick|user|buyer|customer|payer|payee|holder|contact|receiver|recipient|consignee)[-_]?name|creid|id_?card|id_?no|cert_?no|phone|mobile|openid|open_id|email|bank_?card|card_?no|cardcd|(姓名|手机号?码?|电话|身份证号?码?|邮箱|银行卡号?)$/i

/** `refreshToken ` as `refresh_Token`: a sample may have a space at the end of a name. */
function inWords(name: string): string {
  return name.trim().replace(/([a-z])([A-Z])/g, '$1_$2')
}
