/** Hostile WebSockets, the same each time; `node scripts/fuzz.ts --websocket --seconds 600` tries others for longer. */
import { assert, describe, it } from "@effect/vitest"
import { checkWebSocket } from "../../../scripts/fuzz/webSockets.ts"
import * as WebSocketFuzz from "../../../src/testing/WebSocketFuzz.ts"

describe("hostile WebSockets", () => {
  it("are the same for the same seed, and of every kind", () => {
    const bytes = (seed: number) => Buffer.concat(WebSocketFuzz.stream(seed).chunks).toString("hex")
    const seen = new Set<string>()
    const openings = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const { compressed, subprotocol } = WebSocketFuzz.stream(seed)
      openings.add(`${subprotocol} ${compressed}`)
      seen.add(bytes(seed))
      assert.isTrue(seen.has(bytes(seed)))
    }
    assert.strictEqual(openings.size, 8)
    assert.isAbove(seen.size, 90)
  })

  it("are met without a throw, as ws reads them, and however they are cut", () => {
    for (let seed = 0; seed < 600; seed++) {
      let complaint: string | undefined
      try {
        complaint = checkWebSocket(WebSocketFuzz.stream(seed))
      } catch (error) {
        throw new Error(`seed ${seed} throws`, { cause: error })
      }
      assert.isUndefined(complaint, `seed ${seed}`)
    }
  })
})
