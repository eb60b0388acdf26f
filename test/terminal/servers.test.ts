/** Several servers in one window, as the model of each sees it. */
import { assert, describe, it } from "@effect/vitest"
import { choices } from "../../src/terminal/Choices.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { areSame, elsewhereText, summaryOf } from "../../src/terminal/Elsewhere.ts"
import { titleOf } from "../../src/terminal/Update.ts"
import { World } from "./world.ts"

const ctrl = { ctrl: true } as const

describe("where one was", () => {
  it("is kept as one enters and leaves channels, without direct conversations", () => {
    const world = new World().joins("lobby", "bob").says("bob", "hi")
    assert.isUndefined(world.kept)
    world.enter("/join ops").enter("/msg bob")
    assert.deepStrictEqual(world.kept, ["lobby", "ops"])
    world.act({ _tag: "NotJoined", channel: "ops", why: "it is private" })
    assert.deepStrictEqual(world.kept, ["lobby"])
  })
})

describe("a way back, and a way there", () => {
  it("leads by Alt+/ and by Ctrl+K and Enter to where one was before, and by Tab to channels one is not in", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops", "tea"]).joins("lobby", "bob")
    for (const name of ["ops", "tea"]) world.joins(name)
    const back = () => world.press("text", { text: "/", alt: true }).model.current
    assert.strictEqual(back(), "lobby")
    world.enter("/switch tea")
    assert.deepStrictEqual([back(), back()], ["lobby", "tea"])
    world.press("text", { text: "k", ...ctrl }).press("enter")
    assert.strictEqual(world.model.current, "lobby")
    world.act({ _tag: "ChannelNames", names: ["garden", "lobby"] })
    assert.strictEqual(world.type("/join ga").press("tab").model.editor.text, "/join garden ")
    world
      .press("text", { text: "u", ...ctrl })
      .type("see #gar")
      .press("tab")
    assert.strictEqual(world.model.editor.text, "see #garden ")
  })

  it("leaves a person without the sign", () => {
    const world = new World({ columns: 120, rows: 24 }).joins("lobby", "bob").joins("@bob", "bob")
    world.enter("/leave bob")
    assert.deepInclude(world.intents(), { _tag: "Leave", channel: "@bob" })
  })

  it("says that what is asked without a connection waits for it", () => {
    const world = new World().joins("lobby", "bob").says("bob", "hi")
    const because = new Disconnect({ reason: "Draining" })
    world.act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 0, until: world.model.ticks + 4000 } })
    for (const draft of ["/topic tea", "/search tea", "/whois bob", "/react :+1:", "/info"]) {
      world.press("escape").enter(draft)
      assert.match(world.model.said?.text ?? "", /no connection: that is done when it is back/, draft)
    }
    // Messages count themselves.
    world.press("escape").enter("hello")
    assert.isUndefined(world.model.said)
  })
})

