/** What somebody wants of the client: the file, `/set`, and what comes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { settingsFile } from "../../src/cli/talk/settingsFile.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { defaults, parse } from "../../src/terminal/Settings.ts"
import { makeFolder } from "../cli/NatterProcess.ts"
import { event, World } from "./world.ts"

const here = "127.0.0.1:8080"

describe("the file of settings", () => {
  it("says of each part that is wrong where it is, and takes the others", () => {
    const text = `{
  "times": "all",
  "thems": "dark",
  "joins": "off",
  "highlight": ["deploy", " x"],
  "keys": { "ctrl+g": "switch", "ctrl+c": "none" },
  "servers": {
    "chat.example.org": {
      "autojoin": ["ops"],
      "notify": {
        "ops": "none",
        "lobby": "loud"
      }
    }
  }
}`
    const { problems, settings } = parse(text)
    assert.deepStrictEqual(settings, { ...defaults, times: "all" })
    assert.deepStrictEqual(problems, [
      'line 3: there is no setting "thems"; there are theme, times, joins, sides, dnd, emoji, notify, highlight, keys, servers',
      "line 4: joins: expected boolean",
      "line 5: highlight.1: expected a word of 1 to 64 characters, without spaces at its ends",
      "line 6: keys.ctrl+c: expected a key with ctrl, alt or shift, as in ctrl+g or alt+up; ctrl+c and ctrl+z stay what they are",
      'line 12: servers.chat.example.org.notify.lobby: expected "all" | "mentions" | "none"',
    ])
  })

  it("says where it is no JSON, and that it is too long or something else", () => {
    for (const [text, problem] of [
      ['{\n  "times": all\n}', /^line 2: no JSON: expected a text in "quotes", .*, but there is all$/],
      ["{", /^line 1: no JSON: expected a name in "quotes", but it ends$/],
      ['{\n"joins": true\n"sides": true }', /^line 3: no JSON: expected , or \}, but there is "sides":$/],
      ['{\n"joins": true,\n}', /^line 3: no JSON: expected a name in "quotes", but there is \}$/],
      ['{ "dnd": true,\n\n"dnd": false }', /^line 3: no JSON: expected "dnd" once/],
      ['{ "dnd": true } // mine', /^line 1: no JSON: expected nothing more, but there is \/\/$/],
      ["[".repeat(50_000), /^line 1: no JSON: expected less that is nested/],
      ['{ "highlight": ["a", "b\n"] }', /^line 1: no JSON: expected a text in "quotes"/],
      ["[]", /^it is no JSON object/],
      ["null", /^it is no JSON object/],
      [`"${"x".repeat(70_000)}"`, /^it is longer than 65536 characters$/],
    ] as const) {
      const { problems, settings } = parse(text)
      assert.deepStrictEqual(settings, defaults)
      assert.lengthOf(problems, 1)
      assert.match(problems[0]!, problem)
    }
    for (const text of ["", "  \n", "{}"]) assert.deepStrictEqual(parse(text), { settings: defaults, problems: [] })
  })

  it.effect("is changed in one place, and left alone where it is broken", () =>
    Effect.gen(function* () {
      const folder = makeFolder()
      const file = path.join(folder, "natter", "chat.json")
      const read = settingsFile({ XDG_CONFIG_HOME: folder, HOME: "/nowhere" })
      const keep = (name: string, value: string | undefined) =>
        Effect.flatMap(read, ({ keep }) => keep({ path: ["servers", here, "notify", name], value }))
      const { keep: keepBoth } = yield* read
      const both = (["ops", "lobby"] as const).map((name) =>
        keepBoth({ path: ["servers", here, "notify", name], value: name === "ops" ? "none" : "all" }),
      )
      yield* Effect.all(both, { concurrency: "unbounded" })
      assert.deepStrictEqual(JSON.parse(fs.readFileSync(file, "utf8")), {
        servers: { [here]: { notify: { ops: "none", lobby: "all" } } },
      })
      assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
      // What is wrong in it, or of another version, stays there.
      fs.writeFileSync(file, JSON.stringify({ later: 1, ...JSON.parse(fs.readFileSync(file, "utf8")) }))
      yield* keep("lobby", undefined)
      yield* keep("ops", undefined)
      assert.deepStrictEqual(JSON.parse(fs.readFileSync(file, "utf8")), { later: 1 })
      assert.match((yield* read).trouble.join("\n"), /chat\.json: line 2: there is no setting "later"/)
      fs.writeFileSync(file, "{ broken")
      assert.match((yield* Effect.flip(keep("ops", "all"))).message, /chat\.json is broken: mend it, or remove it$/)
      assert.strictEqual(fs.readFileSync(file, "utf8"), "{ broken")
      assert.match((yield* read).trouble.join("\n"), /chat\.json: line 1: no JSON/)
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ["chat.json"])
      assert.match(
        (yield* Effect.flip((yield* settingsFile({})).keep({ path: ["dnd"], value: true }))).message,
        /set HOME/,
      )
    }),
  )
})

const notified = (world: World) => world.intents().filter(({ _tag }) => _tag === "Notify").length

describe("/set, /notify and /dnd", () => {
  it("lists what is set, changes it and has it kept, and says what is wrong", () => {
    const world = new World({ columns: 110, rows: 40 }).joins("lobby")
    world.enter("/set")
    const listed = world.screen().join("\n")
    for (const name of ["theme = auto", "joins = on", "autojoin = -", "highlight = -"]) assert.include(listed, name)
    world.intents()
    for (const [draft, path, value] of [
      ["/set times all", ["times"], "all"],
      ["/set joins off", ["joins"], false],
      ["/set highlight deploy, on call", ["highlight"], ["deploy", "on call"]],
      ["/set highlight -", ["highlight"], []],
      ["/set times default", ["times"], undefined],
      ["/set keys ctrl+g switch", ["keys", "ctrl+g"], "switch"],
      ["/set keys ctrl+g default", ["keys", "ctrl+g"], undefined],
      ["/set autojoin #ops lobby", ["servers", here, "autojoin"], ["ops", "lobby"]],
      ["/set autojoin now", ["servers", here, "autojoin"], ["lobby"]],
      ["/set autojoin -", ["servers", here, "autojoin"], undefined],
      ["/notify none", ["servers", here, "notify", "lobby"], "none"],
      ["/notify default", ["servers", here, "notify", "lobby"], undefined],
      ["/dnd", ["dnd"], true],
      ["/dnd", ["dnd"], false],
      ["/dnd on", ["dnd"], true],
      ["/set emoji off", ["emoji"], false],
    ] as const) {
      world.enter(draft)
      assert.deepStrictEqual(world.intents(), [{ _tag: "KeepSetting", change: { path, value } }] as never, draft)
    }
    for (const [draft, why] of [
      ["/set tims all", "There is no setting tims; /set lists those there are."],
      ["/set times often", 'times: expected "group" | "all" | "none"'],
      ["/set joins perhaps", "Say /set joins on, or off."],
      ["/set keys ctrl+c none", "What a key can do: switch,"],
      ["/set autojoin a b/c", "servers.127.0.0.1:8080.autojoin.1: "],
      ["/notify loud", "Say one of: /notify all"],
    ] as const) {
      const before = world.model.settings
      world.enter(draft)
      assert.deepStrictEqual([world.intents(), world.model.settings], [[], before])
      assert.include(world.screen().join("\n"), why)
    }
  })

  it("are completed by Tab", () => {
    for (const [draft, completed] of [
      ["/set ti", "/set times "],
      ["/set aut", "/set autojoin "],
      ["/set times n", "/set times none "],
      ["/set joins o", "/set joins on "],
      ["/set keys ctrl+g sw", "/set keys ctrl+g switch "],
      ["/notify m", "/notify mentions "],
      ["/dnd o", "/dnd on "],
    ] as const) {
      assert.strictEqual(new World().joins("lobby").type(draft).press("tab").model.editor.text, completed)
    }
  })

  it("decide of what one is told: by level, by words, and by nothing while one is not to be disturbed", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby", "bob").joins("ops", "bob")
    const says = (content: string) => {
      world.after(2000).intents()
      return notified(world.says("bob", content, "ops"))
    }
    assert.deepStrictEqual([says("hello"), says("ann: hello")], [0, 1])
    world.enter("/set highlight deploy")
    assert.deepStrictEqual([says("The DEPLOY is done"), says("redeployed")], [1, 0])
    assert.strictEqual(world.conversation("ops").mentions, 2)
    world.enter("/set notify all")
    assert.deepStrictEqual([says("hello"), says("ann: hello")], [1, 1])
    assert.match(world.title, /^\(3\)/)
    world.press("down", { alt: true }).enter("/notify none").press("down", { alt: true })
    assert.deepStrictEqual([says("hello"), says("ann: hello")], [0, 0])
    assert.strictEqual(world.title, "#lobby – natter")
    world.press("down", { alt: true }).enter("/notify default").enter("/dnd").press("down", { alt: true })
    assert.deepStrictEqual([says("hello"), says("ann: hello")], [0, 0])
    world.enter("/dnd off")
    assert.strictEqual(says("hello"), 1)
  })

  it("show a time beside each message, or none, and nobody who comes and goes", () => {
    const world = new World().joins("lobby", "bob")
    world.says("bob", "one").says("bob", "two")
    world.receive(
      event("Presence", { channel: "lobby", version: 1, count: 3, joined: [{ username: "eve", status: "online" }] }),
    )
    world.says("bob", "three")
    const rows = () => world.screen().filter((row) => /bob|  one|two|three|eve|:\d\d one/.test(row))
    const clock = /\d\d:\d\d/
    assert.match(rows()[0]!, /^bob \d\d:\d\d$/)
    assert.deepStrictEqual(rows().slice(1, 4), ["  one", "  two", "· eve joined"])
    world.enter("/set joins off")
    assert.deepStrictEqual(rows().slice(1), ["  one", "  two", "  three"])
    world.enter("/set times none")
    assert.deepStrictEqual(rows(), ["bob", "  one", "  two", "  three"])
    world.enter("/set times all")
    assert.deepStrictEqual(
      rows().map((row) => row.replace(clock, "12:00")),
      ["bob", "12:00 one", "12:00 two", "12:00 three"],
    )
    world.enter("/set joins on")
    assert.include(rows(), "· eve joined")
    // With too few columns for that the times are where they were.
    world.act({ _tag: "Resized", size: { columns: 30, rows: 24 } })
    assert.match(rows()[0]!, /^bob \d\d:\d\d$/)
  })

  it("take the lists at the sides away", () => {
    const world = new World({ columns: 110, rows: 24 }).joins("lobby", "bob")
    assert.isAbove(layout(world.model).channels, 0)
    world.enter("/set sides off")
    assert.deepInclude(layout(world.model), { channels: 0, members: 0, timeline: { columns: 110, rows: 21 } })
  })

  it("give keys another meaning, or none", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby").joins("ops")
    world.enter("/set keys alt+right next").press("right", { alt: true })
    assert.strictEqual(world.model.current, "ops")
    world.enter("/set keys ctrl+n none").press("text", { text: "n", ctrl: true })
    assert.strictEqual(world.model.current, "ops")
    world.enter("/set keys ctrl+t switch").press("text", { text: "t", ctrl: true })
    assert.strictEqual(world.model.picker?.what, "switch")
    // Within a list its own keys hold.
    world.press("escape").enter("/set keys ctrl+n default").press("text", { text: "n", ctrl: true })
    assert.strictEqual(world.model.current, "lobby")
  })
})
