/** Choosing a message, and lists to choose from. */
import { assert, describe, it } from "@effect/vitest"
import { choices } from "../../src/terminal/Choices.ts"
import { layout } from "../../src/terminal/Layout.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { event, page, World } from "./world.ts"

const ctrl = { ctrl: true } as const

const talked = () => {
  const world = new World().joins("lobby", "bob", "grace")
  world.says("bob", "good morning").says("ann", "hello").says("grace", "look at this")
  world.intents()
  return world.press("up", ctrl)
}

/** What stands beside the bar of the message that is chosen. */
const chosen = (world: World) =>
  world
    .screen()
    .filter((row) => row.startsWith("▌"))
    .map((row) => row.slice(2))

describe("choosing a message", () => {
  it("shows all lines of a long message, and only some again", () => {
    const world = new World().joins("lobby", "bob")
    world.says("bob", Array.from({ length: 300 }, (_, at) => `line ${at}.`).join("\n")).says("bob", "behind")
    assert.match(world.screen().at(-2)!, /… 100 more lines: Ctrl\+↑, o$/)
    world.press("up", ctrl).press("up").type("o")
    assert.include(world.screen().join("\n"), "line 0.")
    assert.match(world.press("end", ctrl).screen().at(-2)!, /line 299\.$/)
    world.press("up", ctrl).press("up").type("o").press("end", ctrl)
    assert.match(world.screen().at(-2)!, /… 100 more lines/)
  })

  it("begins with the lowest in sight, and goes up and down, not beyond the ends", () => {
    const world = talked()
    assert.deepStrictEqual(chosen(world), ["look at this"])
    world.press("up").press("up")
    assert.deepStrictEqual(chosen(world), ["good morning"])
    world.press("up")
    assert.deepStrictEqual(chosen(world), ["good morning"])
    world.press("end")
    assert.deepStrictEqual(chosen(world), ["look at this"])
    world.press("escape")
    assert.deepStrictEqual(chosen(world), [])
  })

  it("keeps what is chosen in sight, whatever was scrolled, and asks for older pages at the top", () => {
    const world = new World({ columns: 80, rows: 12 })
    world.joins("lobby", "bob").receive(
      event("Joined", {
        channel: "lobby",
        topic: "",
        seq: 90,
        count: 2,
        members: [],
        presence: 0,
      }),
    )
    for (let at = 0; at < 30; at++) world.says("bob", `line ${at}`)
    world.press("up", ctrl)
    const rows = () => layout(world.model).timeline.rows
    for (let at = 28; at >= 0; at--) {
      world.press("up")
      assert.deepStrictEqual(chosen(world), [`line ${at}`])
      assert.isAtMost(world.screen().length, rows())
    }
    for (let at = 1; at < 30; at++) {
      world.press("down")
      assert.deepStrictEqual(chosen(world), [`line ${at}`])
    }
    assert.strictEqual(world.shown.scroll, 0)
  })

  it("reacts, edits, deletes after asking, and copies", () => {
    const react = { _tag: "React", channel: "lobby", reaction: "🎉", on: true } as const
    assert.deepStrictEqual(talked().type("r").type("tada").press("enter").intents(), [
      { ...react, target: Seq.make(3) },
    ])
    // So fast that it comes together.
    assert.deepStrictEqual(talked().press("text", { text: "rtada" }).press("enter").intents(), [
      { ...react, target: Seq.make(3) },
    ])
    // What is typed itself may be the reaction.
    assert.deepStrictEqual(talked().type("r").type("ok!").press("enter").intents(), [
      { ...react, reaction: "ok!", target: Seq.make(3) },
    ])
    const edited = talked().press("up").type("e")
    assert.strictEqual(edited.model.editor.text, "hello")
    edited.type("!").press("enter")
    assert.deepStrictEqual(
      edited.intents().filter(({ _tag }) => _tag === "Edit"),
      [{ _tag: "Edit", channel: "lobby", target: Seq.make(2), content: "hello!" }],
    )
    const foreign = talked().type("e")
    assert.strictEqual(foreign.model.said?.text, "Only who wrote it changes it.")
    assert.deepStrictEqual(foreign.intents(), [])

    const deleted = talked().press("up").type("d")
    assert.deepStrictEqual(deleted.intents(), [])
    assert.strictEqual(deleted.model.said!.text, "Enter deletes your message for everybody.")
    deleted.press("up").press("down").press("enter")
    assert.deepStrictEqual(deleted.intents(), [])
    for (const sure of ["enter", "y"] as const) {
      const world = talked().press("up").type("d")
      if (sure === "y") world.type("y")
      else world.press("enter")
      assert.deepStrictEqual(world.intents(), [{ _tag: "Delete", channel: "lobby", target: Seq.make(2) }])
    }
    assert.strictEqual(talked().type("d").model.said!.text, "Enter deletes the message of grace for everybody.")
    // A word that is typed there deletes nothing: it is to be said.
    const typed = talked().type("add a bud")
    assert.deepStrictEqual([typed.model.editor.text, typed.model.selected], [" a bud", undefined])
    assert.notInclude(
      typed.intents().map(({ _tag }) => _tag),
      "Delete",
    )

    assert.deepStrictEqual(talked().type("c").intents(), [{ _tag: "Copy", text: "look at this" }])
    const linked = talked()
    assert.deepStrictEqual(linked.type("l").intents(), [])
    linked.model = { ...linked.model, page: "https://chat.example.org" }
    assert.deepStrictEqual(linked.type("l").intents(), [{ _tag: "Copy", text: "https://chat.example.org/c/lobby/3" }])
  })

  it("ends where there is nothing to choose any more, and by a paste, which goes into the draft", () => {
    const world = talked().receive(
      event("Deleted", { channel: "lobby", seq: 9, target: 3, id: "x", from: "grace", timestamp: 1 }),
    )
    world.type("c")
    assert.deepStrictEqual([world.intents(), world.model.selected], [[], undefined])
    const pasted = talked().act({ _tag: "Pasted", text: "some words" })
    assert.deepStrictEqual([pasted.model.selected, pasted.model.editor.text], [undefined, "some words"])
    const empty = new World().press("text", { text: "m", alt: true })
    assert.isUndefined(empty.model.selected)
    assert.match(empty.model.said!.text, /no message/)
  })
})

