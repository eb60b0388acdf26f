import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { choice, duration, int, onOff, parseDuration, percent, size, text } from "../../src/server/internal/kind.ts"
import { load } from "../../src/server/internal/load.ts"
import * as Source from "../../src/server/internal/source.ts"

const bytes = size(1024, 1024 ** 3)
const time = duration("1 second", "1 day")

describe("a size", () => {
  it.each([
    ["1MiB", 1_048_576],
    ["64 KiB", 65_536],
    ["1.5MiB", 1_572_864],
    ["2 MB", 2_000_000],
    ["5 kB", 5_000],
    ["4096", 4096],
    ["1 GiB", 1024 ** 3],
    ["1024 bytes", 1024],
  ])("%s is %i bytes", (text, expected) => assert.strictEqual(bytes.parse(text), expected))

  it.each(["", "1023", "1.1 GiB", "2 GiB", "-1", "1 mib", "MiB", "1 MiB 1 KiB", "1e6", "0.0001 MiB", "9".repeat(40)])(
    "%j is none",
    (text) => assert.isUndefined(bytes.parse(text)),
  )

  it.each([
    [1024 ** 3, "1 GiB"],
    [65_536, "64 KiB"],
    [1_572_864, "1536 KiB"],
    [2_000_000, "2000000 B"],
  ])("of %i bytes is shown exactly, as %s", (value, expected) => {
    assert.strictEqual(bytes.show(value), expected)
    assert.strictEqual(bytes.parse(expected), value)
  })
})

describe("a duration", () => {
  it.each([
    ["10 seconds", 10_000],
    ["10s", 10_000],
    ["10 s", 10_000],
    ["1500ms", 1500],
    ["1500 millis", 1500],
    ["1m 30s", 90_000],
    ["1h30m", 5_400_000],
    ["1 day", 86_400_000],
    ["0.5h", 1_800_000],
  ])("%s is %i ms", (text, expected) => assert.deepStrictEqual(time.parse(text), Duration.millis(expected)))

  it.each(["", "10", "s", "999ms", "2 days", "-5s", "1 fortnight", "Infinity", "1s and more", "1.s", "1m30"])(
    "%j is none",
    (text) => assert.isUndefined(time.parse(text)),
  )

  it("is read as it is shown", () => {
    for (const millis of [1500, 90_000, 86_400_000, 90_061_001]) {
      assert.deepStrictEqual(parseDuration(Duration.format(Duration.millis(millis))), Duration.millis(millis))
    }
  })

  // What is typed is read in time that does not grow beyond its length.
  it("is refused at once where it is long", () => assert.isUndefined(parseDuration("1 s ".repeat(5000) + "!")))
})

describe("other kinds", () => {
  it("are read from text", () => {
    assert.deepStrictEqual(["on", "TRUE", "yes", "1"].map(onOff.parse), [true, true, true, true])
    assert.deepStrictEqual(["off", "false", "No", "0"].map(onOff.parse), [false, false, false, false])
    assert.deepStrictEqual(["", "2", "enabled"].map(onOff.parse), [undefined, undefined, undefined])
    assert.deepStrictEqual(["0", "5", "6", "-1", "1.5", "0x1", "1e0", ""].map(int(0, 5).parse), [
      0,
      5,
      ...Array(6).fill(undefined),
    ])
    assert.deepStrictEqual(["50%", "7 %", "101%", "0.5", "50"].map(percent.parse), [
      0.5,
      0.07,
      ...Array(3).fill(undefined),
    ])
    assert.deepStrictEqual(["A", "b", "c"].map(choice("a", "b").parse), ["a", "b", undefined])
    assert.deepStrictEqual(["é", "a b", "", "a\nb", "\u0000", "x".repeat(4097)].map(text("a name").parse), [
      "é",
      "a b",
      ...Array(4).fill(undefined),
    ])
  })
})

describe("a secret setting", () => {
  const table = {
    key: {
      kind: { ...text("a key"), parse: (text: string) => (text === "bad" ? undefined : text) },
      default: "none",
      about: "",
      secret: true,
    },
  }

  it.effect("is masked where settings are shown", () =>
    Effect.gen(function* () {
      const { inForce, values } = yield* load(table, [Source.flags({ key: "hunter2" })])
      assert.deepStrictEqual(values, { key: "hunter2" })
      assert.deepStrictEqual(inForce, [{ name: "key", value: "<redacted>", from: "--key" }])
    }),
  )

  it.effect("is not repeated where it is refused", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(load(table, [Source.flags({ key: "bad" })]))
      assert.deepStrictEqual(problems, ["key: the value (from --key) is not allowed: it has to be a key"])
    }),
  )
})
