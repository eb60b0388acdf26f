/**
 * The way from this node to a channel and back: commands go there as values, and what happens comes back as values. It
 * knows whom each answer is for, and the channel's audience here.
 */
import type * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ActorUnavailable } from "../../actor/Actor.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { HistoryId } from "../../domain/HistoryId.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Answer, ChannelCommand, ChannelTurn, Outcome, OutcomeOf, Requester } from "../channel/ChannelCommand.ts"
import { Audience } from "./Audience.ts"
import type { Later } from "./Later.ts"
import type { Member } from "./Member.ts"
import type { Meter } from "../../observability/Meters.ts"
import type { Outboxes } from "./Outboxes.ts"

/** The channel is not there, or no more: it has to be looked up again. */
export class ChannelGone extends Data.TaggedError("ChannelGone")<{}> {}

/** Whoever waits for an answer. It is run where the answer arrives, and must not throw. */
export interface Reply {
  settle(outcome: Outcome): void
}

/** Where the channel takes its commands. */
export interface ChannelInbox {
  readonly tellUnsafe: (command: ChannelCommand) => boolean
  readonly tell: (command: ChannelCommand) => Effect.Effect<void, ActorUnavailable>
}

interface Options {
  readonly name: ChannelName
  readonly outboxes: Outboxes
  readonly clock: Clock.Clock
  readonly later: Later
  readonly coalesce: number
}

type Ask<Type extends Outcome["type"]> = Effect.Effect<OutcomeOf<Type>, RequestError | ChannelGone>

export class ChannelLink {
  readonly audience: Audience
  private inbox: ChannelInbox | undefined
  /** By the number of the request. Bounded by what the channel's mailbox holds, and those who wait for room in it. */
  private readonly replies: Array<Reply | undefined> = []
  private readonly free: Array<number> = []
  private readonly meter: Meter
  private readonly clock: Clock.Clock
  /** The post that is timed, one at a time; -1 where none is. */
  private timed = -1
  private timedFrom = 0
  /** Whose post that is, where it is followed. */
  private followed: Requester | undefined

  constructor(options: Options) {
    this.meter = options.outboxes.meter
    this.clock = options.clock
    this.audience = new Audience({
      ...options,
      showPresence: () => void this.inbox?.tellUnsafe({ type: "ShowPresence" }),
      settle: (answer) => this.settle(answer),
    })
  }

  /** The channel is ready to take commands there. */
  connect(inbox: ChannelInbox): void {
    this.inbox = inbox
  }

  /** The channel's name, as far as its members here were told. */
  get name(): ChannelName {
    return this.audience.name
  }

  /** By what history knows the channel; undefined until somebody has entered it from this node. */
  get id(): ChannelId | undefined {
    return this.audience.id
  }

  /** Which history that is. */
  get history(): HistoryId | undefined {
    return this.audience.history
  }

  /** Whether the channel has ended for good: one of the same name is reached in another way. */
  get hasEnded(): boolean {
    return this.audience.hasEnded
  }

  /** What happened in the channel. */
  readonly receive = (turn: ChannelTurn): void => {
    if (this.followed !== undefined && turn.times !== undefined) this.follow(this.followed, turn, turn.times)
    this.audience.receive(turn)
  }

  /** A number for a request that is about to be made: it has to be made, or taken back. */
  expect(reply: Reply): number {
    const request = this.free.pop() ?? this.replies.length
    this.replies[request] = reply
    return request
  }

  /** The request was not made after all. */
  takeBack(request: number): void {
    if (request === this.timed) this.timed = -1
    this.replies[request] = undefined
    this.audience.forget(request)
    this.free.push(request)
  }

  /** Times a post that is about to be made, from the moment on at which it was read, unless another is being timed. */
  time(request: number, by: Requester): void {
    if (this.timed >= 0) return
    this.timed = request
    const { readAt, tracer } = this.meter
    if (tracer !== undefined) this.followed = by.trace !== undefined || tracer.sample() ? by : undefined
    this.timedFrom = readAt === 0 ? Monotonic.exact(this.clock) : readAt
  }

  /** Leaves a command now. False where there is no room, or nobody to take it. */
  tellUnsafe(command: ChannelCommand): boolean {
    return this.inbox!.tellUnsafe(command)
  }

  /** Leaves a command, waiting for room. */
  tell(command: ChannelCommand): Effect.Effect<void, ChannelGone> {
    return Effect.mapError(this.inbox!.tell(command), () => new ChannelGone())
  }

  /**
   * Makes a request and waits for its answer. A member is let in where that is what is asked for, and granted; not where
   * nobody waits for the answer any more.
   */
  ask<Type extends Outcome["type"]>(make: (request: number) => ChannelCommand, member?: Member): Ask<Type> {
    return Effect.suspend(() => {
      const answer = Deferred.makeUnsafe<Outcome>()
      const request = this.expect({ settle: (outcome) => void Deferred.doneUnsafe(answer, Exit.succeed(outcome)) })
      if (member !== undefined) this.audience.admit(request, member)
      // Who waits no longer for the answer leaves its number to it; only a request that was not made takes it back.
      const made = Effect.onError(this.tell(make(request)), () => Effect.sync(() => this.takeBack(request)))
      const answered =
        member === undefined
          ? Deferred.await(answer)
          : Effect.onInterrupt(Deferred.await(answer), () => Effect.sync(() => this.audience.forget(request)))
      return Effect.flatMap(Effect.andThen(made, answered), resultOf<Type>)
    })
  }

  /** Whether the post that is followed was stored in this turn, the audience is told. */
  private follow(by: Requester, { answers }: ChannelTurn, { stored, taken }: NonNullable<ChannelTurn["times"]>): void {
    const { timed, timedFrom } = this
    if (!answers.some(({ outcome, request }) => request === timed && outcome.type === "Published")) return
    this.audience.follow({ by, readAt: timedFrom, takenAt: taken, storedAt: stored })
    this.followed = undefined
  }

  private settle({ outcome, request }: Answer): void {
    const reply = this.replies[request]
    if (request === this.timed && outcome.type === "Published") this.audience.time(this.timedFrom)
    this.takeBack(request)
    reply?.settle(outcome)
  }
}

/** An answer, as whoever asked goes on with it. */
export const resultOf = <Type extends Outcome["type"]>(outcome: Outcome): Ask<Type> => {
  if (outcome.type === "Refused") return Effect.fail(outcome.error)
  if (outcome.type === "Gone") return Effect.fail(new ChannelGone())
  // A channel answers each command with its own kind of outcome.
  return Effect.succeed(outcome as OutcomeOf<Type>)
}
