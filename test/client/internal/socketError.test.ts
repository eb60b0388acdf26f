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
      [{ code: "ENOENT" }, "Refused"],
      [{ code: "EPROTO" }, "NotNatter"],
      [{ code: "ERR_SSL_WRONG_VERSION_NUMBER" }, "NotNatter"],
      [{ code: "CERT_HAS_EXPIRED" }, "OutOfDate"],
      [{ code: "CERT_NOT_YET_VALID" }, "OutOfDate"],
      [{ code: "SELF_SIGNED_CERT_IN_CHAIN" }, "UnknownAuthority"],
      [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "UnknownAuthority"],
      [{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "UnknownAuthority"],
      [{ code: "ERR_TLS_CERT_ALTNAME_INVALID" }, "WrongName"],
      [{ code: "CERT_REVOKED" }, "Untrusted"],
      [{ code: "INVALID_CA" }, "Untrusted"],
      [{ code: "ERR_OSSL_X509_KEY_VALUES_MISMATCH" }, "CertificateUnusable"],
      [{ code: "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE" }, "CertificateRefused"],
      [{ code: "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA" }, "CertificateRefused"],
      // What a WebSocket says is an event, with the error in it where the platform tells.
      [{ type: "error", error: { code: "ECONNREFUSED" } }, "Refused"],
      [{ type: "error" }, "Unreachable"],
      [{ error: null }, "Unreachable"],
      [{ error: new Error("Unexpected server response: 404") }, "NotNatter"],
      [{ error: new Error("Unexpected server response: 403") }, "NotNatter"],
      [{ error: new Error("Unexpected server response: 503") }, "Unreachable"],
      [{ error: new Error("Unexpected server response: 429") }, "Unreachable"],
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

  it("is told in words that say more, where more is known", () => {
    const said = (cause: unknown) => toConnectError(opening(cause)).message
    assert.strictEqual(said({ code: "ECONNREFUSED", message: "connect ECONNREFUSED" }), "nothing listens there")
    assert.include(said({ type: "error", message: "" }), "no WebSocket could be opened")
    for (const words of ["Failed to fetch", "Load failed", "NetworkError when attempting to fetch resource."]) {
      assert.match(said(new TypeError(words)), /^nothing answers there, or it lets nobody in/)
    }
    assert.strictEqual(said(new SyntaxError("no such URL")), "no such URL")
    assert.strictEqual(
      said({ code: "CERT_REVOKED", message: "certificate revoked" }),
      "its certificate is not to be trusted: certificate revoked",
    )
    assert.strictEqual(
      said({ error: new Error("Unexpected server response: 404") }),
      "it opens no WebSocket there, but answers with status 404",
    )
    assert.strictEqual(said({ error: new Error("Unexpected server response: 503") }), "it answers with status 503")
  })

  it("is worth another try where it may be otherwise a moment later", () => {
    const passes = (reason: ConnectError["reason"]) => new ConnectError({ reason }).passes
    for (const reason of ["Refused", "UnknownHost", "Unreachable", "Timeout", "Closed"] as const) {
      assert.isTrue(passes(reason), reason)
    }
    for (const reason of ["NotNatter", "OldServer", "Untrusted", "UnknownAuthority", "CertificateRefused"] as const)
      assert.isFalse(passes(reason), reason)
  })
})
