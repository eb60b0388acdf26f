/** Ids that a channel has forgotten and its history knows: a message that is sent again is stored once, and no other is lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { History } from "../../../src/history/History.ts"
import { settle } from "../../actor/fibers.ts"
import { id, online } from "../fixture.ts"
import { member } from "../members.ts"
import { type ControlledHistory, controlledHistory } from "../stores.ts"
import { channel, texts } from "./fixture.ts"

/** It names no ids when a channel starts: as if they were more than are loaded. */
const forgetful = (): ControlledHistory => {
  const history = controlledHistory()
  const withoutIds = Layer.effect(
    History,
    Effect.map(History, (history) =>
      History.of({
        ...history,
        load: (channel, since) => Effect.map(history.load(channel, since), (loaded) => ({ ...loaded, ids: [] })),
      }),
    ),
  )
  return Object.assign(history, { layer: Layer.provideMerge(withoutIds, history.layer) })
}

describe("Channel", () => {
  it.effect("knows an id that history has by its user: another's message with the same id is stored", () =>
    Effect.gen(function* () {
      const [alice, bob] = [member("alice"), member("bob")]
      const history = forgetful()
      const tested = yield* channel({ history })
      for (const who of [alice, bob]) yield* tested.join(who, online)
      yield* settle
      // Stored, but the channel dies of it: it starts anew and knows none of the ids.
      history.behind = Effect.die(new Error("the disk is gone"))
      yield* tested.publish(alice, { id: id("1"), content: "hers" })
      yield* settle
      history.behind = Effect.void
      assert.deepStrictEqual(texts(bob), ["hers"])
      // Together: hers is the one that is stored already, his is new.
      yield* tested.publish(alice, { id: id("1"), content: "hers" })
      yield* tested.publish(bob, { id: id("1"), content: "his" })
      yield* tested.publish(bob, { id: id("2"), content: "his other" })
      yield* settle
      const told = (who: typeof alice) => who.all("Published").map(({ id, seq }) => `${id} at ${seq}`)
      assert.deepStrictEqual(told(alice), ["1 at 1"])
      assert.deepStrictEqual(told(bob), ["1 at 2", "2 at 3"])
      for (const who of [alice, bob]) assert.deepStrictEqual(texts(who), ["hers", "his", "his other"])
      assert.deepStrictEqual(
        history.appended.flat().map(({ content, from }) => [from.name, content].join(": ")),
        ["alice: hers", "bob: his", "bob: his other"],
      )
    }),
  )
})
