import { assert, describe, it } from "@effect/vitest"
import * as Socket from "effect/socket/Socket"
import { toDisconnect } from "../../../src/client/internal/closeCode.ts"
import { catalog, type DisconnectReason } from "../../../src/domain/Disconnect.ts"

const closed = (code: number, closeReason?: string) =>
  toDisconnect(new Socket.SocketError({ reason: new Socket.SocketCloseError({ code, closeReason }) }))

describe("the code that a connection was closed with", () => {
  it("is each of the catalog, with its rules for coming back", () => {
    for (const [reason, { code, message, reconnect }] of Object.entries(catalog)) {
      assert.deepInclude(closed(code), { reason: reason as DisconnectReason })
      assert.deepEqual([closed(code).message, closed(code).reconnect], [message, reconnect])
    }
    assert.strictEqual(closed(catalog.Flooding.code).pause, 10_000)
  })

  it("is one of a WebSocket's own, or of a proxy's", () => {
    for (const [code, reason] of [
      [1000, "ConnectionLost"],
      [1001, "Draining"],
      [1002, "MalformedFrame"],
      [1003, "MalformedFrame"],
      [1005, "ConnectionLost"],
      [1006, "ConnectionLost"],
      [1007, "MalformedFrame"],
      [1008, "ConnectionLost"],
      [1009, "FrameTooLarge"],
      [1011, "Internal"],
      [1012, "Draining"],
      [1013, "ServerFull"],
      [1014, "Internal"],
      [1015, "ConnectionLost"],
      [3000, "ConnectionLost"],
      [4999, "ConnectionLost"],
    ] as const) {
      assert.strictEqual(closed(code).reason, reason, `${code}`)
      assert.isTrue(closed(code).reconnect, `${code}`)
    }
  })

  it("keeps the words that come with it", () => {
    assert.strictEqual(closed(1001, "Back in a minute").message, "Back in a minute")
    assert.strictEqual(closed(4999, "Of a newer server").message, "Of a newer server")
    assert.strictEqual(closed(4000, "").message, catalog.Draining.message)
    const broken = new Socket.SocketError({ reason: new Socket.SocketReadError({ cause: new Error("ECONNRESET") }) })
    assert.strictEqual(toDisconnect(broken).message, catalog.ConnectionLost.message)
  })
})
