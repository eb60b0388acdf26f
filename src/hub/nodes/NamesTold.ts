/**
 * Who has a session in a channel, as those members of this node know it who are told of each who comes or goes. Where a link
 * broke, or the channel runs elsewhere by now, they may have missed some: they are told of those when the owner says who is there.
 */
import type { ChannelEvent, ChannelEventOf } from "../../domain/ChannelEvent.ts"
import { type Person, UserId } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"

export class NamesTold {
  /** Undefined where nobody here is told. Bounded by the users in the channel. */
  private names: Set<Username> | undefined

  /** Whether somebody here is told. */
  get isWanted(): boolean {
    return this.names !== undefined
  }

  /**
   * The same events, and those that were missed. Where the owner says who is there it says so to all, or to a newcomer: what
   * that one learns the others are told before it is in.
   */
  complete(events: ReadonlyArray<ChannelEvent>): ReadonlyArray<ChannelEvent> {
    if (this.names === undefined && !events.some(isForNewcomer)) return events
    return events.flatMap((event) => {
      const { names } = this
      if (isForNewcomer(event)) {
        const missed = this.missed(event.welcome.names.map(personCalled))
        return names === undefined ? event : [...missed, event]
      }
      if (names === undefined) return event
      if (event.type === "Arrived") names.add(event.user.name)
      if (event.type === "Departed") names.delete(event.user.name)
      return event.type === "Presence" && event.online !== undefined ? [...this.missed(event.online), event] : event
    })
  }

  /** Who has come and gone unheard, now that these are known to be there. */
  private missed(online: ReadonlyArray<Person>): ReadonlyArray<ChannelEvent> {
    const names = this.names ?? new Set()
    const there = new Set(online.map(({ name }) => name))
    this.names = there
    const come = online.filter(({ name }) => !names.has(name))
    const gone = [...names].filter((name) => !there.has(name))
    return [
      ...gone.map((name) => ({ type: "Departed", user: personCalled(name) }) as const),
      ...come.map((user) => ({ type: "Arrived", user }) as const),
    ]
  }
}

/** Those who are told of each know no more of anybody than the name. */
const personCalled = (name: Username): Person => ({ id: UserId.make(name), name })

/** Whether somebody comes who is told of each from now on. */
const isForNewcomer = (event: ChannelEvent): event is ChannelEventOf<"Entered"> =>
  event.type === "Entered" && event.welcome.names.length > 0
