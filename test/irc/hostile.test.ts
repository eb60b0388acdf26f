/** Kinds of bad lines and bad behaviour: each is answered or ended as it should be, nothing stays behind, and nobody else notices. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Dice } from "../../src/testing/Dice.ts"
import type { Settings } from "../../src/testing/TestServer.ts"
import { eventually, live, nobodyLeft, tcp } from "../suites/transportWorld.ts"
import { type IrcClient, member, type Server, stranger } from "./scripted.ts"

interface Kind {
  readonly who: "stranger" | "member"
  readonly send: string | Uint8Array
  /** What comes back, in this order; nothing of these: the session just goes on. */
  readonly answers?: ReadonlyArray<RegExp>
  readonly ends?: true
  readonly settings?: Settings
}

const long = "x".repeat(600)
const base64 = (text: string) => Buffer.from(text).toString("base64")

/** A line, and the numeric that answers it. */
const answered = (who: Kind["who"], send: string | Uint8Array, ...answers: ReadonlyArray<RegExp>): Kind => ({
  who,
  send: typeof send === "string" ? `${send}\r\n` : send,
  answers,
})

const kinds: Readonly<Record<string, Kind>> = {
  "a line that is too long": answered("member", long, / 417 /),
  "a line that is too long, before anything": answered("stranger", `NICK ${long}`, / 417 /),
  "tags that are too long": answered("member", `@x=${"t".repeat(9000)} PING :x`, / 417 /),
  "a line without an end, for ever": {
    who: "member",
    send: "x".repeat(70_000),
    answers: [/^ERROR :Closing link: a line of more than/],
    ends: true,
  },
  "empty lines": answered("member", "\r\n\r\n\n\n"),
  "spaces alone": answered("member", "     ", / 421 \S+ \* /),
  "tags alone": answered("member", "@a=b", / 421 /),
  "a source alone": answered("member", ":ann!u@natter", / 421 /),
  "a command that is none": answered("member", "FROBNICATE x", / 421 ann FROBNICATE /),
  "a command with signs in it": answered("member", "PRIV\u0002MSG ann :x", / 421 /),
  "a command called as a method of objects": answered("member", "CONSTRUCTOR x", / 421 /),
  "a numeric of a server": answered("member", ":natter 001 ann :Welcome", / 421 ann 001 /),
  "a NUL in the middle": answered("member", "PING :a\0b", /PONG natter :ab$/),
  "bytes that are no UTF-8": answered(
    "member",
    Buffer.from("PRIVMSG #den :\xff\xfe\r\n", "latin1"),
    /PRIVMSG.*no UTF-8/,
  ),
  "the source of somebody else": answered("member", ":ben!u@natter PRIVMSG #den :x", / 404 ann #den /),
  "JOIN before coming in": answered("stranger", "JOIN #den", / 451 /),
  "PRIVMSG before coming in": answered("stranger", "PRIVMSG #den :x", / 451 /),
  "NICK without one": answered("stranger", "NICK", / 431 /),
  "NICK with a space in it": answered("stranger", "NICK :a b", / 432 /),
  "NICK of a channel": answered("stranger", "NICK #den", / 432 /),
  "NICK escaped without need": answered("stranger", "NICK ^61nn", / 432 /),
  "another NICK afterwards": answered("member", "NICK ben", / 447 /),
  "USER with too little": answered("stranger", "USER u", / 461 \S+ USER /),
  "USER again": answered("member", "USER u 0 * :x", / 462 /),
  "PASS without one": answered("stranger", "PASS", / 461 /),
  "PASS afterwards": answered("member", "PASS x", / 462 /),
  "CAP without a word": answered("stranger", "CAP", / 410 /),
  "CAP with a word that is none": answered("stranger", "CAP FROB", / 410 /),
  "CAP REQ of what is not known": answered("stranger", "CAP REQ :frob sasl", /CAP \* NAK :frob sasl/),
  "CAP REQ of what is settled": answered("member", "CAP REQ :message-tags", /CAP ann NAK :message-tags/),
  "AUTHENTICATE by what is not known": answered("stranger", "AUTHENTICATE FROB", / 908 /, / 904 /),
  "AUTHENTICATE by a certificate that was not shown": answered("stranger", "AUTHENTICATE EXTERNAL", / 908 /, / 904 /),
  "AUTHENTICATE with what is no base64": answered(
    "stranger",
    "AUTHENTICATE PLAIN\r\nAUTHENTICATE ???",
    /^AUTHENTICATE \+$/,
    / 904 /,
  ),
  "AUTHENTICATE as somebody else": answered(
    "stranger",
    `AUTHENTICATE PLAIN\r\nAUTHENTICATE ${base64("ben\0ann\0secret")}`,
    / 904 /,
  ),
  "AUTHENTICATE without a password": answered(
    "stranger",
    `AUTHENTICATE PLAIN\r\nAUTHENTICATE ${base64("\0ann\0")}`,
    / 904 /,
  ),
  "AUTHENTICATE with more than three parts": answered(
    "stranger",
    `AUTHENTICATE PLAIN\r\nAUTHENTICATE ${base64("\0ann\0a\0b")}`,
    / 904 /,
  ),
  "AUTHENTICATE with a piece that is too long": answered(
    "stranger",
    `AUTHENTICATE PLAIN\r\nAUTHENTICATE ${"A".repeat(404)}`,
    / 905 /,
  ),
  "AUTHENTICATE without end": answered(
    "stranger",
    `AUTHENTICATE PLAIN\r\n${`AUTHENTICATE ${"A".repeat(400)}\r\n`.repeat(9)}`,
    / 905 /,
  ),
  "AUTHENTICATE given up": answered("stranger", "AUTHENTICATE PLAIN\r\nAUTHENTICATE *", / 906 /),
  "AUTHENTICATE afterwards": answered("member", "AUTHENTICATE PLAIN", / 907 /),
  "a password that is wrong": {
    who: "stranger",
    send: "PASS wrong-but-long\r\nNICK taken\r\nUSER u 0 * :x\r\n",
    answers: [/ 464 /, /^ERROR /],
    ends: true,
  },
  "a name without a password, where all have one": {
    who: "stranger",
    send: "NICK eve\r\nUSER u 0 * :x\r\n",
    answers: [/ 464 \S+ :PASS is needed/, /^ERROR /],
    ends: true,
  },
  "the name of an account without a password, where there are guests": {
    ...answered("stranger", "NICK taken\r\nUSER u 0 * :x", / 433 \S+ taken /),
    settings: { accounts: { mode: "guest" } },
  },
  "a nick that is taken": {
    ...answered("stranger", "PASS x\r\nNICK taken\r\nUSER u 0 * :x", / 433 \S+ taken /),
    settings: { accounts: { mode: "guest" } },
  },
  "JOIN without a channel": answered("member", "JOIN", / 461 /),
  "JOIN of what is no channel": answered("member", "JOIN den", / 403 ann den /),
  "JOIN of a direct conversation": answered("member", "JOIN #@ben", / 403 /),
  "JOIN of ten thousand": answered("member", `JOIN ${"#,".repeat(240)}`, / 403 /),
  "JOIN with the code of no invitation": answered("member", "JOIN #den frob", / 475 /),
  "PART of where one is not": answered("member", "PART #den", / 442 /),
  "PRIVMSG to nobody": answered("member", "PRIVMSG", / 411 /),
  "PRIVMSG of nothing": answered("member", "PRIVMSG #den :", / 412 /),
  "PRIVMSG to where one is not": answered("member", "PRIVMSG #den :x", / 404 /),
  "PRIVMSG to who is not there": answered("member", "PRIVMSG nobody :x", / 401 /),
  "PRIVMSG to a mask": answered("member", "PRIVMSG $*.natter :x", / 401 /),
  "PRIVMSG of control characters alone": answered("member", "JOIN #own\r\nPRIVMSG #own :\u0002\u0003\u000f", / 404 /),
  "CTCP for programs": answered("member", "PRIVMSG ann :\u0001DCC SEND x\u0001", / 531 /),
  "TAGMSG with a reaction to nothing": answered(
    "member",
    "JOIN #own\r\n@+draft/react=x;+draft/reply=99/#own TAGMSG #own",
    / 404 /,
  ),
  "TAGMSG without a target": answered("member", "TAGMSG", / 461 /),
  "REDACT of what is not there": answered("member", "REDACT #den 1/#hall", /REDACT/),
  "MODE of somebody else": answered("member", "MODE ben +o", / 502 /),
  "MODE that is none": answered("member", "JOIN #own\r\nMODE #own +Z", / 472 /),
  "MODE +o of nobody": answered("member", "JOIN #own\r\nMODE #own +o nobody", / 401 /),
  "MODE +b of everybody": answered("member", "JOIN #own\r\nMODE #own +b *!*@*", /name one user/),
  "MODE +b of addresses": answered("member", "JOIN #own\r\nMODE #own +b *!*@127.0.0.0/8", / 482 /),
  "TOPIC that shows nothing": answered("member", "JOIN #own\r\nTOPIC #own :\u0002\u200b", /TOPIC.*expected/),
  "KICK of nobody": answered("member", "JOIN #own\r\nKICK #own nobody", / 401 /),
  "INVITE with too little": answered("member", "INVITE ben", / 461 /),
  "WHOIS of nobody": answered("member", "WHOIS nobody", / 401 /, / 318 /),
  "MONITOR of a hundred and one": answered(
    "member",
    `MONITOR + ${Array.from({ length: 101 }, (_, n) => `n${n}`).join(",")}\r\nMONITOR + another`,
    / 734 /,
  ),
  "CHATHISTORY of nothing": answered("member", "CHATHISTORY", /CHATHISTORY/),
  "CHATHISTORY of where one may not read": answered(
    "member",
    "CHATHISTORY LATEST #secret * 10",
    /CHATHISTORY LATEST #secret/,
  ),
  "CHATHISTORY with a moment that is none": answered(
    "member",
    "CHATHISTORY BEFORE #den timestamp=never 10",
    /CHATHISTORY BEFORE/,
  ),
  "CHATHISTORY of minus one": answered("member", "CHATHISTORY LATEST #den * -1", /CHATHISTORY LATEST/),
  "CHATHISTORY called as a method of objects": answered(
    "member",
    "CHATHISTORY constructor #den * 1",
    /no such subcommand/,
  ),
  "a thousand commands that are none": {
    who: "member",
    send: "FROB\r\n".repeat(1000),
    answers: [/ 421 /, /^ERROR :Closing link: Kept sending over the limit/],
    ends: true,
  },
  "more messages than one may say": {
    ...answered("member", `JOIN #own\r\n${"PRIVMSG #own :x\r\n".repeat(12)}`, / 404 ann #own :Too many messages/),
    settings: { hub: { publishing: { burst: 10, perSecond: 1 } } },
  },
  "more commands than one may send": {
    who: "member",
    send: `${"PING :x\r\n".repeat(30)}PRIVMSG ben :x\r\nQUIT\r\n`,
    answers: [/ 263 ann PING :Too many requests/, / 404 ann ben :Too many requests/, /^ERROR :Closing link: Goodbye/],
    ends: true,
    settings: { session: { frames: { burst: 20, perSecond: 1 } } },
  },
  "half a line, for too long": {
    who: "member",
    send: "PRIVMSG #den :",
    answers: [/^ERROR :Closing link: A frame was begun/],
    ends: true,
    settings: { session: { frameTimeout: Duration.millis(50) } },
  },
  "a stranger who never comes in": {
    who: "stranger",
    send: "NICK eve\r\n",
    answers: [/^ERROR :Closing link: Not signed in in time/],
    ends: true,
    settings: { session: { loginTimeout: Duration.millis(50) } },
  },
}

const open = (server: Server, who: Kind["who"], capabilities: ReadonlyArray<string> = []) =>
  who === "stranger" ? stranger(server) : member(server, "ann", capabilities)

const capabilities = [
  "batch",
  "message-tags",
  "labeled-response",
  "draft/multiline",
  "echo-message",
  "standard-replies",
]

const goesOn = (client: IrcClient) => client.ask("PING :still", / PONG \S+ :still$/)

const forgetful = {
  channelIdle: Duration.millis(1),
  presence: { grace: Duration.zero, coalesce: Duration.millis(1), countOnlyAbove: 500 },
}

/** Nobody else noticed, and nothing is left. */
const over = (server: Server, neighbour: IrcClient) =>
  Effect.gen(function* () {
    yield* eventually(
      "they are gone",
      Effect.sync(() => server.limits.open() === 1),
    )
    yield* goesOn(neighbour)
    yield* neighbour.send("QUIT")
    yield* neighbour.until(/ERROR/)
    yield* neighbour.link.abort
    yield* nobodyLeft(server)
    yield* eventually(
      "no channel is left",
      Effect.map(server.hub.stats, ({ channels }) => channels === 0),
    )
  })

describe("hostile, over IRC", () => {
  for (const [name, { answers = [], ends, send, settings = {}, who }] of Object.entries(kinds)) {
    live(name, tcp.layer({ ...settings, hub: { ...forgetful, ...settings.hub } }), (server) =>
      Effect.gen(function* () {
        const neighbour = yield* member(server, "taken")
        yield* Effect.scoped(
          Effect.gen(function* () {
            const client = yield* open(server, who)
            // What begins so is nothing else.
            if (who === "stranger") yield* client.ask("CAP LIST", / CAP \* LIST :/)
            yield* client.raw(send)
            for (const answer of answers) yield* client.until(answer)
            if (ends === true) assert.isUndefined(yield* client.next)
            else yield* goesOn(client)
          }),
        )
        yield* over(server, neighbour)
      }),
    )
  }

  it("knows at least 40 kinds", () => assert.isAtLeast(Object.keys(kinds).length, 40))
})

const words = [
  ..."NICK USER PASS CAP JOIN PART PRIVMSG NOTICE TAGMSG MODE TOPIC KICK INVITE WHO WHOIS NAMES LIST MONITOR CHATHISTORY AUTHENTICATE AWAY PING ISON REDACT BATCH".split(
    " ",
  ),
  ..."#den ann ben :x y * +b -o +q LS REQ LATEST BEFORE +1 -1 draft/multiline @batch=1 @draft/multiline-concat @label=1 @+typing=active : :: , #a,#b 0 \u0001ACTION \r \n \r\n msgid=1/#den timestamp=2026-01-01T00:00:00Z".split(
    " ",
  ),
]

/** Bytes by chance, most of them nearly lines. */
const scrambled = (dice: Dice): Uint8Array => {
  const parts: Array<Uint8Array> = []
  for (let line = dice.below(30); line >= 0; line--) {
    const text = Array.from({ length: dice.below(8) }, () => dice.pick(words)).join(" ")
    parts.push(Buffer.from(text), dice.once(6) ? dice.bytes(dice.below(700)) : Buffer.from(""), Buffer.from("\r\n"))
  }
  return Buffer.concat(parts)
}

describe("a fuzzer", () => {
  const layer = tcp.layer({
    hub: { ...forgetful, publishing: undefined },
    session: { frames: undefined, maxViolations: 10_000 },
  })
  live("finds nothing that stays behind, with 60 seeds", layer, (server) =>
    Effect.gen(function* () {
      const neighbour = yield* member(server, "taken")
      for (let seed = 1; seed <= 60; seed++) {
        const dice = new Dice(seed)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const client = yield* open(server, dice.once(3) ? "stranger" : "member", capabilities)
            yield* client.raw(`CAP LIST\r\n${Buffer.from(scrambled(dice)).toString("latin1")}\r\n`)
            yield* client.raw(scrambled(dice))
            yield* client.send("", "QUIT")
            while ((yield* client.next) !== undefined);
            assert.notInclude(client.log.join("\n"), "The server failed", `seed ${seed}`)
          }),
        )
      }
      yield* over(server, neighbour)
    }),
  )
})
