/** What is told to all of one style alike, and what to one alone. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChannelEvent } from "../../src/domain/ChannelEvent.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { type Capability, keyOf, speechOf } from "../../src/irc/Capability.ts"
import { Comings } from "../../src/irc/Comings.ts"
import { defaults } from "../../src/irc/IrcSettings.ts"
import { OwnWords } from "../../src/irc/OwnWords.ts"
import { SharedWords } from "../../src/irc/SharedWords.ts"
import { Watched } from "../../src/irc/Watched.ts"
import { live, tcp, user2 } from "../suites/transportWorld.ts"
import { member } from "./scripted.ts"

const den = ChannelName.make("den")
const ann = { id: UserId.make("1"), name: Username.make("ann") }
const message = (content: string, id?: string): ChannelEvent => ({
  type: "Message",
  seq: Seq.make(3),
  from: ann,
  timestamp: 0,
  content,
  id: id === undefined ? undefined : MessageId.make(id),
})
const shared = (...capabilities: ReadonlyArray<Capability>) =>
  new SharedWords(defaults, speechOf(new Set(capabilities)), new Comings())
const textOf = (rendering: { readonly piece: Uint8Array } | undefined) =>
  rendering === undefined ? undefined : Buffer.from(rendering.piece).toString()

const own = (...capabilities: ReadonlyArray<Capability>) => {
  const set = new Set(capabilities)
  return new OwnWords({
    server: defaults,
    speech: speechOf(set),
    self: ann,
    echoes: set.has("echo-message"),
    watched: new Watched(),
    comings: new Comings(),
    isIn: () => false,
  })
}

describe("what is said", () => {
  it("has the tags that were asked for, and no others", () => {
    const line = ":ann!u@natter PRIVMSG #den :hey\r\n"
    assert.strictEqual(textOf(shared().render(den, [message("hey")])), line)
    assert.strictEqual(
      textOf(shared("server-time", "message-tags", "account-tag").render(den, [message("hey")])),
      `@time=1970-01-01T00:00:00.000Z;account=ann;msgid=3/#den ${line}`,
    )
  })

  it("names the message that it answers by both names of the tag, to who has tags", () => {
    const answer = { ...message("hey\nyou"), replyTo: Seq.make(1) } as ChannelEvent
    const line = (text: string) => `:ann!u@natter PRIVMSG #den :${text}\r\n`
    assert.strictEqual(
      textOf(shared("message-tags").render(den, [answer])),
      `@msgid=3/#den;+draft/reply=1/#den;+reply=1/#den ${line("hey")}${line("you")}`,
    )
    assert.strictEqual(textOf(shared().render(den, [answer])), line("hey") + line("you"))
  })

  it("is written in the same way only for the same style", () => {
    assert.strictEqual(keyOf(new Set(["batch", "sasl", "echo-message"])), keyOf(new Set()))
    assert.notStrictEqual(keyOf(new Set(["server-time"])), keyOf(new Set(["message-tags"])))
  })

  it("is not told to who said it, unless that wants it, with its label", () => {
    const [quiet, echoing] = [own("message-tags"), own("message-tags", "echo-message")]
    const event = message("hey", "m1")
    const rendering = shared("message-tags").render(den, [event])!
    assert.isFalse(rendering.differs!(quiet), "another session said it")
    for (const words of [quiet, echoing]) words.underway.set(MessageId.make("m1"), "l1")
    assert.isTrue(rendering.differs!(quiet))
    assert.isTrue(rendering.differs!(echoing), "it has a label")
    const [unlabelled, same] = [own("message-tags", "echo-message"), MessageId.make("m1")]
    unlabelled.underway.set(same, undefined)
    assert.isFalse(rendering.differs!(unlabelled), "it is told what everybody is")
    assert.isUndefined(quiet.render(den, [event]))
    assert.strictEqual(
      textOf(quiet.render(den, [event, message("more")])),
      "@msgid=3/#den :ann!u@natter PRIVMSG #den :more\r\n",
    )
    assert.match(textOf(echoing.render(den, [event]))!, /^@label=l1;msgid=3\/#den :ann!u@natter PRIVMSG #den :hey\r\n$/)
  })

  it("fits into lines, whatever the names and the text", () => {
    const name = Username.make("李".repeat(64))
    const channel = ChannelName.make("李".repeat(64))
    const event: ChannelEvent = { ...message("x😀".repeat(2000)), from: { id: ann.id, name } } as ChannelEvent
    const lines = textOf(shared().render(channel, [event]))!.split("\r\n")
    assert.lengthOf(lines, 42)
    for (const line of lines) assert.isAtMost(Buffer.byteLength(line), 510)
  })

  it("is shown as text to who has no tags", () => {
    const change = { seq: Seq.make(9), from: ann, timestamp: 0, id: MessageId.make("c"), target: Seq.make(3) }
    const edited = { type: "Edited", ...change, content: "hello" } as const
    const deleted = { type: "Deleted", ...change } as const
    const reacted = { type: "Reacted", ...change, reaction: "👍" as never, on: true } as const
    assert.strictEqual(
      textOf(shared().render(den, [edited, deleted, reacted, { ...reacted, on: false }])),
      ":ann!u@natter PRIVMSG #den :[edited] hello\r\n" +
        ":ann!u@natter PRIVMSG #den :\u0001ACTION deleted a message\u0001\r\n" +
        ":ann!u@natter PRIVMSG #den :\u0001ACTION reacted with 👍\u0001\r\n",
    )
    assert.strictEqual(
      textOf(shared("message-tags", "draft/message-redaction").render(den, [deleted, { ...reacted, on: false }])),
      "@msgid=9/#den :ann!u@natter REDACT #den 3/#den\r\n" +
        "@msgid=9/#den;+draft/reply=3/#den;+draft/unreact=👍 :ann!u@natter TAGMSG #den\r\n",
    )
  })

  it("has a file as a link", () => {
    const file = { id: "f1" as never, name: "soup.png", size: 12_345, mediaType: "image/png", sha256: "" as never }
    const words = new SharedWords(
      { name: "natter", origin: "https://chat.example" },
      speechOf(new Set()),
      new Comings(),
    )
    assert.strictEqual(
      textOf(words.render(den, [{ ...message(""), file } as ChannelEvent])),
      ":ann!u@natter PRIVMSG #den :[file] soup.png (image/png, 12.3 kB) https://chat.example/api/v1/channels/den/files/f1\r\n",
    )
  })
})

live("answers with the label, in one line or in a batch", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const client = yield* member(server, "ann", [
      "labeled-response",
      "batch",
      "echo-message",
      "message-tags",
      "standard-replies",
    ])
    yield* client.ask("@label=1 PING :x", /^@label=1 :natter PONG natter :x$/)
    yield* client.ask("@label=2 PONG :x", /^@label=2 :natter ACK$/)
    const begun = yield* client.ask("@label=3 JOIN #den", /BATCH/)
    assert.match(begun, /^@label=3 :natter BATCH \+1 :labeled-response$/)
    yield* client.until(/^@batch=1 :ann!u@natter JOIN #den$/)
    yield* client.until(/^@batch=1 :natter 366 /)
    yield* client.until(/^:natter BATCH :-1$/)
    yield* client.ask("@label=4 PRIVMSG #den :hey", /^@label=4;msgid=1\/#den :ann!u@natter PRIVMSG #den :hey$/)
    yield* client.ask("@label=5 PRIVMSG #hall :hey", /^@label=5 :natter 404 ann #hall :/)
    yield* client.ask("@label=6 NOTICE #hall :hey", /^@label=6 :natter FAIL NOTICE CANNOT_SEND #hall :/)
    yield* client.ask("@label=7 REDACT #den 1/#den", /^@label=7/)
  }),
)

live("acknowledges what has no echo, and tells it to other sessions of one's own", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const one = yield* member(server, "ann", ["labeled-response", "batch", "message-tags"])
    const other = yield* member(server, "ann")
    for (const client of [one, other]) yield* client.ask("JOIN #den", / 366 /)
    yield* one.ask("@label=1 PRIVMSG #den :hey", /^@label=1 :natter ACK$/)
    yield* other.until(/^:ann!u@natter PRIVMSG #den :hey$/)
    yield* one.send("PRIVMSG ann :note to self")
    yield* other.until(/^:ann!u@natter PRIVMSG ann :note to self$/)
    yield* one.ask("PART #den :off", /^:ann!u@natter PART #den :off$/)
    assert.notInclude(one.log.join("\n"), "hey")
  }),
)

live("shows what administrators do in a channel", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ben = yield* user2(server, "ben")
    yield* ben.ask({ type: "Join", channel: "den" }, "Joined")
    const ann = yield* member(server, "ann", ["draft/channel-rename"])
    const cat = yield* member(server, "cat", ["invite-notify", "account-notify", "extended-monitor"])
    for (const client of [ann, cat]) yield* client.ask("JOIN #den", / 366 /)
    yield* ben.ask({ type: "Invite", channel: "den", username: "ann" }, "Ok")
    yield* cat.until(/^:ben!u@natter INVITE ann #den$/)
    assert.strictEqual(yield* cat.next, ":ben!u@natter MODE #den -o+v ann ann")
    yield* ann.until(/^:ben!u@natter INVITE ann :#den$/)
    yield* ann.ask("TOPIC #den :mine", /^:ann!u@natter TOPIC #den :mine$| 482 /)
    yield* ben.ask({ type: "SetRole", channel: "den", username: "ann", role: "moderator" }, "Ok")
    yield* cat.until(/^:ben!u@natter MODE #den \+o-v ann ann$/)
    yield* ann.ask("MODE #den +q cat!*@*", /^:ann!u@natter MODE #den \+q cat!\*@\*$/)
    yield* cat.ask("PRIVMSG #den :may I?", /^:natter 404 cat #den :You are muted/)
    yield* ann.ask("MODE #den q", / 728 ann #den q cat!\*@\* ann /)
    yield* ann.ask("MODE #den -q cat", / MODE #den -q cat$/)
    yield* ben.ask({ type: "Configure", channel: "den", access: "readonly" }, "Ok")
    yield* cat.until(/^:ben!u@natter MODE #den \+m-i$/)
    yield* ann.ask("MODE #den", / 324 ann #den :\+nm$/)
    yield* ben.ask({ type: "RenameChannel", channel: "den", name: "hall" }, "Ok")
    yield* ann.until(/^:ben!u@natter RENAME #den #hall :/)
    yield* cat.until(/^:cat!u@natter PART #den :The channel is called #hall now$/)
    yield* cat.until(/^:cat!u@natter JOIN #hall$/)
    yield* ann.ask("INVITE cat #hall", / 341 ann cat :#hall$/)
    yield* cat.until(/^:ann!u@natter INVITE cat :#hall$/)
    yield* ben.ask({ type: "Configure", channel: "hall", access: "private" }, "Ok")
    yield* cat.until(/^:ben!u@natter MODE #hall \+i-m$/)
    yield* ben.ask({ type: "SetRole", channel: "hall", username: "cat" }, "Ok")
    yield* cat.until(/^:natter KICK #hall cat :You may not stay here$/)
  }),
)

const counting = { presence: { grace: Duration.zero, coalesce: Duration.millis(1), countOnlyAbove: 1 } }

live("says of a large channel how many are there", tcp.layer({ hub: counting }), (server) =>
  Effect.gen(function* () {
    const ann = yield* member(server, "ann")
    const ben = yield* member(server, "ben")
    yield* ann.ask("JOIN #den", / 353 ann = #den :@ann$/)
    yield* ben.ask("JOIN #den", / 353 ben = #den :ben$/)
    yield* ben.until(/ NOTICE #den :2 people are here/)
    const cat = yield* member(server, "cat", ["draft/no-implicit-names"])
    yield* cat.send("JOIN #hall")
    assert.deepStrictEqual(yield* cat.settled, [":cat!u@natter JOIN #hall"])
    yield* ben.ask("NAMES #den", / 353 ben = #den :ben$/)
  }),
)

describe("who is there", () => {
  live(
    "is told in the fields that are asked for, and by 301 to who begins to speak to somebody who is away",
    tcp.layer(),
    (server) =>
      Effect.gen(function* () {
        const ben = yield* member(server, "ben")
        yield* ben.ask("JOIN #den", / 366 /)
        yield* ben.ask("AWAY :at lunch", / 306 /)
        const carl = yield* member(server, "carl")
        yield* carl.ask("JOIN #den", / 366 /)
        assert.match(yield* carl.ask("WHO ben %tcnf,42", / 354 /), / 354 carl 42 #den ben :G$/)
        yield* carl.until(/ 315 /)
        assert.match(yield* carl.ask("WHO #den %nr", / 354 /), / 354 carl (ben|carl) :?(ben|carl)$/)
        yield* carl.until(/ 315 /)
        assert.match(yield* carl.ask("WHO ben %na", / 354 /), / 354 carl ben :ben$/)
        yield* carl.until(/ 315 /)
        assert.match(yield* carl.ask("PRIVMSG ben :hungry?", / 301 /), / 301 carl ben :at lunch$/)
        yield* ben.until(/ PRIVMSG ben :hungry\?$/)
      }),
  )
})

live(
  "says nothing in a line that is too long, whatever is long",
  tcp.layer({ hub: { publishing: undefined }, session: { frames: undefined } }),
  (server) =>
    Effect.gen(function* () {
      const capabilities = ["extended-join", "echo-message", "invite-notify", "standard-replies", "draft/chathistory"]
      const [one, other] = ["李".repeat(64), "b".repeat(64)]
      const tcp = yield* user2(server, "tcp")
      yield* tcp.ask({ type: "CreateChannel", channel: one, topic: "茶".repeat(256) }, "Ok")
      yield* tcp.ask({ type: "Join", channel: one }, "Joined")
      const clients = [yield* member(server, one, capabilities), yield* member(server, other, capabilities)]
      for (const client of clients) yield* client.ask(`JOIN #${one}`, / 366 /)
      yield* tcp.ask({ type: "SetTopic", channel: one, topic: "湯".repeat(256) }, "Ok")
      yield* tcp.ask({ type: "SetRole", channel: one, username: one, role: "moderator" }, "Ok")
      yield* tcp.ask({ type: "Kick", channel: one, username: other, reason: "火".repeat(256) }, "Ok")
      for (const client of clients) {
        const long = "y".repeat(470)
        const commands =
          "JOIN PART PRIVMSG NOTICE MODE TOPIC KICK INVITE WHO WHOIS NAMES LIST MONITOR CHATHISTORY AWAY ISON USERHOST REDACT CAP NICK BATCH TAGMSG PING WHOWAS FROB"
        for (const command of commands.split(" ")) {
          yield* client.send(
            ...[long, `#${long}`, `x ${long}`, `REQ :${long}`, `LATEST #${long}`].map((rest) => `${command} ${rest}`),
          )
        }
        yield* client.send("ISON " + `${"x".repeat(30)} `.repeat(14), `TOPIC #${one}`, "LIST", "AWAY")
        yield* client.settled
        const tooLong = client.log.filter((line) => Buffer.byteLength(line.replace(/^@\S+ /, "")) > 510)
        assert.deepStrictEqual(tooLong, [])
        assert.match(client.log.join("\n"), /TOPIC \S+ :湯+\n/)
      }
    }),
)
