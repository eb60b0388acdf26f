/** One channel or direct conversation, as the page knows it. */
import { signal } from "@preact/signals"
import { isDirect, otherIn } from "../../../domain/Direct.ts"
import type { ChannelName } from "../../../domain/ChannelName.ts"
import type { Roster } from "../../../client/index.ts"
import type { Trouble } from "../session/Trouble.ts"
import type { Entry, FileInfo } from "./frames.ts"
import type { Message } from "./Message.ts"
import type { Timeline } from "./Timeline.ts"

export interface About {
  readonly topic: string
  readonly access: "public" | "private" | "readonly"
  readonly archived: boolean
  /** Milliseconds between two messages of a member. */
  readonly slowMode: number
  /** One's own. */
  readonly role: "owner" | "moderator" | "member" | undefined
}

/** Of which messages one is told: of all, of those that are for the reader, or of none. */
export type Level = "all" | "mentions" | "none"

/** A message that has no place yet. */
export interface Unsent {
  readonly id: string
  readonly content: string
  readonly file: FileInfo | undefined
  /** The place of the message that it answers. */
  readonly replyTo: number | undefined
  readonly at: number
  /** Why it was not taken; undefined while it is on its way. */
  readonly failed: Trouble | undefined
  /** When it is tried again by itself, in milliseconds since 1970. */
  readonly next: number | undefined
}

/** What is to be brought into sight when the timeline is drawn the next time. */
export interface Aim {
  readonly seq: number
  /** Whether it is to be pointed out, and not only a place to go on reading from. */
  readonly marked: boolean
}

const nothing: About = { topic: "", access: "public", archived: false, slowMode: 0, role: undefined }

let conversations = 0

export class Conversation {
  /** Stays the same over all names. */
  readonly key = ++conversations
  /** What it is called now. */
  readonly name
  readonly isDirect: boolean
  readonly about = signal(nothing)
  readonly roster = signal<Roster | undefined>(undefined)
  /** Undefined until it was looked at. */
  readonly timeline = signal<Timeline | undefined>(undefined)
  readonly unsent = signal<ReadonlyArray<Unsent>>([])
  readonly isJoined = signal(false)
  /** Why it cannot be shown, or was left. */
  readonly trouble = signal<Trouble | undefined>(undefined)
  /** By name, until when somebody types. */
  readonly typing = signal<ReadonlyMap<string, number>>(new Map())
  /** By name, up to where others have read, as far as one is told: where at most 32 are present. */
  readonly readBy = signal<ReadonlyMap<string, number>>(new Map())
  /** Messages of others behind `read`. */
  readonly unread = signal(0)
  readonly mentions = signal(0)
  /** Behind this place the line stands that says "new"; it stays while one reads. */
  readonly newBehind = signal<number | undefined>(undefined)
  /** Messages that came while one read further up. */
  readonly behind = signal(0)
  readonly aim = signal<Aim | undefined>(undefined)
  readonly draft = signal("")
  readonly level = signal<Level>("mentions")
  /** The message that is answered by what is written next. */
  readonly answering = signal<Message | undefined>(undefined)
  /** Messages that others answer and that are not in the timeline, by their places; null where there is none. */
  readonly elsewhere = signal<ReadonlyMap<number, Message | null>>(new Map())
  /** Those that are being fetched. */
  readonly asked = new Set<number>()
  /** The message that is edited, by its place. */
  readonly editing = signal<number | undefined>(undefined)
  /** What it is to say, as far as that is written: its row may be away for a while. */
  edited: { readonly seq: number; readonly text: string } | undefined
  readonly loading = signal<"older" | "newer" | "page" | undefined>(undefined)

  /** Up to here one has read. */
  read = 0
  /** Up to here `unread` counts what the service has counted. */
  counted = 0
  /** Of the unread messages that are known, by place: whether they concern one. What becomes of them changes the counts. */
  readonly unseen = new Map<number, boolean>()
  /** Whether the service will be told so in a moment. */
  isTelling = false
  /** The last place that is known. */
  last = 0
  /** When something was said here last, in milliseconds since 1970: by this direct conversations are sorted. */
  readonly lastAt = signal(0)
  /** When it was turned to last, in milliseconds since 1970. */
  shownAt = 0
  /** Whether the reader is at the end. The view says so. */
  isAtEnd = true
  /** What came while a page was fetched; at most as much as is worth applying. */
  meanwhile: Array<Entry> | undefined
  /** When one was told last that others should know that one types. */
  typedAt = 0

  constructor(name: string) {
    this.name = signal(name)
    this.isDirect = isDirect(name as ChannelName)
  }

  /** With whom, in a direct conversation. */
  get other(): string | undefined {
    return this.isDirect ? otherIn(this.name.value as ChannelName) : undefined
  }
}
