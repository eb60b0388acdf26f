import { assert, describe, it } from "@effect/vitest"
import type { Command } from "../../src/terminal/Command.ts"
import { commands, parse } from "../../src/terminal/Commands.ts"

describe("Commands", () => {
  const cases: ReadonlyArray<readonly [string, Command]> = [
    ["hello", { _tag: "Say", text: "hello" }],
    ["//etc/passwd", { _tag: "Say", text: "/etc/passwd" }],
    ["/join ops", { _tag: "Join", channels: ["ops"] }],
    ["/join #ops", { _tag: "Join", channels: ["ops"] }],
    ["/J ops", { _tag: "Join", channels: ["ops"] }],
    ["/join books games", { _tag: "Join", channels: ["books", "games"] }],
    ["/join kitchen,garden #attic, kitchen", { _tag: "Join", channels: ["kitchen", "garden", "attic"] }],
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
    ["/search tea", { _tag: "Search", words: "tea" }],
    ['/search tea "at four" from:bob', { _tag: "Search", words: 'tea "at four" from:bob' }],
    ["/search", { _tag: "Find", query: "" }],
    ["/find tea", { _tag: "Find", query: "tea" }],
    ["/edit I mean tea", { _tag: "Edit", text: "I mean tea" }],
    ["/edit", { _tag: "Edit", text: undefined }],
    ["/delete", { _tag: "Delete", from: undefined }],
    ["/delete @bob", { _tag: "Delete", from: "bob" }],
    ["/react :+1:", { _tag: "React", reaction: "👍", from: undefined }],
    ["/react 🎉 x y", { _tag: "React", reaction: "🎉", from: "x y" }],
    ["/react thumbsup bob", { _tag: "React", reaction: "👍", from: "bob" }],
    ["+:thumbsup:", { _tag: "React", reaction: "👍", from: undefined }],
    ["+🎉", { _tag: "React", reaction: "🎉", from: undefined }],
    ["+1", { _tag: "Say", text: "+1" }],
    ["+🎉 and cake", { _tag: "Say", text: "+🎉 and cake" }],
    ["s/tpyo/typo/", { _tag: "Correct", old: "tpyo", new: "typo", everywhere: false }],
    ["s/a\\/b/c d/g", { _tag: "Correct", old: "a/b", new: "c d", everywhere: true }],
    [" s/a/b/", { _tag: "Say", text: " s/a/b/" }],
    ["s/he/they", { _tag: "Say", text: "s/he/they" }],
    ["s/a/b/\nand more", { _tag: "Say", text: "s/a/b/\nand more" }],
    ["/info", { _tag: "Info" }],
    ["/create #ops", { _tag: "Create", channel: "ops", access: undefined, topic: undefined }],
    ["/create ops private all down", { _tag: "Create", channel: "ops", access: "private", topic: "all down" }],
    ["/private", { _tag: "Configure", settings: { access: "private" } }],
    ["/archive", { _tag: "Configure", settings: { archived: true } }],
    ["/slow 90s", { _tag: "Configure", settings: { slowMode: 90_000 } }],
    ["/slow 2m", { _tag: "Configure", settings: { slowMode: 120_000 } }],
    ["/slow off", { _tag: "Configure", settings: { slowMode: 0 } }],
    ["/me waves", { _tag: "Say", text: "/me waves" }],
    ["/Me  waves at `bob`", { _tag: "Say", text: "/me waves at `bob`" }],
    ["/rename #tea", { _tag: "Rename", name: "tea" }],
    ["/kick @eve spam", { _tag: "Person", what: "kick", to: "eve", text: "spam" }],
    ["/block", { _tag: "Person", what: "block", to: "", text: "" }],
    ["/blocked", { _tag: "Blocked" }],
    ["/reconnect", { _tag: "Reconnect" }],
    ["/help", { _tag: "Help" }],
    ["/?", { _tag: "Help" }],
    ["/help /dm", { _tag: "Explain", text: "/msg NAME [TEXT]  talk to somebody alone (also /dm, /query, /w, /tell)" }],
    ["/help quit", { _tag: "Explain", text: "/quit  leave; Ctrl+C twice does the same (also /exit, /q, /bye)" }],
    ["/quit", { _tag: "Quit" }],
    ["/exit", { _tag: "Quit" }],
  ]
  for (const [draft, command] of cases) it(draft, () => assert.deepStrictEqual(parse(draft), command))

  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    ["/jion ops", /did you mean \/join/],
    ["/qiut", /did you mean \/quit/],
    ["/mgs ann hello", /did you mean \/msg/],
    ["/qeury ann", /did you mean \/query/],
    ["/help mgs", /did you mean \/msg/],
    ["/frobnicate", /no \/frobnicate.*\/help/],
    ["/etc/passwd", /\/\/etc\/passwd/],
    ["/nick bob", /--name/],
    ["/me", /\/me waves/],
    ["/join", /\/join ops/],
    ["/join , ,", /\/join ops/],
    ["/join ops, a/b", /"a\/b" cannot be a channel/],
    ["/msg", /\/msg ann/],
    ["/msg #ops hello", /\/join #ops/],
    ["/status asleep", /\/status away/],
    ["/react", /\/react :\+1:/],
    ["/react :nothing:", /:nothing: is no emoji/],
    ["/react lgtm", /lgtm is no emoji/],
    ["+:nothing:", /no :nothing:.*a blank before/],
    ["/create", /\/create ops/],
    [`/topic ${"x".repeat(440)}`, /at most 256 characters, and this has 440/],
    [`/away ${"x".repeat(440)}`, /at most 128 characters, and this has 440/],
    ["/topic a\u200b\u202eb", /nothing that nobody sees/],
    ["/slow fast", /\/slow 10/],
    ["/kick", /\/kick eve/],
    ["/rename two words", /\/rename ops/],
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
