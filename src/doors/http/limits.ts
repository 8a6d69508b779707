/** What the HTTP door bears. The numbers are ours: far beyond what a test needs, and little enough that nobody can use it up. */
export interface HttpLimits {
  /** How long a client may take to send the head of a request, also its first one on a connection. */
  readonly headersMs: number
  /** How long it may take to send a whole request. How long the answer takes is not limited. */
  readonly requestMs: number
  /** How often these two are looked at. */
  readonly checkMs: number
  /** How long a connection stays open after an answer, for the next request. */
  readonly idleMs: number
  /** How long a client may leave an answer unread. */
  readonly stalledMs: number
  /** After a last answer to a request that was not read to its end, what comes is thrown away for so long, */
  readonly lingerMs: number
  /** or until it is so much: closed at once, the connection would be reset, and the answer lost. */
  readonly lingerBytes: number
  /** Of the line and the headers of a request, together. */
  readonly headerBytes: number
  /** How many connections there may be; more are closed as they come. */
  readonly connections: number
  /** How many requests of one connection may wait for their answers before it is read on. */
  readonly pipelined: number
  /** How many calls may hang or be delayed because a fault has them do so; with the next one the oldest that hangs ends, or it is refused. */
  readonly hanging: number
  /** How much there may be of all bodies together that are being received or answered. Delayed calls may hold half of it. */
  readonly bodiesBytes: number
}

const mebibyte = 1024 * 1024

export const httpLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 1000,
  idleMs: 5000,
  stalledMs: 30_000,
  lingerMs: 2000,
  lingerBytes: 64 * mebibyte,
  headerBytes: 16 * 1024,
  connections: 15_000,
  pipelined: 100,
  hanging: 1000,
  bodiesBytes: 256 * mebibyte,
}
