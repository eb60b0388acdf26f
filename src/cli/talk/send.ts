/** What `natter send` does. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { withClient } from "./client.ts"
import { userError } from "../userError.ts"
import type { ConnectionFlags } from "../connectionFlags.ts"
import * as Identity from "../identity.ts"
import * as Screen from "./screen.ts"

interface SendFlags extends ConnectionFlags {
  readonly words: ReadonlyArray<string>
  readonly json: boolean
}

/** The first word may be the address. The others are the text. */
const meaning = (words: ReadonlyArray<string>) => {
  const [first = "", ...rest] = words
  const addressed = Identity.looksLikeAddress(first)
  const said = addressed ? rest : words
  return { address: addressed ? first : undefined, text: said.length === 0 ? undefined : said.join(" ") }
}

const addressOf = (written: string | undefined) =>
  written === undefined
    ? Identity.addressOf(Option.none())
    : Effect.mapError(Identity.parseAddress(written), ({ cause, userMessage }) =>
        userError(`${userMessage}; to say it, put an address in front`, cause),
      )

/** Succeeds when the server has acknowledged everything. */
export const run = Effect.fnUntraced(function* (given: SendFlags) {
  const { channel, json, words } = given
  const { address: written, text } = meaning(words)
  const address = yield* addressOf(written)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: text === undefined ? "lines" : "nothing" })

  yield* withClient({ address, credentials, screen, reconnect: true }, (client) =>
    Effect.gen(function* () {
      const say = Effect.fnUntraced(function* (content: string) {
        const { ref: _, ...published } = yield* client.publish(channel, content)
        if (json) yield* screen.print([JSON.stringify(published)])
      })
      yield* client.join(channel)
      const lines = text === undefined ? screen.typed : Stream.succeed(text)
      const said = yield* lines.pipe(Stream.tap(say), Stream.runCount)
      if (said === 0) return yield* userError("nothing to send: give a text, or lines on standard input")
    }),
  )
}, Effect.scoped)
