import { assert, describe, it } from "@effect/vitest"
import { type ClientInput, type ClientState, initial, next, transitions } from "../../src/client/ClientState.ts"
import { Username } from "../../src/domain/Username.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"

const because = new Disconnect({ reason: "Draining" })
const username = Username.make("ann")

const states: { readonly [Tag in ClientState["_tag"]]: ClientState } = {
  Connecting: initial,
  Online: { _tag: "Online", username, version: 2 },
  Away: { _tag: "Away", because, attempt: 3, until: 1000 },
  Returning: { _tag: "Returning", because, attempt: 3 },
  Ended: { _tag: "Ended", because },
}
const inputs: { readonly [Tag in ClientInput["_tag"]]: ClientInput } = {
  Arrived: { _tag: "Arrived", username, version: 1 },
  Lost: { _tag: "Lost", because, attempt: 4, until: 2000 },
  Due: { _tag: "Due" },
  Failed: { _tag: "Failed", because },
  Closed: { _tag: "Closed" },
}

describe("ClientState", () => {
  for (const state of Object.values(states)) {
    for (const input of Object.values(inputs)) {
      const expected = transitions[state._tag][input._tag]
      it(`${state._tag}, ${input._tag}: ${expected ?? "as it was"}`, () => {
        const after = next(state, input)
        if (expected === undefined) assert.strictEqual(after, state)
        else assert.strictEqual(after._tag, expected)
      })
    }
  }

  it("keeps what it is told", () => {
    assert.deepStrictEqual(next(states.Returning, inputs.Arrived), { _tag: "Online", username, version: 1 })
    assert.deepStrictEqual(next(states.Online, inputs.Lost), { _tag: "Away", because, attempt: 4, until: 2000 })
    assert.deepStrictEqual(next(states.Away, inputs.Due), { _tag: "Returning", because, attempt: 3 })
    assert.deepStrictEqual(next(states.Online, inputs.Failed), { _tag: "Ended", because })
    assert.deepStrictEqual(next(states.Away, inputs.Failed), { _tag: "Ended", because })
    assert.deepStrictEqual(next(states.Online, inputs.Closed), { _tag: "Ended", because: undefined })
  })

  it("ends from everywhere, and comes back from nowhere but by trying", () => {
    for (const [state, possible] of Object.entries(transitions)) {
      assert.strictEqual(possible.Closed, state === "Ended" ? undefined : "Ended")
      assert.strictEqual(possible.Arrived === "Online", state === "Connecting" || state === "Returning")
    }
  })
})
