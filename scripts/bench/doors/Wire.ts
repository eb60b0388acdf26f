// How a protocol is spoken by the load, as lean as it can be: one is used in a process, so that the calls are inlined.

/** What a member is told of what it reads. */
export interface Heard {
  /** A message, whose content begins at `mark`. */
  readonly delivered: (bytes: Buffer, mark: number) => void
  readonly signedIn: () => void
  readonly joined: () => void
  readonly fail: (reason: string) => never
  readonly write: (bytes: Buffer) => void
}

export interface Wire {
  /** It is a stream of HTTP/2, and not a connection of its own. */
  readonly isStream?: boolean
  readonly signIn: (index: number) => Buffer
  /** What is said once it is signed in. */
  readonly join: Buffer
  readonly publish: (sender: number, sequence: number) => Buffer
  /** Where the first thing from `at` on ends; 0 while it is not whole. */
  readonly endOf: (bytes: Buffer, at: number) => number
  readonly take: (bytes: Buffer, at: number, end: number, heard: Heard) => void
  /** What is said when all that came together was taken; absent for nothing. */
  readonly afterRead?: (heard: Heard) => void
}

const filling = Buffer.from(".".repeat(20))

/** Where a message's content begins: 10 bytes before what fills it up. */
export const markIn = (bytes: Buffer, at: number): number => bytes.indexOf(filling, at) - 10
