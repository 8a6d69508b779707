// Two versions of a contract or of an OpenAPI document, and what became of the old one's promises.
export * from './change.ts'
export { compareDocuments } from './compare.ts'
export type { ApiDocument } from './place.ts'
export { documentOf, readDocument, toDocument } from './read-document.ts'
