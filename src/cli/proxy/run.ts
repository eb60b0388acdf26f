import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { format } from "../../domain/Address.ts"
import { listenControl, urlOf } from "../../proxy/Control.ts"
import type { Fault } from "../../proxy/Fault.ts"
import { listenForwarder } from "../../proxy/Forwarder.ts"
import { authority, bindAddress, permission } from "../../proxy/Authority.ts"
import { Proxy } from "../../proxy/Proxy.ts"
import { play, Script } from "../../proxy/Script.ts"
import { parse } from "../../proxy/Time.ts"
import { statusLine } from "./status.ts"

export interface Flags {
  readonly target: Option.Option<string>
  readonly listen: string
  readonly control: string
  readonly http: boolean
  readonly allow: ReadonlyArray<string>
  readonly delay: Option.Option<string>
  readonly jitter: Option.Option<string>
  readonly rate: Option.Option<string>
  readonly corrupt: Option.Option<string>
  readonly script: Option.Option<string>
  readonly seed: string
  readonly maxLinks: number
  readonly sendProxy: Option.Option<"v1" | "v2">
  readonly idle: string
}

/** A flag has a value that makes no sense. */
class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

const wanted = <A>(value: A | undefined, message: string): Effect.Effect<A, UsageError> =>
  value === undefined ? Effect.fail(new UsageError({ message })) : Effect.succeed(value)

const time = (flag: string, text: string) =>
  wanted(Option.getOrUndefined(parse(text)), `--${flag} ${text}: a time such as 100ms, 1.5s or 2m, at most 24h`)

const shape = Effect.fnUntraced(function* (given: Flags): Effect.fn.Return<ReadonlyArray<Fault>, UsageError> {
  const faults: Array<Fault> = []
  if (Option.isSome(given.delay) || Option.isSome(given.jitter)) {
    const by = yield* time(
      "delay",
      Option.getOrElse(given.delay, () => "0ms"),
    )
    const jitter = yield* time(
      "jitter",
      Option.getOrElse(given.jitter, () => "0ms"),
    )
    faults.push({ _tag: "Delay", by, jitter })
  }
  if (Option.isSome(given.rate)) {
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(given.rate.value) ?? []
    const bytes = Math.floor(Number(amount) * (unit === "k" ? 1e3 : unit === "M" ? 1e6 : 1))
    const bytesPerSecond = yield* wanted(
      bytes >= 1 && bytes <= 1e12 ? bytes : undefined,
      `--rate ${given.rate.value}: bytes a second such as 800, 50k or 2M`,
    )
    faults.push({ _tag: "Limit", bytesPerSecond })
  }
  if (Option.isSome(given.corrupt)) {
    const share = Number(given.corrupt.value)
    const probability = yield* wanted(
      share > 0 && share <= 1 ? share : undefined,
      `--corrupt ${given.corrupt.value}: above 0 and at most 1`,
    )
    faults.push({ _tag: "Corrupt", probability })
  }
  return faults
})

const readScript = Effect.fnUntraced(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    files.readFileString(file),
    (error) => new UsageError({ message: `--script ${file} could not be read: ${error.message}` }),
  )
  return yield* Schema.decodeEffect(Schema.fromJsonString(Script))(text, { onExcessProperty: "error" }).pipe(
    Effect.mapError((error) => new UsageError({ message: `--script ${file}: ${error.message}` })),
  )
})

/** Runs until it is interrupted; then what is in flight may still arrive. */
export const run = Effect.fnUntraced(function* (given: Flags) {
  if (given.http === Option.isSome(given.target)) {
    return yield* new UsageError({ message: "say one of both: where the service listens (HOST:PORT), or --http" })
  }
  if (given.http && Option.isSome(given.sendProxy)) {
    return yield* new UsageError({ message: "--send-proxy is for a service: leave out --http" })
  }
  const listen = yield* wanted(bindAddress(given.listen), `--listen ${given.listen}: HOST:PORT is needed`)
  const control =
    given.control === "off"
      ? undefined
      : yield* wanted(bindAddress(given.control), `--control ${given.control}: HOST:PORT or off is needed`)
  const allow = yield* Effect.forEach(given.allow, (one) =>
    wanted(permission(one), `--allow ${one}: HOST:PORT or HOST:* is needed`),
  )
  const faults = yield* shape(given)
  const idle = yield* time("idle", given.idle)
  const script = Option.isSome(given.script) ? yield* readScript(given.script.value) : []
  const say = (line: string) => Effect.sync(() => console.error(line))

  // Not its own ports: a request to the proxy itself would go round for ever, and the control is for local users alone.
  const own = new Set<number>()
  const connectWithin = Duration.seconds(10)
  const target = Option.isSome(given.target)
    ? yield* wanted(authority(given.target.value), `${given.target.value}: HOST:PORT is needed`)
    : yield* listenForwarder({ allow, except: () => [...own], connectWithin, answerWithin: Duration.minutes(1) })
  if (given.http) own.add(target.port)
  const proxy = yield* Proxy.make({
    target,
    listen,
    seed: given.seed,
    maxLinks: given.maxLinks,
    introduce: Option.getOrUndefined(given.sendProxy),
    idle,
    connectWithin,
    drainWithin: Duration.seconds(5),
  })
  own.add(proxy.address.port)
  for (const fault of faults) yield* proxy.apply({ fault })
  const to = given.http ? "as an HTTP proxy" : `to ${format(target)}`
  yield* say(`listening on ${format(proxy.address)}, ${to}`)
  if (control !== undefined) {
    const address = yield* listenControl(proxy, control)
    own.add(address.port)
    yield* say(`control on ${urlOf(address)}`)
  }
  // An interrupt is the normal end.
  yield* Effect.addFinalizer(() => Effect.sync(() => (process.exitCode = 0)))
  yield* Effect.forkScoped(play(proxy, script, say))
  return yield* process.stderr.isTTY ? statusLine(proxy) : Effect.never
}, Effect.scoped)
