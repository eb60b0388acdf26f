/**
 * What topics mean: `<prefix>/<channel>` is a channel, `<prefix>/@/<name>` the direct conversation with somebody, and
 * `<prefix>/<channel>/topic` what a channel is about. What a topic cannot have in a name is written as in an address.
 */
import { channelName } from "../domain/Rules.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect, otherIn } from "../domain/Direct.ts"

/** A place that a topic or filter names. */
export interface Named {
  readonly channel: ChannelName
  /** What is said there, or what it is about. */
  readonly what: "messages" | "topic"
}

/** What comes of a filter: a place, all direct conversations, or why it is refused. */
export type Meaning =
  | Named
  | { readonly what: "directs" }
  | { readonly what: "refused"; readonly why: "shared" | "wildcard" | "invalid" | "system" | "elsewhere" }

/** Whether something may be published there at all: not with a wildcard. */
export const isTopicName = (topic: string): boolean => topic !== "" && !/[#+]/.test(topic)

/** Whether wildcards stand where they may: alone between slashes, and `#` at the end. */
const isFilter = (filter: string): boolean =>
  filter
    .split("/")
    .every((level, n, all) => level === "+" || (level === "#" ? n === all.length - 1 : !/[#+]/.test(level))) &&
  filter !== ""

const escaped = /[%/+#]/g
const escape = (name: string): string => name.replace(escaped, (sign) => `%${sign.charCodeAt(0).toString(16)}`)

const unescape = (level: string): string | undefined => {
  try {
    return decodeURIComponent(level)
  } catch {
    return undefined
  }
}

export class Topics {
  private readonly prefix: string

  constructor(prefix: string) {
    this.prefix = `${prefix}/`
  }

  /** Of what is said in a channel. */
  of(channel: ChannelName): string {
    return isDirect(channel) ? `${this.prefix}@/${escape(otherIn(channel))}` : this.prefix + channel
  }

  /** Of what a channel is about. */
  topicOf(channel: ChannelName): string {
    return `${this.of(channel)}/topic`
  }

  /** Undefined where it names nothing of this service. */
  named(topic: string): Named | undefined {
    if (!topic.startsWith(this.prefix)) return undefined
    const [first = "", second, ...more] = topic.slice(this.prefix.length).split("/")
    if (more.length > 0) return undefined
    if (first === "@") {
      const name = second === undefined ? undefined : unescape(second)
      return name === undefined ? undefined : messagesIn(`@${name}`)
    }
    if (first.startsWith("@")) return undefined
    if (second === undefined) return messagesIn(first)
    return second === "topic" && channelName.holds(first) ? { channel: first as ChannelName, what: "topic" } : undefined
  }

  meaning(filter: string): Meaning {
    if (filter.startsWith("$share/")) return { what: "refused", why: "shared" }
    if (!isFilter(filter)) return { what: "refused", why: "invalid" }
    if (filter.startsWith("$")) return { what: "refused", why: "system" }
    if (filter === `${this.prefix}@/+`) return { what: "directs" }
    if (!isTopicName(filter)) return { what: "refused", why: "wildcard" }
    return this.named(filter) ?? { what: "refused", why: "elsewhere" }
  }
}

const messagesIn = (name: string): Named | undefined =>
  channelName.holds(name) ? { channel: name as ChannelName, what: "messages" } : undefined
