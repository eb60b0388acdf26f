import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { enter, join, server } from "./chat.ts"

describe("natter chat", () => {
  it.live("lets two people talk", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      yield* ann.shows(/\(2\)/)
      ann.type(`hello bob${enter}`)
      yield* bob.shows(/ann \d\d:\d\d\n.*  hello bob/)
      bob.type("hi")
      yield* ann.shows(/bob is typing/)
      bob.type(` ann${enter}`)
      yield* ann.shows(/bob \d\d:\d\d\n.*  hi ann/)
      console.log(ann.text())
      ann.type(`/quit${enter}`)
      assert.strictEqual(yield* ann.ended, 0)
    }).pipe(Effect.scoped),
  )
})
