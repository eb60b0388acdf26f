// What the clients of a run record: what they sent, what they were answered and what they received.

/** What a client does in a channel. */
export type Action =
  | { readonly type: "Message"; readonly content: string; readonly file?: string | undefined }
  | { readonly type: "Edited"; readonly target: number; readonly content: string }
  | { readonly type: "Deleted"; readonly target: number }
  | { readonly type: "Reacted"; readonly target: number; readonly reaction: string; readonly on: boolean }

/** An acknowledgement. */
export interface Answer {
  /** 0 in version 1, where the echo is the answer. */
  readonly seq: number
  readonly timestamp: number
  readonly durability: string
  readonly at: number
}

/** All times are in milliseconds since the start of the run. */
export interface Operation {
  /** One client speaks in one order; a user may have several. */
  readonly client: string
  readonly user: string
  /** Its own; absent in version 1, where the content is. */
  readonly id?: string | undefined
  readonly channel: string
  readonly act: Action
  readonly at: number
  /** One for each time it was sent and acknowledged. All of them have to be the same. */
  readonly answers: Array<Answer>
  /** It carries a file that may not be whole yet: then it has to be refused. */
  readonly early?: true | undefined
  /** Why it was refused in the end. */
  refused?: { readonly reason: string; readonly final: boolean } | undefined
  /** It is still to be sent once more: what changed nothing the first time may change something then. */
  again?: boolean | undefined
}

/** An entry of a channel, as a client received it. */
export interface Entry {
  readonly type: Action["type"]
  readonly seq: number
  readonly id?: string | undefined
  readonly from: string
  readonly content?: string | undefined
  readonly target?: number | undefined
  readonly reaction?: string | undefined
  readonly on?: boolean | undefined
  readonly edited?: number | undefined
  readonly deleted?: true | undefined
  readonly reactions?: ReadonlyArray<{ readonly reaction: string; readonly users: ReadonlyArray<string> }> | undefined
  readonly file?: { readonly id: string; readonly name: string; readonly sha256: string } | undefined
}

/** A file that a client sends. */
export interface SentFile {
  readonly client: string
  readonly channel: string
  /** It says what is in it. */
  readonly name: string
  readonly at: number
  /** Each id that the service gave it: it has to keep what it has begun, so there is no more than one. */
  readonly begun: Array<string>
  /** How many bytes were said to be safe, in that order; also when it went on. */
  readonly told: Array<{ readonly at: number; readonly bytes: number }>
  /** The hash of what is whole, as the service has it. */
  sha256?: string | undefined
  /** Nothing more is done about it: it was said, or there was no way to. */
  settled: boolean
  refused?: string | undefined
}

/** A file that a client reads, because a message carries it. */
export interface ReadFile {
  readonly client: string
  readonly channel: string
  /** The place of the message. */
  readonly seq: number
  readonly id: string
  readonly at: number
  /** When its end had come, or it was refused. */
  over?: number | undefined
  /** The hash of what has come. */
  sha256?: string | undefined
  refused?: { readonly reason: string; readonly final: boolean } | undefined
}

/** The client was told that history no longer has these entries. */
export interface Gap {
  readonly type: "Missed"
  readonly from: number
  readonly to: number
}

/** What one client received in one channel, in that order. */
export interface Observation {
  readonly client: string
  readonly channel: string
  /** Of version 1, which has no `seq` and no catching up. */
  readonly placeless?: true | undefined
  readonly entries: Array<Entry | Gap>
}

/** A client was told to try again. */
export interface Rejection {
  readonly client: string
  readonly reason: string
  readonly at: number
}

/** The service, or what it stands on, is gone or stuck from one moment to another. */
export interface Strike {
  readonly at: number
  /** When the service could be reached again; undefined when it could not in time. */
  readonly over?: number | undefined
}

export interface Record {
  readonly strikes: ReadonlyArray<Strike>
  readonly operations: ReadonlyArray<Operation>
  readonly observations: ReadonlyArray<Observation>
  readonly rejections: ReadonlyArray<Rejection>
  /** What a fresh client reads back in the end, by channel. */
  readonly kept: ReadonlyMap<string, ReadonlyArray<Entry>>
  readonly files: ReadonlyArray<SentFile>
  /** In the end a fresh client reads each that a message carries. */
  readonly reads: ReadonlyArray<ReadFile>
}

/** A name for an operation that its entry has, too: its sender and its id, or its content where there is none. */
export const keyOf = (user: string, id: string | undefined, content: string | undefined): string =>
  id === undefined ? `${user}: ${content}` : `${user} ${id}`
