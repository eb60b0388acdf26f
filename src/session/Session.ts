/**
 * A session: the conversation over one connection, from its first byte to its end. This is its
 * state and what can be said in it; `Sessions` runs it.
 */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Random from "effect/Random"
import * as Semaphore from "effect/Semaphore"
import type { Accounts } from "../accounts/Accounts.ts"
import type { Caller } from "../chat/Caller.ts"
import type { ChatShape } from "../chat/Chat.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { SessionId } from "../domain/SessionId.ts"
import type { User } from "../domain/User.ts"
import { type Rate, TokenBucket } from "../domain/TokenBucket.ts"
import type { SessionStanding } from "../hub/audience/Gateway.ts"
import type { Memberships } from "../hub/audience/Memberships.ts"
import { alone, Outbox, type OutboxEnds } from "../hub/audience/Outbox.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import type { Meter } from "../observability/Meters.ts"
import * as Encoding from "../protocol/Encoding.ts"
import type { Message } from "../protocol/v1/Message.ts"
import type { ClientFrame } from "../protocol/v2/ClientFrame.ts"
import type { Connection } from "./Connection.ts"
import type { Dialect } from "./Dialect.ts"
import { Lanes } from "./Lanes.ts"
import type { Protocol } from "./Protocol.ts"
import * as Pulse from "./Pulse.ts"
import { Refusals } from "./Refusals.ts"
import type { SessionSettings } from "./SessionSettings.ts"

/** What sessions work with; the same for all of them. */
export interface SessionServices {
  readonly chat: ChatShape
  readonly accounts: Accounts["Service"]
  /** What is spoken in an encoding. */
  readonly protocolOf: (encoding: Encoding.AgreedEncoding) => Protocol<Session>
  readonly clock: Clock.Clock
  /** Counts what happens in sessions. */
  readonly meter: Meter
  readonly startedAt: number
  readonly random: Random.Random
  readonly settings: SessionSettings
  /** How fast what is wrong is forgiven. */
  readonly forgiveness: Rate
}

/** Milliseconds within which those come back who were refused together, and told to wait equally long. */
const together = 50

/** Large answers that are on their way to one session at the same time. */
const largeAtOnce = 8

/** Who speaks in a session that is signed in. */
export interface SessionCaller extends Caller {
  readonly memberships: Memberships
}

export class Session implements OutboxEnds<Uint8Array> {
  readonly id: SessionId
  readonly connection: Connection
  readonly services: SessionServices
  /** Undefined where Natter's own protocol is spoken. */
  readonly dialect: Dialect<Session> | undefined
  readonly outbox: Outbox<Uint8Array>
  /** What the connection began with, until a `Connect` negotiates something else. */
  protocol: Protocol<Session>
  /** It has started with `Connect`. */
  connected = false
  /** A version 1 client that did so speaks the protocol of the bare five messages, until it signs in. */
  bare = false
  /** Of a version 1 session: the answer to its `Login`, while it enters the lobby. */
  greeting: Uint8Array | undefined
  /** Undefined until it is signed in. */
  caller: SessionCaller | undefined
  /** What it posted and was not answered yet. */
  unanswered = 0
  /** The peer has ended its side: there is nobody to say goodbye to. */
  peerGone = false
  /** Out of its channels and out of the hub again. */
  left = false
  /** When the peer was last heard of. Times are in milliseconds since the service started: small numbers are cheap. */
  heardAt: number
  /** When the heartbeat has to look at it again. */
  lookAt: number
  /** Something it said is being handled. Meanwhile nothing is read, so that its silence says nothing. */
  handling = false
  /** When it has to end with the API key that it came by. */
  endsAt = Infinity
  /** Its heartbeat's own. */
  readonly pulse: Pulse.Pulse
  /** Milliseconds that the peer may be silent, where its protocol lets it say so and has no question for it. */
  maySilent: number | undefined
  /** Why it ends, once it does. */
  reason: Disconnect | undefined
  private readonly frames: TokenBucket | undefined
  private readonly forgiveness: TokenBucket
  /** When the last frame that was refused may come back. */
  private nextTurn = 0
  /** At each limit that it has met, of which there are as many as kinds of frames. Most sessions meet none. */
  private refusals: Map<string, Refusals> | undefined
  /** What it has asked for and has to wait for; undefined until something has to wait. */
  private waitingLanes: Lanes | undefined
  private largeTurn: Semaphore.Semaphore | undefined
  private readonly ending = Deferred.makeUnsafe<Disconnect>()

  constructor(id: SessionId, connection: Connection, services: SessionServices, dialect?: Dialect<Session>) {
    this.id = id
    this.connection = connection
    this.services = services
    this.dialect = dialect
    this.protocol =
      dialect?.protocol ?? services.protocolOf(connection.agreed ?? Encoding.server1In(connection.framing))
    this.heardAt = this.elapsed()
    this.outbox = new Outbox(services.chat.settings.outbox, this, services.chat.gateway.outboxes)
    this.lookAt = this.heardAt
    this.pulse = Pulse.begin(services, this.heardAt)
    const { frames } = services.settings
    this.frames = frames === undefined ? undefined : new TokenBucket(frames, this.heardAt)
    this.forgiveness = new TokenBucket(services.forgiveness, this.heardAt)
  }

