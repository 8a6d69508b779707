// What is wrong with the signature itself, as a text: that can be seen without a search.
import type { NamedMistake } from '../mistake.ts'

export const otherHash: NamedMistake = {
  id: 'otherHash',
  title: 'took another hash than the message says',
  explanation:
    'The length of a signature tells which hash it is: MD5 has 32 hex digits, SHA1 40, SHA256 64, SHA512 128.',
  remedy: 'Take the hash that is expected, or name the other one where the provider accepts it.',
}

export const unknownHashName: NamedMistake = {
  id: 'unknownHashName',
  title: 'named a hash that the provider does not know',
  explanation: 'The header that names the hash holds something else than the accepted names.',
  remedy: 'Send one of the accepted names, or leave the header out for the usual hash.',
}

export const hexCase: NamedMistake = {
  id: 'hexCase',
  title: 'wrote the hex digits in the other case',
  explanation: 'The hash is the same, but its text is not, and texts are compared.',
  remedy: 'Change the case of the hash, or compare without regard to case.',
}

export const base64: NamedMistake = {
  id: 'base64',
  title: 'wrote the hash as Base64',
  explanation: 'The hash is expected as hex digits.',
  remedy: "Write hex: digest('hex'), hexdigest(), bin2hex.",
}

export const shortHash: NamedMistake = {
  id: 'shortHash',
  title: 'kept only the middle 16 digits of the MD5',
  explanation: 'Some libraries call this a 16-digit MD5. The whole hash of 32 digits is expected.',
  remedy: 'Send all 32 digits.',
}

export const keyAsSignature: NamedMistake = {
  id: 'keyAsSignature',
  title: 'sent the key itself in place of the signature',
  explanation: 'The key is never sent. Whoever saw this message knows it now.',
  remedy: 'Send the hash; and if it was a real key, have it replaced.',
}

export const formMistakes: readonly NamedMistake[] = [
  otherHash,
  unknownHashName,
  hexCase,
  base64,
  shortHash,
  keyAsSignature,
]
