/** What people are used to from other programs does here what it does there. */
import { assert, describe, it } from "@effect/vitest"
import { renderToString } from "ink"
import { createElement } from "react"
import { layout } from "../../src/terminal/Layout.ts"
import { Header } from "../../src/terminal/view/Header.ts"
import { Window } from "../../src/terminal/view/Window.ts"
import { event, joined, page, World } from "./world.ts"

const ctrl = (world: World, text: string) => world.press("text", { text, ctrl: true })
const draft = ({ model }: World) => model.editor.text
const last = (world: World) => world.screen().at(-1)!
/** What was answered last. */
const answer = (world: World) => {
  const entry = world.shown.entries.findLast(({ _tag }) => _tag === "Notice")
  return entry?._tag === "Notice" ? entry.text : ""
}
const header = ({ model, shown: conversation }: World) =>
  renderToString(createElement(Header, { model, conversation, columns: 80, listed: true }), { columns: 80 })
const wanted = (world: World): ReadonlyArray<object> => world.intents().filter(({ _tag }) => _tag !== "Typing")

describe("a command that is refused", () => {
  it("stays in the draft, to be put right, unless it was a word alone that could not be done now", () => {
    const kept = [
      "/mgs ann hello",
      "/join",
      "/react :nothing:",
      "/etc/passwd",
      "/msg ann hello",
      "/role bob king",
      "/frob",
    ]
    for (const line of kept) {
      const world = new World().joins("lobby", "bob").enter(line)
      assert.strictEqual(draft(world), line)
      assert.deepStrictEqual(wanted(world), [])
    }
    for (const line of ["/leave", "/edit", "/names", "/msg bob hello", "/topic tea"]) {
      assert.strictEqual(draft(new World().joins("lobby", "bob").enter(line)), "", line)
    }
  })

  it("is brought back by ↑ once it was dropped, like what was said", () => {
    const world = new World().joins("lobby", "bob").enter("hello").enter("/mgs bob one")
    assert.strictEqual(draft(world.press("up")), "hello")
    assert.strictEqual(draft(world.press("down")), "/mgs bob one")
    assert.strictEqual(draft(ctrl(world, "c").type("x").press("up")), "/mgs bob one")
  })
})

describe("the answer of a command", () => {
  it("is in sight, however far up one reads", () => {
    const world = new World().joins("lobby", "bob")
    for (let line = 1; line <= 60; line++) world.says("bob", `line ${line}`)
    world.press("pageUp").press("pageUp").enter("/names")
    assert.match(last(world), /2 here: ann, bob/)
    // It comes from the server.
    world.press("pageUp").enter("/blocked").act({ _tag: "BlockedUsers", usernames: [] })
    assert.match(last(world), /blocked nobody/)
    // What is copied is what is shown.
    assert.isAbove(world.press("pageUp").enter("/bare").shown.scroll, 0)
  })
})

describe("several channels", () => {
  it("are entered at once, the first is shown, and one that cannot be entered leaves that in place", () => {
    const world = new World().joins("lobby").enter("/j kitchen,garden #attic")
    assert.deepStrictEqual(
      wanted(world),
      ["kitchen", "garden", "attic"].map((channel) => ({ _tag: "Join", channel })),
    )
    assert.strictEqual(world.model.current, "kitchen")
    world.joins("kitchen").act({ _tag: "NotJoined", channel: "garden", why: "no" }).joins("attic")
    assert.strictEqual(world.model.current, "kitchen")
    assert.deepStrictEqual(
      world.model.conversations.map(({ name }) => name),
      ["lobby", "kitchen", "attic"],
    )
  })
})

describe("s/old/new/", () => {
  it("corrects the last message of one's own that is sent, and is asked about where nothing fits", () => {
    const world = new World().joins("lobby", "bob").says("ann", "a tpyo is a tpyo").says("bob", "tpyo?")
    world.enter("s/tpyo/$&/")
    assert.deepStrictEqual(wanted(world), [{ _tag: "Edit", channel: "lobby", target: 1, content: "a $& is a tpyo" }])
    world.enter("s/tpyo/typo/g")
    assert.deepInclude(wanted(world)[0], { content: "a typo is a typo" })
    world.enter("s/nothing/typo/")
    assert.match(answer(world), /has no "nothing" in it/)
    assert.deepStrictEqual([draft(world), wanted(world)], ["s/nothing/typo/", []])
    ctrl(world, "u").enter("hello").enter("s/tpyo/typo/")
    assert.match(answer(world), /not sent yet/)
    assert.lengthOf(wanted(world), 1)
    // It is said with a blank before it.
    assert.deepInclude(wanted(ctrl(world, "u").enter(" s/tpyo/typo/"))[0], {
      _tag: "Publish",
      content: " s/tpyo/typo/",
    })
  })

  it("has its like in +:emoji:, which reacts to the last message", () => {
    const world = new World().joins("lobby", "bob").says("bob", "hello").enter("+:tada:")
    const react = { _tag: "React", channel: "lobby", target: 1, reaction: "🎉", on: true }
    assert.deepStrictEqual(wanted(world), [react])
    assert.deepStrictEqual(wanted(world.enter("/react tada")), [react])
  })
})