describe("several servers in one window", () => {
  it("counts as unread what is said at one that is not shown, and tells nobody that it is read", () => {
    const world = new World().joins("lobby", "bob").after(5000)
    world.act({ _tag: "Seen", shown: false })
    const before = world.reads.length
    world.says("bob", "one").says("bob", "ann: two").after(5000)
    assert.deepInclude(world.shown, { unread: 2, mentions: 1 })
    assert.lengthOf(world.reads, before)
    assert.deepStrictEqual(summaryOf(world.model), {
      address: "127.0.0.1:8080",
      unread: 2,
      mentions: 1,
      online: true,
      unsent: 0,
      places: [],
    })
    world.act({ _tag: "Seen", shown: true }).after(5000)
    assert.deepInclude(world.shown, { unread: 0, mentions: 0 })
    assert.lengthOf(world.reads, before + 1)
    // The line "new" stands where it was left.
    assert.isTrue(world.screen().some((row) => row.includes(" new ")))
  })

  it("says in the top line and in the title what waits elsewhere, but not of what one is not told", () => {
    const here = new World().joins("lobby", "bob")
    const there = new World().joins("lobby", "bob").act({ _tag: "Seen", shown: false })
    const summary = () => summaryOf(there.model)
    assert.strictEqual(elsewhereText([summary()]), "")
    there.says("bob", "hello")
    assert.strictEqual(elsewhereText([summary()]), "127.0.0.1:8080 1")
    assert.strictEqual(titleOf([here.model, there.model], here.model), "* #lobby – natter")
    there.says("bob", "ann: hello")
    assert.strictEqual(elsewhereText([summary()]), "127.0.0.1:8080 @1")
    assert.strictEqual(titleOf([here.model, there.model], here.model), "(1) #lobby – natter")
    assert.isFalse(areSame([summary()], [{ ...summary(), unread: 9 }]))
    assert.isTrue(areSame([summary()], [{ ...summary() }]))
    const server = "127.0.0.1:8080"
    const settings = { ...there.model.settings, servers: { [server]: { notify: { lobby: "none" } } } } as never
    there.act({ _tag: "Settings", settings })
    assert.strictEqual(elsewhereText([summary()]), "")
    const because = { message: "lost" } as never
    there.act({ _tag: "Connection", state: { _tag: "Returning", because, attempt: 1 } })
    assert.strictEqual(elsewhereText([summary()]), "127.0.0.1:8080 away")
  })

  it("goes to the next, or by a part of an address; where there is one, says how to have more", () => {
    const world = new World().joins("lobby")
    world.intents()
    world.press("text", { text: "x", ...ctrl })
    assert.deepStrictEqual(world.intents(), [])
    assert.match(world.screen().join("\n"), /There is one server in this window: natter chat --also ADDRESS/)
    const other = { address: "chat.example.org:8080", unread: 3, mentions: 1, online: false, unsent: 0, places: [] }
    world
      .act({ _tag: "Elsewhere", servers: [other] })
      .press("text", { text: "x", ...ctrl })
      .enter("/server example")
    assert.deepStrictEqual(world.intents(), [
      { _tag: "ShowServer", which: undefined },
      { _tag: "ShowServer", which: "example" },
    ])
    world.enter("/server").enter("/server nowhere")
    const said = world.screen().join("\n")
    assert.include(said, "chat.example.org:8080  not connected, 3 new, 1 for you")
    assert.include(said, "There is no nowhere in this window")
    assert.deepStrictEqual(world.intents(), [])
  })

  it("lists where one can go at all of them, those with news first, and goes there", () => {
    const world = new World({ columns: 80, rows: 24 }, ["lobby", "ops"]).joins("lobby", "bob").joins("ops")
    const there = new World().joins("lobby", "bob", "Zo\u00eb").act({ _tag: "Seen", shown: false })
    there.says("bob", "ann: here")
    world.act({ _tag: "Elsewhere", servers: [{ ...summaryOf(there.model, true), address: "chat.example.org" }] })
    world.intents()
    world.press("text", { text: "k", ...ctrl })
    assert.deepStrictEqual(world.intents(), [{ _tag: "FindChannels" }])
    world.act({ _tag: "ChannelNames", names: ["kitchen", "ops"] })
    assert.deepInclude(
      choices(world.model).map(({ label, value }) => [label, value]),
      ["#kitchen (to enter)", "kitchen"],
    )
    world
      .act({ _tag: "ChannelNames", names: [] })
      .press("escape")
      .press("text", { text: "k", ...ctrl })
    assert.deepStrictEqual(world.intents(), [])
    assert.deepStrictEqual(
      choices(world.model).map(({ label }) => label),
      ["#lobby 1 @1 at chat.example.org", "#ops", "@bob", "@bob at chat.example.org", "@Zo\u00eb at chat.example.org"],
    )
    world.type("@ZOE\u0308").press("enter")
    assert.deepInclude(world.intents(), { _tag: "ShowServer", which: "chat.example.org", channel: "@Zo\u00eb" })
    there.act({ _tag: "Seen", shown: true }).act({ _tag: "Enter", channel: "@Zo\u00eb" })
    assert.deepInclude(there.intents(), { _tag: "Join", channel: "@Zo\u00eb" })
    assert.strictEqual(there.model.current, "@Zo\u00eb")
    assert.isFalse(areSame([summaryOf(there.model, true)], [summaryOf(there.model)]))
  })
})
