/** What `natter tail` does. */
import * as Clock from "effect/Clock"
import type * as CliError from "effect/cli/CliError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import type { Backlog } from "./ChannelView.ts"
import { userError } from "../userError.ts"
import type { ConnectionFlags } from "../connectionFlags.ts"
import * as Identity from "../identity.ts"
import { tlsOptions } from "../tls.ts"
import { localFiles } from "./localFiles.ts"
import * as Screen from "./screen.ts"
import { talk } from "./talk.ts"

interface TailFlags extends ConnectionFlags {
  readonly address: Option.Option<string>
  readonly json: boolean
  readonly count: Option.Option<number>
  readonly reconnect: boolean
  readonly since: Option.Option<string>
  readonly after: Option.Option<number>
  readonly last: Option.Option<number>
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** As `tail` shows of a file. */
const lastShown = 10

/** Whether it is for somebody who looks at it: a program is told what is said from now on, and nothing twice. */
const isWatched = Effect.fnUntraced(function* ({ count, json }: TailFlags) {
  return !json && Option.isNone(count) && (yield* (yield* Stdio.Stdio).stdoutIsTerminal)
})

/** The backlog that the flags ask for. */
const backlogOf = Effect.fnUntraced(function* (
  given: TailFlags,
): Effect.fn.Return<Backlog | undefined, CliError.UserError, Stdio.Stdio> {
  const { after, last, since } = given
  if ([after, last, since].filter((flag) => Option.isSome<unknown>(flag)).length > 1) {
    return yield* userError("give one of --since, --after and --last")
  }
  if (Option.isSome(after)) return { after: after.value }
  if (Option.isSome(last)) return { last: last.value }
  if (Option.isNone(since)) return (yield* isWatched(given)) ? { last: lastShown } : undefined
  const [, count, unit = "s"] = /^(\d{1,9})(s|m|h|d)?$/.exec(since.value) ?? []
  if (count === undefined) return yield* userError(`--since ${since.value}: write it as 90s, 10m, 2h or 3d`)
  const now = yield* Clock.currentTimeMillis
  return { since: Math.max(0, now - Number(count) * units[unit]!) }
})

/** Time to send what was typed, after the input has ended. */
const patience = Duration.seconds(2)

export const run = Effect.fnUntraced(function* (given: TailFlags) {
  const backlog = yield* backlogOf(given)
  const address = yield* Identity.addressOf(given.address)
  const tls = yield* tlsOptions(given, address)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: given.json ? "nothing" : "terminal" })
  const count = Option.getOrElse(given.count, () => Number.POSITIVE_INFINITY)
  const { unsent } = yield* talk({
    ...given,
    backlog,
    address,
    count,
    credentials,
    files: localFiles("."),
    tls,
    patience,
    screen,
    waits: given.reconnect,
  })
  if (unsent > 0) yield* screen.notice(unsent === 1 ? "a line was not sent" : `${unsent} lines were not sent`)
}, Effect.scoped)
