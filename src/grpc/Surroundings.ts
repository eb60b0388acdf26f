/** What calls need of those around: whoever puts the service together has it. */
import type * as Effect from "effect/Effect"
import type { Connection } from "../session/Connection.ts"

export interface Surroundings {
  /** Bytes of the largest message that is read, when it is unpacked. */
  readonly maxMessageBytes: number
  /** Milliseconds in which the message of a call comes that has one. */
  readonly requestWithin: number
  /** Pages of which origins may come in, beside our own; `*` for all. */
  readonly origins: ReadonlyArray<string>
  /** Runs a session over a connection that is not counted yet, until it ends. */
  readonly receive: (connection: Connection) => Effect.Effect<void>
  /** Counts what is held for somebody as a connection; undefined where there is no room for more, otherwise what to call in the end. */
  readonly hold: (address: string) => (() => void) | undefined
  /** Whether the service wants calls now. */
  readonly ready: Effect.Effect<boolean>
}

/** Who calls, whatever stands in front of the service. */
export interface Peer {
  readonly address: string
  readonly secure: boolean
  readonly certificate: Connection["certificate"]
  /** The origins whose pages are our own. */
  readonly own: () => ReadonlySet<string>
}
