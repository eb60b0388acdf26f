/** Servers that were found, as they are shown and connected to. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Address from "../client/Address.ts"
import { discoverIn } from "../discovery/discoverIn.ts"
import { oneLine } from "./oneLine.ts"
import { userError } from "./userError.ts"

/** `address` is what commands take. */
export interface Server {
  readonly name: string
  readonly address: string
  readonly tls: string
}

/** What answers within a time; fails where nothing does. */
export const look = Effect.fnUntraced(function* (within: Duration.Duration, only: string | undefined) {
  const found = yield* Effect.mapError(discoverIn(within, only), ({ message }) => userError(message))
  if (found.length === 0) return yield* userError(none)
  return found.map(({ host, name, port, tls }): Server => ({
    name: oneLine(name),
    address: Address.format(tls ? { over: "tls", host, port } : { host, port }),
    tls: tls ? "yes" : "no",
  }))
})

const none =
  "no server is announced in the networks of this machine: one is by `natter serve --host :: --announce`, and firewalls have to let UDP port 5353 through"
