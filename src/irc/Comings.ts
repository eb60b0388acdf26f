/**
 * How it is said who comes and goes. Who leaves a channel parts; whose session has ended, and has not come back within the
 * grace time, quits: that is told once to each session, whatever channels it shares with that one. Channels tell it each for
 * itself, and somebody may have come to one before it is known to be gone from another.
 */
import type { ChannelEvent, ChannelEventOf } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { Generations } from "../domain/Generations.ts"
import { keyOf, nickOf } from "./Names.ts"

export type Coming = ChannelEventOf<"Arrived" | "Departed" | "Gone">

export const isComing = (event: ChannelEvent): event is Coming =>
  event.type === "Arrived" || event.type === "Departed" || event.type === "Gone"

export type Word = "JOIN" | "PART" | "QUIT"

/** It was told in a channel that somebody has quit, to those who were in none in which that one was there. */
interface Quit {
  readonly channel: ChannelName
  readonly there: ReadonlyArray<ChannelName>
  readonly at: number
}

/** What is said to everybody, but for whom it is not so. */
export interface Saying {
  readonly word: Word | undefined
  /** Who is in one of these shows that one there: it parts from this channel alone. */
  readonly there: ReadonlyArray<ChannelName>
  /** Who was told by one of these shows that one nowhere. */
  readonly quits: ReadonlyArray<Quit>
}

type IsIn = (channel: ChannelName) => boolean

const wasTold = (isIn: IsIn, { channel, there }: Quit): boolean => isIn(channel) && !there.some(isIn)

/** Whether somebody who is in these channels is told something else than everybody. */
export const differs = ({ quits, there }: Saying, isIn: IsIn): boolean =>
  there.some(isIn) || quits.some((quit) => wasTold(isIn, quit))

/** What that one is told. */
export const wordFor = ({ quits, there, word }: Saying, isIn: IsIn): Word | undefined => {
  if (there.some(isIn)) return "PART"
  return quits.some((quit) => wasTold(isIn, quit)) ? undefined : word
}

const none: ReadonlyArray<never> = []
const saying = (word: Word | undefined): Saying => ({ word, there: none, quits: none })
const nothing = saying(undefined)
const join = saying("JOIN")
const part = saying("PART")

/** Those who come and go of whom so much is known at least, and the times that one has quit. */
const remembered = 10_000
const maxQuits = 16

interface Known {
  /** Where it has a session, of the channels that somebody here is in: others are as they were then. */
  readonly there: Set<ChannelName>
  /** When it was last shown in each. */
  readonly shown: Map<ChannelName, number>
  /** And in any. */
  shownLast: number
  /** The latest. */
  readonly quits: Array<Quit>
}

export class Comings {
  private readonly known = new Generations<string, Known>(remembered)
  /** What is said of one event is the same in all styles. */
  private readonly sayings = new WeakMap<Coming, Saying>()
  private last = 0

  of(channel: ChannelName, event: Coming): Saying {
    const known = this.sayings.get(event)
    if (known !== undefined) return known
    const saying = this.decide(channel, event)
    this.sayings.set(event, saying)
    return saying
  }

  /** Somebody is shown in the list of a channel. */
  shown(name: string, channel: ChannelName): void {
    this.isThere(this.find(name), channel)
  }

  private find(name: string): Known {
    const key = keyOf(nickOf(name))
    const known = this.known.get(key) ?? { there: new Set(), shown: new Map(), shownLast: 0, quits: [] }
    this.known.set(key, known)
    return known
  }

  private isThere(known: Known, channel: ChannelName): void {
    known.there.add(channel)
    known.shownLast = ++this.last
    known.shown.set(channel, known.shownLast)
  }

  private decide(channel: ChannelName, event: Coming): Saying {
    const known = this.find(event.user.name)
    const { quits, shown, shownLast, there } = known
    // Those who were told since do not show it here any more.
    const since = quits.filter(({ at }) => at > (shown.get(channel) ?? 0))
    switch (event.type) {
      case "Arrived":
        this.isThere(known, channel)
        return event.back === true && since.length === 0 ? nothing : join
      case "Departed":
        there.delete(channel)
        return event.why === undefined ? part : nothing
      case "Gone":
        there.delete(channel)
        shown.delete(channel)
        if (event.connected) return since.length === 0 ? part : { ...part, quits: since }
        quits.push({ channel, there: [...there], at: ++this.last })
        if (quits.length > maxQuits) quits.shift()
        // And who was told before that one was shown in any channel has to be told again.
        return { word: "QUIT", there: [...there], quits: quits.slice(0, -1).filter(({ at }) => at > shownLast) }
    }
  }
}
