import { assert, describe, it } from "@effect/vitest"
import { type ChannelRecord, make, type Sanction, sanctionKey } from "../../../src/channels/ChannelRecord.ts"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import type { ChannelRole } from "../../../src/domain/ChannelRole.ts"
import type { Role } from "../../../src/domain/Role.ts"
import * as Topic from "../../../src/domain/Topic.ts"
import { Access } from "../../../src/hub/channel/internal/access.ts"
import { user } from "../members.ts"

const inside = "192.0.2.7"
const outside = "198.51.100.7"
const owner = user("owner")

const ban = (until?: number): Sanction => ({
  kind: "ban",
  subject: { address: AddressRange.make("192.0.2.0/24") },
  until,
  by: owner,
  reason: undefined,
})

/** A channel in which everybody from a range of addresses is banned. */
const access = (sanction: Sanction, roles: Readonly<Record<string, ChannelRole>> = {}): Access => {
  const record: ChannelRecord = make({
    id: ChannelId.make("tea"),
    name: ChannelName.make("tea"),
    access: "public",
    topic: Topic.none,
    durability: undefined,
    createdAt: 0,
    owner,
  })
  const tested = new Access(false, (now) => now)
  tested.record = {
    ...record,
    roles: new Map([
      ...record.roles,
      ...Object.entries(roles).map(([name, role]) => [user(name).id, { user: user(name), role }] as const),
    ]),
    sanctions: new Map([[sanctionKey(sanction.kind, sanction.subject), sanction]]),
  }
  return tested
}

describe("a ban by address", () => {
  const roles = { moderator: "moderator", member: "member" } as const
  const joins = (name: string, role: Role, address: string | undefined) =>
    access(ban(), roles).refusal("join", { user: { ...user(name), role }, address }, 1000)?.reason

  it("keeps out whoever comes from there and has no charge of the channel", () => {
    for (const [name, role] of [
      ["stranger", "member"],
      ["guest", "guest"],
      ["member", "member"],
    ] as const) {
      assert.strictEqual(joins(name, role, inside), "Banned", name)
      assert.isUndefined(joins(name, role, outside), name)
      // Of a caller without a connection no address is known.
      assert.isUndefined(joins(name, role, undefined), name)
    }
  })

  it("keeps out neither owners nor moderators nor administrators", () => {
    for (const [name, role] of [
      ["owner", "member"],
      ["moderator", "member"],
      ["admin", "admin"],
    ] as const) {
      assert.isUndefined(joins(name, role, inside), name)
    }
  })

  it("holds until its time, and not at it", () => {
    const stranger = { user: user("stranger"), address: inside }
    const at = (now: number) => access(ban(5000)).refusal("join", stranger, now)?.reason
    assert.deepStrictEqual([at(4999), at(5000)], ["Banned", undefined])
  })
})
