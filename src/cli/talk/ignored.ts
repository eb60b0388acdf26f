/** Whom one ignores, by server: `ignored.json` beside the sign-ins. It is of this user alone, and no server knows it. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type { Address } from "../../client/Address.ts"
import type { Ignoring } from "../../terminal/Chat.ts"
import * as Profiles from "../profiles.ts"

const Ignored = Schema.Struct({
  version: Schema.Literal(1),
  servers: Schema.Record(Schema.String, Schema.Array(Schema.String)),
})

const none: typeof Ignored.Type = { version: 1, servers: {} }

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Ignored))

/** The largest file that is read, in bytes; a name takes about 20. */
const maxBytes = 1024 * 1024

/** Those of this server. A file that is not there, or cannot be read, is none. */
export const ignored = Effect.fnUntraced(function* (
  address: Address,
): Effect.fn.Return<Ignoring, never, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* Profiles.folder
  const server = Profiles.key(address)
  if (folder === undefined) return { names: [], keep: () => Effect.void }
  const file = path.join(folder, "ignored.json")
  const load = Effect.gen(function* () {
    if ((yield* fs.stat(file)).size > maxBytes) return none
    return Option.getOrElse(decode(yield* fs.readFileString(file)), () => none)
  }).pipe(Effect.orElseSucceed(() => none))
  const { servers } = yield* load
  const keep = (names: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      // Another client may have kept something meanwhile.
      const kept = yield* load
      const text = JSON.stringify({ ...kept, servers: { ...kept.servers, [server]: names } }, undefined, 2)
      yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
      // There is never half a file.
      const draft = `${file}.${process.pid}.new`
      yield* fs.writeFileString(draft, `${text}\n`, { mode: 0o600 })
      yield* fs.rename(draft, file)
    })
  return { names: Object.hasOwn(servers, server) ? servers[server]! : [], keep }
})
