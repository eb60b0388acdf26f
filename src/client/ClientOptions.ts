import type { MessageId } from "../domain/MessageId.ts"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { ConnectOptions } from "./ClientSession.ts"
import type { StateOf } from "./ClientState.ts"
import type { Credentials } from "./Credentials.ts"
import type { Backoff, ConnectionFailure, Patience } from "./Reconnect.ts"

export interface ClientOptions extends ConnectOptions {
  readonly credentials: Credentials
  readonly backoff?: Backoff | undefined
  /**
   * How long `make` may take, with as many tries as fit into that. Default: no second try where there is no server, and
   * 30 s where there is one that says "later". `forEver` is for programs that may start before their server.
   */
  readonly patience?: Patience | undefined
  /** Told why the first connection has to be tried again, and when: until `make` succeeds there are no `states` to look at. */
  readonly onWaiting?: ((state: StateOf<"Away">) => Effect.Effect<void>) | undefined
  /** Told each token that the server gives, which replaces the one before. */
  readonly onToken?: ((token: Redacted.Redacted) => Effect.Effect<void>) | undefined
  /**
   * Asked for other credentials when those that were good once are not any more: a token has expired or was revoked, a
   * password was changed. Meanwhile the client is away and keeps what is not sent. It ends where there are none, which is
   * the default.
   */
  readonly signInAgain?: ((because: ConnectionFailure) => Effect.Effect<Credentials | undefined>) | undefined
  /** Messages that wait to be sent or to be acknowledged, over all channels. Default: 256. */
  readonly maxUnsent?: number | undefined
  /**
   * A message that the server wants only after a longer time than this fails with that error, as `SlowMode`: what is behind
   * it in its channel would wait, too. Default: none does.
   */
  readonly longestWait?: Duration.Duration | undefined
}

export interface JoinOptions {
  /** The entries behind this place come as events; 0 is all there are. Default: none. */
  readonly after?: number | undefined
  /** The `history` of the `Joined` that `after` was read behind: where it is another now, all there are come. */
  readonly history?: string | undefined
  /** The `id` of an earlier `Joined`: comes back to that channel, whatever it is called by now, and never makes one. */
  readonly id?: string | undefined
}

/** What a message has beside its content. */
export interface PublishOptions {
  readonly id?: MessageId | undefined
  /** The `id` of a file that was uploaded to the channel: then the content may be empty. */
  readonly file?: string | undefined
  /** The `seq` of the message in the channel that it answers. */
  readonly replyTo?: number | undefined
}
