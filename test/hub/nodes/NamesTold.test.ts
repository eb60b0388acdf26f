import { assert, describe, it } from "@effect/vitest"
import type { ChannelEvent } from "../../../src/domain/ChannelEvent.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import * as Seq from "../../../src/domain/Seq.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import * as Topic from "../../../src/domain/Topic.ts"
import { UserId } from "../../../src/domain/User.ts"
import { Username } from "../../../src/domain/Username.ts"
import { NamesTold } from "../../../src/hub/nodes/NamesTold.ts"

const person = (name: string) => ({ id: UserId.make(`id of ${name}`), name: Username.make(name) })
const came = (name: string): ChannelEvent => ({ type: "Arrived", user: person(name) })
const went = (name: string): ChannelEvent => ({ type: "Departed", user: person(name) })
const ended = (name: string): ChannelEvent => ({ type: "Departed", user: person(name), why: "ended" })
const gone = (name: string): ChannelEvent => ({ type: "Gone", user: person(name), connected: false })
const back = (name: string): ChannelEvent => ({ type: "Arrived", user: person(name), back: true })
const enteredWith = (names: ReadonlyArray<string>, lingering: ReadonlyArray<string>): ChannelEvent => {
  const event = entered(...names)
  if (event.type !== "Entered") return event
  return { ...event, welcome: { ...event.welcome, lingering: lingering.map((name) => Username.make(name)) } }
}
const entered = (...names: ReadonlyArray<string>): ChannelEvent => ({
  type: "Entered",
  session: SessionId.make("s-1"),
  request: 1,
  welcome: {
    id: ChannelId.make("c-1"),
    topic: Topic.none,
    seq: Seq.zero,
    first: Seq.next(Seq.zero),
    count: names.length,
    members: [],
    presence: 1,
    names: names.map((name) => Username.make(name)),
  },
})
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
  events.map((event) => {
    if (event.type === "Arrived") return `${event.back === true ? "Back" : "Arrived"} ${event.user.name}`
    if (event.type === "Departed") return `${event.why === "ended" ? "Ended" : "Departed"} ${event.user.name}`
    return event.type === "Gone" ? `Gone ${event.user.name}` : event.type
  })

describe("the names that members of a node were told", () => {
  it("are completed by who came and went unheard", () => {
    const names = new NamesTold()
    assert.deepStrictEqual(short(names.complete([came("bob"), entered("ann", "bob")])), ["Arrived bob", "Entered"])
    assert.deepStrictEqual(short(names.complete([came("cat"), went("ann")])), ["Arrived cat", "Departed ann"])
    assert.deepStrictEqual(short(names.complete([present(["cat", "dan"])])), [
      "Ended bob",
      "Gone bob",
      "Arrived dan",
      "Presence",
    ])
    assert.deepStrictEqual(short(names.complete([present(["dan", "cat"]), present()])), ["Presence", "Presence"])
  })

  it("are completed before somebody comes who knows more", () => {
    const names = new NamesTold()
    names.complete([entered("ann", "bob")])
    assert.deepStrictEqual(short(names.complete([came("dan"), entered("ann", "cat", "dan"), went("cat")])), [
      "Arrived dan",
      "Ended bob",
      "Gone bob",
      "Arrived cat",
      "Entered",
      "Departed cat",
    ])
  })

  it("have those whose session ended until somebody says what became of them", () => {
    const names = new NamesTold()
    names.complete([entered("ann", "bob", "cat", "dan", "eve")])
    names.complete([ended("bob"), ended("cat"), ended("dan")])
    // By what was told here, whatever the owner was told before.
    assert.deepStrictEqual(short(names.complete([came("bob"), back("fay"), gone("cat"), gone("cat"), gone("gus")])), [
      "Back bob",
      "Arrived fay",
      "Gone cat",
    ])
    // An owner that has just taken the channel over knows nothing of dan, and of hal that his session has ended.
    const welcome = enteredWith(["ann", "bob", "fay"], ["eve", "hal"])
    assert.deepStrictEqual(short(names.complete([welcome, gone("eve")])), [
      "Ended eve",
      "Arrived hal",
      "Ended hal",
      "Gone dan",
      "Entered",
      "Gone eve",
    ])
    assert.deepStrictEqual(short(names.complete([present(["ann", "bob", "hal"])])), [
      "Ended fay",
      "Gone fay",
      "Back hal",
      "Presence",
    ])
  })

  it("are nothing where nobody is told", () => {
    const names = new NamesTold()
    assert.isFalse(names.isWanted)
    const events = [present(["ann"]), came("bob")]
    assert.strictEqual(names.complete(events), events)
  })
})
