// What the command line needs of this part, in one import.
export { readTortureConfig } from './config.ts'
export { connect } from './connect.ts'
export { toText } from './report.ts'
export { torture } from './torture.ts'
