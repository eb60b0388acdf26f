import { assert, describe, it } from "@effect/vitest"
import { Seq } from "../../src/domain/Seq.ts"
import { Username } from "../../src/domain/Username.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { parse } from "../../src/terminal/Commands.ts"
import { layout } from "../../src/terminal/Layout.ts"
import type { Intent } from "../../src/terminal/Action.ts"
import { transferLines } from "../../src/terminal/TransferLine.ts"
import { width } from "../../src/terminal/Width.ts"
import { event, noon, page, World } from "./world.ts"

const lobby = (size?: { readonly columns: number; readonly rows: number }) => {
  const world = new World(size).joins("lobby", "bob")
  world.act({ _tag: "Connection", state: { _tag: "Online", username: Username.make("ann"), version: 2 } })
  world.intents()
  return world
}

let files = 0
const fileOf = (name: string, size = 1_258_291) => ({
  id: `00000000-0000-4000-8000-${String(++files).padStart(12, "0")}`,
  name,
  size,
  media_type: "image/png",
  sha256: "ab".repeat(32),
})

/** As a message carries it. */
const shares = (world: World, name: string, content = "", channel = "lobby") => {
  const file = fileOf(name)
  world.says("bob", content, channel, { file })
  return file
}

const only = (world: World): Intent => {
  const intents = world.intents().filter(({ _tag }) => _tag !== "Typing")
  assert.lengthOf(intents, 1)
  return intents[0]!
}

const bars = (world: World): ReadonlyArray<string> => {
  const { columns } = world.model.size
  return transferLines(world.model, { columns, rows: layout(world.model).transfers }).map((line) => line.trimEnd())
}

const screen = (world: World): string => world.screen().join("\n")

describe("a message with a file", () => {
  it("is drawn with its name, size and type, below what is said with it", () => {
    const world = lobby()
    shares(world, "soup.png", "look")
    assert.include(screen(world), "  look\n  [file] soup.png, 1.2 MiB, image/png")
    shares(world, "only.png")
    assert.include(screen(world), "1.2 MiB, image/png\n  [file] only.png")
  })

  it("is drawn so from a page of history, in search results, and in a notification", () => {
    const world = lobby()
    world.receive(event("Left", { channel: "lobby" })).joins("lobby")
    world.model = {
      ...world.model,
      conversations: world.model.conversations.map((one) => ({ ...one, oldest: Seq.make(9) })),
    }
    const file = fileOf("old.png")
    world.act({ _tag: "History", channel: "lobby", page: page("lobby", [{ seq: 1, content: "", file }]) })
    assert.include(screen(world), "  [file] old.png, 1.2 MiB, image/png")
    world.enter("/find old.png")
    assert.strictEqual(world.model.search?.hits.length, 1)
    world.press("escape").joins("@bob", "bob")
    world.after(60_000).intents()
    shares(world, "secret.png", "", "@bob")
    assert.deepInclude(world.intents()[0], { _tag: "Notify", text: "[file] secret.png, 1.2 MiB, image/png" })
  })

  it("has no file any more once it is deleted", () => {
    const world = lobby()
    shares(world, "soup.png", "look")
    assert.deepInclude(world.shown.entries.at(-1), { _tag: "Message", seq: Seq.make(1) })
    world.receive(event("Deleted", { channel: "lobby", seq: 2, id: "x", target: 1, from: "bob", timestamp: noon }))
    assert.notInclude(screen(world), "soup.png")
    assert.deepStrictEqual(world.enter("/get").intents(), [])
    assert.include(screen(world), "No message here that is loaded has a file")
  })

  it("cannot do anything to the terminal by its name or its type", () => {
    const world = lobby()
    const file = { ...fileOf("x"), name: "\u001b[2J\u202egnp.exe\n\u0007root", media_type: "\u001b]0;owned\u0007" }
    world.receive({
      ...event("Message", { channel: "lobby", from: "bob", content: "", seq: 1, timestamp: noon }),
      file,
    } as never)
    world.enter("/files").enter("/get")
    world.act({ _tag: "TransferBegun", transfer: 1, name: file.name, size: 10 })
    world.act({ _tag: "Downloaded", transfer: 1, path: `/tmp/${file.name}` })
    world.enter("/get")
    assert.include(screen(world), String.raw`\u001b[2J`)
    for (const text of [...world.screen(), ...bars(world)]) assert.notMatch(text, /[\p{Cc}\p{Cf}]/u)
  })
})

describe("/send", () => {
  it("uploads, shows how far that is, and says it when it is there", () => {
    const world = lobby().enter("/send pictures/soup.png look at this")
    assert.deepStrictEqual(only(world), {
      _tag: "SendFile",
      transfer: 1,
      channel: "lobby",
      path: "pictures/soup.png",
    })
    assert.deepStrictEqual(bars(world), [" 1 ↑ soup.png waits"])
    world.act({ _tag: "TransferBegun", transfer: 1, name: "soup.png", size: 1000 * 1024 })
    const begun = world.model.ticks
    for (const second of [0, 1, 2]) {
      world.act({ _tag: "TransferMoved", transfer: 1, bytes: second * 200 * 1024, ticks: begun + second * 1000 })
    }
    world.after(2000)
    assert.match(bars(world)[0]!, /^ 1 ↑ soup\.png \[=+ +\] 40 % of 1000 KiB, 200 KiB\/s, 3 s left$/)
    const file = fileOf("soup.png", 1000 * 1024)
    world.act({ _tag: "Uploaded", transfer: 1, file: file as never })
    assert.deepInclude(only(world), { _tag: "Publish", channel: "lobby", content: "look at this", file: file.id })
    assert.deepStrictEqual(bars(world), [])
    assert.include(screen(world), "  look at this\n  [file] soup.png, 1000 KiB, image/png")
    // It is still there when the server has it.
    world.act({ _tag: "Published", channel: "lobby", id: "run-0" as never, seq: Seq.make(1) })
    assert.include(screen(world), "[file] soup.png")
  })

  it("waits while there is no connection, and goes on with a pace of its own", () => {
    const world = lobby().enter("/send a.bin")
    world.act({ _tag: "TransferBegun", transfer: 1, name: "a.bin", size: 1000 })
    world.act({ _tag: "TransferMoved", transfer: 1, bytes: 0, ticks: world.model.ticks })
    world.act({ _tag: "TransferMoved", transfer: 1, bytes: 500, ticks: world.model.ticks + 1000 })
    world.after(1000)
    assert.include(bars(world)[0]!, "500 B/s")
    const because = new Disconnect({ reason: "ConnectionLost" })
    world.act({ _tag: "Connection", state: { _tag: "Away", because, attempt: 1, until: world.model.ticks + 9000 } })
    assert.match(bars(world)[0]!, /50 % of 1000 B, waits$/)
    world.after(60_000)
    world.act({ _tag: "Connection", state: { _tag: "Online", username: Username.make("ann"), version: 2 } })
    world.act({ _tag: "TransferMoved", transfer: 1, bytes: 500, ticks: world.model.ticks })
    world.act({ _tag: "TransferMoved", transfer: 1, bytes: 600, ticks: world.model.ticks + 1000 })
    world.after(1000)
    assert.include(bars(world)[0]!, "100 B/s, 4 s left")
    world.act({ _tag: "TransferMoved", transfer: 1, bytes: 1000, ticks: world.model.ticks })
    assert.match(bars(world)[0]!, /100 % of 1000 B, checking$/)
  })

  it("says what to do where it fails", () => {
    const world = lobby().enter("/send missing.png")
    world.act({ _tag: "TransferFailed", transfer: 1, why: "there is no such file; Tab completes its path" })
    assert.match(screen(world), /missing\.png was not sent: there is no such file; Tab completes\s+its path/)
    assert.deepStrictEqual(bars(world), [])
    assert.include(screen(world.enter("/send")), "say which file: /send photo.png")
    assert.include(screen(world.enter('/send "half')), "the quotation mark is not closed")
  })

  it("goes where it was begun, under whatever name that has, and is not said where one has left", () => {
    const world = lobby().joins("ops", "bob").enter("/send a.png").enter("/send b.png")
    world.intents()
    world.receive(event("Renamed", { channel: "lobby", name: "hall", by: "bob" }))
    world.act({ _tag: "Uploaded", transfer: 1, file: fileOf("a.png") as never })
    assert.deepInclude(only(world), { _tag: "Publish", channel: "hall" })
    world.enter("/leave hall").receive(event("Left", { channel: "hall", ref: 1 }))
    world.intents()
    world.act({ _tag: "Uploaded", transfer: 2, file: fileOf("b.png") as never })
    assert.deepStrictEqual(world.intents(), [])
    assert.include(screen(world), "b.png was not said: you have left hall")
  })

  it("reads paths as a shell does", () => {
    const path = (text: string) => {
      const command = parse(text)
      return command._tag === "SendFile" ? [command.path, command.text] : command._tag
    }
    assert.deepStrictEqual(path("/send a.png"), ["a.png", ""])
    assert.deepStrictEqual(path("/send  a.png  two  words"), ["a.png", "two  words"])
    assert.deepStrictEqual(path('/send "my \\"soup\\".png" for you'), ['my "soup".png', "for you"])
    assert.deepStrictEqual(path("/send '/home/ann/my \\ soup.png' x"), ["/home/ann/my \\ soup.png", "x"])
    assert.deepStrictEqual(path("/send my\\ soup.png x"), ["my soup.png", "x"])
    assert.deepStrictEqual(path("/send bob's.png"), ["bob's.png", ""])
    assert.deepStrictEqual(path("/send '"), "Wrong")
  })

  it("completes paths: asks for them, and offers them if they are still wanted", () => {
    const world = lobby().type("/send pi").press("tab")
    assert.deepStrictEqual(only(world), { _tag: "ListPaths", typed: "pi" })
    const paths = ["pictures/", "pie chart.png", "pit.txt", "pi\u001b[2J"]
    world.act({ _tag: "Paths", typed: "pi", paths })
    assert.strictEqual(world.model.editor.text, "/send pictures/")
    assert.lengthOf(world.model.completion!.candidates, 3)
    world.press("tab")
    assert.strictEqual(world.model.editor.text, '/send "pie chart.png" ')
    world.press("tab").type("here")
    assert.strictEqual(world.model.editor.text, "/send pit.txt here")
    // Behind the path it is a text like any other.
    world.intents()
    world.press("tab")
    assert.deepStrictEqual(world.intents(), [])
    // An answer that is too late changes nothing.
    world.act({ _tag: "Paths", typed: "pi", paths })
    assert.strictEqual(world.model.editor.text, "/send pit.txt here")
  })

  it("goes into the only folder there is, and on from there", () => {
    const world = lobby().type("/send my").press("tab")
    world.intents()
    world.act({ _tag: "Paths", typed: "my", paths: ["my pictures/"] })
    assert.strictEqual(world.model.editor.text, '/send "my pictures/')
    world.press("tab")
    assert.deepStrictEqual(only(world), { _tag: "ListPaths", typed: "my pictures/" })
    world.act({ _tag: "Paths", typed: "my pictures/", paths: ["my pictures/soup.png"] })
    world.press("enter")
    assert.deepInclude(only(world), { _tag: "SendFile", path: "my pictures/soup.png" })
  })
})

describe("/get", () => {
  const wanted = (world: World, command: string) => {
    const intent = only(world.enter(command))
    assert.strictEqual(intent._tag, "GetFile")
    return intent._tag === "GetFile" ? [intent.file.name, intent.to] : []
  }

  it("saves the latest, or that of a number or a name, here or elsewhere", () => {
    const world = lobby()
    for (const name of ["first.png", "how to cook.pdf", "2", "last.png"]) shares(world, name)
    assert.deepStrictEqual(wanted(world, "/get"), ["last.png", undefined])
    assert.deepStrictEqual(wanted(world, "/get 4"), ["first.png", undefined])
    assert.deepStrictEqual(wanted(world, "/get 2"), ["2", undefined])
    assert.deepStrictEqual(wanted(world, "/get FIRST.png to ~/my pictures"), ["first.png", "~/my pictures"])
    assert.deepStrictEqual(wanted(world, "/get first to x"), ["first.png", "x"])
    assert.deepStrictEqual(wanted(world, "/get to x.png"), ["last.png", "x.png"])
    assert.deepStrictEqual(wanted(world, "/get how to cook.pdf"), ["how to cook.pdf", undefined])
    assert.deepStrictEqual(wanted(world, "/get how to cook.pdf to dinner"), ["how to cook.pdf", "dinner"])
    assert.deepStrictEqual(world.enter("/get nothing").intents(), [])
    assert.include(screen(world), "There is no file nothing here; /files lists those there are.")
  })

  it("means by a number the one of the list that was shown, whatever came since", () => {
    const world = lobby()
    shares(world, "a.png")
    shares(world, "b.png")
    world.enter("/files")
    assert.match(screen(world), /1 {2}b\.png, 1\.2 MiB, image\/png {2}bob \d\d:\d\d\n.*2 {2}a\.png/)
    shares(world, "c.png")
    assert.deepStrictEqual(wanted(world, "/get 1"), ["b.png", undefined])
    assert.deepStrictEqual(wanted(world, "/get"), ["c.png", undefined])
  })

  it("says where it is", () => {
    const world = lobby()
    shares(world, "a.png")
    world.enter("/get")
    world.act({ _tag: "TransferBegun", transfer: 1, name: "a.png", size: 2048 })
    world.act({ _tag: "Downloaded", transfer: 1, path: "a (1).png" })
    assert.include(screen(world), "Saved: a (1).png, 2 KiB")
    assert.deepStrictEqual(bars(world), [])
  })
})

describe("several files", () => {
  const sending = (world: World, count: number) => {
    for (let at = 1; at <= count; at++) {
      world.enter(`/send ${at}.bin`).act({ _tag: "TransferBegun", transfer: at, name: `${at}.bin`, size: 1000 })
    }
    world.intents()
    return world
  }

  it("have a line each, and one of them can be cancelled", () => {
    const world = sending(lobby(), 3)
    assert.lengthOf(bars(world), 3)
    assert.deepStrictEqual(world.enter("/cancel").intents(), [])
    assert.include(screen(world), "say which, as in /cancel 1")
    assert.deepStrictEqual(only(world.enter("/cancel 2")), { _tag: "CancelTransfer", transfer: 2 })
    assert.lengthOf(bars(world), 2)
    assert.include(screen(world), "2.bin was cancelled.")
    // What comes of it after that is nothing.
    const before = world.model
    world.act({ _tag: "TransferMoved", transfer: 2, bytes: 10, ticks: noon })
    world.act({ _tag: "Uploaded", transfer: 2, file: fileOf("2.bin") as never })
    assert.strictEqual(world.model, before)
    assert.deepStrictEqual(world.enter("/cancel 2").intents(), [])
    assert.include(screen(world), "There is no file 2 on its way")
  })

  it("leave room for the conversation, and are counted where there is none for them", () => {
    const world = sending(lobby({ columns: 80, rows: 24 }), 20)
    assert.lengthOf(bars(world), 6)
    assert.strictEqual(bars(world)[5], " and 15 more on their way")
    assert.deepStrictEqual(world.enter("/send more.bin").intents(), [])
    assert.include(screen(world), "Too many files are on their way")
  })

  it("fit into any terminal", () => {
    const world = sending(lobby(), 3)
    world.act({ _tag: "TransferBegun", transfer: 3, name: "日本語のとても長い名前.png", size: 2 ** 50 })
    for (let rows = 5; rows < 30; rows++) {
      for (let columns = 20; columns < 120; columns += 3) {
        world.act({ _tag: "Resized", size: { columns, rows } })
        const parts = layout(world.model)
        const lines = transferLines(world.model, { columns, rows: parts.transfers })
        assert.isAtMost(lines.length, parts.transfers)
        for (const line of lines) assert.strictEqual(width(line), columns)
        const { banner, composer, search, timeline, transfers, typing } = parts
        assert.strictEqual(1 + banner + composer + search + timeline.rows + transfers + typing, rows)
      }
    }
  })

  it("keep the user who quits, until they are there or quitting is meant", () => {
    const world = sending(lobby(), 1)
    assert.deepStrictEqual(world.enter("/quit").intents(), [])
    assert.include(screen(world), "A file is still on the way")
    world.act({ _tag: "Uploaded", transfer: 1, file: fileOf("1.bin") as never })
    assert.deepStrictEqual(
      world.intents().map(({ _tag }) => _tag),
      ["Publish"],
    )
    world.act({ _tag: "Published", channel: "lobby", id: "run-0" as never, seq: Seq.make(1) })
    assert.deepStrictEqual(world.intents(), [{ _tag: "Quit" }])

    const hasty = sending(lobby(), 1).enter("/quit")
    assert.deepStrictEqual(hasty.press("text", { ctrl: true, text: "c" }).intents(), [{ _tag: "Quit" }])
  })
})
