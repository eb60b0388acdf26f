/** What `natter tail` does. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Reconnect from "../../client/Reconnect.ts"
import { explain, explained } from "./lineError.ts"
import type { Given as Line } from "./lineFlags.ts"
import * as Identity from "./lineIdentity.ts"
import * as Screen from "./lineScreen.ts"
import { Seat } from "./lineSeat.ts"
import * as Typing from "./lineTyping.ts"
import { visits } from "./lineVisit.ts"

interface Given extends Line {
  readonly address: Option.Option<string>
  readonly json: boolean
  readonly count: Option.Option<number>
  readonly reconnect: boolean
}

const seconds = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Until enough was shown, the user leaves, or coming back makes no sense. */
export const run = Effect.fnUntraced(function* (given: Given) {
  const { channel, json } = given
  const address = yield* Identity.addressOf(given.address)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: !json })
  const seat = new Seat()
  const count = Option.getOrElse(given.count, () => Number.POSITIVE_INFINITY)
  const visit = visits({ address, channel, count, credentials, json, screen, seat })

  const watching = given.reconnect
    ? Reconnect.stay(visit, {
        onAway: (because, delay) =>
          screen.notice(`${explain(address, because)}; trying again in ${seconds.format(Duration.toSeconds(delay))} s`),
      })
    : Effect.scoped(visit(Effect.void))
  yield* Effect.raceAllFirst([explained(address)(watching), Typing.follow({ channel, screen, seat }), screen.left])
}, Effect.scoped)
