/**
 * The channels one session is in, and what it does there. Used by one fiber at a time, but for `enter`: that is run by
 * whoever speaks to the user.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { type ActorUnavailable, isUnavailable } from "../actor/Actor.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isDirect, keyOf, nameOf } from "../domain/Direct.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Topic } from "../domain/Topic.ts"
import type { User } from "../domain/User.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Message } from "../domain/Entry.ts"
import type { Cursor, Page, PageRange, Query } from "../history/History.ts"
import type { AuditEntry } from "../channels/ChannelRecord.ts"
import type { Request } from "./Administration.ts"
import type { ChannelHandle } from "./Channel.ts"
import type { Change } from "./ChannelCommand.ts"
import type { Found as FoundChannel, Hub, Invitation } from "./Hub.ts"
import type { Description } from "./internal/description.ts"
import { seenAs } from "./internal/seenAs.ts"
import type { Member } from "./Member.ts"

/** A channel may be just about to end when a session enters: it is asked for again, this often. */
const attempts = 5

/** Direct conversations that others can bring a session into; beyond that it leaves the one silent longest. */
export const maxBrought = 32

/** Messages that were searched for. */
export interface Found {
  readonly hits: ReadonlyArray<{ readonly channel: ChannelName; readonly message: Message }>
  readonly next: Cursor | undefined
}

interface Membership {
  /** What this session calls it. */
  readonly name: ChannelName
  readonly channel: ChannelHandle
  /** Of this stay in the channel, and no other. */
  readonly seat: object
  /** By which history knows it. */
  readonly id: ChannelId
  /** In a direct conversation, with whom. */
  readonly other: User | undefined
}

/** Something to be said. */
interface Saying {
  readonly content: string
  readonly id?: MessageId | undefined
  readonly ref?: number | undefined
}

interface Directs {
  /** Keys of those that others brought it into, the one silent longest first. */
  readonly brought: Set<string>
  /** They are entered and left one after the other, since two fibers may be at it. */
  readonly turn: Semaphore.Semaphore
}

type Restore = <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>

export class Memberships {
  private readonly hub: Hub["Service"]
  private readonly member: Member
  private readonly maxMessageLength: number
  /** By name; direct conversations by the key of their name. */
  private readonly channels = new Map<string, Membership>()
  /** What only direct conversations need; most sessions have none. */
  private direct: Directs | undefined
  private open = false

  constructor(hub: Hub["Service"], member: Member, maxMessageLength: number) {
    this.hub = hub
    this.member = member
    this.maxMessageLength = maxMessageLength
  }

  /** From now on others can bring it into direct conversations: it knows that it is signed in. */
  opened(): void {
    this.open = true
  }

  /**
   * Enters a channel; the answer frame is in the outbox when this succeeds. `account` is whose name that of a direct
   * conversation is, where it is an account's.
   */
  join(name: ChannelName, ref?: number, account?: User): Effect.Effect<void, RequestError> {
    // Between the channel's yes and the map there must be no way out: it would stay a member for ever.
    const entering = Effect.uninterruptibleMask((restore) => {
      const enter = (attempt: number): Effect.Effect<void, RequestError> =>
        this.hub.find(name, this.member.session, account).pipe(
          Effect.flatMap((found) => this.admit(restore, name, found, ref)),
          Effect.catchIf(isUnavailable, () => (attempt < attempts ? enter(attempt + 1) : Effect.fail(unavailable()))),
        )
      return enter(1)
    })
    return isDirect(name) ? this.directs.turn.withPermit(entering) : entering
  }

