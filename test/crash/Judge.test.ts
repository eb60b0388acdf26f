import { assert, describe, it } from "@effect/vitest"
import { type Finding, judge } from "../../scripts/crash/Judge.ts"
import type { Entry, Observation, Record, Operation } from "../../scripts/crash/Record.ts"

const message = (seq: number, from: string, id: string, content = `${id}!`): Entry => ({
  type: "Message",
  seq,
  from,
  id,
  content,
})

const answer = (seq: number, durability = "disk") => ({ seq, timestamp: 0, durability, at: 20 })

const said = (user: string, id: string, seq?: number, more: Partial<Operation> = {}): Operation => ({
  client: user,
  user,
  id,
  channel: "lobby",
  act: { type: "Message", content: `${id}!` },
  at: 10,
  answers: seq === undefined ? [] : [answer(seq)],
  ...more,
})

const edited: Entry = { type: "Edited", seq: 4, from: "ann", id: "a3", target: 1, content: "A" }
const reacted: Entry = { type: "Reacted", seq: 5, from: "bob", id: "b2", target: 1, reaction: "👍", on: true }

const live = [message(1, "ann", "a1"), message(2, "bob", "b1"), message(3, "ann", "a2"), edited, reacted]

/** Ann and Bob talk, Ann corrects herself, Bob likes it. */
const good = {
  strikes: [{ at: 15, over: 16 }] as Record["strikes"],
  rejections: [] as Record["rejections"],
  operations: [
    said("ann", "a1", 1),
    said("bob", "b1", 2),
    said("ann", "a2", 3),
    said("ann", "a3", 4, { act: { type: "Edited", target: 1, content: "A" } }),
    said("bob", "b2", 5, { act: { type: "Reacted", target: 1, reaction: "👍", on: true } }),
  ],
  observations: [{ client: "bob", channel: "lobby", entries: live }] as ReadonlyArray<Observation>,
  kept: [
    { ...message(1, "ann", "a1", "A"), edited: 4, reactions: [{ reaction: "👍", users: ["bob"] }] },
    ...live.slice(1),
  ] as ReadonlyArray<Entry>,
}

type Case = Partial<typeof good>

const findings = (changed: Case, late?: boolean): ReadonlyArray<Finding> => {
  const { kept, ...record } = { ...good, ...changed }
  return judge(
    { ...record, files: [], reads: [], kept: new Map([["lobby", kept]]) },
    { durability: "disk", answers: true, late },
  )
}

const kindsOf = (changed: Case) => [...new Set(findings(changed).map(({ kind }) => kind))].sort()

const replaced = (entry: Entry) => good.kept.map((kept) => (kept.seq === entry.seq ? entry : kept))
const hears = (entries: Observation["entries"]): Case => ({
  observations: [{ client: "bob", channel: "lobby", entries }],
})

