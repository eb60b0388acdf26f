/** What a program of version 1 hears of the lobby over one connection: messages without places, each once and in order. */
import { lobby } from "../../src/domain/ChannelName.ts"
import type { Message as Said } from "../../src/domain/Entry.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { Channel } from "./Channels.ts"
import { inVersion1 } from "./inVersion1.ts"
import type { Judge } from "./Judge.ts"

export class Version1Lobby {
  readonly names: Set<string>
  private readonly judge: Judge
  private readonly who: string
  private readonly user: string
  /** It hears what is behind this place, the last when it signed in, and what is behind that one, when it was let in. */
  private readonly notBefore: number
  private readonly notBehind: number
  /** The place of the last message that it has heard. */
  private at: number | undefined

  constructor(judge: Judge, who: string, user: string, signedInAt: number, names: ReadonlyArray<string>) {
    this.judge = judge
    this.who = who
    this.user = user
    this.names = new Set(names)
    this.notBefore = signedInAt
    this.notBehind = this.channel?.last ?? 0
  }

  private get channel(): Channel | undefined {
    return this.judge.channels.called(lobby)
  }

  hear({ content, from, timestamp }: Extract<Message, { readonly type: "ChatMessage" }>): void {
    const { channel, judge, who } = this
    const entry = channel === undefined ? undefined : this.saying(channel, content)
    if (channel === undefined || entry === undefined)
      return judge.fail("what is told is stored", `${who} heard "${content}", which is not in ${lobby}`)
    const { seq } = entry
    if (entry.from.name !== from || Math.floor(entry.timestamp / 1000) !== timestamp)
      judge.fail("what is told is stored", `${who} heard #${seq} from ${from} at ${timestamp}`)
    const inOrder = this.at === undefined ? this.mayBegin(channel, seq) : this.isNext(channel, this.at, seq)
    if (!inOrder)
      judge.fail("version 1 hears every message once", `${who} heard ${lobby} #${seq} behind #${this.at ?? "nothing"}`)
    this.at = seq
    judge.counts.heard++
    judge.mayHear(who, this.user, channel, entry)
    const kicked = channel.kicks.get(this.user)?.seq ?? 0
    if (this.notBehind < kicked && kicked < seq)
      judge.fail("nobody hears where it may not be", `${who} was kicked out of ${lobby}, and heard #${seq}`)
  }

  /** Holds when nothing has happened for a while. */
  checkUpToDate(): void {
    const { channel, judge, user, who } = this
    if (channel === undefined) return
    if (!judge.mayEnter(user, channel)) return judge.fail("who may not be in is put out", `${who} is in ${lobby}`)
    const missing = this.following(channel, this.at ?? this.notBehind).find((seq) => !this.mayMiss(channel, seq))
    if (missing !== undefined)
      judge.fail("everybody hears everything", `${who} has heard ${lobby} up to #${this.at}, and not #${missing}`)
  }

  /** The message that says this, or that is changed to it by now. */
  private saying(channel: Channel, content: string): Said | undefined {
    const seq = this.judge.saying(content)?.places.get(channel)
    const said = seq === undefined ? undefined : this.messageAt(channel, seq)
    if (said !== undefined && content === inVersion1(said.content, said.file)) return said
    if (!this.judge.mayHearLate) return undefined
    for (const edit of channel.entries.toReversed()) {
      if (edit.type !== "Edited" || !content.startsWith(edit.content)) continue
      const edited = this.messageAt(channel, edit.target)
      if (edited !== undefined && content === inVersion1(edit.content, edited.file)) return edited
    }
    return undefined
  }

  private messageAt(channel: Channel, seq: number): Said | undefined {
    const entry = channel.entries[seq - 1]
    return entry?.type === "Message" ? entry : undefined
  }

  /** Whether this can be the first: it was said after signing in, and no message behind it was passed over. */
  private mayBegin(channel: Channel, seq: number): boolean {
    return seq > this.notBefore && (seq <= this.notBehind || this.isNext(channel, this.notBehind, seq))
  }

  /** Whether nothing that has to be heard is between two. */
  private isNext(channel: Channel, before: number, seq: number): boolean {
    if (seq <= before) return false
    return this.following(channel, before).every((other) => other >= seq || this.mayMiss(channel, other))
  }

  /** Whether it may have been deleted before it could be heard. */
  private mayMiss(channel: Channel, seq: number): boolean {
    return this.judge.mayHearLate && channel.view.isDeleted(seq)
  }

  /** The places of the messages behind another: changes to messages are not told in this version. */
  private following(channel: Channel, seq: number): ReadonlyArray<number> {
    return channel.entries.slice(seq).flatMap((entry) => (entry.type === "Message" ? entry.seq : []))
  }
}
