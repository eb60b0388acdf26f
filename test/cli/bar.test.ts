import { assert, it } from "@effect/vitest"
import { bar, line, type Standing } from "../../src/cli/bar.ts"
import { Pace } from "../../src/cli/Pace.ts"

const standing = (more: Partial<Standing> = {}): Standing => ({
  name: "soup.png",
  done: 512 * 1024,
  size: 1024 * 1024,
  rate: 128 * 1024,
  ...more,
})

it("a bar says how far it is, how fast, and how long it will take, in one line of any width", () => {
  assert.strictEqual(
    bar(standing(), 100),
    "soup.png [===============               ]  50 % 512 KiB of 1 MiB, 128 KiB/s, 4 s left",
  )
  for (let columns = 1; columns < 200; columns++) assert.isBelow(bar(standing(), columns).length, Math.max(columns, 2))
  assert.include(bar(standing({ done: 0, rate: undefined }), 80), "[                              ]   0 % 0 B of 1 MiB")
  assert.include(bar(standing({ done: 1024 * 1024 }), 100), "100 % 1 MiB of 1 MiB")
  assert.include(bar(standing({ done: 0, size: 0, rate: undefined }), 80), "100 % 0 B of 0 B")
})

it("a line says the same in words", () => {
  assert.strictEqual(line(standing()), "soup.png: 50 %, 512 KiB of 1 MiB, 128 KiB/s, 4 s left")
  assert.strictEqual(line(standing({ waits: "trying again" })), "soup.png: 50 %, 512 KiB of 1 MiB, trying again")
  assert.include(line(standing({ rate: 1024 })), "8 min 32 s left")
  assert.include(line(standing({ rate: 10 })), "14 h 33 min left")
})

it("a pace is that of the last seconds", () => {
  const pace = new Pace()
  assert.isUndefined(pace.rate)
  for (let at = 0; at <= 20_000; at += 100) pace.add(at, at < 10_000 ? at : 10_000 + (at - 10_000) * 3)
  assert.strictEqual(Math.round(pace.rate!), 3000)
  const fresh = new Pace()
  fresh.add(0, 0)
  fresh.add(100, 1000)
  assert.isUndefined(fresh.rate)
})
