import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Monotonic from "../../domain/Monotonic.ts"
import { catalog, isGarbled, RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Answer, ClientSession } from "../Session.ts"
import { OutboxFull, Unconfirmed } from "../PublishError.ts"
import { type ConnectionFailure, defaults, delay } from "../Reconnect.ts"
import type { CurrentSession } from "./CurrentSession.ts"
import { Pace } from "./Pace.ts"
import { keyOf } from "./Positions.ts"

export type Acknowledgement = ServerFrameOf<"Published">
export type PublishFailure = RequestError | ConnectionFailure | OutboxFull | Unconfirmed

/** Sends it in a session, every time with the same id. */
type Send = (session: ClientSession, channel: string) => Answer<"Published">

/** Where something is to be said. */
export interface Destination {
  /** As the channel is called now. */
  readonly name: string
  /** Why it can never be said there. */
  readonly refused: RequestError | undefined
  /** Counts the channel's histories: what is about a message of an earlier one is about nothing that is there. */
  readonly era: number
}

interface PendingPublish {
  to: Destination
  /** The era of the message that it changes; undefined where it changes none. */
  era: number | undefined
  /** Whether the client is not in that channel yet, and knows it by its name alone. */
  byName: boolean
  readonly send: Send
  readonly reply: Deferred.Deferred<Acknowledgement, PublishFailure>
  /** Whether nobody waits for it any more: then it is not sent. */
  abandoned: boolean
  /** The lane that it is in. */
  lane: string
  /** What has to be done first in its lane, and what waits for this. */
  before: PendingPublish | undefined
  behind: PendingPublish | undefined
  /** Done when it has to look again whether it is its turn. */
  wake: Deferred.Deferred<void> | undefined
}

const otherHistory = () =>
  new RequestError({
    reason: "NoSuchMessage",
    detail: "The channel's history is another one now, without this message",
  })

/** Tries where the server has failed over it. */
const maxFailures = 4
/** Tries where it could not read what was right when it was sent: a byte was changed on the way. */
const maxGarbled = 3

interface OutgoingOptions {
  /** Whether the client is out of a channel only until the server has room for it. */
  readonly isShutOut?: ((channel: string) => boolean) | undefined
  /** Waits while the client is just coming back to a channel; undefined where it is not. */
  readonly entering?: ((channel: string) => Effect.Effect<void> | undefined) | undefined
  readonly longestWait?: Duration.Duration | undefined
}

/**
 * The messages, edits, deletions and reactions that are to be sent, each until it is acknowledged, over as many connections
 * as that takes. There is a lane for each channel, in which they are sent one behind the other: a channel that does not
 * answer holds up what is for it, and nothing else.
 */
export class Outgoing {
  private readonly current: CurrentSession
  private readonly limit: number
  private readonly run: (sending: Effect.Effect<void>) => unknown
  private readonly options: OutgoingOptions
  /** In the order in which they were added, over all lanes; as many as `limit` says, and one that is on its way. */
  private readonly open = new Set<PendingPublish>()
  /** The last in each lane. A lane is by the name that its channel has now, and goes with the last that is in it. */
  private readonly lanes = new Map<string, PendingPublish>()
  private ended: ConnectionFailure | undefined
  /** One for all lanes, since the server's limit is. */
  private readonly pace = new Pace()
  /** Until then the server wants no message, of whatever channel. */
  private pausedUntil = 0

  private constructor(
    current: CurrentSession,
    limit: number,
    run: (sending: Effect.Effect<void>) => unknown,
    options: OutgoingOptions,
  ) {
    this.current = current
    this.limit = limit
    this.run = run
    this.options = options
  }

  /** Sends until the scope closes. */
  static make(
    current: CurrentSession,
    limit: number,
    options: OutgoingOptions = {},
  ): Effect.Effect<Outgoing, never, Scope.Scope> {
    return Effect.map(FiberSet.makeRuntime<never>(), (run) => new Outgoing(current, limit, run, options))
  }

  /** Succeeds when the server has acknowledged it. If this is interrupted first, it may not be sent at all. */
  add(
    channel: Destination | string,
    send: Send,
    { changes = false }: { readonly changes?: boolean } = {},
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.suspend(() => {
      if (this.ended !== undefined) return Effect.fail(this.ended)
      const byName = typeof channel === "string"
      const to = byName ? { name: channel, refused: undefined, era: 0 } : channel
      if (this.open.size > this.limit) return Effect.fail(new OutboxFull())
      const message: PendingPublish = {
        to,
        era: changes ? to.era : undefined,
        byName,
        send,
        reply: Deferred.makeUnsafe(),
        abandoned: false,
        lane: "",
        before: undefined,
        behind: undefined,
        wake: undefined,
      }
      this.open.add(message)
      this.line(message)
      this.run(this.send(message))
      return Effect.onInterrupt(Deferred.await(message.reply), () => Effect.sync(() => (message.abandoned = true)))
    })
  }

