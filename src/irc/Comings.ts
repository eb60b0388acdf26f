/**
 * How it is said who comes and goes. Who leaves a channel parts; whose session has ended, and has not come back within the
 * grace time, quits: that is told once to each session, whatever channels it shares with that one.
 */
import type { ChannelEvent, ChannelEventOf } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { Generations } from "../domain/Generations.ts"
import { keyOf, nickOf } from "./Names.ts"

export type Coming = ChannelEventOf<"Arrived" | "Departed" | "Gone">

export const isComing = (event: ChannelEvent): event is Coming =>
  event.type === "Arrived" || event.type === "Departed" || event.type === "Gone"

/** What is said of it, but for those who are in one of these channels: they were told there. */
export interface Saying {
  readonly word: "JOIN" | "PART" | "QUIT" | undefined
  readonly toldIn: ReadonlyArray<ChannelName>
}

const none: ReadonlyArray<never> = []
const nothing: Saying = { word: undefined, toldIn: none }
const join: Saying = { word: "JOIN", toldIn: none }
const part: Saying = { word: "PART", toldIn: none }

/** The channels of one end in quick succession: of those who quit so many are known at least. */
const remembered = 1000

export class Comings {
  /** Where somebody was told to have quit, by the key of the nick, until that one is shown again to anybody here. */
  private readonly quits = new Generations<string, ReadonlyArray<ChannelName>>(remembered)
  /** What is said of one event is the same in all styles. */
  private readonly sayings = new WeakMap<Coming, Saying>()

  of(channel: ChannelName, event: Coming): Saying {
    const known = this.sayings.get(event)
    if (known !== undefined) return known
    const saying = this.decide(channel, event)
    this.sayings.set(event, saying)
    return saying
  }

  /** Somebody is shown in a list of who is there. */
  shown(name: string): void {
    this.quits.delete(keyOf(nickOf(name)))
  }

  private decide(channel: ChannelName, event: Coming): Saying {
    const key = keyOf(nickOf(event.user.name))
    const toldIn = this.quits.get(key)
    switch (event.type) {
      case "Arrived":
        this.quits.delete(key)
        // Some were told that this one had quit just before it came back here.
        return event.back === true && toldIn === undefined ? nothing : join
      case "Departed":
        return event.why === undefined ? part : nothing
      case "Gone":
        if (event.connected) return part
        this.quits.set(key, [...(toldIn ?? none), channel])
        return { word: "QUIT", toldIn: toldIn ?? none }
    }
  }
}
