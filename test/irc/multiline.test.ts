/** A message of several lines, in both directions: as one to who knows how to put it together, as lines to others. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { live, tcp, user2 } from "../suites/transportWorld.ts"
import { type IrcClient, member } from "./scripted.ts"

const capabilities = [
  "draft/multiline",
  "batch",
  "message-tags",
  "echo-message",
  "labeled-response",
  "standard-replies",
]

/** Says a message line by line. */
const batch = (target: string, lines: ReadonlyArray<string>, tags = "") => [
  `${tags}BATCH +1 draft/multiline ${target}`,
  ...lines.map((line) => (line.startsWith("@") ? line.replace("@", "@batch=1;") : `@batch=1 ${line}`)),
  "BATCH -1",
]
const said = (text: string) => `PRIVMSG #den :${text}`

/** The lines of the next message that comes as one. */
const whole = (client: IrcClient) =>
  Effect.gen(function* () {
    const lines = [yield* client.until(/ BATCH \+ml draft\/multiline /)]
    while (!lines.at(-1)!.endsWith("BATCH -ml")) lines.push(yield* client.until(/ml/))
    return lines
  })

live("is one message for everybody, and comes as it was said to who knows that", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ann = yield* member(server, "ann", capabilities)
    assert.match(ann.log.join("\n"), / draft\/multiline=max-bytes=16000,max-lines=100 /)
    const [ben, cat] = [yield* member(server, "ben", capabilities), yield* member(server, "cat", ["message-tags"])]
    const dan = yield* user2(server, "dan")
    for (const client of [ann, ben, cat]) yield* client.ask("JOIN #den", / 366 /)
    yield* dan.ask({ type: "Join", channel: "den" }, "Joined")
    yield* ann.ask(said("first"), /:first$/)
    const lines = [said("hello"), said(""), said("how is "), `@draft/multiline-concat ${said("everyone?")}`]
    yield* ann.send(...batch("#den", lines, "@label=7;+draft/reply=1/#den "))
    const rows = [
      "@batch=ml :ann!u@natter PRIVMSG #den :hello",
      "@batch=ml :ann!u@natter PRIVMSG #den :",
      "@batch=ml :ann!u@natter PRIVMSG #den :how is everyone?",
      ":natter BATCH -ml",
    ]
    const answer = "+draft/reply=1/#den;+reply=1/#den :ann!u@natter"
    const begun = `msgid=2/#den;${answer} BATCH +ml draft/multiline #den`
    assert.deepStrictEqual(yield* whole(ann), [`@label=7;${begun}`, ...rows])
    assert.deepStrictEqual(yield* whole(ben), [`@${begun}`, ...rows])
    yield* cat.until(/:first$/)
    assert.strictEqual(yield* cat.next, `@msgid=2/#den;${answer} PRIVMSG #den :hello`)
    assert.strictEqual(yield* cat.next, ":ann!u@natter PRIVMSG #den :how is everyone?")
    yield* dan.until("Message")
    const heard = yield* dan.until("Message")
    assert.deepStrictEqual([heard.content, heard.reply_to], ["hello\n\nhow is everyone?", 1])

    // What has no room in a line goes on in the next, without a break.
    const long = "word ".repeat(100)
    yield* dan.ask({ type: "Publish", channel: "den", id: "1", content: `${long}\nend` }, "Published")
    const pieces = (yield* whole(ben)).slice(1, -1)
    assert.lengthOf(pieces, 3)
    assert.match(pieces[1]!, /^@batch=ml;draft\/multiline-concat :dan!u@natter PRIVMSG #den :/)
    assert.strictEqual(
      pieces
        .slice(0, 2)
        .map((line) => line.replace(/^.* PRIVMSG \S+ :/, ""))
        .join(""),
      long,
    )
    assert.strictEqual(pieces[2], "@batch=ml :dan!u@natter PRIVMSG #den :end")

    // To a person, who answers; and from the history, in a batch of that.
    yield* ben.send(...batch("ann", [`PRIVMSG ann :one`, `PRIVMSG ann :two`]))
    yield* ann.until(/ BATCH \+ml draft\/multiline ann$/)
    yield* ann.ask("CAP REQ :draft/chathistory", / ACK /)
    yield* ann.send("CHATHISTORY LATEST #den * 1")
    const outer = /BATCH \+(\w+) chathistory/.exec(yield* ann.until(/ chathistory /))![1]!
    const first = yield* ann.next
    assert.strictEqual(first, `@batch=${outer};msgid=3/#den :dan!u@natter BATCH +ml draft/multiline #den`)
    yield* ann.until(new RegExp(`^@batch=${outer} :natter BATCH -ml$`))
    assert.strictEqual(yield* ann.next, `:natter BATCH :-${outer}`)
  }),
)

