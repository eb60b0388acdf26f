/**
 * Who has a session in a channel, as those members of this node know it who are told of each who comes or goes, and whose has
 * ended a moment ago. Where a link broke, or the channel runs elsewhere by now, they may have missed some: they are told of
 * those when the owner says who is there.
 */
import type { ChannelEvent, ChannelEventOf } from "../../domain/ChannelEvent.ts"
import { type Person, UserId } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"

const nobody: ReadonlyArray<never> = []

export class NamesTold {
  /** Undefined where nobody here is told. Bounded by the users in the channel. */
  private names: Set<Username> | undefined
  /** Those who are not told to be gone yet. */
  private readonly lingering = new Set<Username>()

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
    return events.flatMap((event): ChannelEvent | ReadonlyArray<ChannelEvent> => {
      const { names } = this
      if (isForNewcomer(event)) {
        const { lingering, names: online } = event.welcome
        const missed = this.missed(online.map(personCalled), lingering)
        return names === undefined ? event : [...missed, event]
      }
      if (names === undefined) return event
      switch (event.type) {
        case "Arrived":
          return this.arrived(names, event)
        case "Departed":
          names.delete(event.user.name)
          if (event.why === "ended") this.lingering.add(event.user.name)
          return event
        case "Gone":
          // Those here were told so already, or never that it was there.
          return this.lingering.delete(event.user.name) ? event : nobody
        case "Presence":
          return event.online === undefined ? event : [...this.missed(event.online), event]
        default:
          return event
      }
    })
  }

  /** Whether somebody is back is a question of what those here were told. */
  private arrived(names: Set<Username>, { user }: ChannelEventOf<"Arrived">): ChannelEvent {
    const back = this.lingering.delete(user.name)
    names.add(user.name)
    return { type: "Arrived", user, ...(back ? { back } : undefined) }
  }

  /** Who has come and gone unheard, now that these are known to be there, and the session of these to have ended. */
  private missed(online: ReadonlyArray<Person>, ended: ReadonlyArray<Username> = nobody): ReadonlyArray<ChannelEvent> {
    const names = (this.names ??= new Set())
    const there = new Set(online.map(({ name }) => name))
    const mayComeBack = new Set(ended)
    const missed: Array<ChannelEvent> = []
    for (const name of names) {
      if (there.has(name)) continue
      names.delete(name)
      this.lingering.add(name)
      missed.push({ type: "Departed", user: personCalled(name), why: "ended" })
    }
    for (const name of mayComeBack) {
      if (this.lingering.has(name)) continue
      this.lingering.add(name)
      const user = personCalled(name)
      missed.push({ type: "Arrived", user }, { type: "Departed", user, why: "ended" })
    }
    for (const name of this.lingering) {
      if (there.has(name) || mayComeBack.has(name)) continue
      this.lingering.delete(name)
      // Perhaps it is connected all the same: of this channel it is gone.
      missed.push({ type: "Gone", user: personCalled(name), connected: true })
    }
    for (const user of online) if (!names.has(user.name)) missed.push(this.arrived(names, { type: "Arrived", user }))
    return missed
  }
}

/** Those who are told of each know no more of anybody than the name. */
const personCalled = (name: Username): Person => ({ id: UserId.make(name), name })

/** Whether somebody comes who is told of each from now on. */
const isForNewcomer = (event: ChannelEvent): event is ChannelEventOf<"Entered"> =>
  event.type === "Entered" && event.welcome.names.length > 0
