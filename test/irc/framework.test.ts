/** A client that others have written (irc-framework), against a real service. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Client } from "irc-framework"
import { Patience, type TestClient2 } from "../../src/testing/TestClient.ts"
import { live, nobodyLeft, tcp, user2 } from "../suites/transportWorld.ts"
import type { Server } from "./scripted.ts"

type Event = Readonly<Record<string, unknown>>

/** What it tells its program, in order. */
class Heard {
  readonly client = new Client()
  private readonly events: Array<readonly [string, Event]> = []
  private waiting: (() => void) | undefined

  constructor() {
    const { client } = this
    const emit = client.emit.bind(client)
    client.emit = (name, ...rest) => {
      this.events.push([name, (rest[0] ?? {}) as Event])
      this.waiting?.()
      return emit(name, ...rest)
    }
  }

  /** The next of this name with these fields. */
  until(name: string, fields: Event = {}): Effect.Effect<Event> {
    const found = Effect.gen({ self: this }, function* () {
      while (true) {
        for (let next = this.events.shift(); next !== undefined; next = this.events.shift()) {
          const [, event] = next
          if (next[0] === name && Object.entries(fields).every(([key, value]) => event[key] === value)) return event
        }
        yield* Effect.callback<void>((resume) => void (this.waiting = () => resume(Effect.void)))
      }
    })
    return Effect.flatMap(Patience, (patience) =>
      Effect.timeoutOrElse(found, {
        duration: patience,
        orElse: () => Effect.sync((): Event => assert.fail(`no ${name} with ${JSON.stringify(fields)}`)),
      }),
    )
  }
}

const connect = Effect.fnUntraced(function* (server: Server, nick: string, more: object = {}) {
  const heard = new Heard()
  const { client } = heard
  client.requestCap(["draft/chathistory", "echo-message", "labeled-response", "draft/message-redaction"])
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      client.connect({
        ...server.address,
        nick,
        auto_reconnect: false,
        account: { account: nick, password: `secret-${nick}` },
        ...more,
      }),
    ),
    () => Effect.sync(() => client.quit()),
  )
  yield* heard.until("registered", { nick })
  return heard
})

/** Waits until it is told this. */
const said = Effect.fnUntraced(function* (client: TestClient2, content: string) {
  while ((yield* client.until("Message")).content !== content);
})

live("comes in by SASL, talks with version 2 both ways, and does what IRC does", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ann = yield* connect(server, "ann")
    ann.client.join("#den")
    yield* ann.until("join", { nick: "ann", channel: "#den" })
    const { users } = yield* ann.until("userlist", { channel: "#den" })
    assert.deepInclude((users as ReadonlyArray<Event>)[0], { nick: "ann", modes: ["o"] })

    const ben = yield* user2(server, "ben")
    yield* ben.ask({ type: "Join", channel: "den" }, "Joined")
    yield* ann.until("join", { nick: "ben", account: "ben", gecos: "ben" })
    ann.client.say("#den", "hello ben")
    // With echo-message it is told what it said itself.
    yield* ann.until("privmsg", { nick: "ann", message: "hello ben" })
    yield* said(ben, "hello ben")
    yield* ben.ask({ type: "Publish", channel: "den", id: "b1", content: "hello ann" }, "Published")
    const told = yield* ann.until("privmsg", { nick: "ben", message: "hello ann" })
    assert.deepInclude(told["tags"], { msgid: "2/#den", account: "ben" })
    ann.client.action("#den", "waves")
    yield* said(ben, "/me waves")
    yield* ben.ask({ type: "Publish", channel: "den", id: "b2", content: "/me waves back" }, "Published")
    yield* ann.until("action", { nick: "ben", message: "waves back" })

    yield* ben.ask({ type: "React", channel: "den", id: "r1", target: 1, reaction: "👍" }, "Published")
    const reacted = yield* ann.until("tagmsg", { nick: "ben" })
    assert.deepInclude(reacted["tags"], { "+draft/react": "👍", "+draft/reply": "1/#den" })
    yield* ben.ask({ type: "Edit", channel: "den", id: "e1", target: 2, content: "hello Ann" }, "Published")
    yield* ann.until("privmsg", { nick: "ben", message: "[edited] hello Ann" })
    ann.client.raw("@+draft/reply=2/#den;+draft/react=🎉\ufe0f", "TAGMSG", "#den")
    const reaction = yield* ben.until("Reacted")
    assert.deepStrictEqual([reaction.from, reaction.target, reaction.reaction], ["ben", 1, "👍"])
    const other = yield* ben.until("Reacted")
    assert.deepStrictEqual([other.from, other.target, other.reaction], ["ann", 2, "🎉"])

    const answered = yield* ben.ask(
      { type: "Publish", channel: "den", id: "b3", content: "so", reply_to: 1 },
      "Published",
    )
    const answer = yield* ann.until("privmsg", { nick: "ben", message: "so" })
    assert.deepInclude(answer["tags"], { "+draft/reply": "1/#den", "+reply": "1/#den" })
    yield* said(ben, "so")
    for (const tag of ["+draft/reply", "+reply"]) {
      ann.client.raw(`@${tag}=${answered.seq}/#den`, "PRIVMSG", "#den", tag)
      const heard = yield* ben.until("Message")
      assert.deepStrictEqual([heard.content, heard.reply_to], [tag, answered.seq])
    }

    ann.client.setTopic("#den", "Soup")
    yield* ann.until("topic", { channel: "#den", topic: "Soup" })
    assert.strictEqual((yield* ben.until("TopicChanged")).topic, "Soup")
    yield* ben.ask({ type: "SetStatus", status: "away", text: "at lunch" }, "Ok")
    yield* ann.until("away", { nick: "ben", message: "at lunch" })
    const whois = Effect.callback<Event>((resume) =>
      ann.client.whois("ben", (event) => resume(Effect.succeed(event as Event))),
    )
    assert.deepInclude(yield* whois, { nick: "ben", account: "ben", away: "at lunch", channels: "#den" })
    ann.client.raw("AWAY", "back soon")
    yield* ben.until("Presence")

    ann.client.raw("KICK", "#den", "ben", "enough")
    yield* ann.until("kick", { kicked: "ben", message: "enough" })
    const kicked = yield* ben.until("Kicked")
    assert.deepStrictEqual([kicked.username, kicked.by, kicked.reason], ["ben", "ann", "enough"])
    ann.client.ban("#den", "ben!*@*")
    yield* ann.until("mode", { target: "#den", raw_modes: "+b" })
    yield* ben.send({ type: "Join", channel: "den" })
    assert.strictEqual((yield* ben.until("Error")).name, "Banned")
    const bans = Effect.callback<Event>((resume) =>
      ann.client.banlist("#den", (event) => resume(Effect.succeed(event as Event))),
    )
    assert.deepInclude(((yield* bans)["bans"] as ReadonlyArray<Event>)[0], { banned: "ben!*@*", banned_by: "ann" })
    yield* ben.link.abort
  }),
)

