/** A client that stays: it signs in, comes back when the connection is lost, and sends what was said meanwhile. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { MessageId } from "../domain/MessageId.ts"
import type { Status } from "../domain/Status.ts"
import type { RequestError } from "../protocol/RequestError.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { ClientState } from "./ClientState.ts"
import type { ConnectOptions, Credentials, Event } from "./Connection.ts"
import type { Absence, Backoff } from "./Reconnect.ts"

export interface ClientOptions extends ConnectOptions {
  readonly credentials: Credentials
  readonly backoff?: Backoff | undefined
  /** Messages that wait to be sent or to be acknowledged. Default: 256. */
  readonly maxUnsent?: number | undefined
}

/** More is published than can be sent; nothing was kept of this message. */
export class OutboxFull extends Data.TaggedError("OutboxFull")<{}> {
  override get message(): string {
    return "Too many messages wait to be sent"
  }
}

/**
 * The server does not tell messages apart (version 1), and the connection was lost before this one
 * was heard: sent again, it might be said twice.
 */
export class Unconfirmed extends Data.TaggedError("Unconfirmed")<{}> {
  override get message(): string {
    return "It is not known whether this was heard"
  }
}

/** What happens in the channels one is in. `Joined` comes with every entry, after a reconnection too: it starts anew. */
export type ClientEvent = Event

/** Requests wait while the client is away, and are made again if the connection is lost before the answer. */
type Answer<Type extends "Joined" | "Left" | "Channels" | "Ok"> = Effect.Effect<
  ServerFrameOf<Type>,
  RequestError | Absence
>

export interface Client {
  /** What is so now. */
  readonly state: Effect.Effect<ClientState>
  /** What is so now, then each change; ends with `Ended`. A reader that is slow misses states in between. */
  readonly states: Stream.Stream<ClientState>
  /** Enters a channel, and enters it again after every reconnection until one leaves. */
  readonly join: (channel: string) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something to a channel one is in; succeeds with the server's acknowledgement. Messages are
   * sent in the order in which they were published, each once, however often the connection is lost
   * meanwhile. One that the server wants later is sent later, and those behind it too.
   */
  readonly publish: (
    channel: string,
    content: string,
    id?: MessageId,
  ) => Effect.Effect<ServerFrameOf<"Published">, RequestError | Absence | OutboxFull | Unconfirmed>
  /** Tells the others that one is typing; nothing happens while away. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /** Holds until it is set anew, over reconnections too. */
  readonly setStatus: (status: Status, text?: string) => Answer<"Ok">
  readonly setTopic: (channel: string, topic: string) => Answer<"Ok">
  /** One page of the server's channels, behind a name. */
  readonly channels: (after?: string) => Answer<"Channels">
  /**
   * From when it is run on; for any number of consumers. One that lets 4096 events wait loses its
   * place: its stream fails with a `Disconnect` for `SlowConsumer`. Fails with why the client ended.
   */
  readonly events: Stream.Stream<ClientEvent, Absence>
  /** As `events`, but from now on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ClientEvent, Absence>, never, Scope.Scope>
  /** Tries to come back at once, if it is away. */
  readonly retry: Effect.Effect<void>
}
