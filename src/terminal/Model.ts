/** What the terminal client knows. Plain data that never changes itself: `update` makes the next, the view draws it. */
import type { ClientState } from "../client/ClientState.ts"
import type { ClientEvent, Message } from "../client/Event.ts"
import type { Roster } from "../client/Roster.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Username } from "../domain/Username.ts"
import type { Completion } from "./Completion.ts"
import { type Editor, empty } from "./Editor.ts"

export interface Model {
  /** Milliseconds since 1970; moves on with every `Tick`. */
  readonly now: number
  readonly me: Username | undefined
  /** How the server is reached, as people write it. */
  readonly address: string
  readonly connection: ClientState
  /** In the order in which they were entered; at most as many as a session may be in. */
  readonly conversations: ReadonlyArray<Conversation>
  /** The name of the one that is shown. */
  readonly current: string
  readonly editor: Editor
  /** What Tab offers, while it offers something. */
  readonly completion: Completion | undefined
  /** The search in what was said, while it is open. */
  readonly search: Search | undefined
  /** Which page of the help is shown over everything, counted round and round; undefined for none. */
  readonly help: number | undefined
  readonly size: Size
  /** While the arrow keys go through `sent`: where they are, and the draft that was begun before. */
  readonly browsing: { readonly at: number; readonly draft: string } | undefined
  /** Names the next message; `update` moves it on. */
  readonly ids: { readonly prefix: string; readonly next: number }
  /** When the others were told last that one is typing, in milliseconds. */
  readonly toldTyping: number
  /** When one was asked whether to leave without what is not sent, in milliseconds; undefined for never. */
  readonly askedToLeave: number | undefined
  /** Whether to leave as soon as everything is sent. */
  readonly leaving: boolean
  /** When the user was told last of being named, in milliseconds. */
  readonly notified: number
  /** When the server was told last how far one has read, in milliseconds. */
  readonly toldRead: number
  /** The message that the draft is to replace. */
  readonly editing: { readonly channel: string; readonly seq: Seq; readonly content: string } | undefined
  /** The messages that were sent last, for the arrow keys; at most 100, the newest at the end. */
  readonly sent: ReadonlyArray<string>
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Conversation {
  readonly name: string
  readonly topic: string
  /** Undefined until one has got in. */
  readonly roster: Roster | undefined
  /** The oldest first, at most 2000, and 4 million characters. */
  readonly entries: ReadonlyArray<Entry>
  /** The last key that was given. */
  readonly keys: number
  /** The last place that one was told of; undefined before one was in. */
  readonly seq: Seq | undefined
  /** What is before this place is not loaded; 0 where there is nothing before it. */
  readonly oldest: Seq | undefined
  /** Whether what was said before is on its way. */
  readonly loading: boolean
  /** How far the server knows that one has read. */
  readonly read: Seq | undefined
  /** From where on one had not read when one came: where the line "new" is to be drawn once that is loaded. */
  readonly unreadFrom: Seq | undefined
  /** What was changed in messages that are not loaded, the latest: they may be on their way, as they were before. */
  readonly changes: ReadonlyArray<Change>
  /** Messages that came while it was not shown, or while the reader was scrolled up. */
  readonly unread: number
  /** Those of them that name the user. */
  readonly mentions: number
  /** Where the line "new" is drawn: the key of the first entry that was not read; undefined for none. */
  readonly firstUnread: number | undefined
  /** Who is typing, and until when that holds, in milliseconds. */
  readonly typing: ReadonlyMap<Username, number>
  /** Lines between the bottom of the window and the newest line; 0 follows what comes. */
  readonly scroll: number
  /** What was being written here when another conversation was shown. */
  readonly draft: Editor
}

/** What changes a message that was said before. */
export type Change = Extract<ClientEvent, { readonly target: Seq }>

interface EntryBase {
  /** Unique in its conversation. */
  readonly key: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export type Entry =
  | (EntryBase & {
      readonly _tag: "Message"
      readonly id: MessageId | undefined
      /** Its place in the channel; a server that comes to it again says the same. */
      readonly seq?: Seq
      readonly from: Username
      readonly content: string
      /** Whether it names the user. */
      readonly mention: boolean
      /** The place of its last edit, if there was one. */
      readonly edited?: Seq | undefined
      /** Its content is gone then. */
      readonly deleted?: true | undefined
      readonly reactions?: Message["reactions"]
      /** Whether it was said before one came, and nothing was told of it as news. */
      readonly past?: true | undefined
    })
  /** One's own that the server has not acknowledged: it is drawn paler, or with why it failed. */
  | (EntryBase & {
      readonly _tag: "Unsent"
      readonly id: MessageId
      readonly content: string
      /** Undefined while it is on its way. */
      readonly failed: string | undefined
      /** Whether it waits for one to get in; if not, the client has it, and tells what becomes of it. */
      readonly waiting?: boolean
    })
  | (EntryBase & {
      readonly _tag: "Notice"
      readonly kind: "info" | "error" | "presence"
      readonly text: string
      /** Of `presence`: whom it names, so that the next change can be added to it. */
      readonly joined?: ReadonlyArray<Username>
      readonly left?: ReadonlyArray<Username>
    })

export interface Search {
  readonly query: string
  /** The keys of the entries that match in the conversation that is shown, the oldest first. */
  readonly hits: ReadonlyArray<number>
  /** Which of them is shown, as an index; -1 for none. */
  readonly at: number
  /** How far up one was before, to come back to; 0 is where things are said. */
  readonly back?: number | undefined
}

/** A conversation before one is in it. */
export const conversation = (name: string): Conversation => ({
  name,
  topic: "",
  roster: undefined,
  entries: [],
  keys: 0,
  seq: undefined,
  oldest: undefined,
  loading: false,
  read: undefined,
  unreadFrom: undefined,
  changes: [],
  unread: 0,
  mentions: 0,
  firstUnread: undefined,
  typing: new Map(),
  scroll: 0,
  draft: empty,
})

/** Before anything has happened. `ids` is a word that no other run has: with it the ids of messages begin. */
export const initial = (options: {
  readonly address: string
  /** To be entered; the first is shown. */
  readonly channels: readonly [string, ...ReadonlyArray<string>]
  readonly now: number
  readonly size: Size
  readonly ids: string
}): Model => ({
  now: options.now,
  me: undefined,
  address: options.address,
  connection: { _tag: "Connecting" },
  conversations: options.channels.map(conversation),
  current: options.channels[0],
  editor: empty,
  completion: undefined,
  search: undefined,
  help: undefined,
  size: options.size,
  browsing: undefined,
  ids: { prefix: options.ids, next: 0 },
  toldTyping: 0,
  askedToLeave: undefined,
  leaving: false,
  notified: 0,
  toldRead: 0,
  editing: undefined,
  sent: [],
})
