// What each kind of finding means, for reports that explain themselves.

export interface KindOfFinding {
  /** A few words. */
  readonly title: string
  /** What it means, and what to do. */
  readonly help: string
}

const kinds: Readonly<Record<string, KindOfFinding>> = {
  unknownField: {
    title: 'A field that the contract does not know',
    help: 'The provider may have added it, or a client may have misspelt one. Clients that ignore unknown fields go on; add it to the contract once a source or enough traffic shows it.',
  },
  missingField: {
    title: 'A required field is missing',
    help: 'Code that reads it gets nothing. If it can be missing after all, the contract is to say so.',
  },
  renamedField: {
    title: 'A field seems to have another name',
    help: 'A required field is missing, and an unknown one holds what would fit it. Code that reads the old name gets nothing.',
  },
  spacedKey: {
    title: 'The name of a field has a space at its end',
    help: 'Some providers document such names, and send either. Read both names.',
  },
  typeChanged: {
    title: 'A field is of another type',
    help: 'A number where a text was, or the other way round: comparisons and strict parsers fail.',
  },
  unexpectedNull: {
    title: 'null, where there never was',
    help: 'Code that takes the field for granted fails on null.',
  },
  newEnumValue: {
    title: 'A value that is none of the known ones',
    help: 'Code that handles every known value has no branch for it.',
  },
  wrongLength: {
    title: 'Too short or too long',
    help: 'Columns and checks that go by the documented length refuse or cut it.',
  },
  wrongFormat: { title: 'Not in the described form', help: 'Parsers that go by the documented form fail.' },
  undocumentedCode: {
    title: 'A code that is in no row of the error table',
    help: 'Clients cannot know whether it means that a payment failed. Treat it as unknown, and ask for the order.',
  },
  undocumentedStatus: {
    title: 'An HTTP status that no source has for this answer',
    help: 'Something between client and provider may have answered, or the provider signals errors in another way than before.',
  },
  contentType: {
    title: 'Another content type',
    help: 'Clients that choose a parser by content type choose another one. A page of HTML often comes from a gateway.',
  },
  wrongCharset: {
    title: 'Another encoding than UTF-8',
    help: 'Names and messages turn into other characters.',
  },
  notJson: { title: 'The body is no JSON object', help: 'Nothing of it can be read as the contract has it.' },
  malformedRequest: {
    title: 'The request cannot be read',
    help: 'The provider refuses it before it looks at a single field.',
  },
  invalidField: { title: 'A field is not as described', help: 'The provider may refuse it.' },
  wrongCredentials: {
    title: 'The credentials are not right',
    help: 'The provider refuses the request. Check which account and which environment they are of.',
  },
  missingSignature: {
    title: 'The signature is missing',
    help: 'A request without it is refused. An answer or a callback without it cannot be told from a forged one.',
  },
  wrongSignature: {
    title: 'The signature does not match',
    help: 'The autopsy says which known mistake gives just this signature, if one does.',
  },
  currencyUnit: {
    title: 'An amount that looks like another unit',
    help: 'Yuan may have been taken for fen, or the other way round: a hundred times too much or too little.',
  },
  differentAmount: {
    title: 'Another amount than was asked for',
    help: 'Compare amounts before an order counts as paid.',
  },
  duplicateOrderNumber: {
    title: 'An order number was used twice',
    help: 'The provider made two orders, and both can be paid. Use a number once.',
  },
  missingCallback: {
    title: 'A callback did not come',
    help: 'The order was paid, and nobody was told. Ask for orders that stay open.',
  },
  extraCallback: {
    title: 'A callback came again',
    help: 'It had been acknowledged before. Handling it twice must change nothing.',
  },
  callbackOutOfOrder: {
    title: 'A callback came before what it is about',
    help: 'An app may not know the order yet. It must not lose the callback for that.',
  },
  staleEvidence: {
    title: 'Nobody has read the sources for long',
    help: 'The contract may be out of date. Read the sources again, or confirm it by real traffic.',
  },
  duplicateKey: {
    title: 'A field that is there twice',
    help: 'Parsers do not agree which of the two counts, so that a check and what it checks may read different values.',
  },
  notAcknowledged: {
    title: 'A callback that the merchant did not acknowledge',
    help: 'Its answer looks like success, and is not the one that the provider waits for: the callback comes again. Answer as the document says.',
  },
  manyDifferences: {
    title: 'More differences than are told apart',
    help: 'The message may be another one than it seems. Mend the first ones and check again.',
  },
  assumptionDiffers: {
    title: 'What the contract assumes is otherwise',
    help: 'Where the sources are silent the contract assumes something, and says so. Reality has another answer: have the contract say that.',
  },
  caseDiffers: {
    title: 'A case got another answer',
    help: 'The provider answers a request of cases.ts otherwise than its sources say.',
  },
}

/** All kinds that a check itself finds. */
export const kindNames = Object.keys(kinds)

/** What a kind means; of advice that a contract gives itself, what advice is. */
export function kindOf(kind: string): KindOfFinding {
  if (Object.hasOwn(kinds, kind)) return kinds[kind] as KindOfFinding
  const words = kind.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return {
    title: `${words.charAt(0).toUpperCase()}${words.slice(1)}`,
    help: 'What the document advises against, without forbidding it.',
  }
}
