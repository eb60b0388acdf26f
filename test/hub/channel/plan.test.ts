/** What an act of administration comes to, without a channel, a store or anybody who is told. */
import { assert, describe, it } from "@effect/vitest"
import { type ChannelRecord, type Change, sanctionKey } from "../../../src/channels/ChannelRecord.ts"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { ChannelName, lobby } from "../../../src/domain/ChannelName.ts"
import { maxInteger } from "../../../src/domain/Limits.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import { Topic } from "../../../src/domain/Topic.ts"
import { guestId, type User, type UserId } from "../../../src/domain/User.ts"
import { Username } from "../../../src/domain/Username.ts"
import type { Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { bare, creation, plan, type ToChannel, unfitName } from "../../../src/hub/channel/internal/plan.ts"
import { defaults } from "../../../src/hub/HubSettings.ts"
import { user } from "../members.ts"
import { accessTo, ahead, directOf, type Given, personOf, sanction } from "./record.ts"

const [ann, bob, cat, owner, mod] = [user("ann"), user("bob"), user("cat"), user("owner"), user("mod")]
const admin: User = { ...user("admin"), role: "admin" }
const guest: User = { ...user("guest"), id: guestId("g"), role: "guest" }
const roles = { owner: "owner", mod: "moderator" } as const
const address = AddressRange.make("192.0.2.0/24")
const now = 1000
const date = now + ahead
const name = (text: string) => ChannelName.make(text)

interface Asked extends Given {
  readonly by?: User
  readonly requester?: Partial<Requester>
  /** Who is in the channel. */
  readonly present?: ReadonlyArray<User>
}

const planned = (act: ToChannel, { by = owner, present = [], requester, ...given }: Asked = {}) =>
  plan(act, {
    access: accessTo({ roles, ...given }),
    by: { user: by, ...requester },
    settings: defaults,
    now,
    present: (name) => present.find((who) => who.name === name),
  })

/** Why it is refused: the reason, the field, and whatever is told beside. */
const why = (act: ToChannel, asked: Asked = {}): ReadonlyArray<string | undefined> => {
  const refused = planned(act, asked)
  return refused instanceof RequestError
    ? [refused.reason, refused.field, refused.detail]
    : assert.fail("it is allowed")
}

/** It is noted in the audit log as done by the owner. */
const note = (action: string, more: object = {}, by: User = owner) => ({
  timestamp: date,
  by: personOf(by),
  action,
  ...more,
})

const called = (who: User) => ({ name: who.name, account: who })
const by = (who: User): { readonly user: { readonly name: Username } } => ({ user: { name: who.name } })

describe("a topic", () => {
  const set = { type: "SetTopic", topic: Topic.make("tea") } as const

  it("is stored and noted", () => {
    assert.deepStrictEqual<unknown>(planned(set), {
      changes: [{ type: "Topic", topic: "tea" }],
      act: note("topic", { detail: "tea" }),
    })
  })

  it("that it has already is neither", () => {
    assert.deepStrictEqual<unknown>(planned(set, { record: { topic: Topic.make("tea") } }), {
      changes: [],
      act: undefined,
    })
  })

  it("is the first use of a channel that nobody has used", () => {
    assert.deepStrictEqual<unknown>(planned(set, { record: { unused: true } }), {
      changes: [{ type: "Topic", topic: "tea" }, { type: "Used" }],
      act: note("topic", { detail: "tea" }),
    })
    // What changes nothing is no use of it, and nor is what is noted alone.
    const idle = { record: { unused: true, topic: Topic.make("tea") } }
    assert.deepStrictEqual<unknown>(planned(set, idle), { changes: [], act: undefined })
    const kick = planned({ type: "Kick", ...by(ann) }, { record: { unused: true }, present: [ann] })
    assert.deepStrictEqual<unknown>(kick, { changes: [], act: note("kick", { whom: personOf(ann) }), user: ann })
  })

  it("is set by members, and by nobody else", () => {
    assert.deepStrictEqual(why(set, { by: ann }), ["Forbidden", undefined, undefined])
    assert.deepStrictEqual<unknown>(planned(set, { by: ann, roles: { ann: "member" } }), {
      changes: [{ type: "Topic", topic: "tea" }],
      act: note("topic", { detail: "tea" }, ann),
    })
  })
})

describe("the settings of a channel", () => {
  it("are stored and noted as they were given", () => {
    const all = { access: "readonly", slowMode: 5000, durability: "memory", archived: true } as const
    assert.deepStrictEqual<unknown>(planned({ type: "Configure", ...all }), {
      changes: [{ type: "Configured", ...all, maker: undefined }],
      act: note("configure", { detail: JSON.stringify(all) }),
    })
  })

  it("that it has already change nothing, and nor does none of them", () => {
    const nothing = { changes: [], act: undefined }
    assert.deepStrictEqual<unknown>(
      planned({ type: "Configure", access: "public", slowMode: 0, archived: false }),
      nothing,
    )
    assert.deepStrictEqual<unknown>(planned({ type: "Configure" }), nothing)
  })

  it("take the right to each of what is set: an archived channel is only taken out of the archive", () => {
    const archived = { record: { archived: true } }
    for (const settings of [
      { access: "private" } as const,
      { slowMode: 5 },
      { durability: "disk" } as const,
      {},
      { slowMode: 5, archived: false },
      { access: "private", archived: false } as const,
      { durability: "disk", archived: false } as const,
    ]) {
      assert.deepStrictEqual(why({ type: "Configure", ...settings }, archived), [
        "ChannelArchived",
        undefined,
        undefined,
      ])
    }
    assert.deepStrictEqual<unknown>(planned({ type: "Configure", archived: false }, archived), {
      changes: [{ type: "Configured", archived: false, maker: { key: owner.id, quota: undefined } }],
      act: note("configure", { detail: '{"archived":false}' }),
    })
    for (const settings of [{}, { slowMode: 5 }, { archived: true }]) {
      assert.deepStrictEqual(why({ type: "Configure", ...settings }, { by: mod }), ["Forbidden", undefined, undefined])
    }
  })

  it("an archived channel counts from then on for whoever opens it again, and not before", () => {
    const makers = (given: Asked, archived: boolean | undefined, more: { readonly slowMode?: number } = {}) => {
      const made = planned({ type: "Configure", archived, ...more }, { requester: { limited: true }, ...given })
      return made instanceof RequestError
        ? made.reason
        : made.changes.map((change) => (change.type === "Configured" ? change.maker : change.type))
    }
    const archived = { record: { archived: true } }
    assert.deepStrictEqual<unknown>(makers(archived, false), [{ key: owner.id, quota: defaults.channelsPerAccount }])
    assert.deepStrictEqual(makers({}, true), [undefined])
    assert.deepStrictEqual(makers({}, false, { slowMode: 5 }), [undefined])
    assert.deepStrictEqual(makers({}, undefined, { slowMode: 5 }), [undefined])
    // Nothing is opened: nothing is counted.
    assert.deepStrictEqual(makers(archived, true), [])
  })
})

describe("a name of a channel", () => {
  const rename = (to: string) => ({ type: "Rename", name: name(to) }) as const

  it("is stored, and noted beside the former", () => {
    assert.deepStrictEqual<unknown>(planned(rename("coffee")), {
      changes: [{ type: "Renamed", name: "coffee", at: date }],
      act: note("rename", { detail: "tea to coffee" }),
    })
    assert.deepStrictEqual<unknown>(planned(rename("tea")), { changes: [], act: undefined })
  })

  it("is neither the lobby's nor a conversation's, nor one that looks like the lobby's", () => {
    assert.deepStrictEqual(why(rename("hall"), { by: admin, name: lobby }), [
      "Forbidden",
      undefined,
      "The lobby keeps its name",
    ])
    assert.deepStrictEqual(why(rename("@ann")), ["Forbidden", "name", undefined])
    assert.deepStrictEqual(why(rename(lobby.toUpperCase())), [
      "ChannelExists",
      "name",
      "This name looks like the lobby's",
    ])
    assert.deepStrictEqual(why(rename("coffee"), { by: mod }), ["Forbidden", undefined, undefined])
  })

  it("may be whatever can be told from text", () => {
    const unfit = (text: string, field?: string) => {
      const error = unfitName(text as ChannelName, field)
      return error === undefined ? undefined : [error.reason, error.field]
    }
    assert.deepStrictEqual(
      ["coffee", lobby, "lobby-2"].map((text) => unfit(text)),
      [undefined, undefined, undefined],
    )
    assert.deepStrictEqual(unfit("lоbby"), ["ChannelExists", "channel"])
    const wrong = unfitName("tea: ann" as ChannelName)
    assert.deepStrictEqual([wrong?.reason, wrong?.field], ["Forbidden", "channel"])
    assert.match(wrong?.detail ?? "", /^This cannot be a new channel's name: ./)
  })
})

describe("a range of addresses", () => {
  const ban = { type: "BanAddress", address } as const
  const unban = { type: "UnbanAddress", address } as const
  const asAdmin = { by: admin }

  it("is banned and pardoned, with why and for how long", () => {
    const until = date + 5000
    assert.deepStrictEqual<unknown>(planned({ ...ban, duration: 5000, reason: "spam" }, asAdmin), {
      changes: [{ type: "Sanctioned", sanction: sanction("ban", { address }, { until, reason: "spam", by: admin }) }],
      act: note("ban", { detail: "192.0.2.0/24: spam" }, admin),
    })
    assert.deepStrictEqual<unknown>(planned(ban, asAdmin), {
      changes: [{ type: "Sanctioned", sanction: sanction("ban", { address }, { by: admin }) }],
      act: note("ban", { detail: "192.0.2.0/24" }, admin),
    })
    assert.deepStrictEqual<unknown>(planned(unban, { ...asAdmin, sanctions: [sanction("ban", { address })] }), {
      changes: [{ type: "Pardoned", kind: "ban", subject: { address } }],
      act: note("unban", { detail: "192.0.2.0/24" }, admin),
    })
    assert.deepStrictEqual<unknown>(planned(unban, asAdmin), { changes: [], act: undefined })
  })

  it("is one, and no direct conversation knows any; owners ban none", () => {
    const none = "300.0.0.0/8" as AddressRange
    for (const act of [ban, unban]) {
      assert.deepStrictEqual(why({ ...act, address: none }, asAdmin), [
        "InvalidFrame",
        "address",
        "address: 300.0.0.0/8 is no range",
      ])
      assert.strictEqual(why(act)[0], "Forbidden")
      assert.strictEqual(why(act, { ...directOf(ann.id, bob.id), by: ann })[0], "Forbidden")
    }
  })
})

describe("somebody by name", () => {
  const ban = (who: { readonly name: string; readonly account?: User }) =>
    ({ type: "Ban", user: { ...who, name: Username.make(who.name) } }) as const
  const banned = (act: ToChannel, asked: Asked) => {
    const made = planned(act, asked)
    if (made instanceof RequestError) return made.reason
    return made.changes.map((change) => (change.type === "Sanctioned" ? change.sanction.subject : change.type))
  }
  const namesake: User = { ...ann, id: user("other").id }

  it("is whose account it is, else who is here, else whom the channel knows: in any spelling", () => {
    const known: Given = { roles: { ...roles, ann: "member" }, sanctions: [sanction("mute", bob)] }
    assert.deepStrictEqual<unknown>(banned(ban({ name: "ann", account: namesake }), { ...known, present: [ann] }), [
      { user: personOf(namesake) },
    ])
    assert.deepStrictEqual<unknown>(banned(ban({ name: "ann" }), { ...known, present: [namesake] }), [
      { user: personOf(namesake) },
    ])
    assert.deepStrictEqual<unknown>(banned(ban({ name: "ann" }), known), [{ user: personOf(ann) }])
    assert.deepStrictEqual<unknown>(banned(ban({ name: "ANN" }), known), [{ user: personOf(ann) }])
    assert.deepStrictEqual<unknown>(banned(ban({ name: "Bob" }), known), [{ user: personOf(bob) }])
    assert.deepStrictEqual(why(ban({ name: "cat" }), known), ["NoSuchUser", "username", undefined])
    // A range of addresses is nobody.
    assert.strictEqual(why(ban({ name: "cat" }), { sanctions: [sanction("ban", { address })] })[0], "NoSuchUser")
  })

  it("is not looked up for whoever may do nothing here", () => {
    assert.deepStrictEqual(why(ban({ name: "cat" }), { by: ann }), ["Forbidden", undefined, undefined])
  })
})

describe("a role", () => {
  const invite = (who: User) => ({ type: "Invite", user: called(who) }) as const
  const setRole = (who: User, role?: "owner" | "moderator" | "member") =>
    ({ type: "SetRole", user: called(who), role }) as const

  it("is given by an invitation, once; whoever has one already is told and keeps it", () => {
    assert.deepStrictEqual<unknown>(planned(invite(ann), { by: mod }), {
      changes: [{ type: "Role", user: personOf(ann), role: "member" }],
      act: note("invite", { whom: personOf(ann) }, mod),
      user: ann,
    })
    for (const held of [mod, owner]) {
      assert.deepStrictEqual<unknown>(planned(invite(held), { by: mod }), { changes: [], act: undefined, user: held })
    }
    assert.strictEqual(why(invite(guest))[0], "Forbidden")
    assert.strictEqual(why(invite(ann), { by: bob })[0], "Forbidden")
  })

  it("is given, changed and taken", () => {
    assert.deepStrictEqual<unknown>(planned(setRole(ann, "moderator")), {
      changes: [{ type: "Role", user: personOf(ann), role: "moderator" }],
      act: note("role", { whom: personOf(ann), detail: "moderator" }),
      user: ann,
    })
    assert.deepStrictEqual<unknown>(planned(setRole(mod)), {
      changes: [{ type: "Role", user: personOf(mod), role: undefined }],
      act: note("role", { whom: personOf(mod), detail: "none" }),
      user: mod,
    })
    assert.deepStrictEqual<unknown>(planned(setRole(ann)), { changes: [], act: undefined, user: ann })
    assert.strictEqual(why(setRole(ann, "moderator"), { by: mod })[0], "Forbidden")
    assert.deepStrictEqual(why(setRole(owner, "member")), ["Forbidden", undefined, "The channel has no other owner"])
  })

  it("is one of at most 10 000 of a channel; those there are can be changed", () => {
    const full = (count: number): Asked => {
      const held = accessTo({ roles }).record!.roles
      const all = new Map(held)
      for (let n = held.size; n < count; n++) {
        const one = { id: `user ${n}` as UserId, name: ann.name }
        all.set(one.id, { user: one, role: "member" })
      }
      return { record: { roles: all } }
    }
    const crowded = full(10_000)
    for (const act of [invite(ann), setRole(ann, "member")]) {
      assert.deepStrictEqual(why(act, crowded), ["Forbidden", undefined, "A channel has at most 10000 roles"])
      assert.notInstanceOf(planned(act, full(9999)), RequestError)
    }
    assert.notInstanceOf(planned(setRole(mod, "member"), crowded), RequestError)
  })
})

describe("a kick", () => {
  const kick = (who: User, reason?: string) => ({ type: "Kick", user: called(who), reason }) as const

  it("is noted, and stored nowhere", () => {
    assert.deepStrictEqual<unknown>(planned(kick(ann, "spam"), { present: [bob, ann] }), {
      changes: [],
      act: note("kick", { whom: personOf(ann), detail: "spam" }),
      user: ann,
    })
    assert.deepStrictEqual<unknown>(planned(kick(ann), { present: [ann] }), {
      changes: [],
      act: note("kick", { whom: personOf(ann) }),
      user: ann,
    })
  })

  it("is for who is here: not for an account whose name somebody else has here", () => {
    const nobody = ["NoSuchUser", "username", undefined]
    assert.deepStrictEqual(why(kick(ann)), nobody)
    assert.deepStrictEqual(why(kick(ann), { present: [bob] }), nobody)
    assert.deepStrictEqual(why(kick(ann), { present: [{ ...ann, id: user("other").id }] }), nobody)
    assert.strictEqual(why(kick(owner), { by: mod, present: [owner] })[0], "Forbidden")
  })
})

describe("a ban or a mute of somebody", () => {
  const kinds = [
    { kind: "ban", put: "Ban", lift: "Unban" },
    { kind: "mute", put: "Mute", lift: "Unmute" },
  ] as const

  for (const { kind, lift, put } of kinds) {
    it(`(${kind}) is put with its time and its reason`, () => {
      assert.deepStrictEqual<unknown>(
        planned({ type: put, user: called(ann), duration: 5000, reason: "spam" }, { by: mod }),
        {
          changes: [
            { type: "Sanctioned", sanction: sanction(kind, ann, { until: date + 5000, reason: "spam", by: mod }) },
          ],
          act: note(kind, { whom: personOf(ann), detail: "spam" }, mod),
          user: ann,
        },
      )
      assert.deepStrictEqual<unknown>(planned({ type: put, user: called(ann) }), {
        changes: [{ type: "Sanctioned", sanction: sanction(kind, ann) }],
        act: note(kind, { whom: personOf(ann) }),
        user: ann,
      })
      // However long it is to be, its end is a number that survives JSON.
      const long = planned({ type: put, user: called(ann), duration: maxInteger })
      const [change] = long instanceof RequestError ? [] : long.changes
      assert.strictEqual(change?.type === "Sanctioned" ? change.sanction.until : undefined, maxInteger)
    })

    it(`(${kind}) that holds already changes nothing, unless its end or its reason does`, () => {
      const held = [sanction(kind, ann, { until: date + 5000, reason: "spam" })]
      const put1 = (duration: number | undefined, reason: string | undefined) => {
        const made = planned({ type: put, user: called(ann), duration, reason }, { sanctions: held })
        return made instanceof RequestError ? made : made.changes.length
      }
      assert.deepStrictEqual(
        [put1(5000, "spam"), put1(5001, "spam"), put1(5000, "flood"), put1(undefined, "spam")],
        [0, 1, 1, 1],
      )
      // What ends at once ends what there was; where there was none it is nothing.
      assert.deepStrictEqual<unknown>(planned({ type: put, user: called(ann), duration: 0 }), {
        changes: [],
        act: undefined,
        user: ann,
      })
    })

    it(`(${kind}) is lifted by whoever may put one, whomever it is about`, () => {
      const sanctions = [sanction(kind, owner)]
      assert.deepStrictEqual<unknown>(planned({ type: lift, user: called(owner) }, { by: mod, sanctions }), {
        changes: [{ type: "Pardoned", kind, subject: { user: personOf(owner) } }],
        act: note(`un${kind}`, { whom: personOf(owner) }, mod),
        user: owner,
      })
      assert.deepStrictEqual<unknown>(planned({ type: lift, user: called(ann) }, { by: mod, sanctions }), {
        changes: [],
        act: undefined,
        user: ann,
      })
      assert.strictEqual(why({ type: lift, user: called(owner) }, { by: ann, sanctions })[0], "Forbidden")
    })

    it(`(${kind}) is not put on those beside or above, nor on oneself`, () => {
      assert.strictEqual(why({ type: put, user: called(owner) }, { by: mod })[0], "Forbidden")
      assert.deepStrictEqual(why({ type: put, user: called(mod) }, { by: mod }), [
        "Forbidden",
        undefined,
        "Not to yourself",
      ])
    })
  }

  it("those that have ended make room, and only those", () => {
    const sanctions = [
      sanction("ban", bob, { until: date }),
      sanction("mute", cat, { until: date - 1 }),
      sanction("ban", cat, { until: date + 1 }),
      sanction("mute", mod),
    ]
    const made = planned({ type: "Ban", user: called(ann) }, { sanctions })
    const expected: ReadonlyArray<Change> = [
      { type: "Pardoned", kind: "ban", subject: { user: personOf(bob) } },
      { type: "Pardoned", kind: "mute", subject: { user: personOf(cat) } },
      { type: "Sanctioned", sanction: sanction("ban", ann) },
    ]
    assert.deepStrictEqual<unknown>(made instanceof RequestError ? made : made.changes, expected)
  })

  it("at most 10 000 hold in a channel", () => {
    const full = (count: number, until?: number): ChannelRecord["sanctions"] =>
      new Map(
        Array.from({ length: count }, (_, n) => {
          const one = sanction("ban", { ...ann, id: `user ${n}` as UserId }, until === undefined ? {} : { until })
          return [sanctionKey("ban", one.subject), one]
        }),
      )
    const put = (sanctions: ChannelRecord["sanctions"]): Asked => ({ record: { sanctions } })
    const refused = ["Forbidden", undefined, "A channel has at most 10000 bans and mutes"]
    assert.deepStrictEqual(why({ type: "Ban", user: called(ann) }, put(full(10_000))), refused)
    assert.deepStrictEqual(why({ type: "Mute", user: called(ann) }, put(full(10_000, date + 1))), refused)
    assert.deepStrictEqual(why({ type: "BanAddress", address }, { ...put(full(10_000)), by: admin }), refused)
    assert.notInstanceOf(planned({ type: "Ban", user: called(ann) }, put(full(9999))), RequestError)
    const made = planned({ type: "Ban", user: called(ann) }, put(full(10_000, date)))
    assert.strictEqual(made instanceof RequestError ? made.reason : made.changes.length, 10_001)
  })
})

describe("a direct conversation", () => {
  const direct = directOf(ann.id, bob.id)

  it("is blocked and unblocked by either, and nothing of it is noted", () => {
    assert.deepStrictEqual<unknown>(planned({ type: "Ban", user: called(bob) }, { ...direct, by: ann }), {
      changes: [{ type: "Sanctioned", sanction: sanction("ban", bob, { by: ann }) }],
      act: undefined,
      user: bob,
    })
    assert.deepStrictEqual<unknown>(
      planned({ type: "Unban", user: called(bob) }, { ...direct, by: ann, sanctions: [sanction("ban", bob)] }),
      {
        changes: [{ type: "Pardoned", kind: "ban", subject: { user: personOf(bob) } }],
        act: undefined,
        user: bob,
      },
    )
  })

  it("whoever is blocked does not take it back", () => {
    assert.deepStrictEqual(
      why({ type: "Unban", user: called(bob) }, { ...direct, by: bob, sanctions: [sanction("ban", bob)] }),
      ["Forbidden", undefined, "Only who has blocked somebody takes it back"],
    )
    // In a channel one may, where one may ban at all: there it is the others who were asked.
    assert.deepStrictEqual<unknown>(planned({ type: "Unban", user: called(owner) }), {
      changes: [],
      act: undefined,
      user: owner,
    })
  })
})

describe("a new channel", () => {
  const made = (by: Requester, more?: Parameters<typeof creation>[4]) =>
    creation({ id: ChannelId.make("x1"), name: name("tea") }, by, defaults, date, more)
  const plain = {
    id: "x1",
    name: "tea",
    access: "public",
    topic: "",
    durability: undefined,
    createdAt: date,
    unused: false,
    owner: personOf(ann),
    maker: { key: ann.id, quota: undefined },
  }

  it("is its maker's, as it was asked for", () => {
    assert.deepStrictEqual<unknown>(made({ user: ann }), { channel: plain, act: note("create", {}, ann) })
    const asked = { type: "Create", access: "private", topic: Topic.make("tea"), durability: "memory" } as const
    const { type: _, ...settings } = asked
    assert.deepStrictEqual<unknown>(made({ user: ann }, asked).channel, { ...plain, ...settings })
  })

  it("counts for whoever comes over the network: the account, or the network of a guest", () => {
    const makers = [
      made({ user: ann, limited: true }),
      made({ user: admin, limited: true }),
      made({ user: ann, limited: false }),
      made({ user: guest, limited: true, address: "192.0.2.7" }),
      made({ user: guest, address: "2001:db8::1" }),
      made({ user: guest, limited: true }),
    ].map(({ channel }) => channel.maker)
    assert.deepStrictEqual<unknown>(makers, [
      { key: "ann", quota: 200 },
      { key: "admin", quota: undefined },
      { key: "ann", quota: undefined },
      { key: "address 192.0.2.7", quota: 1000 },
      { key: "address 20010db800000000::/64", quota: 1000 },
      undefined,
    ])
  })

  it("is unused where somebody over the network has only entered it, and nobody's where that is a guest", () => {
    const create = { type: "Create" } as const
    assert.deepStrictEqual(
      [
        made({ user: ann, limited: true }),
        made({ user: ann }),
        made({ user: ann, limited: true }, create),
        made({ user: ann }, create),
      ].map(({ channel }) => channel.unused),
      [true, false, false, false],
    )
    assert.isUndefined(made({ user: guest }).channel.owner)
    assert.deepStrictEqual(made({ user: admin }).channel.owner, personOf(admin))
  })

  it("may be nobody's", () => {
    assert.deepStrictEqual<unknown>(bare(ChannelId.make("x1"), name("tea"), 7), {
      id: "x1",
      name: "tea",
      access: "public",
      topic: "",
      durability: undefined,
      createdAt: 7,
      owner: undefined,
    })
  })
})
