/** Writes what was said in a channel into a file: from the oldest that there is on, page by page. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Client } from "../../client/Client.ts"
import type { PastMessage } from "../../protocol/v2/Entry.ts"
import type { Action, Intent } from "../Action.ts"
import type { LocalFiles } from "../LocalFiles.ts"
import { withName } from "../../text/Emote.ts"
import * as Plain from "../Plain.ts"
import { explained } from "./advice.ts"

/** Messages in one file, at most. */
export const maxExported = 100_000

/** Messages between two times that it is told how far it is. */
const tellEvery = 500

const time = (at: number): string => DateTime.formatIso(DateTime.makeUnsafe(Math.min(at, 8.64e15)))

/** A message as people read it: the lines behind its first are indented, so that they do not look like others. */
const textOf = ({ content, deleted, edited, file, from, reactions, timestamp }: PastMessage): string => {
  const marks = [
    ...(deleted === true ? ["(deleted)"] : []),
    ...(file === undefined ? [] : [`[file] ${Plain.line(file.name)}`]),
    ...(edited === undefined ? [] : ["(edited)"]),
    ...(reactions ?? []).map(({ reaction, users }) => `${Plain.line(reaction)} ${users.length}`),
  ]
  const said = Plain.lines(withName(Plain.name(from), content))
    .join("\n  ")
    .trimEnd()
  return `${time(timestamp)} ${[said, ...marks].filter(Boolean).join(" ")}\n`
}

/**
 * Does it, and tells how far it is; nothing is written over. Where it is interrupted nothing is left of it, and that is told when
 * it is so.
 */
export const exportHistory = (
  /** The client, once there is one. */
  client: Effect.Effect<Client>,
  files: LocalFiles,
  { channel, format, name, to }: Extract<Intent, { readonly _tag: "Export" }>,
  dispatch: (action: Action) => void,
): Effect.Effect<void> => {
  let count = 0
  const partOf = (message: PastMessage): string => {
    if (++count % tellEvery === 0) dispatch({ _tag: "ExportMoved", channel, count })
    return format === "text" ? textOf(message) : `${count === 1 ? "[\n" : ",\n"}${JSON.stringify(message)}`
  }
  const entries = Effect.map(client, (client) => client.entries(channel, { after: 0 }))
  const parts = Stream.unwrap(entries).pipe(
    // Of the entries on a page messages are as they are now: what has changed them says nothing more.
    Stream.filter((entry) => entry.type === "Message"),
    Stream.take(maxExported),
    Stream.map(partOf),
  )
  const end = Stream.sync(() => (format === "text" ? "" : count === 0 ? "[]\n" : "\n]\n"))
  const encoder = new TextEncoder()
  const bytes = Stream.map(Stream.concat(parts, end), (part) => encoder.encode(part))
  return Effect.match(files.save({ name, to, bytes }), {
    onSuccess: (path) => dispatch({ _tag: "Exported", channel, count, path }),
    onFailure: (error) => dispatch({ _tag: "NotExported", channel, why: explained(error) }),
  }).pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() =>
        dispatch({ _tag: "NotExported", channel, why: "you have stopped it, and nothing of it is left" }),
      ),
    ),
  )
}
