// What clients note down while a service is tortured: what they said, what they were answered, what they heard.

/** What somebody does in a channel. */
export type Act =
  | { readonly type: "Message"; readonly content: string }
  | { readonly type: "Edited"; readonly target: number; readonly content: string }
  | { readonly type: "Deleted"; readonly target: number }
  | { readonly type: "Reacted"; readonly target: number; readonly reaction: string; readonly on: boolean }

/** The server's word that it is stored. */
export interface Answer {
  /** 0 in version 1, where the echo is the answer. */
  readonly seq: number
  readonly timestamp: number
  readonly durability: string
  readonly at: number
}

/** All times are in milliseconds since the start of the run. */
export interface Said {
  /** One client speaks in one order; a user may have several. */
  readonly client: string
  readonly user: string
  /** Its own; absent in version 1, where the content is. */
  readonly id?: string | undefined
  readonly channel: string
  readonly act: Act
  readonly at: number
  /** One for each time it was said and acknowledged: more than one says the same each time. */
  readonly answers: Array<Answer>
  /** Why it was refused in the end. */
  refused?: { readonly reason: string; readonly final: boolean } | undefined
}

/** What has a place in a channel, as somebody was told of it. */
export interface Entry {
  readonly type: Act["type"]
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
}

/** The client was told that it missed something for good. */
export interface Gap {
  readonly type: "Missed"
  readonly from: number
  readonly to: number
}

/** What one client heard in one channel, in the order in which it was told. */
export interface Heard {
  readonly client: string
  readonly channel: string
  /** Version 1: without places, without what was said while it was away. */
  readonly placeless?: true | undefined
  readonly entries: Array<Entry | Gap>
}

/** Somebody was told that something cannot be done, and did it again until it could. */
export interface Complaint {
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
  readonly said: ReadonlyArray<Said>
  readonly heard: ReadonlyArray<Heard>
  readonly complaints: ReadonlyArray<Complaint>
  /** What a fresh client reads back in the end, by channel. */
  readonly kept: ReadonlyMap<string, ReadonlyArray<Entry>>
}

/** Names what was said by its sender and its id. */
export const keyOf = (user: string, id: string | undefined, content: string | undefined): string =>
  id === undefined ? `${user}: ${content}` : `${user} ${id}`