describe("a list to choose from", () => {
  it("goes to a conversation by a part of its name: those with news first, then people", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "kitchen", "ops", "kittens"])
    for (const name of ["lobby", "kitchen", "ops", "kittens"]) world.joins(name, "bob", "katie")
    world.says("bob", "ann: it burns", "ops")
    world.press("text", { text: "k", ctrl: true })
    assert.deepStrictEqual(
      choices(world.model).map(({ label }) => label),
      ["#ops 1 @1", "#kitchen", "#kittens", "@bob", "@katie"],
    )
    world.type("kit")
    assert.deepStrictEqual(
      choices(world.model).map(({ value }) => value),
      ["kitchen", "kittens"],
    )
    world.press("up").press("enter")
    assert.strictEqual(world.model.current, "kittens")
    world.intents()
    world.press("text", { text: "g", alt: true }).type("@kat").press("enter")
    assert.deepStrictEqual([world.model.current, world.intents()], ["@katie", [{ _tag: "Join", channel: "@katie" }]])
  })

  it("leaves Ctrl+K what it is to a draft: it deletes to the end of the line", () => {
    const world = new World()
      .joins("lobby")
      .type("one two")
      .press("left", ctrl)
      .press("text", { text: "k", ctrl: true })
    assert.deepStrictEqual([world.model.picker, world.model.editor.text], [undefined, "one "])
  })

  it("finds what one sent before, here and on other days, and says so where nothing fits", () => {
    const world = new World().joins("lobby", "bob").says("ann", "from another day").says("bob", "not mine")
    world.enter("deploy the first").enter("something else").enter("deploy the second")
    world.press("text", { text: "r", ctrl: true })
    assert.deepStrictEqual(
      choices(world.model).map(({ value }) => value),
      ["deploy the second", "something else", "deploy the first", "from another day"],
    )
    world.type("DEPLOY").press("text", { text: "r", ctrl: true }).press("enter")
    assert.deepStrictEqual([world.model.picker, world.model.editor.text], [undefined, "deploy the first"])
    world.press("text", { text: "r", ctrl: true }).type("nowhere").press("enter")
    assert.strictEqual(world.model.said?.text, "Nothing fits that.")
    world.press("escape")
    assert.strictEqual(world.model.editor.text, "deploy the first")
  })

  it("reconnects by Ctrl+R while the connection is lost, as its line says", () => {
    const world = new World().joins("lobby")
    const state = { _tag: "Away", because: { message: "lost" }, until: world.model.ticks + 1000 } as never
    world.act({ _tag: "Connection", state }).press("text", { text: "r", ctrl: true })
    assert.deepStrictEqual([world.model.picker, world.intents()], [undefined, [{ _tag: "Retry" }]])
  })
})

