/** What one program hears in one channel, and whether it may be so. */
import type { ClientEvent } from "../../src/client/Client.ts"
import { Roster } from "../../src/client/Roster.ts"
import type { Judge } from "./Judge.ts"
import { type Change, View } from "./View.ts"

type EntryEvent = Extract<ClientEvent, { readonly type: "Message" | "Edited" | "Deleted" | "Reacted" }>

export class Seat {
  /** What both sides of a direct conversation agree to call it here. */
  readonly channel: string
  /** As the server calls it to this program. */
  readonly name: string
  view = new View()
  /** Undefined while not in. */
  roster: Roster | undefined
  /** The last entry that was told; what is told next is the one behind it. */
  at: number | undefined
  /** Since when it is in, or out. */
  since = 0
  /** It has left because it wanted to. */
  hasLeft = false
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
    this.channel = name.startsWith("@") ? [user, name.slice(1)].toSorted().join("&") : name
    // Whoever is spoken to hears all of it.
    this.at = this.isDirect ? 0 : undefined
  }

  get isDirect(): boolean {
    return this.name.startsWith("@")
  }

  out(now: number): void {
    if (this.roster === undefined) return
    this.again = this.isDirect
    this.roster = undefined
    this.since = now
  }

  hear(event: ClientEvent, now: number): void {
    switch (event.type) {
      case "Joined":
        this.roster = Roster.of(event)
        this.hasLeft = false
        this.since = now
        this.at ??= event.seq
        return
      case "Left":
        this.hasLeft = event.ref !== undefined
        return this.out(now)
      case "Presence":
        if (this.roster !== undefined) this.roster = this.roster.apply(event).roster
        return
      case "Missed":
        return this.judge.fail(
          "in order and without gap",
          `${this.who} is told that ${this.channel} #${event.from} to #${event.to} are gone`,
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

  private entry(event: EntryEvent): void {
    const { seq } = event
    if (this.again && this.at !== undefined && seq <= this.at) this.at = seq - 1
    this.again = false
    const expected = (this.at ?? -1) + 1
    if (seq > expected && !this.misses(seq - 1)) this.view = new View()
    else if (seq !== expected)
      this.judge.fail("in order and without gap", `${this.who} heard ${this.channel} #${seq} behind #${this.at}`)
    this.at = seq
    const change: Change = event.type === "Reacted" ? { ...event, by: event.from } : event
    this.judge.heard(this.who, this.channel, { ...change, seq, id: event.id })
    this.view.apply(change)
  }
}
