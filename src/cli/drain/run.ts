/** What `natter drain` does. */
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Address from "../../client/Address.ts"
import { givenToken } from "../givenToken.ts"
import { targetOf } from "../serviceHttp.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { type TlsFlags, tlsOptions } from "../tls.ts"
import { userError } from "../userError.ts"
import { local } from "./local.ts"
import { type Ended, onStandardError, type Progress } from "./Progress.ts"
import { node } from "./node.ts"
import { remote } from "./remote.ts"

interface Flags extends SettingFlags, TlsFlags {
  readonly address: Option.Option<string>
  readonly token: Option.Option<Redacted.Redacted>
  readonly node: Option.Option<string>
  readonly within: Option.Option<Duration.Duration>
}

/** Beyond what the service gives itself. */
const spare = Duration.seconds(5)

const elsewhere = Effect.fnUntraced(function* (given: Flags, text: string, progress: Progress) {
  const address = Address.parse(text)
  if (Result.isFailure(address)) return yield* userError(`--address ${text}: ${address.failure}`)
  const token = givenToken(given.token)
  if (token === undefined) {
    return yield* userError("an administrator may tell a service to end: give a token of one with NATTER_TOKEN")
  }
  const tls = yield* tlsOptions(given, address.success)
  const within = Option.getOrElse(given.within, () => Duration.seconds(35))
  const target = targetOf(address.success)
  return yield* Option.match(given.node, {
    onNone: () => remote(target, tls, token, within, progress),
    onSome: (named) => node(target, tls, token, named, within, progress),
  })
})

const here = Effect.fnUntraced(function* (given: Flags, progress: Progress) {
  if (Option.isSome(given.node)) {
    return yield* userError("a node is told to end over HTTP: say with --address where any node of its service is")
  }
  const { settings } = yield* loadSettings(given)
  const within = Option.getOrElse(given.within, () => Duration.sum(settings.shutdown.hardStop, spare))
  return yield* local(settings, within, progress)
})

export const run = Effect.fnUntraced(function* (given: Flags) {
  const progress = onStandardError()
  const ended: Effect.Effect<Ended, { readonly message: string }, FileSystem.FileSystem | Path.Path> = Option.isNone(
    given.address,
  )
    ? here(given, progress)
    : elsewhere(given, given.address.value, progress)
  const { seconds, sessions } = yield* Effect.ensuring(ended, Effect.sync(progress.done))
  const had =
    sessions === undefined
      ? ""
      : `; it had ${sessions} ${sessions === 1 ? "session" : "sessions"}, told to come back later`
  const what = Option.match(given.node, { onNone: () => "the service", onSome: (named) => `the node ${named}` })
  yield* Console.error(`${what} has ended after ${seconds.toFixed(1)} s${had}`)
})