describe("/switch and what stands behind it", () => {
  it("goes there where that is clear, by a name, a part of one or a number, and offers what fits elsewhere", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops", "oslo"]).joins("lobby", "bob")
    for (const name of ["ops", "oslo"]) world.joins(name)
    for (const [draft, where] of [
      ["/buffer ops", "ops"],
      ["/switch 3", "oslo"],
      ["/go #lobby", "lobby"],
      ["/switch bo", "@bob"],
      ["/buffer 1", "lobby"],
    ] as const) {
      assert.strictEqual(world.enter(draft).model.current, where, draft)
      assert.isUndefined(world.model.picker)
    }
    world.enter("/switch o")
    assert.deepInclude(world.model.picker, { what: "switch", query: "o" })
    assert.strictEqual(world.press("enter").model.current, "ops")
    assert.strictEqual(world.enter("/again buff").model.picker?.query, "buff")
  })
})

describe("answering a message", () => {
  const publish = { _tag: "Publish", channel: "lobby", id: MessageId.make("run-0") } as const

  it("sends which one it answers, once, and calls who wrote it", () => {
    const world = talked().press("up").press("up").type("t")
    assert.strictEqual(world.model.editor.text, "@bob ")
    world.enter("so are you")
    assert.deepStrictEqual(
      world.intents().filter(({ _tag }) => _tag === "Publish"),
      [{ ...publish, content: "@bob so are you", replyTo: Seq.make(1) }],
    )
    assert.isUndefined(world.model.replying)
    const own = talked().press("up").press("enter")
    assert.strictEqual(own.model.editor.text, "")
    assert.deepInclude(own.enter("once more").intents().at(-1), { content: "once more", replyTo: Seq.make(2) })
    assert.notProperty(own.enter("and on").intents().at(-1), "replyTo")
  })

  it("takes the last one by a command, and keeps what was begun", () => {
    const world = talked().press("escape")
    assert.deepInclude(world.enter("/reply I do").intents().at(-1), { content: "@grace I do", replyTo: Seq.make(3) })
    world.enter("/reply")
    assert.deepStrictEqual(world.model.replying?.from as string | undefined, "grace")
    // A command in between is none.
    world.press("text", { text: "u", ctrl: true }).enter("/users")
    assert.isDefined(world.model.replying)
    world.press("escape")
    assert.isUndefined(world.model.replying)
    const begun = talked().press("escape").type("half a").press("up", ctrl).type("t")
    assert.strictEqual(begun.model.editor.text, "@grace half a")
    assert.match(new World().joins("lobby").enter("/reply").screen().join("\n"), /nothing here to answer/)
  })

  it("shows what is answered before it is acknowledged, too, and goes there", () => {
    const world = talked().press("up").press("up").type("t").enter("so are you")
    const row = () => world.screen().findIndex((row) => row.includes("┌ bob good morning"))
    assert.isAbove(row(), 0)
    assert.strictEqual(world.screen()[row() + 1], "  @bob so are you")
    world.act({ _tag: "Published", channel: "lobby", id: MessageId.make("run-0"), seq: Seq.make(4) })
    assert.isAbove(row(), 0)
    world.press("up", ctrl).type("a")
    assert.deepStrictEqual(chosen(world), ["good morning"])
    world.type("a")
    assert.strictEqual(world.model.said?.text, "It answers no other message.")
    world.press("escape").says("bob", "an old one", "lobby", { reply_to: 900 })
    world.intents()
    world.press("up", ctrl).type("a")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Around", channel: "lobby", seq: Seq.make(900) }])
  })

  it("fetches what is answered and not loaded, once, for what is in sight, and keeps up with it", () => {
    const world = talked().press("escape")
    const asked = () => world.intents().flatMap((one) => (one._tag === "FindAnswered" ? [one.seq as number] : []))
    const quote = () => world.screen().find((row) => row.includes("┌"))
    asked()
    world
      .says("bob", "yes", "lobby", { seq: 1001, reply_to: 900 })
      .says("bob", "no", "lobby", { seq: 1002, reply_to: 900 })
    assert.deepStrictEqual(asked(), [900])
    assert.strictEqual(quote(), "  ┌ an earlier message")
    const [message] = page("lobby", [{ seq: 900, from: "eve", content: "an **old** one" }]).entries
    const answer = { _tag: "Answered", channel: "lobby", seq: Seq.make(900) } as const
    world.act({ ...answer, message: message as never })
    assert.strictEqual(quote(), "  ┌ eve an old one")
    const change = { channel: "lobby", seq: 1003, target: 900, id: "x", from: "eve", timestamp: 1 }
    world.receive(event("Edited", { ...change, content: "a newer one" }))
    assert.strictEqual(quote(), "  ┌ eve a newer one")
    world.enter("/ignore eve")
    assert.strictEqual(quote(), "  ┌ somebody whom you ignore")
    world.enter("/unignore eve").receive(event("Deleted", { ...change, seq: 1004 }))
    assert.strictEqual(quote(), "  ┌ eve (deleted)")
    world.receive(event("HistoryChanged", { channel: "lobby" }))
    world.act({ ...answer, message: null })
    assert.strictEqual(quote(), "  ┌ an earlier message")

    // What is further up is asked for when one comes there, and what a lost connection has taken once more.
    const far = new World({ columns: 80, rows: 12 }).joins("lobby", "bob")
    for (let at = 1; at <= 40; at++) far.says("bob", `${at}`, "lobby", { seq: 1000 + at, reply_to: at })
    const wanted = () => far.intents().flatMap((one) => (one._tag === "FindAnswered" ? [one.seq as number] : []))
    assert.lengthOf(wanted(), 40)
    far.act({ ...answer, seq: Seq.make(40), message: null })
    assert.include(far.screen().join("\n"), "┌ a message that is not there any more")
    far.receive(event("Left", { channel: "lobby" })).joins("lobby", "bob")
    const again = wanted()
    assert.isAtMost(again.length, 12)
    assert.notInclude(again, 40)
    far.press("home", ctrl)
    assert.include(wanted(), 1)
    far.press("end", ctrl)
    assert.deepStrictEqual(wanted(), [])
  })

  it("stays with its draft in its channel, and ends when what it answers is deleted", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby", "bob").joins("ops")
    world.says("bob", "a question").enter("/reply").press("down", { alt: true })
    assert.deepStrictEqual([world.model.editor.text, world.model.replying], ["", undefined])
    world.press("up", { alt: true })
    assert.deepStrictEqual([world.model.editor.text, world.model.replying?.seq as number], ["@bob ", 1])
    const deleted = { channel: "lobby", seq: 5, target: 1, id: "x", from: "bob", timestamp: 1 }
    world.press("down", { alt: true }).receive(event("Deleted", deleted)).press("up", { alt: true })
    assert.isUndefined(world.model.replying)
    const gone = talked()
      .type("t")
      .receive(event("HistoryChanged", { channel: "lobby" }))
    assert.isUndefined(gone.model.replying)
  })

  it("waits with what is to be sent until the channel is joined", () => {
    const world = talked()
      .receive(event("Left", { channel: "lobby" }))
      .press("escape")
      .enter("/join lobby")
    world.enter("/reply yes")
    assert.deepStrictEqual(
      world.intents().filter(({ _tag }) => _tag === "Publish"),
      [],
    )
    world.joins("lobby", "grace")
    assert.deepInclude(
      world.intents().find(({ _tag }) => _tag === "Publish"),
      { content: "@grace yes", replyTo: Seq.make(3) },
    )
  })
})