describe("a judge", () => {
  it("finds nothing where every promise was kept", () => {
    assert.deepStrictEqual(findings({}), [])
  })

  it("finds nothing wrong with what was never acknowledged, there or not", () => {
    const refused = { reason: "left", final: false }
    assert.deepStrictEqual(
      findings({ operations: [...good.operations, said("ann", "a4", undefined, { refused })] }),
      [],
    )
    const kept = [...good.kept, message(6, "ann", "a4")]
    const heard = hears([...live, message(6, "ann", "a4")])
    assert.deepStrictEqual(
      findings({ operations: [...good.operations, said("ann", "a4", undefined, { refused })], kept, ...heard }),
      [],
    )
  })

  it("finds what is lost at the end, and says whose and when", () => {
    const kept = replaced({ ...good.kept[0]!, reactions: undefined }).filter(({ seq }) => seq !== 5)
    const [lost, ghost, ...others] = findings({ kept })
    assert.deepInclude(lost, { kind: "Lost", client: "bob", sentAt: 10, answeredAt: 20 })
    assert.include(lost?.what, "bob's Reacted b2")
    assert.deepInclude(ghost, { kind: "Ghost", client: "bob" })
    assert.deepStrictEqual(
      others.map(({ kind }) => kind),
      ["Different"],
    )
  })

  it("finds what is lost in between", () => {
    assert.deepStrictEqual(kindsOf({ kept: good.kept.filter(({ seq }) => seq !== 2) }), ["Gap", "Ghost", "Lost"])
  })

  it("lets a message be told late as it has become, where that is expected, with what changed it behind it", () => {
    const asItIs = hears([message(1, "ann", "a1", "A"), ...live.slice(1)])
    assert.deepStrictEqual(kindsOf(asItIs), ["Different"])
    assert.deepStrictEqual(findings(asItIs, true), [])
    const neverSaid = hears([message(1, "ann", "a1", "B"), ...live.slice(1)])
    assert.deepStrictEqual([...new Set(findings(neverSaid, true).map(({ kind }) => kind))], ["Different"])
    // Without the change behind it something is missing.
    const alone = hears([message(1, "ann", "a1", "A"), ...live.slice(1, 3), reacted])
    assert.include(
      findings(alone, true).map(({ kind }) => kind),
      "Unheard",
    )
  })

  it("finds what is there twice", () => {
    const kept = [...good.kept, message(6, "bob", "b1")]
    assert.deepStrictEqual(kindsOf({ kept, ...hears([...live, message(6, "bob", "b1")]) }), ["Doubled"])
  })

  it("finds an answer that differs from the first", () => {
    const twice = said("bob", "b1", 2, { answers: [answer(2), answer(3)] })
    assert.deepStrictEqual(kindsOf({ operations: good.operations.with(1, twice) }), ["Moved"])
  })

  it("finds another content", () => {
    assert.deepStrictEqual(kindsOf({ kept: replaced(message(2, "bob", "b1", "B")) }), ["Altered", "Different"])
  })

  it("finds an edit and a reaction that history does not show", () => {
    const [first] = good.kept
    assert.include(kindsOf({ kept: replaced({ ...first!, content: "a1!" }) }), "Altered")
    assert.include(kindsOf({ kept: replaced({ ...first!, reactions: [] }) }), "Altered")
  })

  it("finds what its sender said earlier behind what it said later", () => {
    const {
      operations: [a1, b1, a2, ...rest],
    } = good
    assert.deepStrictEqual(kindsOf({ operations: [a2!, b1!, a1!, ...rest] }), ["Reordered"])
  })

  it("finds nothing wrong with what changed nothing at first, and something when it was sent again", () => {
    const [a1, b1, a2, a3, b2] = good.operations as [Operation, Operation, Operation, Operation, Operation]
    const again = { ...b2, answers: [answer(1), answer(5)] }
    assert.deepStrictEqual(findings({ operations: [a1, again, b1, a2, a3] }), [])
    assert.deepStrictEqual(kindsOf({ operations: [a1, b2, b1, a2, a3] }), ["Reordered"])
  })

  it("finds what nobody said, and what was refused", () => {
    const strange = message(6, "eve", "e1")
    assert.deepStrictEqual(kindsOf({ kept: [...good.kept, strange], ...hears([...live, strange]) }), ["Invented"])
    const refused = said("ann", "a2", undefined, { refused: { reason: "Forbidden", final: true } })
    assert.deepStrictEqual(kindsOf({ operations: good.operations.with(2, refused) }), ["Denied", "Invented"])
  })

  it("finds what was refused without a reason", () => {
    const refused = { reason: "NoSuchMessage", final: true }
    const edit = (target: number) =>
      said("ann", "a5", undefined, { act: { type: "Edited", target, content: "?" }, refused })
    assert.deepStrictEqual(kindsOf({ operations: [...good.operations, edit(3)] }), ["Denied"])
    const deleted: Entry = { type: "Deleted", seq: 6, from: "ann", id: "a6", target: 3 }
    const deletion = said("ann", "a6", 6, { act: { type: "Deleted", target: 3 } })
    const kept = [...replaced({ ...live[2]!, content: "", deleted: true }), deleted]
    assert.deepStrictEqual(
      findings({ operations: [...good.operations, deletion, edit(3)], kept, ...hears([...live, deleted]) }),
      [],
    )
  })

  it("finds an acknowledgement that promises less", () => {
    const weak = said("ann", "a2", undefined, { answers: [answer(3, "memory")] })
    assert.deepStrictEqual(kindsOf({ operations: good.operations.with(2, weak) }), ["Weak"])
  })

  it("finds what was never answered", () => {
    assert.deepStrictEqual(kindsOf({ operations: good.operations.with(2, said("ann", "a2")) }), ["Unanswered"])
  })

  it("finds what a client did not hear, in between and at the end", () => {
    assert.deepStrictEqual(kindsOf(hears(live.filter(({ seq }) => seq !== 3))), ["Unheard"])
    assert.include(kindsOf(hears(live.slice(0, 4))), "Unheard")
    assert.include(kindsOf(hears([])), "Unheard")
  })

  it("finds what a client heard twice, or out of order", () => {
    assert.deepStrictEqual(kindsOf(hears([...live, live[4]!])), ["HeardAgain"])
    assert.deepStrictEqual(kindsOf(hears([live[0]!, live[2]!, live[1]!, live[3]!, live[4]!])), [
      "HeardAgain",
      "Unheard",
    ])
  })

  it("finds what a client heard that is not there", () => {
    assert.deepStrictEqual(kindsOf(hears([...live, message(6, "ann", "a9")])), ["Ghost"])
  })

  it("finds what a client was told is gone", () => {
    assert.deepStrictEqual(kindsOf(hears([{ type: "Missed", from: 1, to: 4 }, live[4]!])), ["Missed"])
  })

  it("finds what a client without places hears twice, out of order, or alone", () => {
    const old = (entries: Observation["entries"]): Case => ({
      observations: [{ client: "old", channel: "lobby", placeless: true, entries }],
    })
    const [a1, b1] = live.map((entry) => ({ ...entry, seq: 0, id: undefined }))
    assert.deepStrictEqual(kindsOf(old([b1!])), [])
    assert.deepStrictEqual(kindsOf(old([a1!, b1!])), [])
    assert.deepStrictEqual(kindsOf(old([b1!, a1!])), ["HeardAgain"])
    assert.deepStrictEqual(kindsOf(old([b1!, b1!])), ["HeardAgain"])
    assert.deepStrictEqual(kindsOf(old([{ ...b1!, content: "?" }])), ["Ghost"])
  })

  it("finds errors that do not say that trying again makes sense, and a service that stays away", () => {
    const complaint = (reason: string) => ({ client: "joe", reason, at: 1 })
    assert.deepStrictEqual(kindsOf({ rejections: [complaint("Unavailable"), complaint("Internal")] }), ["Unclear"])
    assert.deepStrictEqual(findings({ rejections: [complaint("Unavailable")] }), [])
    assert.deepStrictEqual(kindsOf({ strikes: [{ at: 15 }] }), ["Late"])
  })
})
