/** What a program of version 1 hears of the lobby over one connection: messages without places, each once and in order. */
import { lobby } from "../../src/domain/ChannelName.ts"
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
    const seq = channel === undefined ? undefined : judge.saying(content)?.places.get(channel)
    const entry = seq === undefined ? undefined : channel?.entries[seq - 1]
    if (channel === undefined || seq === undefined || entry === undefined)
      return judge.fail("what is told is stored", `${who} heard "${content}", which is not in ${lobby}`)
    if (entry.type !== "Message" || content !== inVersion1(entry.content, entry.file))
      judge.fail("what is told is stored", `${who} heard "${content}" as #${seq}`)
    if (entry.from.name !== from || Math.floor(entry.timestamp / 1000) !== timestamp)
      judge.fail("what is told is stored", `${who} heard #${seq} from ${from} at ${timestamp}`)
    const inOrder = this.at === undefined ? this.mayBegin(channel, seq) : this.next(channel, this.at) === seq
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
    const missing = this.next(channel, this.at ?? this.notBehind)
    if (missing !== undefined)
      judge.fail("everybody hears everything", `${who} has heard ${lobby} up to #${this.at}, and not #${missing}`)
  }

  /** Whether this can be the first: it was said after signing in, and no message behind it was passed over. */
  private mayBegin(channel: Channel, seq: number): boolean {
    const first = this.next(channel, this.notBehind)
    return seq > this.notBefore && (first === undefined || seq <= first)
  }

  /** The place of the first message behind another: changes to messages are not told in this version. */
  private next(channel: Channel, seq: number): number | undefined {
    return channel.entries.slice(seq).find(({ type }) => type === "Message")?.seq
  }
}
