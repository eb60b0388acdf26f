import { assert, describe, it } from "@effect/vitest"
import { RequestError } from "../../src/domain/RequestError.ts"
import * as Rights from "../../src/domain/Rights.ts"

const calm = { banned: false, muted: false, archived: false }

/** Everything that each may, written out once more: whoever changes the tables has to mean it. */
const listens = ["join", "read", "markRead", "describe", "accept"]
const speaks = [...listens, "publish", "typing", "editOwn", "deleteOwn", "react"]
const moderates = ["deleteOthers", "invite", "setRole", "kick", "ban", "mute", "seeSanctions", "audit"]
const owns = ["rename", "configure", "archive"]
const expected: Record<Rights.Kind, Record<Rights.Standing, ReadonlyArray<string>>> = {
  public: {
    admin: ["create", ...speaks, "setTopic", ...moderates, ...owns, "delete", "banAddress"],
    owner: [...speaks, "setTopic", ...moderates, ...owns],
    moderator: [...speaks, "setTopic", ...moderates],
    member: [...speaks, "setTopic"],
    stranger: ["create", ...speaks],
    guest: speaks,
    webhook: ["publish"],
  },
  private: {
    admin: ["create", ...speaks, "setTopic", ...moderates, ...owns, "delete", "banAddress"],
    owner: [...speaks, "setTopic", ...moderates, ...owns],
    moderator: [...speaks, "setTopic", ...moderates],
    member: [...speaks, "setTopic"],
    stranger: ["create", "accept"],
    guest: [],
    webhook: ["publish"],
  },
  readonly: {
    admin: ["create", ...speaks, "setTopic", ...moderates, ...owns, "delete", "banAddress"],
    owner: [...speaks, "setTopic", ...moderates, ...owns],
    moderator: [...speaks, "setTopic", ...moderates],
    member: [...listens, "deleteOwn", "react"],
    stranger: ["create", ...listens, "deleteOwn", "react"],
    guest: [...listens, "deleteOwn", "react"],
    webhook: ["publish"],
  },
  direct: {
    admin: ["create"],
    owner: [...speaks, "ban"],
    moderator: [],
    member: [],
    stranger: ["create"],
    guest: [],
    webhook: [],
  },
}

const kinds = Object.keys(expected) as ReadonlyArray<Rights.Kind>
const allowed = (circumstances: Rights.Circumstances) =>
  Rights.actions.filter((action) => Rights.refusal(action, circumstances) === undefined)

describe("rights", () => {
  for (const kind of kinds) {
    for (const standing of Rights.standings) {
      it(`of ${standing} in a channel that is ${kind}`, () => {
        assert.sameMembers(allowed({ kind, standing, ...calm }), [...expected[kind][standing]])
      })
    }
  }

  it("end where one is banned, whoever one is", () => {
    for (const standing of Rights.standings) {
      for (const kind of kinds) {
        if (kind === "direct") continue
        const left = allowed({ kind, standing, ...calm, banned: true })
        assert.deepStrictEqual(left, expected[kind][standing].includes("create") ? ["create"] : [])
      }
      if (standing === "webhook") continue
      assert.strictEqual(Rights.refusal("join", { kind: "public", standing, ...calm, banned: true }), "Banned")
    }
  })

  it("of who is blocked: to listen, and to block and unblock", () => {
    const blocked = { kind: "direct", standing: "owner", ...calm, banned: true } as const
    assert.sameMembers(allowed(blocked), [...listens, "ban"])
    assert.strictEqual(Rights.refusal("publish", blocked), "Blocked")
    for (const standing of Rights.standings) {
      if (standing === "owner") continue
      assert.deepStrictEqual(allowed({ ...blocked, standing }), allowed({ ...blocked, standing, banned: false }))
    }
  })

  it("of who is muted: to listen, and to take back what was said", () => {
    for (const standing of Rights.standings) {
      if (standing === "webhook") continue
      const left = allowed({ kind: "public", standing, ...calm, muted: true }).filter((action) => action !== "create")
      assert.sameMembers(left, [...listens, "deleteOwn"])
    }
    assert.strictEqual(Rights.refusal("publish", { kind: "public", standing: "owner", ...calm, muted: true }), "Muted")
  })

  it("in an archived channel: to read, and to look after it", () => {
    const archived = { kind: "public", ...calm, archived: true } as const
    assert.sameMembers(allowed({ ...archived, standing: "guest" }), listens)
    assert.sameMembers(allowed({ ...archived, standing: "owner" }), [
      ...listens,
      "archive",
      "rename",
      "setRole",
      "kick",
      "ban",
      "mute",
      "seeSanctions",
      "audit",
    ])
    assert.strictEqual(Rights.refusal("publish", { ...archived, standing: "owner" }), "ChannelArchived")
  })

  it("are refused for the first reason there is: that one may not at all, is banned, that it is archived, that one is muted", () => {
    const all = { kind: "public", banned: true, archived: true, muted: true } as const
    const why = (action: Rights.Action, more: Partial<Rights.Circumstances>) =>
      Rights.refusal(action, { standing: "owner", ...all, ...more })
    assert.strictEqual(why("create", {}), "Forbidden")
    assert.strictEqual(why("delete", {}), "Forbidden")
    assert.strictEqual(why("setTopic", { standing: "guest" }), "Forbidden")
    assert.strictEqual(why("publish", {}), "Banned")
    assert.strictEqual(why("publish", { kind: "direct" }), "Blocked")
    assert.strictEqual(why("publish", { banned: false }), "ChannelArchived")
    assert.strictEqual(why("publish", { banned: false, archived: false }), "Muted")
    assert.isUndefined(why("publish", { banned: false, archived: false, muted: false }))
  })

  it("to refuse have a reason that the protocol knows", () => {
    for (const reason of [
      "Forbidden",
      "Banned",
      "Blocked",
      "Muted",
      "ChannelArchived",
    ] satisfies Array<Rights.Refusal>) {
      assert.isAbove(new RequestError({ reason }).status, 399)
    }
  })

  it("over others: a moderator has none over owners and moderators, nobody below over anybody", () => {
    const over = (standing: Rights.Standing) => Rights.standings.filter((other) => Rights.mayActOn(standing, other))
    assert.deepStrictEqual(over("admin"), [...Rights.standings])
    assert.deepStrictEqual(over("owner"), ["owner", "moderator", "member", "stranger", "guest", "webhook"])
    assert.deepStrictEqual(over("moderator"), ["member", "stranger", "guest", "webhook"])
    for (const standing of ["member", "stranger", "guest", "webhook"] as const)
      assert.deepStrictEqual(over(standing), [])
  })

  it("that make somebody ordinary, who waits in slow mode and stays out with an address: none over others", () => {
    assert.deepStrictEqual(Rights.standings.filter(Rights.isOrdinary), ["member", "stranger", "guest", "webhook"])
  })

  it("to give a role: owners any, moderators that of a member", () => {
    const roles = ["owner", "moderator", "member"] as const
    const gives = (standing: Rights.Standing) => roles.filter((role) => Rights.mayGrant(standing, role))
    assert.deepStrictEqual(gives("admin"), [...roles])
    assert.deepStrictEqual(gives("owner"), [...roles])
    assert.deepStrictEqual(gives("moderator"), ["member"])
    for (const standing of ["member", "stranger", "guest", "webhook"] as const)
      assert.deepStrictEqual(gives(standing), [])
  })
})
