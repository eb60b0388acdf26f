import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { BodyReader } from "../../protocol/Framing.ts"
import type { CodecName } from "../CodecName.ts"
import type { ConnectError } from "../ConnectError.ts"
import type { ClientSession } from "../Session.ts"
import type { Link } from "./Link.ts"
import type { Terms } from "./Terms.ts"

/** How one talks over what a socket carries. */
export interface Manner {
  /** Finds the frames. */
  readonly reader: () => BodyReader
  /** The first exchange: agrees on version 2. */
  readonly handshake: (
    link: Link,
    clientId: string,
    codec: CodecName,
  ) => Effect.Effect<Terms, ConnectError | Disconnect>
  /** A session with a server that has no version 2; undefined where there can be none. */
  readonly version1?: (link: Link, answerTimeout: Duration.Duration) => Effect.Effect<ClientSession, never, Scope.Scope>
}
