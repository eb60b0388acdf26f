/**
 * The channels one session is in. Of each channel one fiber enters it or leaves it at a time, but for `enter`: that is run by
 * whoever speaks to the user.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Welcome } from "../../domain/ChannelEvent.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect, keyOf, nameOf } from "../../domain/Direct.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { Turns } from "../../domain/Turns.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User } from "../../domain/User.ts"
import type { Renderer } from "../../protocol/Renderer.ts"
import type { Requester } from "../channel/ChannelCommand.ts"
import type { Directory } from "../directory/Directory.ts"
import type { JoinLookup } from "../directory/DirectoryCommand.ts"
import type { ChannelGone, ChannelLink } from "./ChannelLink.ts"
import type { Invitation } from "./Gateway.ts"
import type { Member } from "./Member.ts"
import type { Outbox } from "./Outbox.ts"

/** A channel may be just about to end when somebody wants something of it: it is looked up again, this often. */
export const attempts = 5

/** Direct conversations that others can bring a session into; beyond that it leaves the one silent longest. */
export const maxBrought = 32

/** One stay in a channel. */
export interface Membership {
  /** What this session calls it. */
  readonly name: ChannelName
  readonly link: ChannelLink
  /** In a direct conversation, with whom. */
  readonly other: User | undefined
}

/** How a channel is entered. */
export interface Entrance {
  /** Whose name that of a direct conversation is, where it is an account's. */
  readonly account?: User | undefined
  /** Which channel is meant, where that is known: no other is entered, and none is made. Told when it was entered before. */
  readonly id?: ChannelId | undefined
  readonly tag?: number | undefined
}

/** The session: who it is, in which words it is told, and where to. */
export interface Subscriber {
  readonly session: SessionId
  readonly by: Requester
  readonly renderer: Renderer<unknown>
  readonly own?: Member["own"]
  readonly outbox: Outbox<unknown>
  /**
   * It has entered a channel, which it calls so. Run in the order of what is told there. `tag` is what it was asked to
   * join with; without one somebody else has brought it in. The welcome's id is what it comes back by.
   */
  readonly onJoined: (channel: ChannelName, welcome: Welcome, tag: number | undefined) => void
  readonly onOffered?: Member["onOffered"]
}

interface Directs {
  /** Keys of those that others brought it into, the one silent longest first. */
  readonly brought: Set<string>
  /** Each is entered and left by one at a time, since several fibers may be at it. */
  readonly turns: Turns
}

type Restore = <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>

export class Memberships {
  readonly subscriber: Subscriber
  private readonly directory: Directory["Service"]
  /** By name; direct conversations by the key of their name. */
  private readonly channels = new Map<string, Membership>()
  /** What only direct conversations need; most sessions have none. */
  private direct: Directs | undefined
  private open = false

  constructor(directory: Directory["Service"], subscriber: Subscriber) {
    this.directory = directory
    this.subscriber = subscriber
  }

  /** From now on others can bring it into direct conversations: it knows that it is signed in. */
  opened(): void {
    this.open = true
  }

  get(name: ChannelName): Membership | undefined {
    return this.channels.get(keyIn(name))
  }

  /** Those it is in now. */
  get all(): Iterable<Membership> {
    return this.channels.values()
  }

  get count(): number {
    return this.channels.size
  }

  /** Whether it is in no channel. */
  get none(): boolean {
    return this.channels.size === 0
  }

  /** Enters a channel; `onJoined` has run when this succeeds. */
  join(name: ChannelName, entrance: Entrance = {}): Effect.Effect<void, RequestError> {
    // Between the channel's yes and the end of this there must be no way out: it would stay a member for ever.
    const entering = Effect.uninterruptibleMask((restore) => {
      // What it wants to be in by itself it does not leave to make room, though others have brought it there before.
      this.direct?.brought.delete(keyIn(name))
      const enter = (attempt: number): Effect.Effect<void, RequestError> =>
        this.directory.find(name, this.subscriber.session, entrance.account).pipe(
          Effect.flatMap((found) => this.admit(restore, name, found, entrance)),
          Effect.catchTag("ChannelGone", () => (attempt < attempts ? enter(attempt + 1) : Effect.fail(unavailable()))),
        )
      return enter(1)
    })
    return isDirect(name) ? this.inTurn(keyOf(name), entering) : entering
  }

