import { assert, describe, it } from "@effect/vitest"
import { Lobby } from "../../../src/client/internal/Lobby.ts"
import { Username } from "../../../src/domain/Username.ts"

const name = (text: string) => Username.make(text)
const member = (username: string) => ({ username, status: "online" })
const presence = (version: number, count: number, change: object) => ({
  type: "Presence",
  channel: "lobby",
  version,
  count,
  ...change,
})

describe("Lobby", () => {
  it("is listed, and joined as it stands", () => {
    const lobby = new Lobby()
    lobby.list([name("ann"), name("bob")], name("ann"))
    assert.deepStrictEqual<unknown>(lobby.joined(7), {
      type: "Joined",
      ref: 7,
      channel: "lobby",
      topic: "",
      seq: 0,
      first: 1,
      access: "public",
      count: 2,
      members: [member("ann"), member("bob")],
      presence: 1,
    })
    const page = { type: "Channels", channels: [{ channel: "lobby", topic: "", count: 2 }] }
    assert.deepStrictEqual<unknown>(lobby.page(undefined), page)
    assert.deepStrictEqual<unknown>(lobby.page("kitchen"), page)
    assert.deepStrictEqual<unknown>(lobby.page("lobby"), { type: "Channels", channels: [] })
    assert.deepStrictEqual<unknown>(lobby.page("pantry"), { type: "Channels", channels: [] })
  })

  it("lists the user, whom the server may leave out or spell otherwise, once, and forgets who is not listed", () => {
    const lobby = new Lobby()
    assert.deepStrictEqual<unknown>(
      lobby.list([name("bob"), name("ANN")], name("ann")),
      presence(1, 2, { full: true, joined: [member("bob"), member("ANN")] }),
    )
    assert.deepStrictEqual<unknown>(
      lobby.list([name("cat")], name("ann")),
      presence(2, 2, { full: true, joined: [member("cat"), member("ann")] }),
    )
  })

  it("tells who comes and goes, each once, in numbered steps", () => {
    const lobby = new Lobby()
    lobby.list([name("ann")], name("ann"))
    assert.deepStrictEqual<unknown>(lobby.add(name("bob")), presence(2, 2, { joined: [member("bob")] }))
    assert.isUndefined(lobby.add(name("bob")))
    assert.deepStrictEqual<unknown>(lobby.remove(name("bob")), presence(3, 1, { left: ["bob"] }))
    assert.isUndefined(lobby.remove(name("bob")))
  })

  it("keeps ten thousand members, and no more", () => {
    const lobby = new Lobby()
    const names = Array.from({ length: 10_001 }, (_, at) => name(`user ${at}`))
    assert.strictEqual(lobby.list(names, names[0]!).count, 10_000)
    assert.isUndefined(lobby.add(name("late")))
    lobby.remove(names[5]!)
    assert.strictEqual(lobby.add(name("late"))?.count, 10_000)
  })
})
