/** What is shown of a channel, by who looks at it. */
import { assert, describe, it } from "@effect/vitest"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import type { User } from "../../../src/domain/User.ts"
import { Access } from "../../../src/hub/channel/internal/access.ts"
import {
  describe as described,
  maxRolesListed,
  maxSanctionsListed,
  standing,
} from "../../../src/hub/channel/internal/description.ts"
import { user } from "../members.ts"
import { accessTo, ahead, directOf, type Given, sanction } from "./record.ts"

const [ann, bob, owner, mod, member] = [user("ann"), user("bob"), user("owner"), user("mod"), user("member")]
const admin: User = { ...user("admin"), role: "admin" }
const address = AddressRange.make("192.0.2.0/24")
const roles = { owner: "owner", mod: "moderator", member: "member" } as const
const sanctions = [
  sanction("ban", ann, { until: ahead + 5000, reason: "spam" }),
  sanction("mute", bob, { by: mod }),
  sanction("ban", { address }, { by: admin }),
  sanction("mute", user("cat"), { until: ahead + 100 }),
]
const tea: Given = {
  roles,
  sanctions,
  record: { topic: Topic.make("tea"), archived: true, slowMode: 5, createdAt: 77, durability: "memory" },
}

const seen = (given: Given, who: User, now = 100): unknown => described(accessTo(given), { user: who }, "disk", now)

const everybodys = { topic: "tea", access: "public", archived: true, slowMode: 5, durability: "disk", createdAt: 77 }
const inCharge = [
  { username: "owner", role: "owner" },
  { username: "mod", role: "moderator" },
]
const people = [
  { kind: "ban", username: "ann", until: ahead + 5000, by: "owner", reason: "spam" },
  { kind: "mute", username: "bob", until: undefined, by: "mod", reason: undefined },
]
const all = [...inCharge, { username: "member", role: "member" }]

describe("a description", () => {
  it("shows strangers and members what the channel is and who looks after it", () => {
    const shown = { ...everybodys, roles: inCharge, sanctions: undefined }
    assert.deepStrictEqual(seen(tea, ann), { ...shown, role: undefined })
    assert.deepStrictEqual(seen(tea, member), { ...shown, role: "member" })
  })

  it("shows those who look after it everybody, and the sanctions that hold; addresses to administrators alone", () => {
    const shown = { ...everybodys, roles: all }
    assert.deepStrictEqual(seen(tea, mod), { ...shown, role: "moderator", sanctions: people })
    assert.deepStrictEqual(seen(tea, owner), { ...shown, role: "owner", sanctions: people })
    const range = { kind: "ban", address, until: undefined, by: "admin", reason: undefined }
    assert.deepStrictEqual(seen(tea, admin), { ...shown, role: undefined, sanctions: [...people, range] })
    // Before it ended, one more.
    const early = seen(tea, mod, 99) as { readonly sanctions: ReadonlyArray<unknown> }
    assert.lengthOf(early.sanctions, 3)
  })

  it("lists no more than fits in a frame: who looks after it first, the latest sanctions, and that there are more", () => {
    const people = Array.from({ length: maxRolesListed }, (_, n) => [`m${n}`, "member"] as const)
    const many = Array.from({ length: maxSanctionsListed + 1 }, (_, n) => sanction("mute", user(`s${n}`)))
    const crowded: Given = { ...tea, roles: Object.fromEntries([...people, ["mod", "moderator"]]), sanctions: many }
    const { more, roles, sanctions } = described(accessTo(crowded), { user: mod }, "disk", 100)
    assert.isTrue(more)
    assert.deepStrictEqual([roles.length, String(roles[0]!.username)], [maxRolesListed, "mod"])
    assert.deepStrictEqual(
      [sanctions!.length, String(sanctions![0]!.username), String(sanctions!.at(-1)!.username)],
      [maxSanctionsListed, "s1", `s${maxSanctionsListed}`],
    )
    const full: Given = {
      ...tea,
      roles: Object.fromEntries([...people.slice(1), ["mod", "moderator"]]),
      sanctions: many.slice(1),
    }
    assert.isUndefined(described(accessTo(full), { user: mod }, "disk", 100).more)
  })

  it("shows the members of a private channel each other", () => {
    const hidden: Given = { ...tea, record: { ...tea.record, access: "private" } }
    const shown = { ...everybodys, access: "private", roles: all }
    assert.deepStrictEqual(seen(hidden, member), { ...shown, role: "member", sanctions: undefined })
  })

  it("of a channel that was always there says no date", () => {
    const old: Given = { ...tea, record: { ...tea.record, createdAt: 0 } }
    assert.deepInclude(seen(old, ann) as object, { createdAt: undefined })
  })
})

describe("what somebody is told of oneself who enters", () => {
  it("is the role, and what holds in the channel", () => {
    const settings = { access: "public", archived: true, slowMode: 5 }
    assert.deepStrictEqual<unknown>(standing(accessTo(tea), mod), { ...settings, role: "moderator" })
    assert.deepStrictEqual<unknown>(standing(accessTo(tea), ann), { ...settings, role: undefined })
  })

  it("is nothing in a direct conversation, nor where there is no channel", () => {
    assert.isUndefined(standing(accessTo(directOf(ann.id, bob.id)), ann))
    assert.isUndefined(standing(new Access(false, (now) => now), ann))
  })
})
