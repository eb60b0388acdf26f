import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { Link } from "./Link.ts"
import { stayHeard } from "./slowLink.ts"

/**
 * Pings a server that has said nothing for so long, and fails when nothing comes within the time for an answer. Lets it
 * know, too, that somebody is here.
 */
export const watchdog = (
  link: Link,
  ping: Effect.Effect<void>,
  { pingAfter, pongWithin }: { readonly pingAfter: Duration.Duration; readonly pongWithin: Duration.Duration },
): Effect.Effect<never, Disconnect> =>
  Effect.raceFirst(
    stayHeard(link, ping),
    Effect.gen(function* () {
      while (true) {
        yield* link.silent(pingAfter)
        const before = link.heardAt()
        yield* ping
        yield* Effect.sleep(pongWithin)
        if (link.heardAt() === before) return yield* new Disconnect({ reason: "ConnectionLost" })
      }
    }),
  )