live("reads on where it was, and watches others", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ben = yield* user2(server, "ben")
    yield* ben.ask({ type: "Join", channel: "den" }, "Joined")
    for (const content of ["one", "two", "three", "four"]) {
      yield* ben.ask({ type: "Publish", channel: "den", id: content, content }, "Published")
    }
    const ann = yield* connect(server, "ann")
    ann.client.join("#den")
    yield* ann.until("userlist")
    const history = Effect.fnUntraced(function* (...params: ReadonlyArray<string>) {
      ann.client.raw("CHATHISTORY", ...params)
      const { commands } = yield* ann.until("batch end chathistory")
      return (commands as ReadonlyArray<{ readonly params: ReadonlyArray<string> }>).map(({ params }) => params.at(-1))
    })
    assert.deepStrictEqual(yield* history("LATEST", "#den", "*", "2"), ["three", "four"])
    assert.deepStrictEqual(yield* history("AFTER", "#den", "msgid=1/#den", "10"), ["two", "three", "four"])
    assert.deepStrictEqual(yield* history("BEFORE", "#den", "msgid=4/#den", "2"), ["two", "three"])
    assert.deepStrictEqual(yield* history("AROUND", "#den", "msgid=3/#den", "3"), ["two", "three", "four"])
    assert.deepStrictEqual(yield* history("BETWEEN", "#den", "msgid=1/#den", "msgid=4/#den", "9"), ["two", "three"])
    assert.deepStrictEqual(yield* history("LATEST", "#den", "timestamp=2100-01-01T00:00:00.000Z", "9"), [])

    ann.client.addMonitor("ben")
    yield* ann.until("users online")
    yield* ben.ask({ type: "Leave", channel: "den" }, "Left")
    yield* ann.until("users offline")
    yield* ben.ask({ type: "Join", channel: "den" }, "Joined")
    yield* ann.until("users online")
    ann.client.quit("bye")
    yield* ben.link.end
    yield* nobodyLeft(server)
  }),
)

live("has another nick where it does not say whose it is", tcp.layer({ accounts: { mode: "guest" } }), (server) =>
  Effect.gen(function* () {
    const ann = yield* connect(server, "ann", { account: null })
    const other = new Heard()
    yield* Effect.acquireRelease(
      Effect.sync(() => other.client.connect({ ...server.address, nick: "ann", auto_reconnect: false })),
      () => Effect.sync(() => other.client.quit()),
    )
    yield* other.until("nick in use", { nick: "ann" })
    other.client.raw("NICK", "ann2")
    yield* other.until("registered", { nick: "ann2" })
    other.client.say("ann", "psst")
    yield* ann.until("privmsg", { nick: "ann2", target: "ann", message: "psst" })
  }),
)
