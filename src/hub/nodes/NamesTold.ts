/**
 * Who has a session in a channel, as those members of this node know it who are told of each who comes or goes. Where a link
 * broke, or the channel runs elsewhere by now, they may have missed some: they are told of those when the owner says who is there.
 */
import type { ChannelEvent, ChannelEventOf } from "../../domain/ChannelEvent.ts"
import { UserId } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"

export class NamesTold {
  /** Undefined where nobody here is told. Bounded by the users in the channel. */
  private names: Set<Username> | undefined

  /** Whether somebody here is told. */
  get isWanted(): boolean {
    return this.names !== undefined
  }

  /** Somebody who is told has come, and knows these. */
  begin(names: Iterable<Username>): void {
    this.names = new Set(names)
  }

  /** The same events, and those that were missed. */
  complete(events: ReadonlyArray<ChannelEvent>): ReadonlyArray<ChannelEvent> {
    const { names } = this
    if (names === undefined) return events
    return events.flatMap((event) => {
      if (event.type === "Arrived") names.add(event.user.name)
      if (event.type === "Departed") names.delete(event.user.name)
      return event.type === "Presence" && event.online !== undefined ? this.missed(names, event, event.online) : event
    })
  }

  private missed(
    names: Set<Username>,
    event: ChannelEvent,
    online: NonNullable<ChannelEventOf<"Presence">["online"]>,
  ): ReadonlyArray<ChannelEvent> {
    const there = new Set(online.map(({ name }) => name))
    const come = online.filter(({ name }) => !names.has(name))
    const gone = [...names].filter((name) => !there.has(name))
    this.names = there
    return [
      // Who has gone is told by name, to those who know no more of anybody.
      ...gone.map((name) => ({ type: "Departed", user: { id: UserId.make(name), name } }) as const),
      ...come.map((user) => ({ type: "Arrived", user }) as const),
      event,
    ]
  }
}
