/** What `natter chat` does: on a terminal it draws, elsewhere it works line by line. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import { lobby } from "../../domain/ChannelName.ts"
import { userError } from "../userError.ts"
import type { ChatFlags } from "./chatOnTerminal.ts"

const dumb = Config.String("TERM").pipe(
  Effect.orElseSucceed(() => ""),
  Effect.map((term) => term === "dumb"),
)

export const run = Effect.fnUntraced(function* (given: ChatFlags) {
  const stdio = yield* Stdio.Stdio
  const fs = yield* FileSystem.FileSystem
  const { downloads } = given
  const isFolder = Effect.map(fs.stat(downloads), ({ type }) => type === "Directory")
  if (!(yield* Effect.orElseSucceed(isFolder, () => false))) {
    return yield* userError(`--downloads ${downloads}: there is no such folder; make it first`)
  }
  const [first = lobby, ...others] = given.channels
  if ((yield* stdio.stdinIsTerminal) && (yield* stdio.stdoutIsTerminal) && !(yield* dumb)) {
    const { run } = yield* Effect.promise(() => import("./chatOnTerminal.ts"))
    return yield* run(given)
  }
  if (given.also.length > 0) return yield* userError("without a terminal it talks to one server: leave out --also")
  if (others.length > 0) return yield* userError("without a terminal it talks in one channel: give --channel once")
  const { run } = yield* Effect.promise(() => import("./chatByLines.ts"))
  return yield* run({ ...given, channel: first })
})

/** The same at a server that is found in this network. */
export const runDiscovered = Effect.fnUntraced(function* (given: ChatFlags) {
  if (Option.isSome(given.address)) return yield* userError("give an address or --discover, not both")
  const { choose } = yield* Effect.promise(() => import("./choose.ts"))
  return yield* run({ ...given, address: Option.some(yield* choose) })
})
