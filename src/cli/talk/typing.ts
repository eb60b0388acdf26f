/** Carries out typed commands, and sends typed lines in their order. */
import type * as CliError from "effect/cli/CliError"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { Client } from "../../client/Client.ts"
import type { FileInfo } from "../../client/Files.ts"
import { type ConnectionFailure, isConnectionFailure } from "../../client/Reconnect.ts"
import type { Seq } from "../../domain/Seq.ts"
import { parse } from "../../terminal/Commands.ts"
import type { LocalFiles } from "../../terminal/LocalFiles.ts"
import type { ChannelView } from "./ChannelView.ts"
import * as Files from "./files.ts"
import type { Screen } from "./screen.ts"

/** Lines that wait for their acknowledgement, at most; then no more are taken. */
const linesAhead = 64

const help =
  "/users shows who is here, /send PATH sends a file, /files lists them, /get saves one, /quit or Ctrl-C leaves; a line that starts with // is sent with one /"

/** What became of the typed lines. */
export interface TypingResult {
  /** Lines that were not acknowledged. */
  readonly unsent: number
  /** Lines that the server refused, and commands that do not exist. */
  readonly refused: number
}

/**
 * Done after `/quit` or the end of the input, when all that was typed before is acknowledged and shown, or that takes
 * longer than `patience`.
 */
export const follow = Effect.fnUntraced(function* (options: {
  readonly client: Client
  readonly channel: string
  readonly view: ChannelView
  readonly screen: Screen
  readonly files: LocalFiles
  /** It does not begin to run out while there is no connection. */
  readonly patience: Duration.Duration | undefined
}): Effect.fn.Return<TypingResult, ConnectionFailure | CliError.UserError> {
  const { channel, client, patience, view, screen } = options
  let listed: ReadonlyArray<FileInfo> | undefined
  const enough = Deferred.makeUnsafe<void>()
  const unsent = new Set<{ readonly content: string }>()
  let refused = 0
  let last: Seq | undefined

  const online = Effect.map(client.state, ({ _tag }) => _tag === "Online")

  const refuse = (content: string) => (error: { readonly message: string }) => {
    refused++
    return screen.notice(`not sent (${error.message}): ${content}`)
  }

  const say = Effect.fnUntraced(function* (content: string): Effect.fn.Return<void, ConnectionFailure> {
    const line = { content }
    unsent.add(line)
    if (!(yield* online)) yield* screen.notice(`not connected, to be sent then: ${content}`)
    yield* client.publish(channel, content).pipe(
      Effect.map(({ seq }) => {
        last = seq
      }),
      Effect.catchTags({ RequestError: refuse(content), OutboxFull: refuse(content), Unconfirmed: refuse(content) }),
    )
    unsent.delete(line)
  })

  const transfer = <E extends { readonly message: string }>(
    content: string,
    not: string,
    doing: Effect.Effect<void, E | ConnectionFailure>,
  ): Effect.Effect<void, ConnectionFailure> =>
    Effect.suspend(() => {
      const line = { content }
      unsent.add(line)
      return doing.pipe(
        Effect.catch((error) => {
          if (isConnectionFailure(error)) return Effect.fail(error)
          refused++
          return screen.notice(`${not} (${error.message}): ${content}`)
        }),
        Effect.tap(Effect.sync(() => unsent.delete(line))),
      )
    })

  const act = (line: string): Effect.Effect<void, ConnectionFailure> => {
    if (line.startsWith("//")) return say(line.slice(1))
    if (!line.startsWith("/")) return say(line)
    if (line.trim() === "/users") return Effect.flatMap(view.here, screen.notice)
    const command = parse(line.trim())
    switch (command._tag) {
      case "SendFile":
        return transfer(
          line,
          "not sent",
          Effect.map(Files.send(options, command), ({ seq }) => {
            last = seq
          }),
        )
      case "GetFile":
        return transfer(line, "not saved", Files.get(options, listed, command))
      case "Files":
        return transfer(
          line,
          "not listed",
          Effect.map(Files.list(options), (files) => {
            listed = files
          }),
        )
      case "Wrong":
        refused++
        return screen.notice(`not sent: ${line}: ${/^\/(send|upload)\b/.test(line) ? command.why : help}`)
      default:
        refused++
        return screen.notice(`not sent: ${line}: ${help}`)
    }
  }

  const all = screen.typed.pipe(
    Stream.takeWhile((line) => line.trim() !== "/quit"),
    Stream.onEnd(Deferred.succeed(enough, undefined)),
    Stream.mapEffect(act, { concurrency: linesAhead }),
    Stream.runDrain,
    Effect.andThen(Effect.suspend(() => (last === undefined ? Effect.void : view.shown(last)))),
  )
  const impatience = Effect.gen(function* () {
    if (patience === undefined) return yield* Effect.never
    yield* Deferred.await(enough)
    if (yield* online) yield* Effect.sleep(patience)
  })
  const tell = Effect.suspend(() =>
    Effect.forEach(unsent, ({ content }) => screen.notice(`not sent: ${content}`), { discard: true }),
  )
  // Also where it is interrupted: the client has ended.
  yield* Effect.onExit(Effect.raceFirst(all, impatience), (exit) => (Exit.isSuccess(exit) ? Effect.void : tell))
  return { unsent: unsent.size, refused }
})