describe("a channel that one was put out of", () => {
  const kicked = event("Kicked", { channel: "lobby", username: "ann", by: "bob", reason: "being loud" })
  const left = event("Left", { channel: "lobby" })

  it("says once by whom and why, takes nothing that is to be said, and says when one is in it again", () => {
    const world = new World().joins("lobby", "bob").receive(kicked).receive(left)
    assert.match(answer(world), /^bob threw you out of #lobby: being loud\n\/join lobby tries/)
    assert.lengthOf(world.shown.entries, 2)
    for (const line of ["still here?", "/send ./photo.png", "/reply hello"]) {
      world.says("bob", "hm").enter(line)
      assert.deepStrictEqual([draft(world), wanted(world)], [line, []])
      assert.match(answer(world), /You are not in #?lobby.*\/join lobby/)
      ctrl(world, "u")
    }
    assert.deepStrictEqual(wanted(world.enter("/join lobby")), [{ _tag: "Join", channel: "lobby" }])
    // On its way there it waits.
    world.enter("and now?")
    assert.lengthOf(wanted(world.receive(joined("lobby", ["ann", "bob", "cyd"], { seq: 9 }))), 1)
    assert.match(answer(world), /You are in #lobby with 2 others/)
  })

  it("is the same where one is not let in, also at the start", () => {
    const world = new World().act({ _tag: "NotJoined", channel: "lobby", why: "You are banned" }).enter("hello")
    assert.deepStrictEqual([draft(world), wanted(world)], ["hello", []])
    world.enter("/join lobby").act({ _tag: "NotJoined", channel: "lobby", why: "You are banned" })
    assert.isTrue(world.shown.out)
    // Who was only away for a while was never out.
    const away = new World().joins("lobby", "bob").receive(joined("lobby", ["ann", "bob"], { seq: 1 }))
    assert.lengthOf(away.shown.entries, 1)
  })
})

describe("a direct conversation", () => {
  it("says once that the other is away, and how present the other is in its title", () => {
    const world = new World().joins("lobby", "Bob")
    const status = (version: number, fields: object) =>
      world.receive(
        event("Presence", { channel: "lobby", version, count: 2, changed: [{ username: "Bob", ...fields }] }),
      )
    const said = () => world.shown.entries.flatMap((entry) => (entry._tag === "Notice" ? [entry.text] : []))
    status(1, { status: "away", text: "lunch" })
    world.enter("/msg bob and now?").receive(joined("@Bob", ["ann"]))
    assert.strictEqual(said().filter((text) => text === "Bob is away: lunch").length, 1)
    world.enter("one").enter("/msg bob two")
    assert.lengthOf(said(), 2)
    assert.match(header(world), /^ @Bob \(away: lunch\)/)
    status(2, { status: "online" })
    world.enter("three")
    assert.match(header(world), /^ @Bob \(online\)/)
    status(3, { status: "away" })
    assert.strictEqual((world.enter("four"), said().at(-1)), "Bob is away")
    assert.match(
      header(
        new World()
          .joins("lobby")
          .receive(joined("@eve", ["ann"]))
          .enter("/msg eve"),
      ),
      /^ @eve +/,
    )
  })
})

describe("the channels beside this one", () => {
  it("are there by the keys of weechat, irssi, Slack and browsers", () => {
    const names = ["lobby", "ops", "tea"] as const
    const world = new World({ columns: 80, rows: 24 }, [...names])
    for (const name of names) world.joins(name)
    const next = [
      ["down", { alt: true }],
      ["right", { alt: true }],
      ["pageDown", { ctrl: true }],
    ] as const
    for (const [name, held] of next) {
      assert.strictEqual(world.press(name, held).model.current, "ops")
      const back = ({ down: "up", right: "left", pageDown: "pageUp" } as const)[name]
      assert.strictEqual(world.press(back, held).model.current, "lobby")
    }
    // In a draft there are words to go through.
    world.type("two words").press("left", { alt: true })
    assert.deepStrictEqual([world.model.current, world.model.editor.cursor], ["lobby", 4])
  })
})

describe("what is new further up", () => {
  const entries = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => ({
      seq: from + at,
      id: `m${from + at}`,
      content: `line ${from + at}`,
    }))
  const top = ({ model }: World) =>
    renderToString(createElement(Window, { layout: layout(model), model }), { columns: 80 }).split("\n")[0]!
  const load = (world: World, from: number, to: number) =>
    world.act({ _tag: "History", channel: "ops", page: page("ops", entries(from, to), from > 1) })

  it("is said in the first line, and Alt+U goes there, however much has to be loaded for it", () => {
    const world = new World({ columns: 60, rows: 24 }, ["lobby", "ops"]).joins("lobby")
    world.receive(joined("ops", ["ann", "bob"], { seq: 500 }))
    world.act({ _tag: "Unread", channels: [{ channel: "ops", read: 250, last: 500, unread: 250 } as never] })
    load(world, 401, 500).press("down", { alt: true })
    assert.match(top(world), /^ ↑ 250 new further up \(Alt\+U\)/)
    world.press("text", { alt: true, text: "u" })
    load(load(world, 301, 400), 201, 300)
    assert.deepStrictEqual(world.pages.slice(-2), [
      ["ops", 401],
      ["ops", 301],
    ])
    assert.match(top(world), /─ new ─/)
    assert.include(world.screen()[1]!, "line 251")
    // Each line is seen when one goes on page by page.
    const seen = new Set<string>()
    for (let at = 0; at < 16; at++) {
      const shown = renderToString(createElement(Window, { layout: layout(world.model), model: world.model }), {
        columns: 80,
      })
      for (const [line] of shown.matchAll(/line \d+/g)) seen.add(line)
      world.press("pageDown")
    }
    assert.strictEqual(seen.size, 250)
    for (let at = 0; at < 16; at++) {
      const shown = renderToString(createElement(Window, { layout: layout(world.model), model: world.model }), {
        columns: 80,
      })
      for (const [line] of shown.matchAll(/line \d+/g)) seen.delete(line)
      world.press("pageUp")
    }
    assert.strictEqual(seen.size, 0)
    assert.strictEqual(
      new World().joins("lobby").press("text", { alt: true, text: "u" }).model.said?.text,
      "There is nothing new here.",
    )
  })
})

describe("a click", () => {
  const clicked = (world: World, column: number, row: number) => world.act({ _tag: "Clicked", column, row })

  it("goes to what it is on: a channel, the end, what is new, a message", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby", "bob").joins("ops")
    assert.strictEqual(clicked(world, 3, 2).model.current, "ops")
    assert.strictEqual(clicked(world, 3, 1).model.current, "lobby")
    for (let line = 1; line <= 60; line++) world.says("bob", `line ${line}`)
    // The header, the line above the draft and the draft are not in it.
    const chosen = () => world.shown.entries.find(({ key }) => key === world.model.selected?.key)
    assert.deepInclude(clicked(world, 30, 21).press("up").model.selected, { deleting: false })
    assert.deepInclude(chosen(), { content: "line 59" })
    assert.deepInclude((clicked(world, 30, 11), chosen()), { content: "line 50" })
    world.press("escape").press("pageUp").press("pageUp")
    assert.isAbove(world.shown.scroll, 0)
    assert.strictEqual(clicked(world, 30, 21).shown.scroll, 0)
    const before = world.model
    for (const [column, row] of [
      [3, 9],
      [14, 5],
      [30, 0],
      [30, 22],
      [30, 23],
      [500, 5],
    ] as const) {
      assert.strictEqual(clicked(world, column, row).model, before, `${column} ${row}`)
    }
    world.enter("/help")
    assert.strictEqual(clicked(world, 3, 2).model.current, "lobby")
    const wide = new World({ columns: 110, rows: 24 }).joins("lobby", "cyd", "bob")
    assert.deepStrictEqual(wanted(clicked(wide, 95, 2)), [{ _tag: "Whois", name: "bob", channel: "lobby" }])
    assert.deepStrictEqual(wanted(clicked(clicked(clicked(wide, 89, 2), 95, 4), 95, 22)), [])
  })
})

describe("/thread", () => {
  it("shows a message and all that answers it, what answers that, and nothing else", () => {
    const world = new World().joins("lobby", "bob")
    assert.match(answer(world.says("bob", "soup?").enter("/thread")), /Nothing that is loaded here answers/)
    world.says("cy", "yes", "lobby", { reply_to: 1 }).says("bob", "tea?").says("ann", "when?", "lobby", { reply_to: 2 })
    world.says("cy", "no", "lobby", { reply_to: 3 }).says("bob", "at four", "lobby", { reply_to: 4 })
    const shown = () => world.model.past?.entries.map(({ content }) => content)
    assert.deepStrictEqual((world.enter("/thread"), shown()), ["soup?", "yes", "when?", "at four"])
    assert.deepStrictEqual((world.press("escape").press("up", { ctrl: true }).press("up").type("T"), shown()), [
      "tea?",
      "no",
    ])
    world.press("escape").says("bob", "alone").press("up", { ctrl: true }).type("T")
    assert.strictEqual(world.model.said?.text, "Nothing that is loaded answers it.")
    assert.deepInclude(wanted(world.press("escape").enter("/thread so be it"))[0], {
      _tag: "Publish",
      content: "@bob so be it",
    })
  })
})

describe("↑ on an empty line", () => {
  it("says where nothing is that it could bring back", () => {
    const world = new World().joins("lobby", "bob").says("bob", "hello").press("up")
    assert.match(world.model.said!.text, /Nothing of yours is loaded here/)
    assert.isUndefined(new World().joins("lobby").says("ann", "hello").press("up").model.said)
  })
})

describe(":thu", () => {
  it("is a thumb up first", () => {
    assert.strictEqual(draft(new World().joins("lobby").type(":thu").press("tab")), "👍 ")
  })
})
