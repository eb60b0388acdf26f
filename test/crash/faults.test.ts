import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { keepsItsPromise, timeout } from "./promise.ts"

describe.concurrent("a service whose database fails", () => {
  // By the judge's rules, nobody was told anything else than to try again.
  const isToldTo = (record: Effect.Success<ReturnType<typeof keepsItsPromise>>) =>
    assert.isAbove(record.rejections.length, 0)

  it.live(
    "says so while the disk is full, and goes on by itself when it is not",
    () => Effect.map(keepsItsPromise({ storage: "sqlite", fault: "full", strikes: 3 }), isToldTo),
    timeout,
  )

  it.live(
    "waits, or says so, while another process keeps the database locked, and goes on by itself",
    () => keepsItsPromise({ storage: "sqlite", fault: "locked", strikes: 2 }),
    timeout,
  )

  it.live(
    "says so while Postgres is gone, and goes on by itself when it is back",
    () => Effect.map(keepsItsPromise({ storage: "postgres", fault: "postgres", strikes: 2 }), isToldTo),
    timeout,
  )
})
