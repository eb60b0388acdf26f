/** Files that are sent and saved by lines. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Client } from "../../client/Client.ts"
import type { FileInfo } from "../../client/Files.ts"
import * as ByteCount from "../../domain/ByteCount.ts"
import { maxPage } from "../../domain/Limits.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { chooseFile } from "../../terminal/ChooseFile.ts"
import type { Command } from "../../terminal/Command.ts"
import { fileLine } from "../../terminal/FileLine.ts"
import type { LocalFiles } from "../../terminal/LocalFiles.ts"
import { line } from "../bar.ts"
import { Pace } from "../Pace.ts"
import type { Screen } from "./screen.ts"

export interface Around {
  readonly client: Client
  readonly channel: string
  readonly files: LocalFiles
  readonly screen: Screen
}

/** Entries among which files are looked for. */
const maxEntries = 2000
/** Files that are listed. */
const maxListed = 20

/** Between two lines that say how far a file is. */
const sayEvery = "5 seconds"

class NoFile extends Data.TaggedError("NoFile")<{ readonly message: string }> {}

/** Says now and then how far it is. */
const watched = <A, E>(
  { client, screen }: Around,
  { name, size }: Pick<FileInfo, "name" | "size">,
  move: (onProgress: (bytes: number) => void) => Effect.Effect<A, E>,
): Effect.Effect<A, E> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const pace = new Pace()
    let done = 0
    const say = Effect.flatMap(client.state, ({ _tag }) => {
      pace.add(Monotonic.millis(clock), done)
      const waits = _tag === "Online" ? undefined : "waits for the connection"
      return screen.notice(line({ name, size, done, rate: pace.rate, waits }))
    })
    const saying = Effect.forever(Effect.delay(say, sayEvery))
    const moving = move((bytes) => {
      done = bytes
      pace.add(Monotonic.millis(clock), bytes)
    })
    return Effect.raceFirst(moving, saying)
  })

/** Sends a file, and says it with a message. */
export const send = Effect.fnUntraced(function* (
  around: Around,
  { path, text }: Extract<Command, { readonly _tag: "SendFile" }>,
) {
  const { channel, client, files, screen } = around
  const source = yield* files.open(path)
  yield* screen.notice(`sending ${source.name}, ${ByteCount.show(source.size)}`)
  const { id } = yield* watched(around, source, (onProgress) => client.upload(channel, source, { onProgress }))
  return yield* client.publish(channel, text, { file: id })
})

/** The files of the channel, the latest first. */
const latest = ({ channel, client }: Around) =>
  client.entries(channel, { limit: maxPage }).pipe(
    Stream.take(maxEntries),
    Stream.runCollect,
    Effect.map((entries) =>
      entries.flatMap((entry) => (entry.type === "Message" && entry.file !== undefined ? [entry.file] : [])),
    ),
  )

/** Lists the files; tells which they are. */
export const list = Effect.fnUntraced(function* (around: Around) {
  const listed = (yield* latest(around)).slice(0, maxListed)
  if (listed.length === 0) yield* around.screen.notice("nobody has sent a file here lately")
  for (const [index, file] of listed.entries()) yield* around.screen.notice(`${index + 1} ${fileLine(file)}`)
  return listed
})

/** Saves a file. */
export const get = Effect.fnUntraced(function* (
  around: Around,
  listed: ReadonlyArray<FileInfo> | undefined,
  command: Extract<Command, { readonly _tag: "GetFile" }>,
) {
  const { channel, client, files, screen } = around
  const known = yield* latest(around)
  const choice = chooseFile(known, listed ?? known, command)
  if (choice === undefined) {
    const message =
      known.length === 0 ? "nobody has sent a file here lately" : "there is no such file; /files lists them"
    return yield* new NoFile({ message })
  }
  const { file, to } = choice
  const path = yield* watched(around, file, (onProgress) =>
    Effect.scoped(
      Effect.flatMap(client.download(channel, file.id, { onProgress }), ({ attachment: { name }, bytes }) =>
        files.save({ name, to, bytes }),
      ),
    ),
  )
  yield* screen.notice(`saved ${path}, ${ByteCount.show(file.size)}`)
})
