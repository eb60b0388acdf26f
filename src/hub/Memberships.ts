/** The channels one session is in, and what it does there. Used by one fiber at a time. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type ActorUnavailable, isUnavailable } from "../actor/Actor.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Topic } from "../domain/Topic.ts"
import { RequestError } from "../protocol/RequestError.ts"
import type { ChannelHandle } from "./Channel.ts"
import type { Hub } from "./Hub.ts"
import type { Member } from "./Member.ts"

/** A channel may be just about to end when a session enters: it is asked for again, this often. */
const attempts = 5

export class Memberships {
  private readonly hub: Hub["Service"]
  private readonly member: Member
  private readonly maxMessageLength: number
  private readonly channels = new Map<ChannelName, ChannelHandle>()

  constructor(hub: Hub["Service"], member: Member, maxMessageLength: number) {
    this.hub = hub
    this.member = member
    this.maxMessageLength = maxMessageLength
  }

  /** Enters a channel; the answer frame is in the outbox when this succeeds. */
  join(name: ChannelName, ref?: number): Effect.Effect<void, RequestError> {
    const { session } = this.member
    const left = this.hub.left(name, session)
    // Between the channel's yes and the map there must be no way out: it would stay a member for ever.
    return Effect.uninterruptibleMask((restore) => {
      const enter = (attempt: number): Effect.Effect<void, RequestError> =>
        this.hub.find(name, session).pipe(
          Effect.flatMap(({ appearance, channel }) =>
            restore(channel.join(this.member, appearance, ref)).pipe(
              Effect.tap(() => Effect.sync(() => this.channels.set(name, channel))),
              // The channel may let it in all the same: the leave comes behind the join.
              Effect.onInterrupt(() => (this.channels.has(name) ? Effect.void : Effect.ignore(channel.leave(session)))),
            ),
          ),
          Effect.onError((cause) => (isAlreadyMember(Cause.squash(cause)) ? Effect.void : left)),
          Effect.catchIf(isUnavailable, () => (attempt < attempts ? enter(attempt + 1) : Effect.fail(unavailable()))),
        )
      return enter(1)
    })
  }

  leave(name: ChannelName, ref?: number): Effect.Effect<void, RequestError> {
    return Effect.suspend(() => {
      const { session } = this.member
      const channel = this.channels.get(name)
      if (channel === undefined) return Effect.fail(notMember())
      this.channels.delete(name)
      return channel.leave(session, ref).pipe(
        Effect.catch(() => Effect.sync(() => this.answerLeft(name, ref))),
        Effect.andThen(this.hub.left(name, session)),
      )
    }).pipe(Effect.uninterruptible)
  }

  /** Done when the channels have answered whatever was asked of them. */
  readonly settled: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach([...this.channels.values()], (channel) => Effect.ignore(channel.settled), { discard: true }),
  )

  /** Leaves every channel, whatever ended the session. */
  readonly leaveAll: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach([...this.channels.keys()], (name) => Effect.ignore(this.leave(name)), { discard: true }),
  )

  publish(
    name: ChannelName,
    message: { readonly content: string; readonly id?: MessageId | undefined; readonly ref?: number | undefined },
  ): Effect.Effect<void, RequestError> {
    const { content, id, ref } = message
    if (content.length > this.maxMessageLength) {
      return Effect.fail(
        new RequestError({
          reason: "MessageTooLong",
          detail: `The message has ${content.length} characters, at most ${this.maxMessageLength} are allowed`,
        }),
      )
    }
    return this.within(name, (channel) => channel.publish({ session: this.member.session, ref, id, content }))
  }

  setTopic(name: ChannelName, topic: Topic): Effect.Effect<void, RequestError> {
    return this.within(name, (channel) => channel.setTopic(this.member.user, topic))
  }

  typing(name: ChannelName): Effect.Effect<void, RequestError> {
    return this.within(name, (channel) => Effect.sync(() => channel.typing(this.member.session)))
  }

  private within(
    name: ChannelName,
    use: (channel: ChannelHandle) => Effect.Effect<void, RequestError | ActorUnavailable>,
  ): Effect.Effect<void, RequestError> {
    return Effect.suspend(() => {
      const channel = this.channels.get(name)
      if (channel === undefined) return Effect.fail(notMember())
      return Effect.catchIf(use(channel), isUnavailable, ({ why }) => {
        if (why === "crashed") return Effect.fail(new RequestError({ reason: "Internal" }))
        // The channel was given up. The session is no member of what comes next, until it joins again.
        if (this.channels.get(name) === channel) this.channels.delete(name)
        return Effect.andThen(this.hub.left(name, this.member.session), Effect.fail(unavailable()))
      })
    })
  }

  /** For a channel that has ended: it cannot answer any more. */
  private answerLeft(channel: ChannelName, ref: number | undefined): void {
    const { encoding, outbox } = this.member
    if (encoding.version !== 2) return
    outbox.offer("chat", encoding.encode({ type: "Left", ...(ref === undefined ? {} : { ref }), channel }))
    outbox.flush()
  }
}

const isAlreadyMember = (error: unknown) => error instanceof RequestError && error.reason === "AlreadyMember"
const notMember = () => new RequestError({ reason: "NotMember" })
const unavailable = () => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })
