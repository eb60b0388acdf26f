import { assert, describe, it } from "@effect/vitest"
import { RequestError } from "../../src/domain/RequestError.ts"
import { explained } from "../../src/terminal/internal/advice.ts"
import { event, joined, noon, page, World } from "./world.ts"

const said = (seq: number, content: string, fields: Record<string, unknown> = {}) => ({
  seq,
  content,
  timestamp: noon + seq * 1000,
  ...fields,
})

/** In the lobby, which had so many entries before. */
const late = (seq: number) => new World().receive(joined("lobby", ["ann", "bob"], { seq }))

const contents = (world: World) => world.shown.entries.flatMap((entry) => ("content" in entry ? [entry.content] : []))

describe("Update: what was said before", () => {
  it("asks for the last page when it comes in, and shows it above what happens now", () => {
    const world = late(3)
    assert.deepStrictEqual(world.pages, [["lobby", 4]])
    world.receive(event("Message", { channel: "lobby", from: "bob", ...said(4, "four") }))
    world.act({
      _tag: "History",
      channel: "lobby",
      page: page("lobby", [said(1, "one"), said(2, "two"), said(3, "three"), said(4, "four")]),
    })
    assert.deepStrictEqual(contents(world), ["one", "two", "three", "four"])
    assert.isBelow(
      world.screen().indexOf("  three"),
      world.screen().findIndex((row) => row.includes("You are in #lobby")),
    )
    assert.strictEqual(world.shown.unread, 0)
    // There is nothing before it, nor in an empty channel.
    world.press("pageUp").press("pageUp")
    assert.lengthOf(world.pages, 1)
    assert.deepStrictEqual(late(0).pages, [])
  })

  it("fetches what is further up at the top, once, and moves nothing", () => {
    const world = late(300)
    const entries = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, at) => said(from + at, `message ${from + at}`))
    world.act({ _tag: "History", channel: "lobby", page: page("lobby", entries(201, 300), true) })
    world.press("pageUp").press("pageUp")
    assert.lengthOf(world.pages, 1)
    world.press("home", { ctrl: true }).press("pageUp").press("up", { shift: true })
    assert.deepStrictEqual(world.pages.slice(1), [["lobby", 201]])
    const before = world.screen().slice(1)
    world.act({ _tag: "History", channel: "lobby", page: page("lobby", entries(101, 200), true) })
    assert.includeMembers([...world.screen()], before.slice(2))
    world.press("pageUp")
    assert.include(world.screen().join("\n"), "message 190")
    world.press("home", { ctrl: true })
    world.act({ _tag: "History", channel: "lobby", page: page("lobby", entries(1, 100)) })
    world.press("home", { ctrl: true })
    assert.include(world.screen().join("\n"), "  message 1")
    assert.deepStrictEqual(world.pages.slice(2), [["lobby", 101]])
  })

  it("says why it is not to be had, and asks again when it is wanted again", () => {
    const world = late(3).act({ _tag: "NoHistory", channel: "lobby", why: "The server is too busy for this now" })
    assert.include(world.screen().join("\n"), "What was said before: The server is too busy")
    assert.lengthOf(world.press("pageUp").pages, 2)
    // A server that keeps no history is not asked again.
    world.act({ _tag: "NoHistory", channel: "lobby", why: undefined })
    assert.lengthOf(world.press("pageUp").pages, 2)
  })

  it("tells what was missed while it was away in its place, and counts it", () => {
    const world = late(0).joins("ops").says("bob", "one")
    world.enter("mine")
    world.receive(joined("lobby", ["ann", "bob"], { seq: 3 }))
    world.says("bob", "two").says("bob", "three")
    assert.deepStrictEqual(contents(world), ["one", "two", "three", "mine"])
    world.says("ann", "mine", "lobby", { id: "run-0" })
    assert.deepStrictEqual(contents(world), ["one", "two", "three", "mine"])
    world.receive(joined("ops", ["ann", "bob"], { seq: 5 }))
    world.receive(event("Message", { channel: "ops", from: "bob", ...said(5, "meanwhile") }))
    assert.strictEqual(world.conversation("ops").unread, 1)
    assert.notInclude(world.screen().join("\n"), "missed")
  })

  it("draws the line above what was not read when it came, and counts that elsewhere", () => {
    const world = late(4).receive(joined("ops", ["ann"], { seq: 9 }))
    const unread = (channel: string, read: number, unread: number) => ({ channel, read, last: 9, unread }) as never
    world.act({ _tag: "Unread", channels: [unread("lobby", 2, 2), unread("ops", 3, 6), unread("dev", 0, 7)] })
    assert.include(world.screen().join("\n"), "New where you are not: #dev (7). /join goes there.")
    world.act({
      _tag: "History",
      channel: "lobby",
      page: page("lobby", [said(1, "one"), said(2, "two"), said(3, "three"), said(4, "four")]),
    })
    const rows = world.screen()
    const line = rows.findIndex((row) => row.includes(" new "))
    assert.isAbove(line, rows.indexOf("  two"))
    assert.isBelow(line, rows.indexOf("  three"))
    assert.strictEqual(world.conversation("ops").unread, 6)
    world.act({ _tag: "History", channel: "ops", page: page("ops", [said(8, "ann?"), said(9, "hello")], true) })
    assert.deepStrictEqual([world.conversation("ops").unread, world.conversation("ops").mentions], [6, 1])
    world.press("down", { alt: true })
    assert.strictEqual(world.shown.unread, 0)
  })

  it("counts as news what came first with a page", () => {
    const world = late(0).receive(joined("@bob", ["ann", "bob"], { seq: 2 }))
    world.act({ _tag: "History", channel: "@bob", page: page("@bob", [said(1, "one"), said(2, "two")]) })
    assert.strictEqual(world.conversation("@bob").unread, 0)
    world.receive(event("Message", { channel: "@bob", from: "bob", ...said(2, "two") }))
    assert.strictEqual(world.conversation("@bob").unread, 1)
    assert.lengthOf(
      world.conversation("@bob").entries.filter(({ _tag }) => _tag === "Message"),
      2,
    )
  })

  it("goes on behind a server that has forgotten everything", () => {
    const world = late(0).says("bob", "one").says("bob", "two")
    world.receive(joined("lobby", ["ann", "bob"], { seq: 1 })).receive(event("HistoryChanged", { channel: "lobby" }))
    world.receive(event("Message", { channel: "lobby", from: "bob", ...said(1, "anew", { timestamp: noon + 99_000 }) }))
    assert.deepStrictEqual(contents(world), ["one", "two", "anew"])
    assert.include(world.screen().join(" "), "another history")
  })
})

describe("Update: what is changed", () => {
  const changed = (type: "Edited" | "Deleted" | "Reacted", seq: number, fields: Record<string, unknown>) =>
    event(type, { channel: "lobby", seq, id: `c${seq}`, from: "bob", timestamp: noon, ...fields })

  it("shows edits, deletions and reactions where they belong", () => {
    const world = late(0).says("bob", "tee").says("bob", "oops").says("bob", "cake")
    world.receive(changed("Edited", 4, { target: 1, content: "tea" }))
    world.receive(changed("Deleted", 5, { target: 2 }))
    world.receive(changed("Reacted", 6, { target: 3, reaction: "👍", on: true }))
    world.receive(changed("Reacted", 7, { target: 3, reaction: "👍", on: true, from: "cy" }))
    world.receive(changed("Reacted", 8, { target: 3, reaction: "🎉", on: true }))
    assert.deepStrictEqual(world.screen().slice(-4), ["  tea (edited)", "  (deleted)", "  cake", "  👍 2  🎉 1"])
    world.receive(changed("Reacted", 9, { target: 3, reaction: "🎉", on: false }))
    assert.strictEqual(world.screen().at(-1), "  👍 2")
    // A change that is older than the message's last one changes nothing.
    world.receive(changed("Edited", 3, { target: 1, content: "T" }))
    assert.include(world.screen().join("\n"), "  tea (edited)")
  })

  it("shows in a row above a message what it answers, as that is now", () => {
    const world = late(0).says("bob", "soup at **noon**?").says("cy", "yes", "lobby", { reply_to: 1 })
    const rows = () => world.screen().slice(-2)
    assert.deepStrictEqual(rows(), ["  ┌ bob soup at noon?", "  yes"])
    world.receive(changed("Edited", 3, { target: 1, content: "tea?\nor cake" }))
    assert.deepStrictEqual(rows(), ["  ┌ bob tea? or cake", "  yes"])
    world.receive(changed("Deleted", 4, { target: 1 }))
    assert.deepStrictEqual(rows(), ["  ┌ bob (deleted)", "  yes"])
    world.says("cy", "no", "lobby", { reply_to: 99 })
    assert.deepStrictEqual(rows(), ["  ┌ an earlier message", "  no"])
  })

  it("changes what is on its way, too", () => {
    const world = late(3)
    world.receive(changed("Edited", 4, { target: 1, content: "ONE" })).receive(changed("Deleted", 5, { target: 2 }))
    world.act({
      _tag: "History",
      channel: "lobby",
      page: page("lobby", [said(1, "one"), said(2, "two"), said(3, "x")]),
    })
    assert.deepStrictEqual(world.screen().slice(-4, -1), ["  ONE (edited)", "  (deleted)", "  x"])
  })

  it("edits the last message by the arrow, and earlier ones, and comes back", () => {
    const world = late(0).says("ann", "one").says("bob", "two").says("ann", "three")
    world.press("up")
    assert.strictEqual(world.model.editor.text, "three")
    assert.strictEqual(world.press("up").model.editor.text, "one")
    assert.strictEqual(world.press("up").model.editor.text, "one")
    assert.strictEqual(world.press("down").model.editor.text, "three")
    assert.strictEqual(world.press("down").model.editor.text, "")
    assert.isUndefined(world.model.editing)
    world.press("up").type("!").press("enter")
    assert.deepStrictEqual(
      world.intents().filter(({ _tag }) => _tag === "Edit"),
      [{ _tag: "Edit", channel: "lobby", target: 3 as never, content: "three!" }],
    )
    assert.deepStrictEqual([world.model.editing, world.model.editor.text], [undefined, ""])
    assert.strictEqual(world.press("up").press("escape").model.editor.text, "")
    // An unchanged draft is not sent, nor is an empty one.
    assert.deepStrictEqual(world.press("up").press("enter").intents(), [])
    world.press("up").press("text", { ctrl: true, text: "u" }).press("enter")
    assert.include(world.screen().join("\n"), "/delete takes a message away")
    // It is not kept as a draft of the other conversation.
    world.joins("ops").press("escape").press("up").press("down", { alt: true })
    assert.deepStrictEqual([world.model.editing, world.model.editor.text], [undefined, ""])
    assert.strictEqual(world.press("up", { alt: true }).model.editor.text, "")
  })

  it("edits, deletes and reacts by command", () => {
    const world = late(0).says("ann", "tee").says("bob", "what?").says("cy", "tea")
    world.enter("/edit tea").enter("/delete").enter("/delete cy").enter("/react :+1:").enter("/react ^^ bob")
    world.receive(changed("Reacted", 4, { target: 3, reaction: "👍", on: true, from: "ann" }))
    world.enter("/react 👍\ufe0f")
    assert.deepStrictEqual(
      world.intents().map((intent) => ({ ...intent }) as object),
      [
        { _tag: "Edit", channel: "lobby", target: 1, content: "tea" },
        { _tag: "Delete", channel: "lobby", target: 1 },
        { _tag: "Delete", channel: "lobby", target: 3 },
        { _tag: "React", channel: "lobby", target: 3, reaction: "👍", on: true },
        { _tag: "React", channel: "lobby", target: 2, reaction: "^^", on: true },
        { _tag: "React", channel: "lobby", target: 3, reaction: "👍", on: false },
      ],
    )
    assert.match(late(0).enter("/edit x").screen().join(" "), /nothing of yours here to edit/)
    assert.match(late(0).enter("/react :+1: eve").screen().join(" "), /nothing of eve here/)
  })
})

describe("Update: read markers", () => {
  it("tells how far one has read, once in a while, and only of what is looked at", () => {
    const world = late(5)
    assert.deepStrictEqual(world.reads, [])
    world.act({ _tag: "History", channel: "lobby", page: page("lobby", [said(5, "five")]) })
    assert.deepStrictEqual(world.reads, [["lobby", 5]])
    for (const seq of [6, 7, 8]) {
      world.receive(event("Message", { channel: "lobby", from: "bob", ...said(seq, `${seq}`) }))
    }
    world.receive(joined("ops", ["ann"], { seq: 0 })).says("bob", "in ops", "ops")
    assert.lengthOf(world.reads, 1)
    world.after(1000).after(1000)
    assert.deepStrictEqual(world.reads.slice(1), [["lobby", 8]])
    world.after(5000)
    assert.lengthOf(world.reads, 2)
    world.press("down", { alt: true })
    assert.deepStrictEqual(world.reads.slice(2), [["ops", 1]])
  })

  it("forgets what was read elsewhere", () => {
    const world = late(0).joins("ops")
    for (const text of ["one", "two", "ann?"]) world.says("bob", text, "ops")
    const mark = (username: string, seq: number) =>
      world.receive(event("ReadMarker", { channel: "ops", username, seq }))
    mark("bob", 3)
    assert.strictEqual(world.conversation("ops").unread, 3)
    mark("ann", 2)
    assert.deepStrictEqual([world.conversation("ops").unread, world.conversation("ops").mentions], [1, 1])
    mark("ann", 3)
    assert.deepStrictEqual([world.conversation("ops").unread, world.conversation("ops").mentions], [0, 0])
  })
})

