import { Buffer } from 'node:buffer'

/** One request and its answer as they went over the wire, wherever they were seen. */
export interface CapturedExchange {
  readonly request: CapturedRequest
  /** Absent where none was seen. */
  readonly response?: CapturedResponse | undefined
  /** When the request was sent, in epoch milliseconds; absent where nobody wrote it down. */
  readonly at?: number | undefined
  /** From the request to the end of the answer, in milliseconds. */
  readonly durationMs?: number | undefined
  readonly place: Place
  /** What it is, where the source knows it: then nothing is guessed from host, path and fields. */
  readonly about?: About | undefined
  /** Which of its messages were masked when they were written down: values with … in them say nothing of what was sent. */
  readonly masked?: readonly MaskedPart[] | undefined
}

export type MaskedPart = 'request' | 'response'

/** An operation or a callback of a provider, by their names in the contract. */
export interface About {
  readonly provider: string
  readonly operation?: string
  readonly callback?: string
  /** It is one of the callbacks; the fields say which one comes nearest. */
  readonly isCallback?: true
}

/** Where in a source an exchange stands. */
export interface Place {
  /** A file, `standard input`, or what else the source calls itself. */
  readonly source: string
  readonly unit: 'entry' | 'line' | 'message' | 'call' | 'case'
  /** From 1. */
  readonly number: number
}

export interface CapturedRequest {
  readonly method: string
  /** Absolute, or a path where the host is not known. */
  readonly url: string
  /** Lower-case names; those of HTTP/2 that begin with a colon are left out. */
  readonly headers: Readonly<Record<string, string>>
  /** As it was sent, without what the transport does to it: decompressed. A text stands for its UTF-8 bytes. */
  readonly body: CapturedBody
}

export interface CapturedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: CapturedBody
}

/** Absent where there was one that was not captured. */
export type CapturedBody = string | Uint8Array | undefined

/** A part of a source that could not be read; all others still count. */
export interface Unreadable {
  readonly place: Place
  /** What is wrong, and what to do. */
  readonly unreadable: string
}

export type CaptureItem = CapturedExchange | Unreadable

/** What a source yields: many at a time, because one at a time costs more than judging it. */
export type Capture = AsyncIterable<readonly CaptureItem[]>

export function isUnreadable(item: CaptureItem): item is Unreadable {
  return 'unreadable' in item
}

/** A place in words, such as `out.har, entry 12`. */
export function showPlace({ source, unit, number }: Place): string {
  return `${source}, ${unit} ${number}`
}

export function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body
}
