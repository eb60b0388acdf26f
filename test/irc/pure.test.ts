/** What has no session: lines, names, texts and beginnings. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { Username } from "../../src/domain/Username.ts"
import { begins } from "../../src/irc/begins.ts"
import { fitting, format, maxLine, parse, pieces, tagged } from "../../src/irc/Line.ts"
import { LineReader, tooLong } from "../../src/irc/LineReader.ts"
import { channelOf, messageIdOf, nameOf, nickOf, placeIn, placeOf, targetOf } from "../../src/irc/Names.ts"
import { contentOf, linesOf, rowsOf } from "../../src/irc/Text.ts"
import { Watched } from "../../src/irc/Watched.ts"

const Text = Schema.String.check(Schema.isMaxLength(400))
const Places = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))).check(
  Schema.isMaxLength(8),
)
/** Whole characters: half of one is none in UTF-8. */
const whole = (text: string) => text.toWellFormed()

describe("a name", () => {
  it.prop("has one nick, and that nick no other name", [Username], ([name]) => {
    const nick = nickOf(name)
    assert.strictEqual(nameOf(nick), name)
    assert.notMatch(nick, /[ !*,?@\0\r\n]|^[#$%&+:~]/)
  })

  it.prop("is of no nick that is written in another way", [Text], ([text]) => {
    const name = nameOf(text)
    if (name !== undefined) assert.strictEqual(nickOf(name), text)
  })

  const names = {
    "Ann Smith": "Ann^_Smith",
    "a^b": "a^5eb",
    "#boss": "^23boss",
    "+1": "^2b1",
    "w@work!": "w^40work^21",
    "Zoë 李": "Zoë^_李",
  }
  for (const [name, nick] of Object.entries(names)) {
    it(`${name} is ${nick}`, () => assert.strictEqual(nickOf(name), nick))
  }

  it("is nobody's where it is escaped without need, or cannot be a name", () => {
    for (const nick of ["^61nn", "a^2", "^5E", "", "a".repeat(65), "a b"]) assert.isUndefined(nameOf(nick), nick)
  })

  it.prop("of a channel comes back", [ChannelName], ([channel]) => {
    assert.strictEqual(placeOf(targetOf(channel)), channel)
    assert.strictEqual(placeIn(channel, messageIdOf(channel, 17)), 17)
    assert.isUndefined(placeIn(ChannelName.make("another"), messageIdOf(channel, 17)))
  })

  it("is no channel without its sign, or with that of a direct conversation behind it", () => {
    for (const target of ["den", "#", "##den", "#@ann", "#a b", "&den", `#${"a".repeat(65)}`]) {
      assert.isUndefined(channelOf(target), target)
    }
  })
})

describe("a line", () => {
  it("has tags, a command and parameters", () =>
    assert.deepStrictEqual(parse("@label=a\\sb\\:;+x;+x=2 :who privmsg  #den :hello  there: you"), {
      tags: new Map([
        ["label", "a b;"],
        ["+x", "2"],
      ]),
      command: "PRIVMSG",
      params: ["#den", "hello  there: you"],
    }))

  it("is none without a command", () => {
    for (const text of ["", " ", "@a", "@a ", ":who", "@a=b :who ", "+", "PRIV/MSG x", "12", "é"]) {
      assert.isUndefined(parse(text), JSON.stringify(text))
    }
  })

  it.prop("is read without a fault, whatever it is, and what is formatted of it is one line", [Text], ([text]) => {
    const line = parse(text)
    if (line === undefined) return
    const written = tagged({ label: text }, format("server", line.command, ...line.params))
    assert.notMatch(written, /[\r\n\0]/)
    const again = parse(written)!
    assert.strictEqual(again.command, line.command)
    assert.strictEqual(again.params.at(-1), line.params.at(-1)?.replace(/[\0\r\n]/g, " "))
    assert.strictEqual(again.tags.get("label"), text.replaceAll("\0", ""))
  })

  it.prop("that is too long is cut between characters, and nothing is lost", [Text], ([text]) => {
    const given = whole(text)
    const found = pieces(given, 40)
    assert.strictEqual(found.join(""), given)
    for (const piece of found) assert.isAtMost(Buffer.byteLength(piece), 40)
    assert.isAtMost(Buffer.byteLength(fitting(given, 40)), 40)
  })
})

describe("a reader of lines", () => {
  const read = (text: string | Uint8Array, places: ReadonlyArray<number> = []) => {
    const bytes = Buffer.from(text as string)
    const cuts = [...new Set(places.map((place) => place % (bytes.byteLength + 1)))].toSorted((a, b) => a - b)
    const reader = new LineReader(65_536)
    const bodies: Array<Uint8Array> = []
    let error
    for (const [at, from] of [0, ...cuts].entries()) {
      error ??= reader.push(bytes.subarray(from, cuts[at] ?? bytes.byteLength), bodies)
    }
    return { error, reader, lines: bodies.map((body) => (body === tooLong ? undefined : Buffer.from(body).toString())) }
  }

  it.prop("finds the same lines, however the bytes are split", [Schema.Array(Text), Places], ([texts, places]) => {
    const all = texts.map((text) => whole(text)).join("\r\n")
    assert.deepStrictEqual(read(all, places).lines, read(all).lines)
  })

  it("ends a line with any of what ends one, and knows no empty ones", () => {
    const { lines, reader } = read("\r\n\nA\nB\r\n\r\r\nC\r\r\nD")
    assert.deepStrictEqual(lines, ["A", "B", "C"])
    assert.isTrue(reader.partial)
    assert.isUndefined(reader.end())
  })

  it("passes over what is too long, and keeps no more of it than of another", () => {
    const fits = "x".repeat(maxLine - 2)
    const tags = `@${"t".repeat(8189)} `
    for (const places of [[], [3, 600, 700, 9000]]) {
      assert.deepStrictEqual(read(`${fits}\r\n${fits}x\r\nA\r\n`, places).lines, [fits, undefined, "A"])
      assert.deepStrictEqual(read(`${tags}${fits}\r\n@t${tags.slice(1)}B\r\nA\n`, places).lines, [
        tags + fits,
        undefined,
        "A",
      ])
      assert.deepStrictEqual(read(`@x ${fits}x\r\nA\n`, places).lines, [undefined, "A"])
    }
    const { reader } = read("x".repeat(60_000))
    assert.isAtMost(reader.buffered, 8191 + 512)
  })

  it("ends where a line never ends", () => {
    const { error } = read("x".repeat(70_000))
    assert.strictEqual(error?.kind, "FrameTooLarge")
  })
})

describe("a beginning", () => {
  const told = {
    "CAP LS 302": "Yes",
    "NICK ann": "Yes",
    "user ann": "Yes",
    "PASS x": "Yes",
    C: "More",
    CA: "More",
    PA: "More",
    PASS: "More",
    NICK: "More",
    "": "More",
    "GET / HTTP/1.1": "No",
    "PUT /": "No",
    "PATCH /": "No",
    "POST /": "No",
    CON: "No",
    "PRI * HTTP/2.0": "No",
    "\0\0\0\u0010": "No",
    NICKNAME: "No",
    "\u0010\u0010": "No",
  } as const
  for (const [bytes, expected] of Object.entries(told)) {
    it(`${JSON.stringify(bytes)}: ${expected}`, () => assert.strictEqual(begins(Buffer.from(bytes)), expected))
  }
})

describe("a text", () => {
  it.prop("never ends the line, nor is it a command to the client", [Text], ([text]) => {
    for (const line of linesOf(whole(text), 100)) {
      assert.notMatch(line, /[\0\r\n]/)
      assert.isAtMost(Buffer.byteLength(line), 100)
      // eslint-disable-next-line no-control-regex
      if (line.includes("\u0001")) assert.match(line, /^\u0001ACTION [^\u0001]*\u0001$/)
    }
  })

  it.prop("is the same again from its rows", [Text], ([text]) => {
    const content = whole(text)
    const rows = rowsOf(content, 100)
    for (const { text } of rows) assert.isAtMost(Buffer.byteLength(text), 100)
    const again = rows.map(({ goesOn, text }, at) => (at === 0 || goesOn ? text : `\n${text}`)).join("")
    const clean = content
      .split(/\r\n|[\r\n\u2028\u2029]/)
      // eslint-disable-next-line no-control-regex
      .map((line) => line.replace(/[\0-\x08\x0b-\x1f\x7f]/g, ""))
    if (rows.length <= 200) assert.strictEqual(again, clean.join("\n"))
  })

  it("comes in as everybody reads it", () => {
    assert.strictEqual(contentOf("\u0002bold\u0002 \u000304,12red\u0003 plain"), "bold red plain")
    assert.strictEqual(contentOf("\u0001ACTION waves\u0001"), "/me waves")
    assert.strictEqual(contentOf("\u0001ACTION waves"), "/me waves")
    for (const text of ["\u0001VERSION\u0001", "\u0001ACTION\u0001", "\u0001ACTION \u0001", "\u0001DCC SEND x\u0001"]) {
      assert.isUndefined(contentOf(text), JSON.stringify(text))
    }
  })

  it("goes out in lines, as an action where it is one, and not without end", () => {
    assert.deepStrictEqual(linesOf("one\r\n\ntwo\u0001DCC\u0001", 100), ["one", "twoDCC"])
    assert.deepStrictEqual(linesOf("/me waves\nand goes", 100), [
      "\u0001ACTION waves\u0001",
      "\u0001ACTION and goes\u0001",
    ])
    const many = linesOf("x\n".repeat(1000), 100)
    assert.lengthOf(many, 41)
    assert.strictEqual(many.at(-1), "… (960 more lines)")
  })
})

it("whoever is watched is there as long as in any channel", () => {
  const [den, hall] = [ChannelName.make("den"), ChannelName.make("hall")]
  const watched = new Watched()
  assert.isFalse(watched.came("ben", den))
  assert.isTrue(watched.add("Ben", []))
  assert.deepStrictEqual(
    [watched.came("ben", den), watched.came("ben", hall), watched.isThere("BEN")],
    [true, false, true],
  )
  assert.deepStrictEqual(
    [watched.went("ben", den), watched.went("ben", hall), watched.isThere("ben")],
    [false, true, false],
  )
  watched.came("ben", den)
  assert.deepStrictEqual(watched.left(den), ["Ben"])
})
