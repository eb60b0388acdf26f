/** The draft: undone, with emoji by name, written elsewhere; and what is shown and written of a conversation. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import { localFiles } from "../../src/cli/talk/localFiles.ts"
import type { Client } from "../../src/client/Client.ts"
import type { Action } from "../../src/terminal/Action.ts"
import { bareLines } from "../../src/terminal/Bare.ts"
import { exportHistory } from "../../src/terminal/internal/exporting.ts"
import type { LocalFiles } from "../../src/terminal/LocalFiles.ts"
import { progress } from "../../src/terminal/update/exporting.ts"
import { makeFolder } from "../cli/NatterProcess.ts"
import { event, page, World } from "./world.ts"

const ctrl = (world: World, text: string, more = {}) => world.press("text", { text, ctrl: true, ...more })
const alt = (world: World, text: string) => world.press("text", { text, alt: true })
const draft = ({ model }: World) => model.editor.text

describe("undo in the draft", () => {
  it("goes back word by word, and forth again, until something else is written", () => {
    const world = new World().joins("lobby").type("one two three")
    const seen = ["one two ", "one two", "one ", "one", ""]
    for (const text of seen) assert.strictEqual(draft(ctrl(world, "_")), text)
    assert.strictEqual(draft(ctrl(world, "_")), "")
    for (const text of [...seen.slice(0, -1).toReversed(), "one two three"]) {
      assert.strictEqual(draft(alt(world, "_")), text)
    }
    ctrl(world, "_").type("four")
    assert.strictEqual(draft(alt(world, "_")), "one two four")
  })

  it("brings back what was cut, cleared, pasted over or completed; whatever way a terminal says the key", () => {
    const world = new World().joins("lobby", "bob").type("hello there")
    assert.strictEqual(draft(ctrl(world, "w")), "hello ")
    assert.strictEqual(draft(ctrl(world, "/")), "hello there")
    assert.strictEqual(draft(ctrl(world, "u")), "")
    assert.strictEqual(draft(ctrl(world, "-", { shift: true })), "hello there")
    assert.strictEqual(draft(ctrl(world, "c")), "")
    assert.strictEqual(draft(ctrl(world, "_")), "hello there")
    world.act({ _tag: "Pasted", text: " a\nb" })
    assert.strictEqual(draft(ctrl(world, "_")), "hello there")
    ctrl(world, "u").type("bo").press("tab")
    assert.strictEqual(draft(world), "bob: ")
    assert.strictEqual(draft(ctrl(world, "_")), "bo")
  })

  it("does not bring back what was sent, nor what is written elsewhere, and keeps a hundred drafts", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby").joins("ops")
    world.enter("hello")
    assert.strictEqual(draft(ctrl(world, "_")), "")
    world.type("for the lobby").press("down", { alt: true })
    assert.strictEqual(draft(ctrl(world, "_")), "")
    world.press("up", { alt: true })
    assert.strictEqual(draft(ctrl(world, "_")), "for the lobby")
    for (let at = 0; at < 150; at++) world.type("x ")
    assert.isAtMost(world.model.drafts.past.length, 100)
  })
})

describe("what is cut", () => {
  it("is put in again with Ctrl+Y, wherever and as often as one likes; what is cut in one go is one text", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby").joins("ops")
    ctrl(world.type("one two three"), "w")
    assert.strictEqual(draft(ctrl(world.press("home"), "y")), "threeone two ")
    ctrl(ctrl(ctrl(world, "e"), "w"), "w")
    assert.strictEqual(draft(ctrl(ctrl(world, "y"), "y")), "threeone two threeone two ")
    // Cut here, put in there.
    ctrl(world, "u").press("down", { alt: true })
    assert.strictEqual(draft(ctrl(world.type("> "), "y")), "> threeone two threeone two ")
    alt(alt(world.press("home"), "d"), "d")
    assert.strictEqual(draft(ctrl(ctrl(world, "e"), "y")), " two threeone two > threeone")
    assert.strictEqual(draft(ctrl(world, "_")), " two threeone two ")
    assert.strictEqual(
      draft(world.press("text", { text: "-", alt: true, shift: true })),
      " two threeone two > threeone",
    )
  })
})

describe("a paste", () => {
  it("that is too long for a message is left out in whole, and that is said", () => {
    const world = new World().joins("lobby").type("log: ")
    world.act({ _tag: "Pasted", text: "x".repeat(16_000) })
    assert.strictEqual(draft(world), "log: ")
    assert.match(world.screen().join(" "), /too long for a message by 5 characters: .*\/send/)
    world.act({ _tag: "Pasted", text: `\u001b${"x".repeat(15_995)}\n\n` })
    assert.lengthOf(draft(world), 16_000)
    assert.match(
      new World()
        .joins("lobby")
        .act({ _tag: "Pasted", text: "x".repeat(5_000_000) })
        .screen()
        .join(" "),
      /4984000/,
    )
  })
})

describe("emoji in the draft", () => {
  it("stand for their names in whatever is sent, and not where that is set", () => {
    const world = new World().joins("lobby", "bob").says("bob", "hi")
    const sent = () =>
      world.intents().flatMap((one) => (one._tag === "Publish" || one._tag === "Edit" ? [one.content] : []))
    world.enter(":tada: `:tada:` 10:30:45").enter("/reply :+1:").enter("/msg bob :fire:")
    assert.deepStrictEqual(sent(), ["🎉 `:tada:` 10:30:45", "@bob 👍"])
    assert.include(world.screen().join("\n"), "🔥")
    world.press("up", { alt: true }).says("ann", "mine")
    world.press("up").type(" :bug:").press("enter")
    assert.deepStrictEqual(sent(), ["mine 🐛"])
    world.enter("/set emoji off").enter(":tada:")
    assert.deepStrictEqual(sent(), [":tada:"])
  })

  it("come by a part of their names and Tab, also where the whole name stands", () => {
    const world = new World().joins("lobby").type("done :tad").press("tab")
    assert.strictEqual(draft(world), "done 🎉 ")
    assert.deepStrictEqual(world.model.completion?.labels, ["🎉 :tada:"])
    assert.strictEqual(draft(new World().joins("lobby").type(":+1:").press("tab")), "👍 ")
    const many = new World().joins("lobby").type(":heart").press("tab")
    assert.strictEqual(many.model.completion?.labels?.[0], "❤️ :heart:")
    assert.notStrictEqual(draft(many.press("tab")), "❤️ ")
    assert.strictEqual(draft(new World().joins("lobby").type("a :nothing").press("tab")), "a :nothing")
  })
})

describe("a draft in an editor of one's own", () => {
  it("is given there, and comes back as a change like any other", () => {
    const world = new World().joins("lobby").type("begun")
    world.intents()
    alt(world, "e")
    assert.deepStrictEqual(world.intents(), [{ _tag: "OpenEditor", text: "begun" }])
    world.act({ _tag: "Written", text: "begun\n\nand \u001b[2Jended\n" })
    assert.strictEqual(draft(world), "begun\n\nand [2Jended")
    assert.strictEqual(draft(ctrl(world, "_")), "begun")
  })
})

describe("a conversation to be copied", () => {
  it("has what was written as it was, without marks and margins, as much as fits", () => {
    const world = new World({ columns: 40, rows: 10 }).joins("lobby", "bob")
    world.says("bob", "first").says("bob", `try **this**:\n\`\`\`\n  if (x) {\u001b[2J\n\`\`\``)
    const plain = (lines: ReadonlyArray<string>) => lines.map((line) => line.replace(/\d\d:\d\d/, "12:00"))
    assert.deepStrictEqual(plain(bareLines(world.model)), [
      "· You are in #lobby with one other.",
      "12:00 bob: first",
      "12:00 bob: try **this**:",
      "```",
      "  if (x) {\\u001b[2J",
      "```",
    ])
    // Longer lines are left to the terminal, which takes as many rows for them.
    world.says("bob", "word ".repeat(40))
    assert.deepStrictEqual(plain(bareLines(world.model)).slice(0, 3), ["```", "  if (x) {\\u001b[2J", "```"])
    // Of what is longer than the screen there is what was in sight.
    const long = new World({ columns: 40, rows: 10 }).joins("lobby", "bob").says("bob", "short")
    long.says("bob", `begin ${"lorem ipsum ".repeat(1000)}end`)
    const seen = bareLines(long.model).join("")
    assert.match(seen, /^… .*ipsum end$/)
    assert.isAbove(seen.length, 300)
    assert.isAtMost(seen.length, 9 * 40)
    const further = bareLines(long.press("pageUp").model).join("")
    assert.notMatch(further, /end/)
    assert.match(further, /^… .*(lorem|ipsum)/)
    // Nor is anybody there who is ignored.
    world.enter("/ignore bob").intents()
    assert.notInclude(bareLines(world.model).join("\n"), "bob:")
    assert.match(world.enter("/reply").screen().join("\n"), /nothing here to answer/)
    world.intents()
    alt(world, "l")
    assert.deepStrictEqual(world.intents(), [{ _tag: "ShowBare", lines: bareLines(world.model) }])
  })
})

const bytesOf = new TextDecoder()

/** What is written of these entries, and what is told of it. */
const written = (draft: string, entries: ReadonlyArray<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const world = new World().joins("lobby")
    world.enter(draft)
    const intent = world.intents().find((one) => one._tag === "Export")!
    const told: Array<Action["_tag"]> = []
    let text = ""
    let place = ""
    const dispatch = (action: Action) => {
      told.push(action._tag)
      world.act(action)
    }
    const client = { entries: () => Stream.fromIterable(page("lobby", entries).entries) } as unknown as Client
    const files = {
      save: ({ bytes, name, to }: Parameters<LocalFiles["save"]>[0]) => {
        place = to ?? name
        return Effect.as(
          Stream.runForEach(bytes, (piece) => Effect.sync(() => void (text += bytesOf.decode(piece)))),
          `/home/ann/${place}`,
        )
      },
    } as unknown as LocalFiles
    yield* exportHistory(Effect.succeed(client), files, intent, dispatch)
    return { told, text, place, said: world.screen().at(-1), exporting: world.model.exporting }
  })

