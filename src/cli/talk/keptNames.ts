/**
 * Names that are kept by server, each kind in a file beside the sign-ins: whom one ignores, and in which channels one was last.
 * They are of this user alone, and no server knows them.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type { Address } from "../../client/Address.ts"
import type { KeptNames } from "../../terminal/Chat.ts"
import * as Profiles from "../profiles.ts"

const File = Schema.Struct({
  version: Schema.Literal(1),
  servers: Schema.Record(Schema.String, Schema.Array(Schema.String)),
})

const none: typeof File.Type = { version: 1, servers: {} }

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(File))

/** The largest file that is read, in bytes; a name takes about 20. */
const maxBytes = 1024 * 1024

/** Those of this server. A file that is not there, or cannot be read, is none. */
const keptNames = Effect.fnUntraced(function* (
  name: string,
  address: Address,
): Effect.fn.Return<KeptNames, never, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* Profiles.folder
  const server = Profiles.key(address)
  if (folder === undefined) return { names: [], keep: () => Effect.void }
  const file = path.join(folder, name)
  const load = Effect.gen(function* () {
    if ((yield* fs.stat(file)).size > maxBytes) return none
    return Option.getOrElse(decode(yield* fs.readFileString(file)), () => none)
  }).pipe(Effect.orElseSucceed(() => none))
  const { servers } = yield* load
  // One after the other: the last one counts.
  const turn = Semaphore.makeUnsafe(1)
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
    }).pipe(turn.withPermits(1))
  return { names: Object.hasOwn(servers, server) ? servers[server]! : [], keep }
})

/** Whom one ignores. */
export const ignored = (address: Address) => keptNames("ignored.json", address)

/** In which channels one was last, those first that were entered first. */
export const channels = (address: Address) => keptNames("channels.json", address)
