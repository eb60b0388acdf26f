/**
 * A session: the conversation over one connection, from its first byte to its end. This is its
 * state and what can be said in it; `Sessions` runs it.
 */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Random from "effect/Random"
import type { Accounts } from "../accounts/Accounts.ts"
import type { SessionId } from "../domain/SessionId.ts"
import { type Rate, TokenBucket } from "../domain/TokenBucket.ts"
import type { User } from "../domain/User.ts"
import type { Hub } from "../hub/Hub.ts"
import type { HubSettings } from "../hub/HubSettings.ts"
import type { Memberships } from "../hub/Memberships.ts"
import { Outbox, type OutboxEnds } from "../hub/Outbox.ts"
import type { ConnectReply } from "../protocol/Connect.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Encoding from "../protocol/Encoding.ts"
import type { Message } from "../protocol/v1/Message.ts"
import type { ServerFrame } from "../protocol/v2/ServerFrame.ts"
import type { Connection } from "./Connection.ts"
import * as Heartbeat from "./Heartbeat.ts"
import type { SessionSettings } from "./SessionSettings.ts"

/** What sessions work with; the same for all of them. */
export interface Dependencies {
  readonly hub: Hub["Service"]
  readonly accounts: Accounts["Service"]
  readonly clock: Clock.Clock
  readonly startedAt: number
  readonly random: Random.Random
  readonly settings: SessionSettings
  readonly hubSettings: HubSettings
  /** How fast what is wrong is forgiven. */
  readonly forgiveness: Rate
}

/** What a session has once it is signed in. */
export interface Identity {
  readonly user: User
  readonly memberships: Memberships
  /** What the user may still publish, over all sessions. */
  readonly publishing: TokenBucket | undefined
}

export class Session implements OutboxEnds {
  readonly id: SessionId
  readonly connection: Connection
  readonly with: Dependencies
  readonly outbox: Outbox
  /** Version 1 until a `Connect` negotiates something else. */
  encoding: Encoding.Encoding
  /** A version 1 client that started with `Connect` speaks the protocol of the bare five messages until it signs in. */
  connected = false
  identity: Identity | undefined
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
  /** Its heartbeat's own. */
  readonly pulse: Heartbeat.Pulse
  /** Why it ends, once it does. */
  reason: Disconnect | undefined
  private readonly frames: TokenBucket | undefined
  private readonly forgiveness: TokenBucket
  private readonly ending = Deferred.makeUnsafe<Disconnect>()

  constructor(id: SessionId, connection: Connection, dependencies: Dependencies) {
    this.id = id
    this.connection = connection
    this.with = dependencies
    this.encoding = Encoding.server1In(connection.framing)
    this.heardAt = this.elapsed()
    this.outbox = new Outbox(dependencies.hubSettings.outbox, this)
    this.lookAt = this.heardAt
    this.pulse = Heartbeat.begin(dependencies, this.heardAt)
    const { frames } = dependencies.settings
    this.frames = frames === undefined ? undefined : new TokenBucket(frames, this.heardAt)
    this.forgiveness = new TokenBucket(dependencies.forgiveness, this.heardAt)
  }

  now(): number {
    return this.with.clock.currentTimeMillisUnsafe()
  }

  /** Milliseconds since the service started. */
  elapsed(): number {
    return this.now() - this.with.startedAt
  }

  /** Ends the session; the first reason counts. */
  end(disconnect: Disconnect): void {
    if (this.reason !== undefined) return
    this.reason = disconnect
    Deferred.doneUnsafe(this.ending, Exit.succeed(disconnect))
    this.outbox.rouse()
  }

  send(batch: ReadonlyArray<Uint8Array>): boolean {
    return this.connection.send(batch)
  }

  onOverflow(): void {
    this.end(new Disconnect({ reason: "SlowConsumer" }))
  }

  /** Why the session ends, once it does. */
  get ended(): Effect.Effect<Disconnect> {
    return Deferred.await(this.ending)
  }

  /** Queues a version 1 message; it leaves at the end of the turn. Nothing in a version 2 session. */
  tell1(message: Message | ConnectReply): void {
    if (this.encoding.version === 1) this.tell(this.encoding.encode(message))
  }

  /** Queues a version 2 frame; it leaves at the end of the turn. Nothing in a version 1 session. */
  tell2(frame: ServerFrame): void {
    if (this.encoding.version === 2) this.tell(this.encoding.encode(frame))
  }

  /** Whoever asks thousands of things at once must not be cut off for the answers: the first ones leave at once. */
  private tell(bytes: Uint8Array): void {
    if (this.outbox.pressure >= 0.5) this.outbox.flush()
    this.outbox.offer("control", bytes)
  }

  /** Counts a frame: 0 when it is within the limit, otherwise the milliseconds until the next one would be. */
  overLimit(): number {
    const wait = this.frames?.take(this.elapsed()) ?? 0
    if (wait > 0) this.violation()
    return wait
  }

  /** Counts something that was wrong or over a limit; who never stops is shown the door. */
  violation(): void {
    if (this.forgiveness.take(this.elapsed()) > 0) this.end(new Disconnect({ reason: "Flooding" }))
  }
}