  /** Is brought into a direct conversation, if it is not in it: behind this it gets what is said there. */
  enter({ channel, other }: Invitation): Effect.Effect<void> {
    const name = nameOf(other)
    const key = keyOf(name)
    const entering = Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        if (this.isIn(key, channel)) return Effect.void
        if (!this.open) return Effect.void
        return this.hub.bring(channel.name, this.member.session).pipe(
          Effect.flatMap((appearance) => this.admit(restore, name, { appearance, channel, other })),
          Effect.andThen(Effect.suspend(() => this.wasBrought(key))),
          // That it could not enter is not the speaker's affair.
          Effect.ignore,
        )
      }),
    )
    return Effect.suspend(() => {
      const { brought, turn } = this.directs
      if (!this.isIn(key, channel)) return turn.withPermit(entering)
      if (brought.delete(key)) brought.add(key)
      return Effect.void
    })
  }

  leave(name: ChannelName, ref?: number): Effect.Effect<void, RequestError> {
    const leaving = Effect.suspend(() => {
      const key = keyIn(name)
      return this.channels.has(key) ? this.drop(key, ref) : Effect.fail(notMember())
    }).pipe(Effect.uninterruptible)
    return isDirect(name) ? this.directs.turn.withPermit(leaving) : leaving
  }

  /** Whether it is in no channel. */
  get none(): boolean {
    return this.channels.size === 0
  }

  /** Done when the channels have answered whatever was asked of them. */
  get settled(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.forEach([...this.channels.values()], ({ channel }) => Effect.ignore(channel.settled), { discard: true }),
    )
  }

  /** Leaves every channel, whatever ended the session; whoever is just bringing it into one finds it closed. */
  get leaveAll(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.open = false
      return Effect.forEach([...this.channels.keys()], (key) => this.drop(key), { discard: true })
    })
  }

  /** Says something right now, as it nearly always can be; where not, `publish` waits for it or says why. */
  say(name: ChannelName, { content, id, ref }: Saying): boolean {
    const membership = this.channels.get(keyIn(name))
    if (membership === undefined || membership.other !== undefined) return false
    if (this.contentError(content) !== undefined) return false
    return membership.channel.say({ session: this.member.session, ref, id, content })
  }

  publish(name: ChannelName, message: Saying): Effect.Effect<void, RequestError> {
    const { content, id, ref } = message
    const error = this.contentError(content)
    if (error !== undefined) return Effect.fail(error)
    return this.within(name, ({ channel, other }) => {
      const said = channel.publish({ session: this.member.session, ref, id, content })
      return other === undefined ? said : Effect.andThen(this.bring(channel, other), said)
    })
  }

  /** Does something to a message that was said. */
  change(
    name: ChannelName,
    request: {
      readonly id: MessageId
      readonly target: Seq
      readonly change: Change
      readonly ref?: number | undefined
    },
  ): Effect.Effect<void, RequestError> {
    const { change } = request
    const error = change.type === "Edited" ? this.contentError(change.content) : undefined
    if (error !== undefined) return Effect.fail(error)
    return this.within(name, ({ channel }) => channel.change({ session: this.member.session, ...request }))
  }

  /** Notes how far the user has read. */
  read(name: ChannelName, seq: Seq): Effect.Effect<void, RequestError> {
    return this.within(name, ({ channel }) => channel.read(this.member.user, seq))
  }

  /** A page of a channel's history. */
  page(name: ChannelName, range: PageRange): Effect.Effect<Page, RequestError> {
    return this.within(name, ({ channel }) => channel.page(this.member.user, range))
  }

  /** Messages in one of its channels, or in all of them, and what this session calls the channel of each. */
  search(query: Omit<Query, "channels">, name?: ChannelName): Effect.Effect<Found, RequestError> {
    return Effect.suspend(() => {
      const membership = name === undefined ? undefined : this.channels.get(keyIn(name))
      if (name !== undefined && membership === undefined) return Effect.fail(notMember())
      const names = new Map<ChannelId, ChannelName>()
      for (const { id, name } of membership === undefined ? this.channels.values() : [membership]) {
        names.set(id, name)
      }
      return Effect.map(this.hub.search({ ...query, channels: [...names.keys()] }), ({ hits, next }) => ({
        hits: hits.map(({ channel, message }) => ({ channel: names.get(channel)!, message })),
        next,
      }))
    })
  }

  setTopic(name: ChannelName, topic: Topic): Effect.Effect<void, RequestError> {
    return this.within(name, ({ channel, other }) =>
      other === undefined
        ? channel.administer(this.member.user, { type: "SetTopic", topic })
        : Effect.fail(new RequestError({ reason: "NotSupported", detail: "A direct conversation has no topic" })),
    )
  }

  /** Does something with a right in a channel, in which it need not be. `account` is as with `join`. */
  administer(name: ChannelName, request: Request, account?: User): Effect.Effect<void, RequestError> {
    return this.outside(name, (channel) => channel.administer(this.member.user, request), account)
  }

  /** What a channel is, and who may do what there. */
  describe(name: ChannelName): Effect.Effect<Description, RequestError> {
    return this.outside(name, (channel) => channel.describe(this.member.user))
  }

  /** What was done in a channel by those with rights, the latest first. */
  audit(
    name: ChannelName,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Effect.Effect<ReadonlyArray<AuditEntry>, RequestError> {
    return this.outside(name, (channel) => channel.audit(this.member.user, page))
  }

  typing(name: ChannelName): Effect.Effect<void, RequestError> {
    return this.within(name, ({ channel }) => Effect.sync(() => channel.typing(this.member.session)))
  }

  private get directs(): Directs {
    return (this.direct ??= { brought: new Set(), turn: Semaphore.makeUnsafe(1) })
  }

  private contentError({ length }: string): RequestError | undefined {
    if (length <= this.maxMessageLength) return undefined
    return new RequestError({
      reason: "MessageTooLong",
      detail: `The message has ${length} characters, at most ${this.maxMessageLength} are allowed`,
    })
  }

  private isIn(key: string, channel: ChannelHandle): boolean {
    return this.channels.get(key)?.channel === channel
  }

  /** Enters a channel that the hub has found for it. */
  private admit(restore: Restore, name: ChannelName, { appearance, channel, other }: FoundChannel, ref?: number) {
    const { encoding, session } = this.member
    const own = other === undefined ? name : nameOf(other)
    const key = keyIn(own)
    const seat = { name: own, out: false }
    const member = {
      ...this.member,
      ...(other === undefined || encoding.version === 1 ? {} : { encoding: seenAs(encoding, own) }),
      onPutOut: () => {
        seat.out = true
        const left = keyIn(seat.name)
        if (this.channels.get(left)?.seat !== seat) return
        this.channels.delete(left)
        this.direct?.brought.delete(left)
      },
      onRenamed: (name: ChannelName) => {
        const membership = this.channels.get(seat.name)
        seat.name = name
        if (membership?.seat !== seat) return
        this.channels.delete(membership.name)
        this.channels.set(name, { ...membership, name })
      },
    }
    const called = other === undefined ? name : channel.name
    const former = this.channels.get(key)
    // The name was a guest's before, and is an account's now.
    const leaving =
      former === undefined || former.channel.name === channel.name ? Effect.void : this.drop(key, undefined)
    return Effect.andThen(leaving, restore(channel.join(member, appearance, ref, called))).pipe(
      Effect.tap((id) =>
        Effect.sync(() => {
          // It may have been put out, or the channel renamed, before this fiber hears of the yes.
          if (!seat.out) this.channels.set(keyIn(seat.name), { name: seat.name, seat, id, channel, other })
        }),
      ),
      // The channel may let it in all the same: the leave comes behind the join.
      Effect.onInterrupt(() => (this.isIn(key, channel) ? Effect.void : Effect.ignore(channel.leave(session)))),
      Effect.onError((cause) =>
        isAlreadyMember(Cause.squash(cause)) ? Effect.void : this.hub.left(channel.name, session),
      ),
    )
  }

  /** Makes room for what it was brought into, or leaves it if the session has ended meanwhile. */
  private wasBrought(key: string): Effect.Effect<void> {
    if (!this.open) return this.drop(key)
    const { brought } = this.directs
    brought.add(key)
    const [oldest] = brought
    return brought.size <= maxBrought || oldest === undefined ? Effect.void : this.drop(oldest)
  }

  /** Everybody who is to hear what is about to be said enters the conversation before it is said. */
  private bring(channel: ChannelHandle, other: User): Effect.Effect<void, RequestError> {
    return Effect.flatMap(
      this.hub.reach(this.member.session, other),
      Effect.forEach(({ enter, other }) => enter({ other, channel }), { discard: true }),
    )
  }

  private drop(key: string, ref?: number): Effect.Effect<void> {
    const membership = this.channels.get(key)
    if (membership === undefined) return Effect.void
    const { channel, name } = membership
    const { session } = this.member
    this.channels.delete(key)
    this.direct?.brought.delete(key)
    return channel.leave(session, ref).pipe(
      Effect.catch(() => Effect.sync(() => this.answerLeft(name, ref))),
      Effect.andThen(this.hub.left(channel.name, session)),
    )
  }

  private within<A>(
    name: ChannelName,
    use: (membership: Membership) => Effect.Effect<A, RequestError | ActorUnavailable>,
  ): Effect.Effect<A, RequestError> {
    return Effect.suspend(() => {
      const key = keyIn(name)
      const membership = this.channels.get(key)
      if (membership === undefined) return Effect.fail(notMember())
      const { channel } = membership
      return Effect.catchIf(use(membership), isUnavailable, ({ why }) => {
        if (why === "crashed") return Effect.fail(new RequestError({ reason: "Internal" }))
        // The channel was given up. The session is no member of what comes next, until it joins again.
        if (this.isIn(key, channel)) this.channels.delete(key)
        return Effect.andThen(this.hub.left(channel.name, this.member.session), Effect.fail(unavailable()))
      })
    })
  }

  /** With a channel that it may be in or not. */
  private outside<A>(
    name: ChannelName,
    use: (channel: ChannelHandle) => Effect.Effect<A, RequestError | ActorUnavailable>,
    account?: User,
  ): Effect.Effect<A, RequestError> {
    const attempt = (n: number): Effect.Effect<A, RequestError> =>
      this.hub.open(name, this.member.session, account).pipe(
        Effect.flatMap(({ channel }) => use(channel)),
        Effect.catchIf(isUnavailable, ({ why }) => {
          if (why === "crashed") return Effect.fail(new RequestError({ reason: "Internal" }))
          return n < attempts ? attempt(n + 1) : Effect.fail(unavailable())
        }),
      )
    return Effect.suspend(() =>
      this.channels.has(keyIn(name)) ? this.within(name, ({ channel }) => use(channel)) : attempt(1),
    )
  }

  /** For a channel that has ended: it cannot answer any more. */
  private answerLeft(channel: ChannelName, ref: number | undefined): void {
    const { encoding, outbox } = this.member
    if (encoding.version !== 2) return
    outbox.offer("chat", encoding.encode({ type: "Left", ...(ref === undefined ? {} : { ref }), channel }))
    outbox.flush()
  }
}

const keyIn = (name: ChannelName): string => (isDirect(name) ? keyOf(name) : name)
const isAlreadyMember = (error: unknown) => error instanceof RequestError && error.reason === "AlreadyMember"
const notMember = () => new RequestError({ reason: "NotMember" })
const unavailable = () => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })
