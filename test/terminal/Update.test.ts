import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import { Seq } from "../../src/domain/Seq.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { Username } from "../../src/domain/Username.ts"
import { banner } from "../../src/terminal/Banner.ts"
import { masked } from "../../src/terminal/update/password.ts"
import type { Entry } from "../../src/terminal/Model.ts"
import { event, joined, noon, World } from "./world.ts"

const lobby = (...names: ReadonlyArray<string>) => {
  const world = new World().joins("lobby", ...names)
  world.intents()
  return world
}

const textOf = (entry: Entry): string => (entry._tag === "Notice" ? entry.text : "")

/** An id of this run. */
const id = (at: number) => MessageId.make(`run-${at}`)

describe("Update: saying something", () => {
  it("shows it at once, sends it once, and settles it when it comes back", () => {
    const world = lobby().enter("hello")
    assert.deepStrictEqual(world.intents(), [
      { _tag: "Typing", channel: "lobby" },
      { _tag: "Publish", channel: "lobby", id: id(0), content: "hello" },
    ])
    assert.strictEqual(world.shown.entries.at(-1)!._tag, "Unsent")
    world.says("ann", "hello", "lobby", { id: id(0) })
    world.act({ _tag: "Published", channel: "lobby", id: id(0), seq: Seq.make(1) })
    assert.deepStrictEqual(
      world.shown.entries.filter(({ _tag }) => _tag !== "Notice").map(({ _tag }) => _tag),
      ["Message"],
    )
  })

  it("shows it once where the acknowledgement is faster, and where the event never comes", () => {
    const world = lobby().enter("hello")
    world.act({ _tag: "Published", channel: "lobby", id: id(0), seq: Seq.make(1) })
    assert.strictEqual(world.shown.entries.at(-1)!._tag, "Message")
    world.says("ann", "hello", "lobby", { id: id(0) })
    assert.strictEqual(world.shown.entries.filter(({ _tag }) => _tag === "Message").length, 1)
    // Nor does it count as missed later.
    world.receive(joined("lobby", ["ann"], { seq: 1 }))
    assert.notInclude(world.screen().join("\n"), "missed")
  })

  it("says why it was not sent", () => {
    const world = lobby().enter("hello")
    world.act({ _tag: "NotPublished", channel: "lobby", id: id(0), why: "The message is too long" })
    assert.include(world.screen().join("\n"), "not sent: The message is too long")
  })

  it("sends nothing that is empty, and a slash that is doubled", () => {
    const world = lobby().press("enter").enter("   ").enter("//shrug")
    assert.deepStrictEqual(
      world.intents().flatMap((intent) => (intent._tag === "Publish" ? [intent.content] : [])),
      ["/shrug"],
    )
  })

  it("keeps what is said before it is let in, and sends it then", () => {
    const world = new World()
    world.enter("early")
    assert.deepStrictEqual(world.intents(), [])
    world.joins("lobby")
    assert.deepStrictEqual(
      world.intents().map(({ _tag }) => _tag),
      ["Publish"],
    )
    // It is not shown again after a reconnection.
    world.joins("lobby")
    assert.deepStrictEqual(world.intents(), [])
  })

  it("takes a paste of many lines as one message, and a line break where one is asked for", () => {
    const world = lobby().act({ _tag: "Pasted", text: "one\r\ntwo\nthree\n" })
    world.press("enter", { alt: true }).type("four").press("text", { ctrl: true, text: "j" }).enter("five")
    const [publish] = world.intents().filter(({ _tag }) => _tag === "Publish")
    assert.deepInclude(publish, { content: "one\ntwo\nthree\nfour\nfive" })
  })

  it("sends what waited while it came back after it was put out, also where something was missed", () => {
    const world = lobby("bob")
      .says("bob", "one")
      .receive(event("Left", { channel: "lobby" }))
    world.enter("/join lobby").enter("hello?").intents()
    world.receive(joined("lobby", ["ann", "bob"], { seq: 9 }))
    world.receive(event("Missed", { channel: "lobby", from: 2, to: 9 }))
    assert.include(world.screen().join("\n"), "8 messages were missed")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Publish", channel: "lobby", id: id(0), content: "hello?" }])
  })

  it("leaves out blank lines around a message, and no others", () => {
    const world = lobby().act({ _tag: "Pasted", text: "\r\n  \r\n  one\r\n\r\n two  \r\n" }).press("enter")
    const [publish] = world.intents().filter(({ _tag }) => _tag === "Publish")
    assert.deepInclude(publish, { content: "  one\n\n two" })
  })

  it("keeps of each conversation what was begun there", () => {
    const world = lobby().joins("ops").type("for the lobby").press("down", { alt: true })
    assert.strictEqual(world.model.editor.text, "")
    world.type("for ops").press("up", { alt: true })
    assert.deepStrictEqual(world.model.editor, { text: "for the lobby", cursor: 13 })
    assert.strictEqual(world.press("down", { alt: true }).model.editor.text, "for ops")
  })

  it("takes what was sent and is changed for a draft", () => {
    const world = lobby().enter("first").enter("second").press("up").type("!").press("up").press("down")
    assert.strictEqual(world.model.editor.text, "second!")
  })

  it("gets back what was sent before, and the draft that was begun", () => {
    const world = lobby().enter("first").enter("second").type("draft")
    assert.strictEqual(world.press("up").model.editor.text, "second")
    assert.strictEqual(world.press("up").model.editor.text, "first")
    assert.strictEqual(world.press("up").model.editor.text, "first")
    assert.strictEqual(world.press("down").press("down").model.editor.text, "draft")
  })

  it("tells that one is typing, not more often than every two seconds, and not of commands", () => {
    const world = lobby().type("hello")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Typing", channel: "lobby" }])
    world.after(2000).type("!")
    assert.strictEqual(world.intents().length, 1)
    world.after(2000).press("text", { ctrl: true, text: "u" }).type("/status")
    assert.deepStrictEqual(world.intents(), [])
  })
})

describe("Update: hearing", () => {
  it("counts what is not in sight, and forgets it when it is looked at", () => {
    const world = lobby().joins("ops", "bob").says("bob", "one", "ops").says("bob", "two", "ops")
    assert.strictEqual(world.conversation("ops").unread, 2)
    assert.strictEqual(world.title, "* #lobby – natter")
    world.press("text", { ctrl: true, text: "n" })
    assert.deepStrictEqual([world.shown.name, world.shown.unread], ["ops", 0])
    assert.include(world.screen().join("\n"), " new ")
    world.press("text", { ctrl: true, text: "p" }).press("text", { ctrl: true, text: "n" })
    assert.notInclude(world.screen().join("\n"), " new ")
    assert.strictEqual(world.title, "#ops – natter")
  })

  it("is told when one is named, as a word, by others only", () => {
    const world = lobby("bob").says("bob", "Ann: look").says("bob", "Annabel is here").says("ann", "ann is me")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Notify", title: "bob in #lobby", text: "Ann: look" }])
    world.joins("ops", "bob").says("bob", "@ann?", "ops")
    assert.strictEqual(world.conversation("ops").mentions, 1)
    assert.strictEqual(world.title, "(1) #lobby – natter")
    world.press("text", { alt: true, text: "a" })
    assert.strictEqual(world.shown.name, "ops")
  })

  it("keeps what one reads in sight while more comes", () => {
    const world = lobby("bob")
    for (let at = 0; at < 100; at++) world.says("bob", `message ${at}`)
    world.press("pageUp").press("pageUp")
    const before = world.screen()
    world.says("bob", "one more").says("cy", "and another")
    assert.deepStrictEqual(world.screen(), before)
    assert.strictEqual(world.shown.unread, 2)
    world.press("end", { ctrl: true })
    assert.strictEqual(world.shown.unread, 0)
    assert.strictEqual(world.screen().at(-1), "  and another")
  })

  it("keeps what one reads in sight when the terminal becomes another", () => {
    const world = lobby("bob")
    for (let at = 0; at < 100; at++) world.says("bob", `message ${at} ${"of many words ".repeat(at % 9)}`)
    world.press("pageUp").press("pageUp")
    const last = world.screen().at(-1)!.split(" ").slice(0, 4).join(" ")
    for (const columns of [40, 120, 60, 80]) {
      world.act({ _tag: "Resized", size: { columns, rows: 24 } })
      const { scroll } = world.shown
      assert.isAbove(scroll, 0)
      world.act({ _tag: "Resized", size: { columns: 80, rows: 24 } })
      assert.include(world.screen().join("\n"), last)
    }
  })

  it("draws the line again above what is new, once all was read", () => {
    const world = lobby("bob")
    for (let at = 0; at < 40; at++) world.says("bob", `message ${at}`)
    const news = () => world.screen().findIndex((row) => row.includes(" new "))
    world.press("pageUp").says("bob", "first").press("end", { ctrl: true })
    assert.strictEqual(world.screen()[news() + 1], "  first")
    world.press("pageUp").says("bob", "second").says("bob", "third").press("end", { ctrl: true })
    assert.strictEqual(world.screen()[news() + 1], "  second")
  })

  it("says who came and went on one line, and nothing of who did both", () => {
    const world = lobby()
    const change = (version: number, joined: Array<string>, left: Array<string>) =>
      world.receive(
        event("Presence", {
          channel: "lobby",
          version,
          count: 3,
          joined: joined.map((username) => ({ username, status: "online" })),
          left,
        }),
      )
    change(1, ["bob", "cy"], [])
    change(2, ["dan"], ["cy"])
    assert.strictEqual(world.screen().at(-1), "· bob, dan joined")
    change(3, [], ["bob", "dan"])
    assert.notInclude(world.screen().join("\n"), "joined")
    change(4, ["e1", "e2", "e3", "e4", "e5", "e6", "e7"], [])
    assert.strictEqual(world.screen().at(-1), "· e1, e2, e3, e4, e5 and 2 more joined")
  })

  it("takes it for no news that everybody comes back after a restart of the service", () => {
    const presence = (version: number, fields: Record<string, unknown>) =>
      event("Presence", { channel: "lobby", version, count: 1, ...fields })
    const here = (...names: ReadonlyArray<string>) => names.map((username) => ({ username, status: "online" }))
    const notices = (world: World) =>
      world.shown.entries
        .filter(({ _tag }) => _tag === "Notice")
        .map(textOf)
        .slice(1)
    const world = lobby("bob", "cy", "dan", "eve")
    // The one was put out a moment before the other.
    world.receive(presence(1, { left: ["cy", "dan"] }))
    assert.deepStrictEqual(notices(world), ["cy, dan left"])
    world.after(5000).receive(joined("lobby", ["ann"], { presence: 0 }))
    world.receive(presence(1, { joined: here("bob", "fay") })).receive(presence(2, { joined: here("cy") }))
    assert.deepStrictEqual(notices(world), ["fay joined · dan left"])
    // Who does not come back has left, once.
    world.after(61_000).after(1000)
    assert.deepStrictEqual(notices(world), ["fay joined · dan, eve left"])
    // From then on who comes has come.
    world.receive(presence(3, { joined: here("eve") })).receive(presence(4, { left: ["bob"] }))
    assert.deepStrictEqual(notices(world), ["fay joined · dan, bob left"])
  })

  it("says how much was missed, where history does not reach back", () => {
    const world = lobby("bob").says("bob", "one")
    world.receive(joined("lobby", ["ann", "bob"], { seq: 4 }))
    world.receive(event("Missed", { channel: "lobby", from: 2, to: 4 }))
    assert.include(world.screen().join(" "), "· 3 messages were missed meanwhile: history does not reach back")
    world.receive(joined("lobby", ["ann", "bob"], { seq: 4 }))
    assert.strictEqual(world.shown.entries.filter(({ _tag }) => _tag === "Notice").length, 2)
  })

  it("shows who is typing, for as long as that holds", () => {
    const world = lobby("bob").receive(event("UserTyping", { channel: "lobby", username: "bob" }))
    assert.deepStrictEqual([...world.shown.typing.keys()].map(String), ["bob"])
    world.after(6000)
    assert.strictEqual(world.shown.typing.size, 0)
    world.receive(event("UserTyping", { channel: "lobby", username: "bob" })).says("bob", "there")
    assert.strictEqual(world.shown.typing.size, 0)
  })

  it("shows nobody as typing who is gone or may not speak", () => {
    const ended: ReadonlyArray<(world: World) => void> = [
      (world) => world.receive(event("Kicked", { channel: "lobby", username: "bob", by: "cy" })),
      (world) => world.receive(event("Presence", { channel: "lobby", version: 1, count: 1, left: ["bob"] })),
      (world) => world.receive(event("UserTyping", { channel: "lobby", username: "bob", stopped: true })),
      (world) => world.act({ _tag: "AdministrationDone", call: ["mute", "lobby", "Bob"], done: undefined }),
      (world) =>
        world.act({ _tag: "AdministrationDone", call: ["ban", "lobby", { username: "bob" }], done: undefined }),
      (world) => world.receive(event("Left", { channel: "lobby" })),
      (world) => world.joins("lobby"),
    ]
    for (const end of ended) {
      const world = lobby("bob", "eve")
      for (const username of ["bob", "eve"]) world.receive(event("UserTyping", { channel: "lobby", username }))
      end(world)
      assert.notInclude([...world.shown.typing.keys()].map(String), "bob", String(end))
    }
  })

  it("tells of topics, and of being put out", () => {
    const world = lobby("bob").receive(event("TopicChanged", { channel: "lobby", topic: "tea", by: "bob" }))
    assert.strictEqual(world.shown.topic, "tea")
    world.receive(event("Left", { channel: "lobby" }))
    assert.isUndefined(world.shown.roster)
    assert.include(world.screen().join(" "), "put you out of #lobby")
    assert.deepStrictEqual(world.enter("/join lobby").intents(), [{ _tag: "Join", channel: "lobby" }])
  })

  it("keeps the last two thousand entries", () => {
    const world = lobby("bob")
    for (let at = 0; at < 2100; at++) world.says("bob", `message ${at}`)
    assert.strictEqual(world.shown.entries.length, 2000)
    for (let at = 0; at < 200; at++) world.joins(`channel${at}`)
    assert.strictEqual(world.model.conversations.length, 160)
    assert.include(world.enter("/join onemore").screen().join(" "), "as many channels as can be")
  })
})

describe("Update: commands", () => {
  it("enters and leaves channels", () => {
    const world = lobby().enter("/join #ops")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Join", channel: "ops" }])
    assert.strictEqual(world.model.current, "ops")
    world.joins("ops").enter("/leave")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Leave", channel: "ops" }])
    assert.strictEqual(world.model.current, "lobby")
    world.receive(event("Left", { channel: "ops", ref: 7 }))
    world.enter("/leave")
    assert.match(world.screen().at(-1)!, /only one/)
  })

  it("says so where it cannot get in", () => {
    const world = lobby().enter("/join ops").enter("hello?")
    world.act({ _tag: "NotJoined", channel: "ops", why: "The server can open no more channels" })
    assert.include(world.screen().join("\n"), "not sent: The server can open no more channels")
    assert.include(world.screen().join("\n"), "ops: The server can open no more channels")
  })

  it("leaves nothing behind of what cannot be entered", () => {
    const why = "There is no such user: look at the spelling"
    const world = lobby().joins("ops").enter("/msg nobodyatall")
    assert.strictEqual(world.model.current, "@nobodyatall")
    world.act({ _tag: "NotJoined", channel: "@nobodyatall", why })
    assert.deepStrictEqual(
      world.model.conversations.map(({ name }) => name),
      ["lobby", "ops"],
    )
    assert.strictEqual(world.model.current, "lobby")
    assert.include(world.screen().at(-1)!, `@nobodyatall: ${why}`)
    // What was to be said is not lost.
    world.enter("/msg nobodyatall are you there?").act({ _tag: "NotJoined", channel: "@nobodyatall", why })
    assert.strictEqual(world.model.editor.text, "/msg nobodyatall are you there?")
    assert.lengthOf(world.model.conversations, 2)
    world.press("text", { ctrl: true, text: "c" }).enter("/join secret")
    world.act({ _tag: "NotJoined", channel: "secret", why: "It is private" })
    assert.lengthOf(world.model.conversations, 2)
    // One in which one was stays, whatever happens to it.
    world.receive(event("Left", { channel: "ops" })).act({ _tag: "NotJoined", channel: "ops", why: "Banned" })
    assert.lengthOf(world.model.conversations, 2)
  })

  it("talks to somebody alone", () => {
    const world = lobby("Bob").enter("/msg bob psst")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Join", channel: "@Bob" }])
    assert.strictEqual(world.model.current, "@Bob")
    assert.match(lobby().enter("/msg ANN hello").screen().at(-1)!, /That is you/)
  })

  it("goes by the server's spelling of a name, and shows nothing twice", () => {
    const world = lobby().enter("/msg bob psst")
    world.intents()
    world.joins("@Bob", "Bob")
    assert.deepStrictEqual(
      world.intents().map((intent) => (intent._tag === "Publish" ? [intent.channel, intent.content] : intent._tag)),
      [["@Bob", "psst"]],
    )
    assert.strictEqual(world.model.current, "@Bob")
    world.says("Bob", "yes?", "@Bob", { id: "b-1" }).says("Bob", "yes?", "@Bob", { id: "b-1" })
    assert.strictEqual(world.shown.entries.filter(({ _tag }) => _tag === "Message").length, 1)
  })

  it("shows who is here and how present", () => {
    const world = lobby("bob").receive(
      event("Presence", {
        channel: "lobby",
        version: 1,
        count: 2,
        changed: [{ username: "bob", status: "away", text: "lunch" }],
      }),
    )
    assert.strictEqual(world.enter("/users").screen().at(-1), `· 2 here: ann, bob (away: "lunch")`)
    // What bob says of itself is no other member.
    world.receive(
      event("Presence", {
        channel: "lobby",
        version: 2,
        count: 2,
        changed: [{ username: "bob", status: "online", text: 'x"), root ("online' }],
      }),
    )
    assert.strictEqual(world.enter("/users").screen().at(-1), `· 2 here: ann, bob ("x'), root ('online")`)
  })

  it("passes on status, topic and what else is for the server", () => {
    const world = lobby().enter("/status busy thinking").enter("/topic tea").enter("/channels").enter("/quit")
    assert.deepStrictEqual(world.intents(), [
      { _tag: "SetStatus", status: "busy", text: "thinking" },
      { _tag: "SetTopic", channel: "lobby", topic: "tea" },
      { _tag: "ListChannels" },
      { _tag: "Quit" },
    ])
    world.act({
      _tag: "Channels",
      page: { type: "Channels", channels: [{ channel: "ops", topic: "all down", count: 3 }] } as never,
    })
    assert.strictEqual(world.screen().at(-1), "· #ops  3 here  all down")
  })

  it("tells what it does not know", () => {
    assert.match(lobby().enter("/jion ops").screen().at(-1)!, /did you mean \/join/)
  })

  it("comes back at once only when it is away", () => {
    const world = lobby()
    assert.match(world.enter("/reconnect").screen().at(-1)!, /connected/)
    const because = new Disconnect({ reason: "ConnectionLost" })
    world.act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 0, until: noon + 5000 } })
    assert.deepStrictEqual(world.press("text", { ctrl: true, text: "r" }).intents(), [{ _tag: "Retry" }])
    assert.deepStrictEqual(world.enter("/reconnect").intents(), [{ _tag: "Retry" }])
  })
})

describe("Update: the password", () => {
  const because = new RequestError({ reason: "InvalidToken" })
  const asked = () =>
    lobby()
      .type("a draft")
      .act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 0, until: noon } })
      .act({ _tag: "PasswordNeeded" })

  it("is asked for when the token is no longer good, is shown to nobody, and signs in", () => {
    const world = asked()
    world.intents()
    assert.include(banner(world.model)!, "type your password")
    world.type("secre").press("backspace")
    world.act({ _tag: "Pasted", text: "et\n" })
    assert.strictEqual(masked(world.model.password!).text, "\u2022".repeat(6))
    assert.strictEqual(world.model.editor.text, "a draft")
    assert.deepStrictEqual(world.press("enter").intents(), [{ _tag: "SignIn", password: Redacted.make("secret") }])
    assert.strictEqual(world.model.password, undefined)
    assert.isEmpty(world.model.sent)
  })

  it("can be left without one", () => {
    assert.deepStrictEqual(asked().press("enter").press("text", { ctrl: true, text: "c" }).intents().at(-1), {
      _tag: "Quit",
    })
    assert.strictEqual(asked().type("wrong").press("text", { ctrl: true, text: "u" }).model.password?.text, "")
  })
})

describe("Update: direct conversations", () => {
  const direct = (name: string, fields: Record<string, unknown> = {}) => joined(`@${name}`, ["ann", name], fields)

  const says = (world: World, seq: number, content: string, fields: Record<string, unknown> = {}) =>
    world.receive(event("Message", { channel: "@Bob", from: "Bob", content, seq, timestamp: noon + seq, ...fields }))

  it("is called as the server calls it, whatever was typed", () => {
    const world = lobby().enter("/msg bob psst")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Join", channel: "@bob" }])
    world.receive(direct("Bob"))
    assert.deepStrictEqual(
      world.model.conversations.map(({ name }) => name),
      ["lobby", "@Bob"],
    )
    assert.strictEqual(world.model.current, "@Bob")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Publish", channel: "@Bob", id: id(0), content: "psst" }])
    assert.include(world.screen().join("\n"), "Only you and Bob read this.")
    world.act({ _tag: "NotPublished", channel: "@bob", id: id(0), why: "Bob is gone" })
    assert.include(world.screen().join("\n"), "not sent: Bob is gone")
    world.press("up", { alt: true }).enter("/query BOB").intents()
    assert.strictEqual(world.model.current, "@Bob")
  })

  it("finds names with spaces in them, and the longest", () => {
    const world = lobby("Bob", "Bob the Builder")
    world.enter("/msg bob the builder can we fix it?")
    assert.strictEqual(world.model.current, "@Bob the Builder")
    assert.deepInclude(world.shown.entries.at(-1), { content: "can we fix it?" })
    world.enter("/msg bob the other one")
    assert.strictEqual(world.model.current, "@Bob")
    assert.deepInclude(world.shown.entries.at(-1), { content: "the other one" })
    world.enter("/msg bobby hi")
    assert.strictEqual(world.model.current, "@bobby")
  })

  it("opens when somebody speaks, counts, and tells once of many", () => {
    const world = lobby("Bob").receive(direct("Bob", { seq: 4 }))
    says(world, 5, "old")
    says(world, 6, "hello")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Notify", title: "Bob", text: "old" }])
    assert.deepStrictEqual([world.conversation("@Bob").unread, world.title], [2, "(2) #lobby – natter"])
    world.after(1000)
    says(world, 7, "hey")
    assert.deepStrictEqual(world.intents(), [{ _tag: "Notify", title: "Bob", text: "hey" }])
  })

  it("knows what it hears again, and what it does not", () => {
    const world = lobby("Bob").receive(direct("Bob"))
    says(world, 1, "one")
    says(world, 2, "two")
    world.receive(direct("Bob", { seq: 3 }))
    says(world, 2, "two")
    says(world, 3, "three")
    const said = () =>
      world.conversation("@Bob").entries.flatMap((entry) => ("content" in entry ? [entry.content] : []))
    assert.deepStrictEqual(said(), ["one", "two", "three"])
    assert.strictEqual(world.conversation("@Bob").unread, 3)
    // A server that has lost its history numbers a new one.
    world.receive(direct("Bob", { seq: 0 })).receive(event("HistoryChanged", { channel: "@Bob" }))
    says(world, 1, "another one", { timestamp: noon + 60_000 })
    assert.deepStrictEqual(said(), ["one", "two", "three", "another one"])
  })

  it("says nothing of who comes into it", () => {
    const world = lobby("Bob").receive(direct("Bob"))
    const before = world.conversation("@Bob").entries
    world.receive(event("Presence", { channel: "@Bob", version: 1, count: 1, left: ["Bob"], joined: [], changed: [] }))
    assert.strictEqual(world.conversation("@Bob").entries, before)
    assert.strictEqual(world.conversation("@Bob").roster?.count, 1)
  })

  it("enters again with the first word, when it was left for its silence", () => {
    const world = lobby("Bob").receive(direct("Bob")).enter("/msg bob")
    world.receive(event("Left", { channel: "@Bob" }))
    assert.notInclude(world.screen().join("\n"), "put you out")
    world.enter("are you there?").enter("hello?")
    assert.deepStrictEqual(
      world.intents().filter(({ _tag }) => _tag !== "Typing"),
      [{ _tag: "Join", channel: "@Bob" }],
    )
    world.receive(direct("Bob"))
    assert.deepStrictEqual(
      world.intents().map(({ _tag }) => _tag),
      ["Publish", "Publish"],
    )
  })
})

describe("Update: keys", () => {
  it("leaves when what was said is sent, or refused", () => {
    const world = lobby().enter("hello")
    world.intents()
    assert.deepStrictEqual(world.enter("/quit").intents(), [])
    world.act({ _tag: "Published", channel: "lobby", id: id(0), seq: Seq.make(1) })
    assert.deepInclude(world.intents(), { _tag: "Quit" })
    const other = lobby().enter("hello").press("text", { ctrl: true, text: "c" })
    other.act({ _tag: "NotPublished", channel: "lobby", id: id(0), why: "no" })
    assert.notDeepInclude(other.intents(), { _tag: "Quit" })
    const third = lobby().enter("hello").press("text", { ctrl: true, text: "c" }).type("no, wait")
    third.act({ _tag: "Published", channel: "lobby", id: id(0), seq: Seq.make(1) })
    assert.notDeepInclude(third.intents(), { _tag: "Quit" })
  })

  it("does not lose what cannot be sent for one key too many", () => {
    const world = lobby()
    const because = new Disconnect({ reason: "ConnectionLost" })
    world.act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 0, until: noon + 5000 } }).enter("hello")
    world.intents()
    assert.deepStrictEqual(world.press("text", { ctrl: true, text: "c" }).intents(), [])
    assert.match(world.screen().join(" "), /A message is not sent yet/)
    assert.deepStrictEqual(world.after(31_000).enter("/quit").intents(), [])
    assert.deepStrictEqual(world.press("text", { ctrl: true, text: "d" }).intents(), [{ _tag: "Quit" }])
  })

  it("stops the draft first, then the program", () => {
    const world = lobby().type("something").press("text", { ctrl: true, text: "c" })
    assert.strictEqual(world.model.editor.text, "")
    assert.strictEqual(world.press("up").model.editor.text, "something")
    world.press("text", { ctrl: true, text: "c" }).intents()
    // Pressed once too often it leaves nothing, and much later it is as at first.
    assert.deepStrictEqual(world.press("text", { ctrl: true, text: "c" }).intents(), [])
    assert.strictEqual(world.model.said?.text, "Ctrl+C again leaves.")
    assert.deepStrictEqual(world.after(10_000).press("text", { ctrl: true, text: "c" }).intents(), [])
    assert.deepStrictEqual(world.press("text", { ctrl: true, text: "c" }).intents(), [{ _tag: "Quit" }])
    assert.deepStrictEqual(lobby().press("text", { ctrl: true, text: "d" }).intents(), [{ _tag: "Quit" }])
  })

  it("goes to a channel by its number", () => {
    const world = lobby().joins("ops").joins("dev").press("text", { alt: true, text: "3" })
    assert.strictEqual(world.model.current, "dev")
    assert.strictEqual(world.press("text", { alt: true, text: "9" }).model.current, "dev")
    assert.strictEqual(world.press("down", { alt: true }).model.current, "lobby")
  })

  it("completes, goes round, and takes what stands there", () => {
    const world = lobby("bob", "bert").says("bob", "hi").type("b").press("tab")
    assert.strictEqual(world.model.editor.text, "bob: ")
    assert.strictEqual(world.press("tab").model.editor.text, "bert: ")
    assert.strictEqual(world.press("tab").model.editor.text, "bob: ")
    assert.strictEqual(world.press("tab", { shift: true }).model.editor.text, "bert: ")
    world.type("hello @b").press("tab")
    assert.strictEqual(world.model.editor.text, "bert: hello @bob ")
    assert.isUndefined(world.type("x").model.completion)
  })

  it("completes nothing that there is no room for", () => {
    const draft = `${"x".repeat(15_980)} b`
    const world = lobby("bob").act({ _tag: "Pasted", text: draft }).press("tab")
    assert.strictEqual(world.model.editor.text, draft)
  })

  it("completes commands and what belongs to them", () => {
    assert.strictEqual(lobby().type("/jo").press("tab").model.editor.text, "/join ")
    assert.strictEqual(lobby().type("/status b").press("tab").model.editor.text, "/status busy ")
    assert.strictEqual(lobby().joins("ops").type("/leave #o").press("tab").model.editor.text, "/leave #ops ")
    assert.strictEqual(lobby().joins("ops").type("see #o").press("tab").model.editor.text, "see #ops ")
    assert.strictEqual(lobby().type("zz").press("tab").model.editor.text, "zz")
  })

  it("searches from the newest up, and comes back", () => {
    const world = lobby("bob")
    for (let at = 0; at < 100; at++) world.says("bob", at % 40 === 0 ? `needle ${at}` : `hay ${at}`)
    world.press("text", { ctrl: true, text: "f" }).type("needle")
    assert.strictEqual(world.model.search!.hits.length, 3)
    assert.include(world.screen().join("\n"), "needle 80")
    world.press("enter")
    assert.include(world.screen().join("\n"), "needle 40")
    world.press("up").press("up").press("up")
    assert.include(world.screen().join("\n"), "needle 0")
    world.press("down")
    assert.include(world.screen().join("\n"), "needle 40")
    world.press("escape")
    assert.include(world.screen().join("\n"), "hay 99")
    assert.isUndefined(world.model.search)
    assert.strictEqual(world.enter("/find needle").model.search!.hits.length, 3)
    // From the scroll position before the search, and back to it.
    world.press("escape").press("pageUp").press("pageUp")
    const { scroll } = world.shown
    world.press("text", { ctrl: true, text: "f" }).type("needle 0").press("pageDown").press("escape")
    assert.strictEqual(world.shown.scroll, scroll)
  })

  it("finds the line in a message that is higher than the window", () => {
    const world = lobby("bob").says("bob", Array.from({ length: 60 }, (_, at) => `line ${at}.`).join("\n"))
    world.press("text", { ctrl: true, text: "f" }).type("line 7.")
    assert.include(world.screen().join("\n"), "line 7.")
  })

  it("says to whom is new that the name is registered, and to the first that the service is theirs to administer", () => {
    const told = (role: "admin" | "member") => {
      const world = new World({ columns: 200, rows: 24 })
      world.model = { ...world.model, page: "https://chat.example.org" }
      const username = Username.make("ann")
      world.act({ _tag: "Connection", state: { _tag: "Returning", because: { message: "x" } as never, attempt: 1 } })
      world.act({ _tag: "Connection", state: { _tag: "Online", username, version: 2, registered: true, role } })
      return world.screen().join(" ").replaceAll(/\s+/g, " ")
    }
    assert.match(told("member"), /You are new here: ann is registered now/)
    assert.notMatch(told("member"), /administer/)
    assert.match(told("admin"), /you administer this service: https:\/\/chat\.example\.org\/admin/)
  })

  it("shows the help over everything until it is closed", () => {
    const world = lobby().enter("/help")
    assert.strictEqual(world.model.help, 0)
    assert.strictEqual(world.press("pageDown").model.help, 1)
    assert.strictEqual(world.type("x").model.editor.text, "")
    assert.isUndefined(world.press("escape").model.help)
  })
})
