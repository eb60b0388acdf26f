import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { Gateway, type Reachable } from "../../../src/hub/audience/Gateway.ts"
import { session } from "../directory/fixture.ts"
import { known, standing } from "../members.ts"

const reachable = (id = "one", bytes = 0): Reachable => ({
  ...known(),
  waiting: () => bytes,
  standing: () => standing(session(id)),
  end: () => {},
  tell: () => {},
  enter: () => Effect.void,
})

describe("Gateway", () => {
  it.effect("finds each session from when it was added until it is removed", () =>
    Effect.gen(function* () {
      const { add, find, remove } = yield* Gateway
      const [one, other] = [reachable(), reachable()]
      assert.isUndefined(find(session("one")))
      add(session("one"), one)
      add(session("other"), other)
      assert.strictEqual(find(session("one")), one)
      assert.strictEqual(find(session("other")), other)
      remove(session("one"))
      remove(session("nobody"))
      assert.isUndefined(find(session("one")))
      assert.strictEqual(find(session("other")), other)
    }).pipe(Effect.provide(Gateway.layer)),
  )

  it.effect("ends those that come from an address, and nobody inside the program", () =>
    Effect.gen(function* () {
      const { add, endFrom } = yield* Gateway
      const ended: Array<string> = []
      const from = (id: string, address: string | undefined): Reachable => ({
        ...reachable(id),
        address,
        end: ({ reason }) => void ended.push(`${id} ${reason}`),
      })
      for (const [id, address] of [
        ["a", "192.0.2.1"],
        ["b", "192.0.2.2"],
        ["c", undefined],
      ] as const) {
        add(session(id), from(id, address))
      }
      assert.strictEqual(
        endFrom((address) => address === "192.0.2.2", new Disconnect({ reason: "Refused" })),
        1,
      )
      assert.deepStrictEqual(ended, ["b Refused"])
    }).pipe(Effect.provide(Gateway.layer)),
  )

  it.effect("tells how sessions are doing, page by page, in the order in which they came", () =>
    Effect.gen(function* () {
      const { add, remove, standings } = yield* Gateway
      for (let n = 1; n <= 5; n++) add(session(`s${n}`), reachable(`s${n}`, n % 2))
      const page = (after?: number, limit = 2, filter: Parameters<typeof standings>[0]["filter"] = () => true) => {
        const { next, sessions } = standings({ after, limit, filter })
        return { ids: sessions.map(({ id }) => String(id)), next }
      }
      const first = page()
      assert.deepStrictEqual(first.ids, ["s1", "s2"])
      // Those that go meanwhile are not there, and those that come are behind.
      remove(session("s2"))
      remove(session("s3"))
      add(session("s6"), reachable("s6"))
      const second = page(first.next)
      assert.deepStrictEqual(second.ids, ["s4", "s5"])
      assert.deepStrictEqual(page(second.next), { ids: ["s6"], next: undefined })
      assert.deepStrictEqual(page(undefined, 4), { ids: ["s1", "s4", "s5", "s6"], next: undefined })
      const behind = page(undefined, 1, ({ waiting }) => waiting() > 0)
      assert.deepStrictEqual(behind.ids, ["s1"])
      assert.deepStrictEqual(
        page(behind.next, 1, ({ waiting }) => waiting() > 0),
        { ids: ["s5"], next: undefined },
      )
    }).pipe(Effect.provide(Gateway.layer)),
  )
})
