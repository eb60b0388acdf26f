/** What `natter send` does. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { fresh } from "../../client/MessageId.ts"
import * as Publish from "../../client/Publish.ts"
import * as Tcp from "../../client/transport/Tcp.ts"
import { explained, userError } from "./lineError.ts"
import type { Given as Line } from "./lineFlags.ts"
import * as Identity from "./lineIdentity.ts"
import * as Screen from "./lineScreen.ts"

interface Given extends Line {
  readonly words: ReadonlyArray<string>
  readonly json: boolean
}

/** The first word may be the address; the others are the text, if there are others. */
const meaning = (words: ReadonlyArray<string>) => {
  const [first = "", ...rest] = words
  const addressed = Identity.looksLikeAddress(first)
  const said = addressed ? rest : words
  return {
    address: addressed ? Option.some(first) : Option.none(),
    text: said.length === 0 ? undefined : said.join(" "),
  }
}

const typedLines = Stream.unwrap(Effect.map(Stdio.Stdio, ({ stdin }) => stdin)).pipe(
  Stream.decodeText,
  Stream.splitLines,
  // An empty line is no message.
  Stream.filter((line) => line.trim() !== ""),
  Stream.mapError((error) => userError(`standard input cannot be read: ${error.message}`, error)),
)

/** Succeeds when the server has acknowledged everything. */
export const run = Effect.fnUntraced(function* (given: Given) {
  const { channel, json, words } = given
  const { address: written, text } = meaning(words)
  const address = yield* Effect.mapError(Identity.addressOf(written), ({ cause, userMessage }) =>
    userError(`${userMessage}; to say it, put an address in front`, cause),
  )
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: false })

  yield* Effect.gen(function* () {
    const connection = yield* Tcp.connect(address)
    const say = Effect.fnUntraced(function* (content: string) {
      const message = { channel, content, id: yield* fresh }
      const { ref: _, ...published } = yield* Publish.patiently(connection, message)
      if (json) yield* screen.print([JSON.stringify(published)])
    })
    const saying = Effect.gen(function* () {
      yield* connection.signIn(credentials)
      yield* connection.join(channel)
      const lines = text === undefined ? typedLines : Stream.succeed(text)
      const said = yield* lines.pipe(Stream.tap(say), Stream.runCount)
      if (said === 0) return yield* userError("nothing to send: give a text, or lines on standard input")
    })
    // What others say meanwhile is nothing to us, but the answers come behind it.
    yield* Effect.raceFirst(saying, Stream.runDrain(connection.events))
  }).pipe(explained(address))
}, Effect.scoped)
