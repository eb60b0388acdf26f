import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Errors1 from "../../../src/client/internal/errors1.ts"
import { catalog as disconnects, type DisconnectReason } from "../../../src/domain/Disconnect.ts"
import { catalog, type RequestErrorReason } from "../../../src/domain/RequestError.ts"

const wait = ({ retryAfter }: { readonly retryAfter?: Duration.Duration | undefined }) =>
  retryAfter === undefined ? undefined : Duration.toMillis(retryAfter)

describe("the errors of version 1", () => {
  it("are known by their words, and keep them", () => {
    for (const reason of Object.keys(catalog) as Array<RequestErrorReason>) {
      const { message } = catalog[reason]
      assert.deepInclude(Errors1.requestError(400, message), { reason, detail: message })
      assert.deepInclude(Errors1.loginError(message), { reason, detail: message })
    }
  })

  it("are known by their status, where the words are others", () => {
    for (const [status, reason] of [
      [400, "InvalidFrame"],
      [401, "NotAuthenticated"],
      [403, "Forbidden"],
      [404, "InvalidFrame"],
      [413, "MessageTooLong"],
      [429, "RateLimited"],
      [499, "InvalidFrame"],
      [500, "Internal"],
      [501, "NotSupported"],
      [502, "Internal"],
      [503, "Unavailable"],
    ] as const) {
      const error = Errors1.requestError(status, "in other words")
      assert.deepInclude(error, { reason, detail: "in other words", message: "in other words" }, `${status}`)
      assert.isUndefined(error.retryAfter)
    }
  })

  it("say in their words how long to wait", () => {
    for (const [message, millis] of [
      ["Too many failed logins, try again in 12 s", 12_000],
      ["Try again in 0.25 s.", 250],
      ["try again in 1.2345 s", undefined],
      ["try again in 1234567 s", undefined],
      ["try again in 5 seconds", undefined],
      ["try again in 5.0001 s", undefined],
      ["wait 5 s", undefined],
    ] as const) {
      assert.strictEqual(wait(Errors1.requestError(429, message)), millis, message)
      // A login that is to be tried again is no wrong password.
      assert.deepInclude(Errors1.loginError(message), {
        reason: millis === undefined ? "InvalidCredentials" : "TooManyLogins",
      })
      assert.strictEqual(wait(Errors1.loginError(message)), millis, message)
    }
  })

  it("end the session where they can mean nothing else, with the words of the server", () => {
    for (const reason of Object.keys(disconnects) as Array<DisconnectReason>) {
      const { message } = disconnects[reason]
      const isRequestToo = Object.values(catalog).some((error) => error.message === message)
      assert.strictEqual(Errors1.isDisconnect(message), !isRequestToo, message)
      assert.deepInclude(Errors1.toDisconnect(message), { reason, detail: message })
    }
    assert.isFalse(Errors1.isDisconnect(catalog.NotAuthenticated.message))
    assert.isFalse(Errors1.isDisconnect("Lunch"))
    assert.deepInclude(Errors1.toDisconnect("Lunch"), { reason: "ConnectionLost", detail: "Lunch" })
  })

  it("refuse for good who may not be in the lobby, and nobody else", () => {
    for (const [message, reason] of [
      [catalog.Banned.message, "Refused"],
      [catalog.Forbidden.message, "Refused"],
      [catalog.TooManyChannels.message, "ConnectionLost"],
      [catalog.RateLimited.message, "ConnectionLost"],
      [disconnects.Draining.message, "Draining"],
      ["Lunch", "ConnectionLost"],
    ] as const) {
      assert.deepInclude(Errors1.toRefusal(message), { reason, detail: message }, message)
    }
  })
})
