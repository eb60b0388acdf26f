import { assert, describe, it } from "@effect/vitest"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { UserId } from "../../../src/domain/User.ts"
import { Username } from "../../../src/domain/Username.ts"
import { NamesTold } from "../../../src/hub/nodes/NamesTold.ts"

const person = (name: string) => ({ id: UserId.make(`id of ${name}`), name: Username.make(name) })
const came = (name: string): ChannelEvent => ({ type: "Arrived", user: person(name) })
const went = (name: string): ChannelEvent => ({ type: "Departed", user: person(name) })
const present = (online?: ReadonlyArray<string>): ChannelEvent => ({
  type: "Presence",
  version: 1,
  count: 0,
  joined: [],
  left: [],
  changed: [],
  full: true,
  ...(online === undefined ? {} : { online: online.map(person) }),
})
const short = (events: ReadonlyArray<ChannelEvent>) =>
  events.map((event) =>
    event.type === "Arrived" || event.type === "Departed" ? `${event.type} ${event.user.name}` : event.type,
  )

describe("the names that members of a node were told", () => {
  it("are completed by who came and went unheard", () => {
    const names = new NamesTold()
    names.begin(["ann", "bob"].map((name) => Username.make(name)))
    assert.deepStrictEqual(short(names.complete([came("cat"), went("ann")])), ["Arrived cat", "Departed ann"])
    assert.deepStrictEqual(short(names.complete([present(["cat", "dan"])])), [
      "Departed bob",
      "Arrived dan",
      "Presence",
    ])
    assert.deepStrictEqual(short(names.complete([present(["dan", "cat"]), present()])), ["Presence", "Presence"])
  })

  it("are nothing where nobody is told", () => {
    const names = new NamesTold()
    assert.isFalse(names.isWanted)
    const events = [present(["ann"]), came("bob")]
    assert.strictEqual(names.complete(events), events)
  })
})
