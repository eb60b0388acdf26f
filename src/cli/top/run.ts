/** What `natter top` does. */
import type * as CliError from "effect/cli/CliError"
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Address from "../../client/Address.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { givenToken } from "../givenToken.ts"
import { Samples } from "../Samples.ts"
import { ask, localTarget, type RequestFailed, show, type Question, type Target, targetOf } from "../serviceHttp.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { type TlsFlags, tlsOptions } from "../tls.ts"
import { userError } from "../userError.ts"
import * as Terminal from "./Terminal.ts"
import { type Vitals, vitals } from "./Vitals.ts"
import { json, plain, screen } from "./view.ts"

interface Flags extends SettingFlags, TlsFlags {
  readonly address: Option.Option<string>
  readonly token: Option.Option<Redacted.Redacted>
  readonly every: Duration.Duration
  readonly once: boolean
  readonly json: boolean
}

interface Place {
  readonly target: Target
  readonly question: Question
}

type Needs = FileSystem.FileSystem | Path.Path

const placeOf = Effect.fnUntraced(function* (given: Flags) {
  const token = givenToken(given.token)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  if (Option.isNone(given.address)) {
    const { settings } = yield* loadSettings(given)
    const target = localTarget(settings)
    if (target === undefined) return yield* userError("no port is set on which the service speaks HTTP: give --address")
    return { target, question: { path: settings.metrics.path, headers } } satisfies Place
  }
  const address = Address.parse(given.address.value)
  if (Result.isFailure(address)) return yield* userError(`--address ${given.address.value}: ${address.failure}`)
  const tls = yield* tlsOptions(given, address.success)
  return { target: targetOf(address.success), question: { path: "/metrics", headers, tls } } satisfies Place
})

interface Look {
  readonly samples: Samples
  /** Milliseconds of the monotonic clock. */
  readonly at: number
}

const look = Effect.fnUntraced(function* ({
  question,
  target,
}: Place): Effect.fn.Return<Look, CliError.UserError | RequestFailed> {
  const { body, status } = yield* ask(target, question)
  const where = show(target)
  if (status === 401 || status === 403) {
    return yield* userError(
      `${where} shows its metrics to machines in metrics.allow, and to administrators: give a token of one with NATTER_TOKEN`,
    )
  }
  const samples = new Samples(body)
  if (status === 200 && samples.value("natter_sessions") !== undefined) return { samples, at: yield* Monotonic.now }
  return yield* userError(
    `${where} has no metrics of Natter's at ${question.path}: is it the right port, and this version?`,
  )
})

const between = (before: Look, after: Look): Vitals =>
  vitals(before.samples, after.samples, (after.at - before.at) / 1000)

/** How many are kept to be drawn: as many as the widest screen shows. */
const kept = 60

/** Draws until somebody quits. What cannot be asked for a while is said, and asked for again. */
const live = Effect.fnUntraced(function* (place: Place, first: Look, every: Duration.Duration) {
  const terminal = yield* Terminal.open
  const colours = !process.env["NO_COLOR"]
  const where = show(place.target)
  let before = first
  let history: ReadonlyArray<Vitals> = [vitals(first.samples, first.samples, 0)]
  let trouble: string | undefined
  const draw = () => terminal.draw(screen(where, history, trouble, { ...terminal.size(), colours }))
  const turn = Effect.match(look(place), {
    onFailure: ({ message }) => {
      trouble = message
    },
    onSuccess: (now) => {
      trouble = undefined
      history = [...history, between(before, now)].slice(-kept)
      before = now
    },
  })
  draw()
  yield* Effect.forkScoped(
    Effect.forever(Effect.andThen(Effect.delay(turn, every), Effect.sync(draw)), { disableYield: true }),
  )
  while ((yield* terminal.next) !== "quit") draw()
}, Effect.scoped)

const once = Effect.fnUntraced(function* (place: Place, first: Look, given: Flags) {
  const second = yield* Effect.delay(look(place), given.every)
  const seen = between(first, second)
  yield* Console.log(given.json ? json(seen) : plain(show(place.target), seen))
})

export const run = Effect.fnUntraced(function* (
  given: Flags,
): Effect.fn.Return<void, { readonly message: string }, Needs> {
  const place = yield* placeOf(given)
  const first = yield* look(place)
  const { env, stdin, stdout } = process
  const isTerminal = stdout.isTTY && stdin.isTTY && env["TERM"] !== "dumb"
  yield* given.once || given.json || !isTerminal ? once(place, first, given) : live(place, first, given.every)
})
