/** `natter send`: says something, for people and scripts. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Address from "../client/Address.ts"
import { fresh } from "../client/MessageId.ts"
import * as Publish from "../client/Publish.ts"
import * as Tcp from "../client/transport/Tcp.ts"
import { explained, userError } from "./internal/lineError.ts"
import * as Identity from "./internal/lineIdentity.ts"
import * as Screen from "./internal/lineScreen.ts"

interface Given extends Identity.Given {
  readonly words: ReadonlyArray<string>
  readonly json: boolean
}

/** The first word may be the address; the others are the text, or there is none. */
const meaning = (words: ReadonlyArray<string>): { readonly address: string; readonly text: string } => {
  const [first, ...rest] = words
  return first !== undefined && Identity.looksLikeAddress(first)
    ? { address: first, text: rest.join(" ") }
    : { address: Address.format(Address.local), text: words.join(" ") }
}

const typedLines = Stream.unwrap(Effect.map(Stdio.Stdio, ({ stdin }) => stdin)).pipe(
  Stream.decodeText,
  Stream.splitLines,
  Stream.filter((line) => line.trim() !== ""),
  Stream.mapError((error) => userError(`standard input cannot be read: ${error.message}`, error)),
)

/** Succeeds when the server has acknowledged everything. */
const run = Effect.fnUntraced(function* (given: Given) {
  const { channel, json, words } = given
  const { address: written, text } = meaning(words)
  const address = yield* Identity.parseAddress(written)
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
      const lines = text === "" ? typedLines : Stream.succeed(text)
      const said = yield* lines.pipe(Stream.tap(say), Stream.runCount)
      if (said === 0) return yield* userError("nothing to send: give a text, or lines on standard input")
    })
    // What others say meanwhile is nothing to us, but the answers come behind it.
    yield* Effect.raceFirst(saying, Stream.runDrain(connection.events))
  }).pipe(explained(address))
}, Effect.scoped)

export const send = Command.make(
  "send",
  {
    words: Argument.String("text").pipe(
      Argument.withDescription(
        `What to say; without it, the lines of standard input. A first word of the form ${Address.forms} is where`,
      ),
      (words) => Argument.variadic(words),
    ),
    ...Identity.flags,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print each acknowledgement as a line of JSON"),
      Flag.withDefault(false),
    ),
  },
  run,
).pipe(
  Command.withDescription(
    "Say something in a channel. Ends with exit code 0 only when the server has acknowledged all of it, waiting where the server asks for patience.",
  ),
  Command.withShortDescription("Say something in a channel"),
  Command.withExamples([
    { command: 'natter send --name ann "Tea is ready"', description: "Say it in the lobby of this machine's server" },
    {
      command: 'natter send chat.example.org:8080 --channel ops --name ann "Deployed"',
      description: "Say it elsewhere",
    },
    {
      command: "tail -F app.log | NATTER_PASSWORD=… natter send --channel logs --name app",
      description: "Say each line of a file as it grows",
    },
  ]),
)