describe("/export", () => {
  const said = [
    { seq: 1, content: "one\ntwo\u001b[2J", id: "a" },
    { seq: 2, content: "", deleted: true },
    { seq: 3, content: "three", edited: 9, reactions: [{ reaction: "👍", users: ["ann"] }] },
  ]

  it.effect("writes text that people read, in which nobody can pretend to be somebody else", () =>
    Effect.gen(function* () {
      const { exporting, place, said: done, text } = yield* written("/export", said)
      assert.strictEqual(
        text,
        [
          "2026-11-23T12:00:00.000Z bob: one\n  two\\u001b[2J",
          "2026-11-23T12:00:00.000Z bob: (deleted)",
          "2026-11-23T12:00:00.000Z bob: three (edited) 👍 1",
          "",
        ].join("\n"),
      )
      assert.deepStrictEqual([place, exporting], ["lobby.txt", undefined])
      assert.strictEqual(done, "· 3 messages are in /home/ann/lobby.txt.")
    }),
  )

  it.effect("writes JSON that programs read, tells how far it is, and one at a time", () =>
    Effect.gen(function* () {
      const { place, text } = yield* written('/export "my talk.json"', said)
      assert.strictEqual(place, "my talk.json")
      assert.deepStrictEqual(
        JSON.parse(text).map(({ content }: { readonly content: string }) => content),
        ["one\ntwo\u001b[2J", "", "three"],
      )
      assert.deepStrictEqual(JSON.parse((yield* written("/export talk json", [])).text), [])
      const many = Array.from({ length: 1200 }, (_, at) => ({ seq: at + 1, content: "x" }))
      const { told } = yield* written("/export json", many)
      assert.deepStrictEqual(told, ["ExportMoved", "ExportMoved", "Exported"])

      const world = new World().joins("lobby").enter("/export")
      world.intents()
      world.act({ _tag: "ExportMoved", channel: "lobby", count: 500 })
      assert.strictEqual(progress(world.model), "Writing #lobby: 500 messages so far … Esc stops it")
      world.enter("/export other")
      assert.deepStrictEqual(world.intents(), [])
      world.act({ _tag: "NotExported", channel: "lobby", why: "the disk is full" })
      assert.isUndefined(world.model.exporting)
      assert.include(world.screen().join("\n"), "#lobby was not written: the disk is full")
    }),
  )
})

