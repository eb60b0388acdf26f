import { assert, describe, it } from "@effect/vitest"
import { judge } from "../../scripts/crash/FileJudge.ts"
import { hashOfContent } from "../../scripts/crash/files/content.ts"
import type { Entry, Operation, ReadFile, Record, SentFile } from "../../scripts/crash/Record.ts"

const name = "1-3000.bin"
const sha256 = hashOfContent(name)
const told = [0, 1000, 1000, 3000].map((bytes, at) => ({ at, bytes }))

const file: SentFile = { client: "fay", channel: "red", name, at: 1, begun: ["f1"], told, sha256, settled: true }
const entry: Entry = { type: "Message", seq: 1, from: "fay", id: "m1", content: "!", file: { id: "f1", name, sha256 } }
const said: Operation = {
  client: "fay",
  user: "fay",
  id: "m1",
  channel: "red",
  act: { type: "Message", content: "!", file: "f1" },
  at: 5,
  answers: [{ seq: 1, timestamp: 0, durability: "disk", at: 6 }],
}
const reading: ReadFile = { client: "reader", channel: "red", seq: 1, id: "f1", at: 7, over: 8, sha256 }

/** Fay has sent a file and said it, and somebody has read it in the end. */
const good = { file, entries: [entry] as ReadonlyArray<Entry>, operations: [said], reads: [reading] }

const kindsOf = (changed: Partial<typeof good>) => {
  const { entries, file, operations, reads } = { ...good, ...changed }
  const record: Record = {
    strikes: [],
    rejections: [],
    observations: [],
    operations,
    kept: new Map([["red", entries]]),
    files: [file],
    reads,
  }
  return [...new Set(judge(record).map(({ kind }) => kind))].sort()
}

const refused = (reason: string, final: boolean): ReadFile => ({
  ...reading,
  client: "fin",
  sha256: undefined,
  refused: { reason, final },
})

describe("a judge of files", () => {
  it("finds nothing where every promise was kept", () => {
    assert.deepStrictEqual(kindsOf({}), [])
  })

  it("finds bytes that were acknowledged and are not there when it goes on", () => {
    assert.deepStrictEqual(kindsOf({ file: { ...file, told: told.toSpliced(2, 1, { at: 2, bytes: 999 }) } }), [
      "Forgotten",
    ])
  })

  it("finds an upload that was begun anew, since the service had lost it", () => {
    const begun = ["f0", "f1"]
    assert.deepStrictEqual(kindsOf({ file: { ...file, begun } }), ["Forgotten"])
  })

  it("finds a file that was refused, and one that was never said", () => {
    assert.deepStrictEqual(kindsOf({ file: { ...file, refused: "NoSuchFile" } }), ["Unsent"])
    assert.deepStrictEqual(kindsOf({ file: { ...file, settled: false } }), ["Unsent"])
  })

  it("finds other bytes, at the service and in what was read", () => {
    assert.deepStrictEqual(kindsOf({ file: { ...file, sha256: hashOfContent("2-3000.bin") } }), ["Spoiled"])
    assert.deepStrictEqual(kindsOf({ reads: [{ ...reading, sha256: hashOfContent("1-2999.bin") }] }), ["Spoiled"])
  })

  it("finds a message whose file cannot be read, or was not read in the end", () => {
    assert.deepStrictEqual(kindsOf({ reads: [reading, refused("NoSuchFile", true)] }), ["Unreadable"])
    const open = { ...reading, client: "fin", sha256: undefined, over: undefined }
    assert.deepStrictEqual(kindsOf({ reads: [reading, open] }), ["Unreadable"])
    assert.deepStrictEqual(kindsOf({ reads: [] }), ["Unreadable"])
  })

  it("finds nothing wrong with what was left, or was taken back", () => {
    assert.deepStrictEqual(kindsOf({ reads: [reading, refused("left", false)] }), [])
    const entries: ReadonlyArray<Entry> = [{ ...entry, file: undefined, content: "", deleted: true }]
    assert.deepStrictEqual(kindsOf({ entries, reads: [refused("NoSuchFile", true)] }), [])
  })

  it("finds a file that nobody has sent, or that was not said with that message", () => {
    assert.deepStrictEqual(kindsOf({ reads: [reading, { ...reading, id: "f9" }] }), ["Invented"])
    const carried = { id: "f9", name, sha256 }
    assert.include(kindsOf({ entries: [{ ...entry, file: carried }] }), "Invented")
    assert.deepStrictEqual(kindsOf({ operations: [{ ...said, act: { type: "Message", content: "!" } }] }), ["Invented"])
  })
})