  /** Is brought into a direct conversation, if it is not in it: behind this it gets what is said there. */
  enter({ by, channel, other }: Invitation): Effect.Effect<void> {
    const name = nameOf(other)
    const key = keyOf(name)
    const entering = Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        if (this.isIn(key, channel) || !this.open) return Effect.void
        return this.directory.bring(channel, this.subscriber.session).pipe(
          Effect.flatMap(({ appearance, link }) => this.admit(restore, name, { link, other, appearance }, {}, by)),
          Effect.andThen(Effect.suspend(() => this.wasBrought(key))),
          // That it could not enter is not the speaker's affair.
          Effect.ignore,
        )
      }),
    )
    return Effect.suspend(() => {
      const { brought } = this.directs
      if (!this.isIn(key, channel)) return this.inTurn(key, entering)
      if (brought.delete(key)) brought.add(key)
      return Effect.void
    })
  }

  /** Leaves a channel; nothing is told behind this. */
  leave(name: ChannelName): Effect.Effect<void, RequestError> {
    const leaving = Effect.suspend(() => {
      const key = keyIn(name)
      return this.channels.has(key) ? this.drop(key, true) : Effect.fail(notMember())
    }).pipe(Effect.uninterruptible)
    return isDirect(name) ? this.inTurn(keyOf(name), leaving) : leaving
  }

  /** A channel was given up. The session is no member of what comes next, until it joins again. */
  lost({ link, name }: Membership): void {
    const key = keyIn(name)
    if (this.channels.get(key)?.link === link) this.channels.delete(key)
    this.directory.left(link, this.subscriber.session)
  }

  /** Done when the channels have answered whatever was asked of them. */
  get settled(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.forEach(
        [...this.channels.values()],
        ({ link }) => Effect.ignore(link.ask<"Done">((request) => ({ type: "Settle", request }))),
        { discard: true },
      ),
    )
  }

  /** Leaves every channel, whatever ended the session; whoever is just bringing it into one finds it closed. */
  get leaveAll(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.open = false
      return Effect.forEach([...this.channels.keys()], (key) => this.drop(key, false), { discard: true })
    })
  }

  private get directs(): Directs {
    return (this.direct ??= { brought: new Set(), turns: new Turns() })
  }

  private inTurn<A, E>(key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.scoped(Effect.andThen(this.directs.turns.take(key), effect))
  }

  /** Whether it is in a direct conversation, which the directory knows by this name. */
  private isIn(key: string, channel: ChannelName): boolean {
    const link = this.channels.get(key)?.link
    return link !== undefined && link.name === channel && !link.hasEnded
  }

  /** Enters a channel that the directory has found for it. */
  private admit(
    restore: Restore,
    name: ChannelName,
    { appearance, link, other }: JoinLookup,
    { id, tag }: Entrance = {},
    broughtBy?: Requester,
  ): Effect.Effect<void, RequestError | ChannelGone> {
    const { by, onJoined, onOffered, outbox, own: words, renderer, session } = this.subscriber
    const own = other === undefined ? name : nameOf(other)
    let membership: Membership = { name: own, link, other }
    const isThis = () => this.channels.get(keyIn(membership.name)) === membership
    const member = {
      session,
      user: by.user.id,
      renderer,
      own: words,
      outbox,
      alias: other === undefined ? undefined : own,
      onEntered: (welcome: Welcome) => {
        this.channels.set(keyIn(own), membership)
        onJoined(own, other === undefined ? welcome : { ...welcome, id: idOf(other) }, tag)
      },
      onOffered,
      onPutOut: () => {
        const key = keyIn(membership.name)
        if (isThis()) this.channels.delete(key)
        this.direct?.brought.delete(key)
        this.directory.left(link, session)
      },
      onRenamed: (name: ChannelName) => {
        const renamed = { ...membership, name }
        if (isThis()) {
          this.channels.delete(membership.name)
          this.channels.set(name, renamed)
        }
        membership = renamed
      },
    }
    const former = this.channels.get(keyIn(own))
    if (other !== undefined && id !== undefined && id !== idOf(other)) {
      if (former?.link !== link) this.directory.left(link, session)
      return Effect.fail(new RequestError({ reason: "NoSuchUser", detail: "This name is somebody else's now" }))
    }
    // The name was a guest's before and is an account's now, or the channel has ended.
    const leaving = former === undefined || former.link === link ? Effect.void : this.replaced(former)
    const called = other === undefined ? name : link.name
    const joining = Effect.suspend(() => {
      const { names } = renderer
      const meant = other === undefined ? id : undefined
      return link.ask<"Done">(
        (request) => ({ type: "Join", by, request, session, appearance, called, id: meant, names, broughtBy }),
        member,
      )
    })
    return Effect.andThen(leaving, restore(joining)).pipe(
      // The channel may let it in all the same: the leave comes behind the join.
      Effect.onInterrupt(() => {
        if (isThis()) return Effect.void
        this.directory.left(link, session)
        return Effect.ignore(link.tell({ type: "Leave", session }))
      }),
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (error._tag === "RequestError" && error.reason === "AlreadyMember") return
          // Where it is in this channel already it stays in it, though it meant another.
          if (former?.link !== link) this.directory.left(link, session)
        }),
      ),
      Effect.asVoid,
    )
  }

  /** Makes room for what it was brought into, or leaves it if the session has ended meanwhile. */
  private wasBrought(key: string): Effect.Effect<void> {
    if (!this.open) return this.drop(key, false)
    const { brought } = this.directs
    brought.add(key)
    const [oldest] = brought
    const silent = oldest === undefined ? undefined : this.channels.get(oldest)
    return brought.size <= maxBrought || silent === undefined ? Effect.void : this.putOut(silent)
  }

  /** Leaves what it did not ask to leave: it is told so, in its place among the messages. */
  private putOut({ link, name }: Membership): Effect.Effect<void> {
    const { outbox, own, renderer, session } = this.subscriber
    const settle = () => {
      const told = (own ?? renderer).render(name, [{ type: "PutOut", session }])
      if (told !== undefined) outbox.offer("chat", told.piece, told.bytes)
    }
    const leaving = Effect.suspend(() => {
      const request = link.expect({ settle })
      return Effect.onError(link.tell({ type: "Leave", session, request }), () =>
        Effect.sync(() => link.takeBack(request)),
      )
    })
    this.remove(keyIn(name))
    return Effect.map(Effect.ignore(leaving), () => this.directory.left(link, session))
  }

  /** Leaves a conversation before it enters another that it calls the same: it hears of the one before of the other. */
  private replaced(former: Membership): Effect.Effect<void> {
    const settled = former.link.ask<"Done">((request) => ({ type: "Settle", request }))
    return Effect.suspend(() => Effect.andThen(this.putOut(former), Effect.ignore(settled)))
  }

  /** Leaves; where it `waits`, until the channel has said that it is out, and otherwise since the session has ended. */
  private drop(key: string, waits: boolean): Effect.Effect<void> {
    const membership = this.channels.get(key)
    if (membership === undefined) return Effect.void
    const { link } = membership
    const { session } = this.subscriber
    this.remove(key)
    const leaving = waits
      ? link.ask<"Done">((request) => ({ type: "Leave", session, request }))
      : link.tell({ type: "Leave", session, ended: true })
    return Effect.map(Effect.ignore(leaving), () => this.directory.left(link, session))
  }

  private remove(key: string): void {
    this.channels.delete(key)
    this.direct?.brought.delete(key)
  }
}

/** By what a session comes back to a direct conversation: whom it is with, since that name may be another's by then. */
const idOf = ({ id }: User): ChannelId => ChannelId.make(id)

const keyIn = (name: ChannelName): string => (isDirect(name) ? keyOf(name) : name)
export const notMember = () => new RequestError({ reason: "NotMember" })
export const unavailable = () => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })
