// The vocabulary in which contracts are written.
export * from './contract.ts'
export * from './facts.ts'
export * from './finding.ts'
export * from './json-text.ts'
export * from './path.ts'
export * from './provenance.ts'
export * from './refusal.ts'
export * from './wire.ts'
