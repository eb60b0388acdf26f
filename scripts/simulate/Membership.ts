/** What one program hears in one channel, and whether it may be so. */
import type { ClientEvent } from "../../src/client/Client.ts"
import { Roster } from "../../src/client/Roster.ts"
import type { Channel } from "./Channels.ts"
import type { Judge } from "./Judge.ts"
import { type Change, View } from "./View.ts"

type EntryEvent = Extract<ClientEvent, { readonly type: "Message" | "Edited" | "Deleted" | "Reacted" }>

export class Membership {
  /** What the program calls the channel. */
  name: string
  view = new View()
  /** Undefined while not in. */
  roster: Roster | undefined
  /** The last entry that was told; what is told next is the one behind it. */
  at: number | undefined
  /** Since when it is in, or out. */
  since = 0
  /** It has left because it wanted to. */
  hasLeft = false
  /** When the last entry that was told was stored. */
  toldOf = 0
  /** Milliseconds that one has to wait between two messages, as far as the program knows. */
  slowMode = 0
  /** Which channel it is, as far as that is certain: from what is heard there. */
  private known: Channel | undefined
  /** It enters by the name, and may find another channel there than before; who was only away comes back into its own. */
  comesAnew = true
  /** There may be another channel under this name than the program was in before; what is heard next shows which. */
  private unsettled = false
  /** The channel's last place when it entered. */
  private enteredAt = 0
  /** Whoever comes into a direct conversation again hears of it from where it was marked as read: some of it again. */
  private again = false
  private readonly who: string
  private readonly user: string
  private readonly judge: Judge

  constructor(judge: Judge, who: string, user: string, name: string) {
    this.judge = judge
    this.who = who
    this.user = user
    this.name = name
    // Whoever is spoken to hears all of it.
    this.at = this.isDirect ? 0 : undefined
  }

  get isDirect(): boolean {
    return this.name.startsWith("@")
  }

  /** What the story calls it: of a direct conversation, what both sides agree upon. */
  get label(): string {
    return this.isDirect ? [this.user, this.name.slice(1)].toSorted().join("&") : this.name
  }

  /** Which channel it is, as far as one can tell now. */
  get channel(): Channel | undefined {
    return this.known ?? this.judge.channels.called(this.label)
  }

  out(now: number): void {
    if (this.roster === undefined) return
    this.again = this.isDirect
    this.roster = undefined
    this.since = now
  }

  renamed(name: string): void {
    this.name = name
  }

  hear(event: ClientEvent, now: number): void {
    switch (event.type) {
      case "Joined":
        return this.joined(event, now)
      case "Left":
        this.hasLeft = event.ref !== undefined
        this.comesAnew = true
        return this.out(now)
      case "ChannelChanged":
        this.slowMode = event.slow_mode
        return
      case "Presence":
        if (this.roster !== undefined) this.roster = this.roster.apply(event).roster
        return
      case "Missed":
        if (this.unsettled) return
        return this.judge.fail(
          "in order and without gap",
          `${this.who} is told that ${this.label} #${event.from} to #${event.to} are gone`,
        )
      case "Message":
      case "Edited":
      case "Deleted":
      case "Reacted":
        return this.entry(event)
    }
  }

  /**
   * Whether there is anything up to there that it should have heard. A second device need not hear what its own user has
   * said in a direct conversation, or read, before it was brought in.
   */
  misses(upTo: number): boolean {
    const at = this.at ?? upTo
    return this.isDirect ? this.judge.waits(this.user, this.channel, at, upTo) : at < upTo
  }

  /** Holds when nothing has happened for a while. */
  checkUpToDate(): void {
    const { at, channel, judge, label, view, who } = this
    if (channel === undefined || (this.roster === undefined && (!this.isDirect || this.hasLeft))) return
    if (!judge.mayEnter(this.user, channel)) return judge.fail("who may not be in is put out", `${who} is in ${label}`)
    if (!this.isDirect && channel.name !== this.name) {
      return judge.fail("everybody hears of a rename", `${who} is in ${this.name}, which is called ${channel.name}`)
    }
    if (this.misses(channel.last))
      judge.fail("everybody hears everything", `${who} has heard ${label} up to #${at}, its last is #${channel.last}`)
    if (at !== channel.last) return
    for (const place of view.places) {
      const real = channel.view.at(place)
      if (real !== undefined && view.at(place) !== real)
        judge.fail("everybody sees the same", `${who} sees ${label} #${place} as "${view.at(place)}", not "${real}"`)
    }
  }

  private joined(event: Extract<ClientEvent, { readonly type: "Joined" }>, now: number): void {
    this.roster = Roster.of(event)
    this.slowMode = event.slow_mode ?? 0
    this.hasLeft = false
    this.since = now
    this.enteredAt = event.seq
    const { channels } = this.judge
    if (!this.isDirect && this.comesAnew) {
      this.unsettled = true
      const named = channels.called(this.name)
      if (named !== this.known) {
        this.known = undefined
        this.view = new View()
        this.at = event.seq
      }
    }
    this.at ??= event.seq
    this.comesAnew = false
  }

  private entry(event: EntryEvent): void {
    const { judge, label, who } = this
    const { seq } = event
    if (this.roster === undefined && !this.isDirect)
      return judge.fail("only members hear", `${who} heard ${label} #${seq}, and is not in`)
    const channel = this.settle(event)
    if (channel === undefined) return
    if (this.again && this.at !== undefined && seq <= this.at) this.at = seq - 1
    this.again = false
    const expected = (this.at ?? -1) + 1
    if (seq > expected && this.isDirect && !this.misses(seq - 1)) this.view = new View()
    else if (seq !== expected)
      judge.fail("in order and without gap", `${who} heard ${label} #${seq} behind #${this.at}`)
    this.at = seq
    this.toldOf = event.timestamp
    const change: Change = event.type === "Reacted" ? { ...event, by: event.from } : event
    judge.heard(who, this.user, channel, { ...change, seq })
    const kicked = channel.kicks.get(this.user)?.seq ?? 0
    if (this.enteredAt < kicked && kicked < seq)
      judge.fail("nobody hears where it may not be", `${who} was kicked out of ${label}, and heard #${seq}`)
    this.view.apply(change)
  }

  /** The channel in which an entry is; where that may be another than before, everything begins anew. */
  private settle(event: EntryEvent): Channel | undefined {
    const { judge, label, who } = this
    const { id, seq } = event
    const places = judge.find(
      { id, seq, content: "content" in event ? event.content : undefined },
      this.channel,
    )?.places
    const isHere = this.known !== undefined && places?.get(this.known) === seq
    const channel = isHere ? this.known : [...(places ?? [])].find(([, place]) => place === seq)?.[0]
    if (channel === undefined) {
      const stored = [...(places?.values() ?? [])].join()
      judge.fail("what is told is stored", `${who} heard ${event.type} ${id} as ${label} #${seq}; it is #${stored}`)
      return undefined
    }
    if (channel !== this.known && (this.known !== undefined || this.unsettled)) {
      if (!this.unsettled)
        judge.fail("one history for each channel", `${who} heard ${channel.name} #${seq} in ${label}`)
      this.view = new View()
      this.at = seq - 1
    }
    this.known = channel
    this.unsettled = false
    return channel
  }
}