  /**
   * The client has entered a channel, or it is called differently now: what was to be said under its name follows it from
   * now on, and is in its lane.
   */
  bind(channel: Destination, isIts: (name: string) => boolean): void {
    for (const message of this.open) {
      if (!message.byName || !isIts(message.to.name)) continue
      message.to = channel
      message.byName = false
      if (message.era !== undefined) message.era = channel.era
    }
    this.lanes.clear()
    for (const message of this.open) this.line(message)
    for (const { wake } of this.open) rouse(wake)
  }

  /** Nothing more will be sent. */
  close(because: ConnectionFailure): void {
    this.ended = because
    for (const { reply } of this.open) Deferred.doneUnsafe(reply, Exit.fail(because))
    this.open.clear()
  }

  /** Puts it at the end of the lane of its channel. */
  private line(message: PendingPublish): void {
    message.lane = keyOf(message.to.name)
    message.before = this.lanes.get(message.lane)
    message.behind = undefined
    if (message.before !== undefined) message.before.behind = message
    this.lanes.set(message.lane, message)
  }

  private send(message: PendingPublish): Effect.Effect<void> {
    return Effect.map(Effect.exit(this.attempt(message)), (exit) => {
      const { behind, lane, reply } = message
      this.open.delete(message)
      if (behind === undefined) this.lanes.delete(lane)
      else {
        behind.before = undefined
        rouse(behind.wake)
      }
      Deferred.doneUnsafe(reply, exit)
    })
  }

  /** Tries in this session, and in the next if it ends first: with the same id, so that it is stored once. */
  private attempt(message: PendingPublish, failures = 0): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.flatMap(this.inTurn(message), (session) => {
      const { send, to } = message
      if (to.refused !== undefined) return Effect.fail(to.refused)
      if (message.era !== undefined && message.era !== to.era) return Effect.fail(otherHistory())
      const { name } = to
      return Effect.catchTags(
        Effect.tap(send(session, name), () => Effect.map(Monotonic.now, (now) => this.pace.accept(now))),
        {
          Disconnect: () => {
            this.current.clear(session)
            return session.version === 1 ? Effect.fail(new Unconfirmed()) : this.attempt(message, failures)
          },
          RequestError: (error) => {
            // The channel was renamed while it was on its way.
            if (message.to.name !== name) return this.attempt(message, failures)
            const again = isGarbled(error.reason) && session.version === 2 && failures < maxGarbled
            return again ? this.attempt(message, failures + 1) : this.refused(message, failures, error)
          },
        },
      )
    })
  }

  /**
   * The session, as soon as all of this holds at once: nothing is before it in its lane, the client is in its channel as far
   * as it can be, there is a session, and the message will not be too early for it.
   */
  private inTurn(message: PendingPublish): Effect.Effect<ClientSession, ConnectionFailure> {
    const behind = (wait: Effect.Effect<unknown, ConnectionFailure>) => Effect.flatMap(wait, () => this.inTurn(message))
    return Effect.flatMap(Monotonic.now, (now) => {
      if (message.abandoned) return Effect.interrupt
      if (message.before !== undefined) return behind(Deferred.await((message.wake = Deferred.makeUnsafe())))
      const { session } = this.current
      if (session === undefined) return behind(this.current.ready)
      const entering = this.options.entering?.(message.to.name)
      if (entering !== undefined) return behind(entering)
      const wait = Math.max(this.pausedUntil - now, this.pace.wait(now))
      if (wait > 0) return behind(Effect.sleep(wait))
      this.pace.send(now)
      return Effect.succeed(session)
    })
  }

  /** When it has to be sent later it waits here, so that nothing of its lane overtakes it. */
  private refused(
    message: PendingPublish,
    failures: number,
    error: RequestError,
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    const { reason, retryAfter } = error
    const { isShutOut, longestWait = Duration.infinity } = this.options
    const waits = reason === "NotMember" && isShutOut?.(message.to.name) === true
    if (!waits && (!catalog[reason].retryable || (reason === "Internal" && failures >= maxFailures)))
      return Effect.fail(error)
    if (retryAfter === undefined) {
      return Effect.flatMap(delay(defaults, failures), (wait) => this.later(message, failures + 1, wait))
    }
    if (reason !== "RateLimited" && Duration.isGreaterThan(retryAfter, longestWait)) return Effect.fail(error)
    if (reason !== "RateLimited") return this.later(message, failures, retryAfter)
    return Effect.flatMap(Monotonic.now, (now) => {
      const pause = Duration.toMillis(retryAfter)
      this.pausedUntil = now + pause
      this.pace.refuse(now, pause)
      return this.later(message, failures, retryAfter)
    })
  }

  private later(
    message: PendingPublish,
    failures: number,
    wait: Duration.Duration,
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.delay(
      Effect.suspend(() => this.attempt(message, failures)),
      wait,
    )
  }
}

const rouse = (wake: PendingPublish["wake"]): void => {
  if (wake !== undefined) Deferred.doneUnsafe(wake, Exit.void)
}
