import { assert, describe, it } from "@effect/vitest"
import { type Command, commands, parse } from "../../src/terminal/Command.ts"

describe("Command", () => {
  const cases: ReadonlyArray<readonly [string, Command]> = [
    ["hello", { _tag: "Say", text: "hello" }],
    ["//etc/passwd", { _tag: "Say", text: "/etc/passwd" }],
    ["/join ops", { _tag: "Join", channel: "ops" }],
    ["/join #ops", { _tag: "Join", channel: "ops" }],
    ["/J ops", { _tag: "Join", channel: "ops" }],
    ["/leave", { _tag: "Leave", channel: undefined }],
    ["/part #ops", { _tag: "Leave", channel: "ops" }],
    ["/msg bob hello  there", { _tag: "Direct", to: "bob", text: "hello  there" }],
    ["/msg @bob", { _tag: "Direct", to: "bob", text: "" }],
    ["/query bob", { _tag: "Direct", to: "bob", text: "" }],
    ["/users", { _tag: "Users" }],
    ["/names", { _tag: "Users" }],
    ["/status busy in a meeting", { _tag: "Status", status: "busy", text: "in a meeting" }],
    ["/status Away", { _tag: "Status", status: "away", text: undefined }],
    ["/away lunch", { _tag: "Status", status: "away", text: "lunch" }],
    ["/back", { _tag: "Status", status: "online", text: undefined }],
    ["/topic", { _tag: "ShowTopic" }],
    ["/topic all about tea", { _tag: "Topic", topic: "all about tea" }],
    ["/topic -", { _tag: "Topic", topic: "" }],
    ["/list", { _tag: "Channels" }],
    ["/search tea", { _tag: "Search", query: "tea" }],
    ["/reconnect", { _tag: "Reconnect" }],
    ["/help", { _tag: "Help" }],
    ["/?", { _tag: "Help" }],
    ["/quit", { _tag: "Quit" }],
    ["/exit", { _tag: "Quit" }],
  ]
  for (const [draft, command] of cases) it(draft, () => assert.deepStrictEqual(parse(draft), command))

  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    ["/jion ops", /did you mean \/join/],
    ["/qiut", /did you mean \/quit/],
    ["/frobnicate", /no \/frobnicate.*\/help/],
    ["/etc/passwd", /\/\/etc\/passwd/],
    ["/nick bob", /--name/],
    ["/join", /\/join ops/],
    ["/join two words", /cannot be a channel/],
    ["/msg", /\/msg ann/],
    ["/msg #ops hello", /\/join #ops/],
    ["/status asleep", /\/status away/],
    ["/", /two: \/\//],
  ]
  for (const [draft, why] of wrong) {
    it(`${draft} is answered with what to do`, () => {
      const command = parse(draft)
      assert(command._tag === "Wrong")
      assert.match(command.why, why)
    })
  }

  it("gives each name to one command only", () => {
    const names = commands.flatMap(({ names }) => names)
    assert.deepStrictEqual(names.toSorted(), [...new Set(names)].toSorted())
  })
})
