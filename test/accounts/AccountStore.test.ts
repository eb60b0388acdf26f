import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import * as ChangeFeed from "../../src/accounts/ChangeFeed.ts"
import { account, accountStore } from "../suites/accountStore.ts"

accountStore("in memory", AccountStore.layerMemory)

describe("an account store in memory", () => {
  it.effect("keeps a bounded number of changes, the last of them, for who is that far behind", () =>
    Effect.gen(function* () {
      const store = yield* AccountStore
      const names = ["first", "other", "last"]
      for (const name of names) yield* store.add(account(name))
      const [first, other, last] = names.map(account)
      const heard: Array<string> = []
      // It takes its time for the first change, in which the rest happens.
      yield* store.changes.pipe(
        Stream.runForEach(({ userId }) =>
          Effect.andThen(
            Effect.sync(() => heard.push(userId)),
            heard.length === 0 ? Effect.sleep("1 minute") : Effect.void,
          ),
        ),
        Effect.forkScoped({ startImmediately: true }),
      )
      yield* Effect.yieldNow
      yield* store.setDisabled(first!.id, true)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(heard, [first!.id])
      for (let n = 0; n < 2 * ChangeFeed.kept; n++) yield* store.setDisabled(other!.id, true)
      yield* store.setDisabled(last!.id, true)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(heard.at(-1), last!.id)
      assert.isAtLeast(heard.length, 1 + ChangeFeed.kept)
      assert.isAtMost(heard.length, 1 + 2 * ChangeFeed.kept)
    }).pipe(Effect.provide(Layer.fresh(AccountStore.layerMemory))),
  )
})
