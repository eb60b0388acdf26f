import { assert, it } from "@effect/vitest"
import { rangeIn } from "../../../src/http/files/Range.ts"

const size = 100

it("a range is the bytes that are asked for, as far as there are any", () => {
  for (const [header, from, to] of [
    ["bytes=0-0", 0, 1],
    ["bytes=0-99", 0, 100],
    ["bytes=10-", 10, 100],
    ["bytes=99-", 99, 100],
    ["bytes=90-1000", 90, 100],
    [`bytes=0-${"9".repeat(300)}`, 0, 100],
    ["bytes=-1", 99, 100],
    ["bytes=-100", 0, 100],
    [`bytes=-${"9".repeat(300)}`, 0, 100],
    ["BYTES=0-0", 0, 1],
    ["bytes= 0-0 ", 0, 1],
  ] as const) {
    assert.deepStrictEqual(rangeIn(header, size), { from, to }, header)
  }
})

it("of what is not understood, or more than one, it is the whole", () => {
  for (const header of [
    undefined,
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=0",
    "bytes=a-b",
    "bytes=0x0-0x1",
    "bytes=1.5-2",
    "bytes=5-4",
    "bytes=--1",
    "bytes=0-0,2-3",
    `bytes=${"0-1,".repeat(1000)}0-1`,
    "lines=0-1",
    "bytes=\u0660-\u0661",
  ]) {
    assert.isUndefined(rangeIn(header, size), header)
  }
})

it("where there are no such bytes, it says so", () => {
  for (const header of ["bytes=100-", "bytes=100-200", `bytes=${"9".repeat(300)}-`, "bytes=-0"]) {
    assert.strictEqual(rangeIn(header, size), "Unsatisfiable", header)
  }
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-5"]) {
    assert.strictEqual(rangeIn(header, 0), "Unsatisfiable", header)
  }
})
