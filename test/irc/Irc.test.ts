/** The whole of it over TCP: clients of IRC beside those of version 2, in one chat. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { live, tcp, user2 } from "../suites/transportWorld.ts"
import { member, stranger } from "./scripted.ts"

live("is let in, enters, and talks with a client of version 2 both ways", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ann = yield* member(server, "ann", ["message-tags", "server-time"])
    yield* ann.ask("JOIN #den", /^:ann!u@natter JOIN #den$/)
    assert.strictEqual(yield* ann.until(/ 353 /), ":natter 353 ann = #den :@ann")
    yield* ann.until(/ 366 /)
    const ben = yield* user2(server, "ben")
    yield* ben.ask({ type: "Join", channel: "den" }, "Joined")
    yield* ann.until(/^:ben!u@natter JOIN #den$/)
    yield* ann.send("PRIVMSG #den :hello there")
    const heard = yield* ben.until("Message")
    assert.deepStrictEqual([heard.from, heard.content], ["ann", "hello there"])
    yield* ben.send({ type: "Publish", channel: "den", id: "m1", content: "hello yourself\nagain" })
    assert.match(yield* ann.until(/PRIVMSG/), /^@time=\S+;msgid=2\/#den :ben!u@natter PRIVMSG #den :hello yourself$/)
    assert.match(yield* ann.until(/PRIVMSG/), /^@time=\S+Z :ben!u@natter PRIVMSG #den :again$/)
    assert.isFalse(
      ann.log.some((line) => line.includes("hello there")),
      "it is not told what it said itself",
    )
  }),
)

live("says what is said to it alone, and to whom", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ann = yield* member(server, "ann")
    const ben = yield* member(server, "ben")
    yield* ann.send("PRIVMSG ben :psst")
    assert.strictEqual(yield* ben.until(/PRIVMSG/), ":ann!u@natter PRIVMSG ben :psst")
    yield* ben.send("PRIVMSG ann :yes?")
    assert.strictEqual(yield* ann.until(/PRIVMSG/), ":ben!u@natter PRIVMSG ann :yes?")
    assert.strictEqual(
      yield* ann.ask("PRIVMSG nobody :hey", / 401 /),
      ":natter 401 ann nobody :Nobody here has this name",
    )
    assert.strictEqual(
      yield* ann.ask("PRIVMSG #den :hey", / 404 /),
      ":natter 404 ann #den :Not a member of this channel",
    )
  }),
)

live("answers a stranger, and ends with QUIT", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const eve = yield* stranger(server)
    yield* eve.send("NICK eve", "JOIN #den")
    yield* eve.until(/ 451 /)
    yield* eve.ask("PING :x", /^:natter PONG natter :x$/)
    yield* eve.send("QUIT :bye")
    assert.strictEqual(yield* eve.until(/ERROR/), "ERROR :Closing link: Goodbye")
    assert.isUndefined(yield* eve.next)
  }),
)
