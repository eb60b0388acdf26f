import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Client from "../../../src/client/Client.ts"
import * as Tcp from "../../../src/client/transport/Tcp.ts"
import { enter, join, server } from "./chat.ts"

const up = "\u001b[A"
const top = "\u001b[1;5H"
const down = "\u001b[1;3B"

/** A client without a terminal. */
const client = (port: number, username: string) =>
  Client.make({ credentials: { username, password: Redacted.make(`secret of ${username}`) } }).pipe(
    Effect.provide(Tcp.layer({ host: "127.0.0.1", port })),
  )

describe("natter chat, with history and rights", () => {
  it.live("changes what was said, reacts, and finds it again", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      bob.type(`would you like some tee?${enter}`)
      yield* ann.shows(/some tee\?/)
      // Until it is acknowledged it is pale, and cannot be changed.
      yield* bob.until("the message to be acknowledged", () => {
        const row = bob.rows().findIndex((row) => row.includes("  would you"))
        return row !== -1 && bob.cells(row)[bob.rows()[row]!.indexOf("would")]?.coloured === false
      })
      bob.type(up)
      yield* bob.shows(/Changing what you said[^]*> would you like some tee\?/)
      bob.type(`\u007f\u007fa?${enter}`)
      yield* ann.shows(/some tea\? \(edited\)/)
      ann.type(`/react :+1:${enter}`)
      for (const screen of [ann, bob]) yield* screen.shows(/\(edited\)\n.*👍 1/)
      bob.type(`or coffee${enter}`)
      yield* ann.shows(/or coffee/)
      bob.type(`/delete${enter}`)
      for (const screen of [ann, bob]) yield* screen.shows(/  \(deleted\)/)
      ann.type(`/search tea${enter}`)
      yield* ann.shows(/Found for "tea"[^]*#lobby .* bob: would you like some tea\?/)
      // Whoever joins later sees the message as it is now.
      const cyd = yield* join(port, "cyd")
      yield* cyd.shows(/some tea\? \(edited\)\n.*👍 1\n.*  \(deleted\)[^]*You are in #lobby/)
      assert.notInclude(cyd.text(), "coffee")
    }).pipe(Effect.scoped),
  )

  it.live("loads what is further up at the top", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const bob = yield* client(port, "bob")
      yield* bob.join("lobby")
      // More than one page.
      yield* Effect.forEach(
        Array.from({ length: 12 }, (_, at) => at + 1),
        (part) => bob.publish("lobby", `part ${part}\n${"many words and more ".repeat(175)}`),
        { discard: true },
      )
      const ann = yield* join(port, "ann")
      yield* ann.shows(/many words/)
      // One page does not reach the beginning: the one before it is fetched at the top.
      yield* ann.until("the beginning", () => {
        ann.type(top)
        return / Today [^]*bob \d\d:\d\d\n.* part 1$/m.test(ann.text())
      })
    }).pipe(Effect.scoped),
  )

  it.live("shows who waits since one was there last, until it was read", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const early = yield* join(port, "ann")
      early.type(`/quit${enter}`)
      yield* early.ended
      const bob = yield* join(port, "bob")
      bob.type(`/msg ann are you there?${enter}`)
      yield* bob.shows(/are you there\?/)
      bob.type(`please answer${enter}`)
      yield* bob.shows(/please answer/)
      const ann = yield* join(port, "ann")
      yield* ann.shows(/@bob +@2/)
      // Another device of hers gets the read marker.
      const other = yield* client(port, "ann")
      const events = yield* other.subscribe
      yield* other.join("@bob")
      ann.type(down)
      yield* ann.shows(/ new [^]*are you there\?\n.*please answer/)
      yield* events.pipe(
        Stream.filter((event) => event.type === "ReadMarker" && event.username === "ann" && event.seq === 2),
        Stream.runHead,
      )
      ann.type(`/quit${enter}`)
      yield* ann.ended
      const again = yield* join(port, "ann")
      again.type(`/msg bob${enter}`)
      yield* again.shows(/are you there\?\n.*please answer/)
      assert.notMatch(again.text(), / new /)
    }).pipe(Effect.scoped),
  )

  it.live("makes a channel, lets somebody in, and throws somebody out", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      ann.type(`/create tea private Tea for two${enter}`)
      yield* ann.shows(/#tea \(1\) Tea for two[^]*#tea is yours/)
      bob.type(`/join tea${enter}`)
      yield* bob.shows(/#tea: it is private: whoever owns it can +│?\s*\/invite you/)
      ann.type(`/invite bob${enter}`)
      yield* bob.shows(/ann invites you into #tea: \/join tea/)
      bob.type(`/join tea${enter}`)
      yield* bob.shows(/#tea \(2\)/)
      bob.type(`/kick ann${enter}`)
      yield* bob.shows(/\/kick: only moderators, owners/)
      ann.type(`/info${enter}`)
      yield* ann.shows(/#tea: private[^]*you are an owner[^]*owners: ann/)
      ann.type(`/rename coffee${enter}`)
      for (const screen of [ann, bob]) yield* screen.shows(/#coffee \(2\)[^]*ann renamed #tea to #coffee/)
      bob.type(`milk?${enter}`)
      yield* ann.shows(/ {2}milk\?/)
      ann.type(`/kick bob no milk here${enter}`)
      yield* bob.shows(/\(you are not in it\)[^]*\(#coffee\)[^]*ann threw you out of #coffee: no milk here/)
      ann.type(`/ban bob 10m${enter}`)
      yield* ann.shows(/bob is kept out for 10m/)
      bob.type(`/join coffee${enter}`)
      yield* bob.shows(/banned/i)
    }).pipe(Effect.scoped),
  )
})