describe("Update: what is unread and changed", () => {
  const changed = (type: "Edited" | "Deleted", seq: number, fields: Record<string, unknown>) =>
    event(type, { channel: "ops", seq, id: `c${seq}`, from: "bob", timestamp: noon, ...fields })
  const counts = (world: World) => {
    const { mentions, unread } = world.conversation("ops")
    return [unread, mentions, world.title.replace(/ .*/, "")]
  }

  it("counts no more what is deleted, nor a name that is edited away", () => {
    const world = late(0).joins("ops")
    for (const text of ["ann?", "@ann!", "one", "two"]) world.says("bob", text, "ops")
    assert.deepStrictEqual(counts(world), [4, 2, "(2)"])
    world.receive(changed("Deleted", 5, { target: 1 }))
    assert.deepStrictEqual(counts(world), [3, 1, "(1)"])
    world.receive(changed("Deleted", 6, { target: 1 }))
    assert.deepStrictEqual(counts(world), [3, 1, "(1)"])
    world.receive(changed("Edited", 7, { target: 2, content: "never mind" }))
    assert.deepStrictEqual(counts(world), [3, 0, "*"])
    world.receive(changed("Edited", 8, { target: 3, content: "one for ann" }))
    assert.deepStrictEqual(counts(world), [3, 1, "(1)"])
    for (const target of [2, 3, 4]) world.receive(changed("Deleted", 7 + target, { target }))
    assert.deepStrictEqual(counts(world), [0, 0, "#lobby"])
    world.press("down", { alt: true })
    assert.notMatch(world.screen().join("\n"), /─ new ─/)
    // What was read before is no news any more, whatever becomes of it.
    world.says("bob", "five", "ops").press("up", { alt: true }).says("bob", "six", "ops")
    world.receive(changed("Deleted", 13, { target: 5 }))
    assert.deepStrictEqual(counts(world), [1, 0, "*"])
  })

  it("counts as the service does", () => {
    const world = late(0).receive(joined("ops", ["ann"], { seq: 9 }))
    world.receive(event("Message", { channel: "ops", from: "bob", ...said(10, "ten") }))
    const unread = { channel: "ops", read: 3, last: 9, unread: 6 } as never
    world.act({ _tag: "Unread", channels: [unread] })
    assert.strictEqual(world.conversation("ops").unread, 7)
    // One that is not loaded, and one that was read.
    world.receive(changed("Deleted", 11, { target: 5 })).receive(changed("Deleted", 12, { target: 2 }))
    assert.strictEqual(world.conversation("ops").unread, 6)
    world.receive(event("ReadMarker", { channel: "ops", username: "ann", seq: 9 }))
    assert.strictEqual(world.conversation("ops").unread, 1)
  })

  it("counts nothing twice that the service has counted before it came", () => {
    const world = late(0).receive(joined("@bob", ["ann", "bob"], { seq: 2 }))
    world.act({ _tag: "Unread", channels: [{ channel: "@bob", read: 0, last: 2, unread: 2 } as never] })
    for (const seq of [1, 2, 3]) {
      world.receive(event("Message", { channel: "@bob", from: "bob", ...said(seq, `${seq}`) }))
    }
    const { mentions, unread } = world.conversation("@bob")
    assert.deepStrictEqual([unread, mentions], [3, 3])
  })
})

