/** What `natter doctor` does: all checks, each for itself, so that one that finds something keeps no other from looking. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import * as Address from "../../client/Address.ts"
import type { Configuration } from "../../server/ServerConfig.ts"
import { localTarget, targetOf } from "../serviceHttp.ts"
import { loadSettings, type SettingFlags } from "../settingFlags.ts"
import { type TlsFlags, tlsOptions } from "../tls.ts"
import { userError } from "../userError.ts"
import { certificate } from "./certificate.ts"
import * as Time from "./clock.ts"
import { database, folder, fromTheFuture } from "./database.ts"
import { fileStore } from "./fileStore.ts"
import type { Finding } from "./Finding.ts"
import { files, limitOf, memory, memoryFacts, node } from "./machine.ts"
import { places } from "./places.ts"
import { remote } from "./remote.ts"
import { asJson, asText } from "./report.ts"
import { service } from "./service.ts"
import { inForce, wrong } from "./settings.ts"

interface Flags extends SettingFlags, TlsFlags {
  readonly address: Option.Option<string>
  readonly json: boolean
}

/** It was said already. */
class ProblemFound extends Data.TaggedError("ProblemFound") {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}

const clockFindings = (future: ReadonlyArray<string>) =>
  Effect.map(Time.look, (seen) => Time.clock({ ...seen, future }))

/** Everything about the service of these settings on this machine. */
const here = Effect.fnUntraced(function* (configuration: Configuration): Effect.fn.Return<ReadonlyArray<Finding>> {
  const { settings } = configuration
  const now = yield* Clock.currentTimeMillis
  const [running, serviceFindings] = yield* service(settings.data)
  const target = running.process === undefined ? undefined : localTarget(settings)
  const limit = limitOf(running.process)
  const [listening, shown, kept, sent, time, answers] = yield* Effect.all(
    [
      places(settings, running),
      certificate(settings.tls, now),
      database(settings),
      fileStore(settings),
      clockFindings(fromTheFuture(settings.data, now)),
      target === undefined ? Effect.succeed([]) : remote(target, now, {}),
    ],
    { concurrency: "unbounded" },
  )
  return [
    ...inForce(configuration),
    ...serviceFindings,
    ...answers.filter(({ about }) => about !== "certificate"),
    ...listening,
    ...shown,
    ...folder(settings.data),
    ...kept,
    ...sent,
    files(settings, limit),
    ...memory(memoryFacts(running.process), Math.min(settings.connections.total, limit ?? settings.connections.total)),
    node(process.version),
    ...time,
  ]
})

/** With settings that cannot be used, what does not depend on them. */
const without = Effect.fnUntraced(function* (problems: ReadonlyArray<string>) {
  return [...wrong(problems), node(process.version), ...(yield* clockFindings([]))]
})

const elsewhere = Effect.fnUntraced(function* (given: Flags, text: string) {
  const address = Address.parse(text)
  if (Result.isFailure(address)) return yield* userError(`--address ${text}: ${address.failure}`)
  const tls = yield* tlsOptions(given, address.success)
  return yield* remote(targetOf(address.success), yield* Clock.currentTimeMillis, tls)
})

const local = (given: Flags) =>
  loadSettings(given).pipe(Effect.matchEffect({ onFailure: ({ problems }) => without(problems), onSuccess: here }))

export const run = Effect.fnUntraced(function* (given: Flags) {
  const findings = yield* Option.match(given.address, {
    onNone: () => local(given),
    onSome: (text) => elsewhere(given, text),
  })
  const coloured = process.stdout.isTTY && !process.env["NO_COLOR"]
  yield* Console.log(given.json ? asJson(findings) : asText(findings, coloured))
  if (findings.some(({ level }) => level === "problem")) return yield* new ProblemFound()
})
