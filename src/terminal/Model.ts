/** The state of the terminal client. Immutable: `update` makes the next one, the view draws it. */
import type { ClientState } from "../client/ClientState.ts"
import type { ClientEvent, Message } from "../client/Event.ts"
import type { FileInfo } from "../client/Files.ts"
import type { Roster } from "../client/Roster.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Seq } from "../domain/Seq.ts"
import { spelling, type Username } from "../domain/Username.ts"
import { type Editor, empty } from "./Editor.ts"
import type { Formats } from "./Format.ts"
import type { OtherServer } from "./OtherServer.ts"
import { defaults, type Settings } from "./Settings.ts"
import type { Transfer } from "./Transfer.ts"

export interface Model {
  /** The date, in milliseconds since 1970; moves on with every `Tick`. */
  readonly now: number
  /** The same moment in milliseconds that only go forward: whatever lasts is counted by it. */
  readonly ticks: number
  readonly me: Username | undefined
  /** How the server is reached, as people write it. */
  readonly address: string
  readonly connection: ClientState
  /** In the order in which they were joined; at most as many as a session may be in. */
  readonly conversations: ReadonlyArray<Conversation>
  /** The name of the one that is shown, and of the one that was before. */
  readonly current: string
  readonly previous: string | undefined
  readonly editor: Editor
  /** What the draft was before, and what it was before it was gone back to. */
  readonly drafts: Drafts
  /** What was cut out of a draft last. */
  readonly cut: Cut | undefined
  /** How many messages are in the file that is written of a channel, while one is. */
  readonly exporting: { readonly channel: string; readonly count: number } | undefined
  /** The password that is typed, while the client asks for it to sign in again. */
  readonly password: Editor | undefined
  /** What Tab offers, while it offers something. */
  readonly completion: Completion | undefined
  /** The search in the conversation, while it is open. */
  readonly search: Search | undefined
  /** The list to choose from, while it is open. */
  readonly picker: Picker | undefined
  /** The message that the arrow keys have chosen, while they choose messages. */
  readonly selected: Selected | undefined
  /** The key of the message in the conversation that is shown of which all lines are, however many. */
  readonly unfolded: number | undefined
  /** What a key has just done that no message shows: a line above the draft. */
  readonly said: { readonly text: string; readonly until: number } | undefined
  /** Whether another server is shown in the window: then nothing here is in sight. */
  readonly hidden: boolean
  /** Channels of the server, also those that the user is not in, as they were when somebody last chose where to go; and when that was. */
  readonly channels: { readonly names: ReadonlyArray<string>; readonly askedAt: number }
  /** The other servers in the window. */
  readonly elsewhere: ReadonlyArray<OtherServer>
  /** What the user wants of this client. */
  readonly settings: Settings
  /** Where the page of the service is, as in `https://chat.example.org`: links to messages begin so. */
  readonly page: string | undefined
  /** What was found by the last search of everything, the newest first. */
  readonly found: Found | undefined
  /** One of these in its place, while it is shown. */
  readonly past: Past | undefined
  /** Which page of the help is shown over everything, counted round and round; undefined for none. */
  readonly help: number | undefined
  readonly size: Size
  /** How the terminal shows what people mark. */
  readonly formats: Formats
  /** While the arrow keys go through `sent`: where they are, and the draft that was begun before. */
  readonly browsing: { readonly at: number; readonly draft: string } | undefined
  /** Makes the id of the next message. */
  readonly ids: { readonly prefix: string; readonly next: number }
  /** When it was last sent that the user is typing, in milliseconds. */
  readonly typingSentAt: number
  /** When the user was asked whether to quit without sending what is unsent, in milliseconds; undefined for never. */
  readonly quitAskedAt: number | undefined
  /** When Ctrl+C was pressed where there was nothing to clear, by `ticks`: once more leaves. */
  readonly leavingAt: number
  /** Whether to quit as soon as everything is sent. */
  readonly quitting: boolean
  /** When the user was last notified, in milliseconds. */
  readonly notifiedAt: number
  /** When a read marker was last sent, in milliseconds. */
  readonly readSentAt: number
  /** The message that the draft is to replace. */
  readonly editing: { readonly channel: string; readonly seq: Seq; readonly content: string } | undefined
  /** Whom the user ignores: as they were typed, by how names are compared. */
  readonly ignored: ReadonlyMap<string, string>
  /** The message that the draft answers. */
  readonly replying: Replying | undefined
  /** The messages that were sent last, for the arrow keys; at most 100, the newest at the end. */
  readonly sent: ReadonlyArray<string>
  /** Files that are on their way; the one that was begun last at the end. */
  readonly transfers: ReadonlyArray<Transfer>
  /** The number of the next of them. */
  readonly nextTransfer: number
}

interface Found {
  readonly words: string
  readonly hits: ReadonlyArray<{ readonly channel: string; readonly seq: Seq }>
}