describe("Update: channels and rights", () => {
  it("asks for what owners and moderators want", () => {
    const world = late(0).joins("lobby", "bob", "x y")
    for (const command of [
      "/create ops private all down",
      "/private",
      "/slow 10",
      "/rename tea",
      "/invite x y",
      "/kick x y spam",
      "/ban eve 2h spam",
      "/ban 192.0.2.0/24",
      "/unban eve",
      "/mute bob 10m",
      "/unmute bob",
      "/role bob moderator",
      "/role bob none",
      "/block eve",
    ]) {
      world.enter(command)
    }
    assert.deepStrictEqual(
      world.intents().flatMap((intent) => (intent._tag === "Administer" ? [intent.call as object] : [])),
      [
        ["createChannel", "ops", { access: "private", topic: "all down" }],
        ["configure", "lobby", { access: "private" }],
        ["configure", "lobby", { slowMode: 10_000 }],
        ["rename", "lobby", "tea"],
        ["invite", "lobby", "x y"],
        ["kick", "lobby", "x y", "spam"],
        ["ban", "lobby", { username: "eve" }, { duration: 7_200_000, reason: "spam" }],
        ["ban", "lobby", { address: "192.0.2.0/24" }, { duration: undefined, reason: undefined }],
        ["unban", "lobby", { username: "eve" }],
        ["mute", "lobby", "bob", { duration: 600_000, reason: undefined }],
        ["unmute", "lobby", "bob"],
        ["setRole", "lobby", "bob", "moderator"],
        ["setRole", "lobby", "bob", undefined],
        ["block", "eve"],
      ],
    )
    assert.match(world.enter("/role bob king").screen().at(-1)!, /\/role bob moderator/)
    assert.match(world.enter("/block").screen().at(-1)!, /\/block eve/)
    const direct = late(0)
      .receive(joined("@bob", ["ann", "bob"]))
      .press("down", { alt: true })
      .enter("/block")
    assert.deepInclude(direct.intents().at(-1), { call: ["block", "bob"] })
  })

  it("goes into the channel that was made, and says what was done", () => {
    const world = late(0)
    world.act({ _tag: "AdministrationDone", call: ["createChannel", "ops", {}], done: "#ops is yours." })
    assert.deepStrictEqual(world.intents(), [{ _tag: "Join", channel: "ops" }])
    assert.strictEqual(world.model.current, "ops")
    assert.strictEqual(world.screen().at(-1), "· #ops is yours.")
  })

  it("follows a channel that is called differently", () => {
    const world = late(0).says("bob", "one").type("a draft")
    world.receive(event("Renamed", { channel: "lobby", name: "tea", by: "bob" })).says("bob", "two", "tea")
    assert.strictEqual(world.model.current, "tea")
    assert.deepStrictEqual(contents(world), ["one", "two"])
    assert.include(world.screen().join("\n"), "bob renamed #lobby to #tea.")
    assert.strictEqual(world.model.editor.text, "a draft")
  })

  it("tells of roles, invitations and those who are thrown out", () => {
    const world = late(0)
    world.receive(event("RoleChanged", { channel: "lobby", username: "ann", role: "moderator", by: "bob" }))
    world.receive(event("Kicked", { channel: "lobby", username: "eve", by: "bob", reason: "spam" }))
    world.receive(event("Invited", { channel: "ops", by: "bob" }))
    assert.deepStrictEqual(world.screen().slice(-3), [
      "· You have the role moderator now (bob).",
      "· bob threw eve out: spam",
      "· bob invites you into #ops: /join ops",
    ])
  })

  it("shows what was found, whom one has blocked, and what a channel is", () => {
    const world = late(0).enter("/search red fish")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Search", words: "red fish" }])
    const hits = [{ channel: "ops", message: { type: "Message", from: "bob", ...said(3, "a red\nfish") } }]
    world.act({ _tag: "SearchResult", words: "red fish", result: { type: "SearchResult", hits } as never })
    assert.match(world.screen().join("\n"), /Found for "red fish".*\n· #ops .* bob: a red fish/)
    world.act({ _tag: "SearchResult", words: "x", result: { type: "SearchResult", hits: [] } as never })
    assert.match(world.screen().join("\n"), /Nothing was found for "x"/)
    world.act({ _tag: "BlockedUsers", usernames: ["eve"] as never })
    assert.strictEqual(world.screen().at(-1), "· Blocked: eve")
    const info = {
      type: "ChannelInfo",
      channel: "ops",
      topic: "tea",
      access: "private",
      archived: false,
      slow_mode: 10_000,
      durability: "disk",
      role: "owner",
      roles: [{ username: "ann", role: "owner" }],
      sanctions: [{ kind: "ban", username: "eve", reason: "spam" }],
    }
    world.act({ _tag: "ChannelInfo", info: info as never })
    const text = world.screen().join("\n")
    for (const part of ["#ops: private, a message every 10 s", "topic: tea", "owners: ann", "eve is kept out: spam"]) {
      assert.include(text, part)
    }
  })

  it("says who may do what, as a refusal has promised", () => {
    const shown = (fields: Record<string, unknown>) => {
      const info = { type: "ChannelInfo", topic: "", access: "public", archived: false, slow_mode: 0, roles: [] }
      const world = late(0).act({ _tag: "ChannelInfo", info: { ...info, durability: "disk", ...fields } as never })
      return world.screen().join("\n").replaceAll(/\n +/g, " ")
    }
    const ops = shown({ channel: "ops", roles: [{ username: "bob", role: "owner" }] })
    for (const part of [
      "owners: bob",
      "everybody may speak",
      "you are none of these",
      "people with the role member, moderators and owners may set the topic",
      "moderators and owners may let people in or throw them out and take away what others said",
      "owners may rename it, and say what it is",
      "administrators of the service may do all of it",
    ]) {
      assert.include(ops, part)
    }
    assert.include(shown({ channel: "ops", access: "readonly" }), "moderators and owners may speak, set the topic,")
    assert.include(shown({ channel: "ops", archived: true }), "nobody may speak")
    const lobby = shown({ channel: "lobby" })
    assert.include(lobby, "it belongs to nobody: administrators of the service may do all of it")
    assert.notInclude(lobby, "rename")
    assert.notInclude(shown({ channel: "@bob" }), " may ")
    const forbidden = new RequestError({ reason: "Forbidden" })
    assert.match(explained(forbidden), /: \/info shows who may$/)
    const special = new RequestError({ reason: "Forbidden", detail: "Not to yourself" })
    assert.strictEqual(explained(special), "Not to yourself")
  })
})
