/** Files that members send, and read. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FileInfo } from "../../client/Files.ts"
import type { Activity } from "../Activity.ts"
import * as FileContent from "./FileContent.ts"
import type { Member, reasonOf } from "./Member.ts"
import { type Expected, wrongBytes } from "./Recorder.ts"

type Failure = Parameters<typeof reasonOf>[0]

/** A message that says a file. */
const announcement = 100

/** Until it is done, the run is not at its end. */
const underway = <E>({ run: { recorder } }: Member, transfer: Effect.Effect<void, E>): Effect.Effect<void, E> =>
  Effect.suspend(() => {
    recorder.transfers++
    return Effect.ensuring(
      transfer,
      Effect.sync(() => recorder.transfers--),
    )
  })

export const sendFile = (
  member: Member,
  channel: string,
  { bytes, bytesPerSecond }: Extract<Activity, { readonly _tag: "SendFile" }>,
  expected: Expected,
): Effect.Effect<void, Failure> => {
  const { recorder } = member.run
  const key = member.nextFile()
  const source = {
    name: FileContent.nameOf(key),
    size: bytes,
    read: (from: number) => FileContent.paced(FileContent.read(key, bytes, from), bytesPerSecond, () => recorder.now()),
  }
  return underway(
    member,
    Effect.flatMap(member.client.upload(channel, source), ({ id }) => {
      recorder.moved("upload", bytes)
      recorder.came(expected)
      return member.publish(channel, { size: announcement, file: id }, recorder.now())
    }),
  )
}

export const getFile = (
  member: Member,
  channel: string,
  { id, name, size }: FileInfo,
  { bytesPerSecond }: Extract<Activity, { readonly _tag: "GetFiles" }>,
  expected: Expected,
): Effect.Effect<void, Failure> => {
  const { recorder } = member.run
  const key = FileContent.keyOf(name)
  const wrong = Effect.fail({ _tag: wrongBytes })
  const all = Effect.gen(function* () {
    const { bytes } = yield* member.client.download(channel, id)
    let at = 0
    yield* Stream.runForEach(
      FileContent.paced(bytes, bytesPerSecond, () => recorder.now()),
      (piece) => {
        if (key === undefined || !FileContent.isAt(key, at, piece)) return wrong
        at += piece.length
        return Effect.void
      },
    )
    if (at !== size) return yield* wrong
    recorder.moved("download", size)
    recorder.came(expected)
  })
  return underway(member, Effect.scoped(all))
}
