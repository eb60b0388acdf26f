/** What `natter send` does. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { withClient } from "./client.ts"
import { userError } from "../userError.ts"
import type { ConnectionFlags } from "../connectionFlags.ts"
import * as Identity from "../identity.ts"
import { tlsOptions } from "../tls.ts"
import type { Seq } from "../../domain/Seq.ts"
import { join } from "./join.ts"
import * as Screen from "./screen.ts"

interface SendFlags extends ConnectionFlags {
  readonly words: ReadonlyArray<string>
  readonly address: Option.Option<string>
  readonly json: boolean
  readonly replyTo: Option.Option<Seq>
  readonly reconnect: boolean
}

/** After so long without an acknowledgement it is said that it is still tried. */
const impatience = "10 seconds"

/** Where no address was given the first word may be it. The others are the text. */
const meaning = ({ address, words }: SendFlags) => {
  const [first = "", ...rest] = words
  const addressed = Option.isNone(address) && Identity.looksLikeAddress(first)
  const said = addressed ? rest : words
  return { address: addressed ? first : undefined, text: said.length === 0 ? undefined : said.join(" ") }
}

const addressOf = (written: string) =>
  Effect.mapError(Identity.parseAddress(written), ({ cause, userMessage }) =>
    userError(`${userMessage}; to say it, put an address in front`, cause),
  )

/** Succeeds when the server has acknowledged everything. */
export const run = Effect.fnUntraced(function* (given: SendFlags) {
  const { channel, json } = given
  const replyTo = Option.getOrUndefined(given.replyTo)
  const { address: written, text } = meaning(given)
  const address = yield* written === undefined ? Identity.addressOf(given.address) : addressOf(written)
  const tls = yield* tlsOptions(given, address)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: text === undefined ? "lines" : "nothing" })

  yield* withClient({ address, credentials, tls, screen, reconnect: true, waits: given.reconnect }, (client) =>
    Effect.gen(function* () {
      // Without a connection that is said anyway.
      const stillTrying = Effect.delay(client.state, impatience).pipe(
        Effect.flatMap(({ _tag }) =>
          _tag === "Online" ? screen.notice("the server has not taken it yet; still trying") : Effect.void,
        ),
        Effect.andThen(Effect.never),
      )
      const say = Effect.fnUntraced(function* (content: string) {
        const { ref: _, ...published } = yield* Effect.raceFirst(
          client.publish(channel, content, { replyTo }),
          stillTrying,
        ).pipe(
          // The client has ended; what the server does not want it says itself.
          Effect.onExit((exit) =>
            Exit.isFailure(exit) &&
            !Option.exists(Cause.findErrorOption(exit.cause), ({ _tag }) => _tag === "RequestError")
              ? screen.notice(`not sent: ${content}`)
              : Effect.void,
          ),
        )
        if (json) yield* screen.print([JSON.stringify(published)])
      })
      yield* join(client, channel, { reconnect: true, screen })
      const lines = text === undefined ? screen.typed : Stream.succeed(text)
      const said = yield* lines.pipe(Stream.tap(say), Stream.runCount)
      if (said === 0) return yield* userError("nothing to send: give a text, or lines on standard input")
    }),
  )
}, Effect.scoped)
