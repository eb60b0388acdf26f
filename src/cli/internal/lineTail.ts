/** What `natter tail` does. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Given as Line } from "./lineFlags.ts"
import * as Identity from "./lineIdentity.ts"
import * as Screen from "./lineScreen.ts"
import { talk } from "./lineTalk.ts"

interface Given extends Line {
  readonly address: Option.Option<string>
  readonly json: boolean
  readonly count: Option.Option<number>
  readonly reconnect: boolean
}

/** Time to send what was typed before the end of the typing. */
const patience = Duration.seconds(2)

export const run = Effect.fnUntraced(function* (given: Given) {
  const address = yield* Identity.addressOf(given.address)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: given.json ? "nothing" : "terminal" })
  const count = Option.getOrElse(given.count, () => Number.POSITIVE_INFINITY)
  const { unsent } = yield* talk({ ...given, address, count, credentials, patience, screen })
  if (unsent > 0) yield* screen.notice(unsent === 1 ? "a line was not sent" : `${unsent} lines were not sent`)
}, Effect.scoped)
