import { assert, describe, it } from "@effect/vitest"
import { type ClientEvent, isEntry } from "../../src/client/Event.ts"

describe("an event", () => {
  it("is an entry where history has it", () => {
    const entries = ["Message", "Edited", "Deleted", "Reacted"] as const
    const others = [
      "Missed",
      "HistoryChanged",
      "Joined",
      "Left",
      "ReadMarker",
      "Presence",
      "TopicChanged",
      "UserTyping",
      "Renamed",
      "ChannelChanged",
      "RoleChanged",
      "Kicked",
      "Invited",
    ] as const
    for (const type of entries) assert.isTrue(isEntry({ type } as ClientEvent), type)
    for (const type of others) assert.isFalse(isEntry({ type } as ClientEvent), type)
  })
})
