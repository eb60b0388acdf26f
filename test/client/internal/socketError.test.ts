import { assert, describe, it } from "@effect/vitest"
import * as Socket from "effect/socket/Socket"
import { ConnectError } from "../../../src/client/ConnectError.ts"
import { toConnectError } from "../../../src/client/internal/socketError.ts"

const opening = (cause: unknown) =>
  new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })

describe("why a socket could not be opened", () => {
  it("is told as far as the platform says, with what it has said", () => {
    for (const [cause, reason] of [
      [{ code: "ECONNREFUSED" }, "Refused"],
      [{ code: "ENOTFOUND" }, "UnknownHost"],
      [{ code: "EAI_AGAIN" }, "UnknownHost"],
      [{ code: "ETIMEDOUT" }, "Timeout"],
      [{ code: "ECONNRESET" }, "Closed"],
      [{ code: "EPIPE" }, "Closed"],
      [{ code: "EHOSTUNREACH" }, "Unreachable"],
      [{}, "Unreachable"],
      [null, "Unreachable"],
      ["ECONNREFUSED", "Unreachable"],
      [undefined, "Unreachable"],
    ] as const) {
      const error = opening(cause)
      assert.deepInclude(toConnectError(error), { _tag: "ConnectError", reason, cause: error })
    }
    for (const reason of [
      new Socket.SocketCloseError({ code: 1006 }),
      new Socket.SocketReadError({ cause: { code: "ECONNREFUSED" } }),
    ]) {
      assert.strictEqual(toConnectError(new Socket.SocketError({ reason })).reason, "Closed")
    }
  })

  it("is worth another try where it may be otherwise a moment later", () => {
    const passes = (reason: ConnectError["reason"]) => new ConnectError({ reason }).passes
    for (const reason of ["Refused", "UnknownHost", "Unreachable", "Timeout", "Closed"] as const) {
      assert.isTrue(passes(reason), reason)
    }
    for (const reason of ["NotNatter", "OldServer"] as const) assert.isFalse(passes(reason), reason)
  })
})