describe("/export that is stopped", () => {
  it("ends by Esc, Ctrl+C and /export stop, and quits nothing by that", () => {
    const world = new World().joins("lobby").enter("/export stop")
    assert.include(world.screen().at(-1)!, "Nothing is being written.")
    world.enter("/export")
    world.intents()
    world.press("escape")
    ctrl(world, "c")
    world.enter("/export stop").enter("/export ./stop")
    assert.deepStrictEqual(
      world.intents().map(({ _tag }) => _tag),
      ["StopExport", "StopExport", "StopExport"],
    )
    world.act({ _tag: "NotExported", channel: "lobby", why: "it was stopped" }).enter("/export ./stop")
    assert.deepInclude(world.intents(), {
      _tag: "Export",
      channel: "lobby",
      format: "text",
      name: "lobby.txt",
      to: "./stop",
    })
  })

  it.effect("leaves nothing in the folder, and says so when that is so", () =>
    Effect.gen(function* () {
      const folder = makeFolder()
      const begun = yield* Deferred.make<void>()
      const told: Array<Action> = []
      const [entry] = page("lobby", [{ seq: 1, content: "one" }]).entries
      const entries = Stream.concat(Stream.succeed(entry), Stream.fromEffect(Deferred.succeed(begun, undefined)))
      const client = { entries: () => Stream.concat(entries, Stream.never) } as unknown as Client
      const intent = { _tag: "Export", channel: "lobby", format: "text", name: "lobby.txt", to: undefined } as const
      const writing = yield* Effect.forkChild(
        exportHistory(Effect.succeed(client), localFiles(folder), intent, (action) => void told.push(action)),
      )
      yield* Deferred.await(begun)
      assert.deepStrictEqual(fs.readdirSync(folder), ["lobby.txt.part"])
      yield* Fiber.interrupt(writing)
      assert.deepStrictEqual(fs.readdirSync(folder), [])
      assert.deepStrictEqual(told, [
        { _tag: "NotExported", channel: "lobby", why: "you have stopped it, and nothing of it is left" },
      ])
    }),
  )
})

describe("/whois", () => {
  const asked = (world: World, name: string, info?: unknown) => {
    world.intents()
    world.enter(`/whois ${name}`)
    assert.deepStrictEqual(
      world.intents().map(({ _tag }) => _tag),
      ["Whois"],
    )
    world.act({ _tag: "Whois", name, info: info as never })
    return world.screen().slice(-6).join("\n")
  }

  it("says how present somebody is, where, and what here; and of nobody that it is nobody", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby", "Bob").joins("ops", "Bob")
    const busy = { username: "Bob", status: "busy", text: "on a call" }
    world.receive(event("Presence", { channel: "lobby", version: 1, count: 2, changed: [busy] }))
    world.says("Bob", "hello", "ops")
    const info = { channel: "lobby", roles: [{ username: "Bob", role: "owner" }], sanctions: [] }
    const shown = asked(world, "bob", info)
    assert.include(shown, "Bob is busy: on a call")
    assert.include(shown, "in #lobby, #ops")
    assert.include(shown, "owner of #lobby")
    assert.match(shown, /last said something on .* in #ops/)
    assert.include(asked(world, "nobody"), "Nobody of the name nobody is in your conversations.")
  })
})