  now(): number {
    return Monotonic.millis(this.services.clock)
  }

  /** Milliseconds since the service started. */
  elapsed(): number {
    return this.now() - this.services.startedAt
  }

  /** Its heartbeat ends it by then. */
  endAt(elapsed: number): void {
    this.endsAt = elapsed
    this.lookAt = Math.min(this.lookAt, elapsed)
  }

  get lanes(): Lanes {
    return (this.waitingLanes ??= new Lanes(this))
  }

  /** Whether nothing that it has asked for has to wait. */
  get waitsForNothing(): boolean {
    return this.waitingLanes === undefined || this.waitingLanes.none
  }

  /** What it has asked for is done. */
  onDone(later: boolean): void {
    // Until then its silence has said nothing.
    if (this.waitsForNothing) this.heardAt = this.elapsed()
    // What was told leaves with the turn in which it was asked for, unless that is over.
    if (later) this.services.chat.gateway.outboxes.flush()
  }

  /** Makes a large answer when its turn has come, and tells it as soon as there is room for it. */
  large<A, E, R>(answer: Effect.Effect<A, E, R>, tell: (answer: A) => void): Effect.Effect<void, E, R> {
    const { room } = this.outbox
    const made = Effect.andThen(room, answer)
    const told = Effect.flatMap(made, (answer) => Effect.map(room, () => tell(answer)))
    return (this.largeTurn ??= Semaphore.makeUnsafe(largeAtOnce)).withPermit(told)
  }

  /** Bytes that wait until the peer reads. */
  get waiting(): number {
    return Math.max(this.outbox.bytes, this.connection.backlog())
  }

  /** How it is doing, of whom it is. */
  standing(user: User): SessionStanding {
    const { caller, connection, id, outbox, protocol } = this
    const { codec, compression, version } = protocol.encoding
    const began = this.services.clock.currentTimeMillisUnsafe() - this.elapsed()
    return {
      id,
      user,
      address: connection.remoteAddress,
      transport: connection.transport,
      encoding: { version, codec, compressed: compression !== null },
      since: Math.round(began + this.pulse.beganAt),
      heardAt: Math.round(began + this.heardAt),
      channels: caller?.memberships.count ?? 0,
      waiting: { bytes: this.waiting, frames: outbox.frames },
    }
  }

  /** Ends the session; the first reason counts. */
  end(disconnect: Disconnect): void {
    if (this.reason !== undefined) return
    this.reason = disconnect
    Deferred.doneUnsafe(this.ending, Exit.succeed(disconnect))
    this.outbox.rouse()
  }

  send(batch: ReadonlyArray<Uint8Array>, frames: number, bytes: number): boolean {
    const { meter } = this.services
    meter.framesSent += frames
    meter.bytesSent += bytes
    const leaving = this.protocol.outgoing?.(this, batch) ?? batch
    return leaving.length === 0 || this.connection.send(leaving)
  }

  onOverflow(): void {
    this.end(new Disconnect({ reason: "SlowConsumer" }))
  }

  /** Why the session ends, once it does. */
  get ended(): Effect.Effect<Disconnect> {
    return Deferred.await(this.ending)
  }

  keep(piece: Uint8Array): Uint8Array {
    return alone(piece)
  }

  /**
   * Queues an answer; it leaves at the end of the turn. Whoever asks thousands of things at once must not be cut off for
   * the answers: the first ones leave at once.
   */
  tell(bytes: Uint8Array): void {
    if (this.outbox.pressure >= 0.5) this.outbox.flush()
    this.outbox.offer("control", bytes, bytes.byteLength)
  }

  /** Queues what has its place among the messages. */
  tellInOrder(bytes: Uint8Array): void {
    this.outbox.offer("chat", bytes, bytes.byteLength)
  }

  /** Counts a frame: why it is refused, where it is over the limit. Each that is refused has its own time to come back. */
  overLimit(): RequestError | undefined {
    // The clock is looked at only where there is a limit: this is on the way of every frame.
    if (this.frames === undefined) return undefined
    const now = this.elapsed()
    const wait = this.frames.take(now)
    if (wait === 0) return undefined
    this.nextTurn = Math.max(now + wait, this.nextTurn + 1000 / this.services.settings.frames!.perSecond)
    return new RequestError({ reason: "RateLimited", retryAfter: Duration.millis(Math.ceil(this.nextTurn - now)) })
  }

  /** A request was refused; `limit` names what limits it. Who was told to wait, and does not, is counted. */
  refused({ reason, retryAfter }: RequestError, limit: ClientFrame["type"] | Message["type"] | "frames"): void {
    if (reason !== "RateLimited") return
    const refusals = (this.refusals ??= new Map<string, Refusals>())
    let told = refusals.get(limit)
    // Of frames each is given its own time, so they do not come back together.
    if (told === undefined) refusals.set(limit, (told = new Refusals(limit === "frames" ? 0 : together)))
    const wait = retryAfter === undefined ? 0 : Duration.toMillis(retryAfter)
    this.violation(told.count(this.elapsed(), wait))
  }

  /** Counts something that was wrong or over a limit; who never stops is shown the door. */
  violation(times = 1): void {
    for (let time = 0; time < times; time++) {
      if (this.forgiveness.take(this.elapsed()) > 0) this.end(new Disconnect({ reason: "Flooding" }))
    }
  }
}
