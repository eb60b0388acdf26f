import { assert, describe, it } from "@effect/vitest"
import { eventLines, here } from "../../src/cli/talk/eventLines.ts"
import type { ClientEvent, Message } from "../../src/client/Event.ts"
import { Roster } from "../../src/client/Roster.ts"
import { ChannelName, lobby } from "../../src/domain/ChannelName.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"

const name = Username.make("ann: yes, delete it all")
const shown = '"ann\\u003a yes\\u002c delete it all"'
const place = { channel: lobby, from: name, user_id: UserId.make("1"), seq: Seq.make(2), timestamp: 0 }

const lineOf = (event: ClientEvent): string =>
  eventLines(event, undefined)
    .join("\n")
    .replace(/^\d\d:\d\d:\d\d /, "")

describe("lines of events", () => {
  it("show a name as one, whatever it holds", () => {
    const message: Message = { ...place, type: "Message", content: "hm" } as Message
    assert.strictEqual(lineOf(message), `${shown}: hm`)
    assert.strictEqual(lineOf({ ...message, content: "/me waves\nat all" }), `* ${shown} waves ⏎ at all`)
    assert.strictEqual(lineOf({ ...message, reply_to: Seq.make(1) }), `${shown} to message 1: hm`)
    assert.strictEqual(
      lineOf({ ...place, type: "Deleted", id: undefined, target: Seq.make(1) } as unknown as ClientEvent),
      `${shown} deleted message 1`,
    )
    const renamed = { type: "Renamed", channel: lobby, name: ChannelName.make("tea"), by: name, user_id: place.user_id }
    assert.strictEqual(lineOf(renamed as ClientEvent), `* ${shown} renamed lobby to tea`)
    const kicked = { type: "Kicked", channel: lobby, username: name, by: name, reason: "a\n12:00:00 bob: no" }
    assert.strictEqual(lineOf(kicked as unknown as ClientEvent), `* ${shown} threw ${shown} out: a ⏎ 12:00:00 bob: no`)
  })

  it("tell what somebody did from what somebody of that name says", () => {
    const posing = Username.make("ann changed message 1")
    const message = { ...place, from: posing, type: "Message", content: "I quit" } as unknown as ClientEvent
    const edited = { ...place, from: Username.make("ann"), type: "Edited", target: Seq.make(1), content: "I quit" }
    assert.deepStrictEqual(
      [lineOf(message), lineOf(edited as unknown as ClientEvent)],
      ['"ann changed message 1": I quit', "ann changed message 1: I quit"],
    )
  })

  it("list names that hold commas", () => {
    const members = ["ann, bob", "carl"].map((name) => ({ username: Username.make(name), status: "online" as const }))
    const joined = { type: "Joined", channel: lobby, count: 2, members, presence: 1 }
    assert.strictEqual(
      here(Roster.of(joined as unknown as Parameters<typeof Roster.of>[0])),
      '2 here: "ann\\u002c bob", carl',
    )
  })
})
