/** Uploads that were begun and not finished, so that another process goes on with them: a file for each, without a secret. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"

const Kept = Schema.fromJsonString(Schema.Struct({ version: Schema.Literal(1), path: Schema.String }))
const decode = Schema.decodeUnknownOption(Kept)
const encode = Schema.encodeSync(Kept)

const folderIn = (variable: string) =>
  Effect.map(
    Effect.option(Config.String(variable)),
    Option.filter((path) => path !== ""),
  )

/** Where it is kept of what these say; undefined where the environment names no folder for it. */
const placeOf = Effect.fnUntraced(function* (key: ReadonlyArray<string>) {
  const { isAbsolute, join } = yield* Path.Path
  const state = Option.filter(yield* folderIn("XDG_STATE_HOME"), isAbsolute)
  const home = Option.map(yield* folderIn("HOME"), (home) => join(home, ".local", "state"))
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex")
  return Option.getOrUndefined(
    Option.map(
      Option.orElse(state, () => home),
      (folder) => join(folder, "natter", "uploads", `${name}.json`),
    ),
  )
})

/** Where on a service an upload goes that these tell from others. That it cannot be kept is no reason not to send. */
interface Unfinished {
  readonly get: Effect.Effect<string | undefined>
  readonly set: (path: string) => Effect.Effect<void>
  readonly forget: Effect.Effect<void>
}

export const of = Effect.fnUntraced(function* (...key: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const { dirname } = yield* Path.Path
  const place = yield* placeOf(key)
  if (place === undefined)
    return { get: Effect.undefined, set: () => Effect.void, forget: Effect.void } satisfies Unfinished
  return {
    get: Effect.orElseSucceed(
      Effect.map(fs.readFileString(place), (text) => Option.getOrUndefined(decode(text))?.path),
      () => undefined,
    ),
    set: (path) =>
      Effect.ignore(
        Effect.andThen(
          fs.makeDirectory(dirname(place), { recursive: true, mode: 0o700 }),
          fs.writeFileString(place, encode({ version: 1, path }), { mode: 0o600 }),
        ),
      ),
    forget: Effect.ignore(fs.remove(place, { force: true })),
  } satisfies Unfinished
})