/** A part of the history of a channel, without a gap. */
export interface Past {
  readonly channel: string
  /** The message for which it is shown. */
  readonly seq: Seq
  /** The search that found it: what it found is marked in the messages. */
  readonly words: string
  /** The oldest first; the key of each is its place. */
  readonly entries: ReadonlyArray<MessageEntry>
  readonly scroll: number
  /** From where on there is more, before and behind; undefined for nothing. */
  readonly older: Seq | undefined
  readonly newer: Seq | undefined
  readonly loading: boolean
  /** Whether it is a message and what answers it instead: then there are gaps. */
  readonly thread: boolean
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Conversation {
  readonly name: string
  readonly topic: string
  /** The one that was shown when it was opened: there one is again if it cannot be entered. */
  readonly openedFrom: string | undefined
  /** Whether the user was put out or not let in, and has not tried again since. */
  readonly out: boolean
  /** Undefined while the user is not in it. */
  readonly roster: Roster | undefined
  /** Of a direct conversation: how present the other was when that was looked at last. */
  readonly presenceTold: string
  /**
   * Who was here before the connection was lost and is not back yet, and until when that is no news, by `ticks`: after a restart
   * of the service everybody comes back, one after the other.
   */
  readonly awaited: { readonly names: ReadonlySet<Username>; readonly until: number }
  /** Who left last, and when, by `ticks`; at most 500. */
  readonly gone: ReadonlyMap<Username, number>
  /** The oldest first, at most 2000, and 4 million characters. */
  readonly entries: ReadonlyArray<Entry>
  /** The last key that was given. */
  readonly keys: number
  /** The last place that is known; undefined before the first join. */
  readonly seq: Seq | undefined
  /** Entries before this place are not loaded; 0 where there are none. */
  readonly oldest: Seq | undefined
  /** Whether a page of history is on its way. */
  readonly loading: boolean
  /** How far the user has read, as the server knows. */
  readonly read: Seq | undefined
  /** Up to this place `unread` has what the service has counted. */
  readonly counted: Seq | undefined
  /** The first place that was unread at sign-in, until that is loaded: the line "new" is drawn above the first behind it. */
  readonly unreadFrom: Seq | undefined
  /** The latest changes of messages that are not loaded: a page that is on its way may have these as they were before. */
  readonly changes: ReadonlyArray<Change>
  /** Messages that others answer, and that are not loaded: null where one is gone, undefined as long as it is asked for. */
  readonly answered: ReadonlyMap<Seq, MessageEntry | null | undefined>
  /** Messages that came while it was not shown, or while the reader was scrolled up. */
  readonly unread: number
  /** Those of them that name the user. */
  readonly mentions: number
  /** Where the line "new" is drawn: the key of the first entry that was not read; undefined for none. */
  readonly firstUnread: number | undefined
  /** How many messages were behind that line when they were shown. */
  readonly shownAsNew: number
  /** Whether pages of history are loaded until that line is in its place, to go there. */
  readonly seeking: boolean
  /** Who is typing, and until when that holds, in milliseconds. */
  readonly typing: ReadonlyMap<Username, number>
  /** Lines between the bottom of the window and the newest line; at 0 it follows new ones. */
  readonly scroll: number
  /** The files that were listed last, to be named by their numbers. */
  readonly listed: ReadonlyArray<FileInfo> | undefined
  /** What was being written here when another conversation was shown. */
  readonly draft: Editor
  /** What that answered. */
  readonly replying: Replying | undefined
}

/** The message that a draft answers: its place, and what is shown of it. */
export interface Replying {
  readonly seq: Seq
  readonly from: Username
  readonly content: string
}

/** An event that changes an earlier message. */
export type Change = Extract<ClientEvent, { readonly target: Seq }>

interface EntryBase {
  /** Unique in its conversation. */
  readonly key: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface MessageEntry extends EntryBase {
  readonly _tag: "Message"
  readonly id: MessageId | undefined
  /** Its place in the channel. */
  readonly seq?: Seq
  readonly from: Username
  readonly content: string
  /** The file that it carries; then it may have no content. */
  readonly file?: FileInfo | undefined
  /** The place of the message that it answers. */
  readonly replyTo?: Seq | undefined
  /** Whether it names the user. */
  readonly mention: boolean
  /** The place of its last edit, if there was one. */
  readonly edited?: Seq | undefined
  /** Its content is gone then. */
  readonly deleted?: true | undefined
  readonly reactions?: Message["reactions"]
  /** Whether it came with a page of history, and was not counted as new. */
  readonly fromHistory?: true | undefined
}

export type Entry =
  | MessageEntry
  /** A message of the user that is not acknowledged: it is drawn paler, or with why it failed. */
  | (EntryBase & {
      readonly _tag: "Unsent"
      readonly id: MessageId
      readonly content: string
      readonly file?: FileInfo | undefined
      /** The place of the message that it answers. */
      readonly replyTo?: Seq | undefined
      /** Undefined while it is on its way. */
      readonly failed: string | undefined
      /** Whether it waits until the conversation is joined. If not, the client has it, and says what becomes of it. */
      readonly waiting?: boolean
    })
  | (EntryBase & {
      readonly _tag: "Notice"
      readonly kind: "info" | "error" | "presence"
      readonly text: string
      /** Of `presence`: who joined and left, so that the next change can be merged into it. */
      readonly joined?: ReadonlyArray<Username>
      readonly left?: ReadonlyArray<Username>
    })

/** What Tab has put in the place of the word before the cursor, and could put there. */
export interface Completion {
  /** Where in the text the completed word begins. */
  readonly start: number
  /** The part of it that was typed. */
  readonly typed: string
  /** At most 50; the most likely first. */
  readonly candidates: ReadonlyArray<string>
  /** How they are shown, where that says more than they do. */
  readonly labels?: ReadonlyArray<string> | undefined
  /** The index of the one that is in the text now. */
  readonly at: number
}

/** What was cut out of a draft, and the draft that was left. */
export interface Cut {
  readonly text: string
  readonly after: Editor
}

/** Drafts to go back to, the nearest at the end; at most 100 each way. */
export interface Drafts {
  readonly past: ReadonlyArray<Editor>
  readonly future: ReadonlyArray<Editor>
  /** Whether a word is being typed, which is gone back in one step. */
  readonly typing: boolean
}

export const noDrafts: Drafts = { past: [], future: [], typing: false }

/** A list over the draft from which one chooses by typing a part of what is meant. */
export interface Picker {
  /** What is chosen: where to go, how to react to the message that is selected, or what one sent before. */
  readonly what: "switch" | "react" | "sent"
  readonly query: string
  /** Which of those that fit, the best first. */
  readonly at: number
}

interface Selected {
  /** The key of its entry in the conversation that is shown. */
  readonly key: number
  /** Whether the user was asked if it is to be deleted. */
  readonly deleting: boolean
}

export interface Search {
  readonly query: string
  /** The keys of the entries that match in the conversation that is shown, the oldest first. */
  readonly hits: ReadonlyArray<number>
  /** Which of them is shown, as an index; -1 for none. */
  readonly at: number
  /** The scroll position before the search, to come back to. */
  readonly back?: number | undefined
}

/** A conversation that is not joined yet. */
export const conversation = (name: string): Conversation => ({
  name,
  topic: "",
  openedFrom: undefined,
  out: false,
  roster: undefined,
  presenceTold: "online",
  awaited: { names: new Set(), until: 0 },
  gone: new Map(),
  entries: [],
  keys: 0,
  seq: undefined,
  oldest: undefined,
  loading: false,
  read: undefined,
  counted: undefined,
  unreadFrom: undefined,
  changes: [],
  answered: new Map(),
  unread: 0,
  mentions: 0,
  firstUnread: undefined,
  shownAsNew: 0,
  seeking: false,
  typing: new Map(),
  scroll: 0,
  listed: undefined,
  draft: empty,
  replying: undefined,
})

/** Before anything has happened. `ids` is a word that no other run has: with it the ids of messages begin. */
export const initial = (options: {
  readonly address: string
  /** To be entered; the first is shown. */
  readonly channels: readonly [string, ...ReadonlyArray<string>]
  readonly now: number
  readonly ticks: number
  readonly size: Size
  readonly ids: string
  readonly formats: Formats
  readonly page?: string | undefined
  readonly settings?: Settings | undefined
  readonly ignored?: ReadonlyArray<string>
  readonly hidden?: boolean
}): Model => ({
  now: options.now,
  ticks: options.ticks,
  me: undefined,
  address: options.address,
  connection: { _tag: "Connecting" },
  conversations: options.channels.map(conversation),
  current: options.channels[0],
  previous: undefined,
  editor: empty,
  drafts: noDrafts,
  cut: undefined,
  exporting: undefined,
  password: undefined,
  completion: undefined,
  search: undefined,
  picker: undefined,
  selected: undefined,
  unfolded: undefined,
  said: undefined,
  hidden: options.hidden ?? false,
  channels: { names: [], askedAt: Number.NEGATIVE_INFINITY },
  elsewhere: [],
  settings: options.settings ?? defaults,
  page: options.page,
  found: undefined,
  past: undefined,
  help: undefined,
  size: options.size,
  formats: options.formats,
  browsing: undefined,
  ids: { prefix: options.ids, next: 0 },
  typingSentAt: Number.NEGATIVE_INFINITY,
  quitAskedAt: undefined,
  leavingAt: Number.NEGATIVE_INFINITY,
  quitting: false,
  notifiedAt: Number.NEGATIVE_INFINITY,
  readSentAt: Number.NEGATIVE_INFINITY,
  editing: undefined,
  ignored: new Map((options.ignored ?? []).map((name) => [spelling(name), name])),
  replying: undefined,
  sent: [],
  transfers: [],
  nextTransfer: 1,
})
