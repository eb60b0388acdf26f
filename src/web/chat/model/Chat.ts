/** All that the page shows once somebody is signed in. What changes it is in the files beside this one. */
import { computed, type ReadonlySignal, signal } from "@preact/signals"
import type { Effect } from "effect/Effect"
import type { Client } from "../../../client/index.ts"
import type { Answer, Link, LinkState } from "../session/Link.ts"
import { type Trouble, trouble } from "../session/Trouble.ts"
import type { Conversation } from "./Conversation.ts"
import type { Environment } from "./Environment.ts"
import type { Event } from "./frames.ts"
import type { Upload } from "./Upload.ts"

export interface Me {
  readonly id: string
  readonly name: string
  readonly role: "admin" | "member" | "guest"
}

/** Something that is said once, and goes by itself. */
export interface Notice {
  readonly key: number
  readonly trouble: Trouble
}

/** A message that is worth a notification. */
export interface Call {
  readonly channel: string
  readonly from: string
  readonly content: string
}

/** Notices that are seen at once. */
const maxNotices = 3
const noticeMillis = 8000

const away = { ok: false, trouble: trouble("ConnectionLost", "There is no connection") } as const

export class Chat {
  readonly env: Environment
  readonly me: Me
  readonly state = signal<LinkState>({ tag: "Connecting" })
  readonly conversations = signal<ReadonlyArray<Conversation>>([])
  /** The one that is shown. */
  readonly current = signal<Conversation | undefined>(undefined)
  /** Whether it is known which channels there are. */
  readonly isListed = signal(false)
  /** Files that are being sent, in all conversations. */
  readonly uploads = signal<ReadonlyArray<Upload>>([])
  readonly notices = signal<ReadonlyArray<Notice>>([])
  /** One's own status, as the service knows it. */
  readonly status = signal<{ readonly status: "online" | "away" | "busy"; readonly text: string }>({
    status: "online",
    text: "",
  })
  /** Words that count as if they named one. */
  words: ReadonlySignal<ReadonlyArray<string>> = signal([])
  readonly unread = computed(() => this.sum((conversation) => conversation.unread.value))
  /** What calls for attention: mentions, and whatever is said directly. */
  readonly calls = computed(() =>
    this.sum(({ isDirect, mentions, unread }) => (isDirect ? unread.value : mentions.value)),
  )
  /** Told of each message that is worth a notification. */
  onCall: (call: Call) => void = () => {}
  link: Link | undefined
  /** What channels were called that have another name now: addresses have the old one. */
  readonly renamed = new Map<string, Conversation>()
  /** Events that are not applied yet. */
  waiting: Array<Event> = []
  /** When events were applied last. */
  appliedAt = 0
  private nextKey = 0

  constructor(env: Environment, me: Me) {
    this.env = env
    this.me = me
  }

  private sum(of: (conversation: Conversation) => number): number {
    // What one does not want to be told of calls nobody.
    const wanted = this.conversations.value.filter(({ level }) => level.value !== "none")
    return wanted.reduce((total, conversation) => total + of(conversation), 0)
  }

  find(name: string): Conversation | undefined {
    return this.conversations.value.find((conversation) => conversation.name.value === name)
  }

  /** Asks the service; the signal gives it up. */
  async ask<A>(effect: (client: Client.Client) => Effect<A, unknown>, signal?: AbortSignal): Promise<Answer<A>> {
    const { link } = this
    return link === undefined ? away : link.ask(effect(link.client), signal)
  }

  /** The same, for what has no other place where its failure is shown. */
  async tell<A>(effect: (client: Client.Client) => Effect<A, unknown>): Promise<A | undefined> {
    const answer = await this.ask(effect)
    if (answer.ok) return answer.value
    this.note(answer.trouble)
    return undefined
  }

  note(about: Trouble): void {
    const key = ++this.nextKey
    // What is said already is not said twice.
    const others = this.notices.value.filter(
      ({ trouble: { message, reason } }) => reason !== about.reason || message !== about.message,
    )
    this.notices.value = [...others, { key, trouble: about }].slice(-maxNotices)
    this.env.later(noticeMillis, () => this.dismiss(key))
  }

  dismiss(key: number): void {
    this.notices.value = this.notices.value.filter((notice) => notice.key !== key)
  }
}