const kinds: Readonly<Record<string, readonly [lines: ReadonlyArray<string>, answer: RegExp]>> = {
  "more lines than it may have": [
    batch(
      "#den",
      Array.from({ length: 101 }, () => said("x")),
    ),
    /FAIL BATCH MULTILINE_MAX_LINES 100 :/,
  ],
  "more bytes than it may have": [
    batch(
      "#den",
      Array.from({ length: 41 }, () => said("x".repeat(400))),
    ),
    /FAIL BATCH MULTILINE_MAX_BYTES 16000 :/,
  ],
  "a line to another place": [
    batch("#den", [said("x"), "PRIVMSG #hall :y"]),
    /FAIL BATCH MULTILINE_INVALID_TARGET #den #hall :/,
  ],
  "notices among what is no notice": [batch("#den", [said("x"), "NOTICE #den :y"]), /FAIL BATCH MULTILINE_INVALID :/],
  "another command": [batch("#den", [said("x"), "TOPIC #den :y"]), /FAIL BATCH MULTILINE_INVALID :/],
  "a batch in it": [batch("#den", ["BATCH +2 draft/multiline #den"]), /FAIL BATCH MULTILINE_INVALID :/],
  "an empty line that goes on": [
    batch("#den", [said("x"), `@draft/multiline-concat ${said("")}`]),
    /FAIL BATCH MULTILINE_INVALID :/,
  ],
  "a first line that goes on": [
    batch("#den", [`@draft/multiline-concat ${said("x")}`]),
    /FAIL BATCH MULTILINE_INVALID :/,
  ],
  nothing: [batch("#den", []), /FAIL BATCH MULTILINE_INVALID :/],
  "empty lines alone": [batch("#den", [said(""), said(" ")]), /FAIL BATCH MULTILINE_INVALID :/],
  "a line that is too long": [batch("#den", [said("x"), said("y".repeat(600))]), /FAIL BATCH MULTILINE_INVALID :/],
  "a line that is no UTF-8": [batch("#den", [said("x"), said("\u{10fffe}")]), /FAIL BATCH MULTILINE_INVALID :/],
  "the end of none": [["BATCH -1"], /FAIL BATCH MULTILINE_INVALID :/],
  "a line of none": [[`@batch=1 ${said("x")}`], /FAIL BATCH MULTILINE_INVALID :/],
  "another before it is ended": [
    ["BATCH +1 draft/multiline #den", ...batch("#den", [said("y")]), said("over")],
    /FAIL BATCH MULTILINE_INVALID :/,
  ],
  "a kind that is none": [["BATCH +1 example.com/frob #den", "BATCH -1"], /FAIL BATCH MULTILINE_INVALID :/],
  "no kind": [["BATCH", "BATCH +", "BATCH + draft/multiline #den"], /FAIL BATCH MULTILINE_INVALID :/],
  "a place that there cannot be": [batch("#a,b", ["PRIVMSG #a,b :x"]), / 403 ann #a,b :/],
  "where one is not": [batch("#hall", ["PRIVMSG #hall :x"]), / 404 ann #hall :/],
  "a message that is not there": [batch("#den", [said("x")], "@+reply=99/#den "), / 404 ann #den :/],
}

live("refuses all of it, and goes on", tcp.layer({ hub: { publishing: undefined } }), (server) =>
  Effect.gen(function* () {
    const ben = yield* member(server, "ben")
    yield* ben.ask("JOIN #den", / 366 /)
    for (const [kind, [lines, answer]] of Object.entries(kinds)) {
      const ann = yield* member(server, "ann", capabilities)
      yield* ann.ask("JOIN #den", / 366 /)
      const bytes = lines.map((line) => `${line}\r\n`).join("")
      yield* ann.raw(Buffer.from(bytes.replace("\u{10fffe}", "\xff"), "latin1"))
      yield* ann.until(answer)
      yield* ann.settled
      const answers = ann.log.slice(ann.log.findIndex((line) => / 366 /.test(line)))
      if (kind !== "another before it is ended") assert.notMatch(answers.join("\n"), /!u@natter PRIVMSG/, kind)
      yield* ann.ask(said(`after ${kind}`), /PRIVMSG #den :after/)
      yield* ann.send("QUIT")
      while ((yield* ann.next) !== undefined);
    }
    // Nobody heard a part of any of them.
    yield* ben.settled
    const heard = ben.log
      .filter((line) => line.includes("!u@natter PRIVMSG"))
      .map((line) => line.replace(/^.* PRIVMSG \S+ :/, ""))
    assert.deepStrictEqual(
      heard,
      Object.keys(kinds).flatMap((kind) => [
        ...(kind.startsWith("another before") ? ["y", "over"] : []),
        `after ${kind}`,
      ]),
    )
  }),
)
