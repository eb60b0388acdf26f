/** What limits an operation, whatever door leads to it. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { operation } from "../../src/chat/Operation.ts"
import * as operations from "../../src/chat/operations.ts"
import type { CallerLimits, OperationKind } from "../../src/chat/RateLimits.ts"
import { caller, chatOf } from "./scripted.ts"

const kinds: { readonly [Name in keyof typeof operations]?: OperationKind } = {
  acceptInvite: "visits",
  audit: "reading",
  ban: "administration",
  block: "administration",
  configure: "administration",
  createChannel: "administration",
  createInviteLink: "administration",
  deleteChannel: "administration",
  deleteMessage: "publishing",
  describe: "reading",
  editMessage: "publishing",
  invite: "administration",
  join: "visits",
  kick: "administration",
  leave: "visits",
  listBlocked: "reading",
  listChannels: "reading",
  listInviteLinks: "reading",
  listPresent: "reading",
  listUnread: "reading",
  markRead: "reading",
  mute: "administration",
  page: "reading",
  publish: "publishing",
  react: "publishing",
  renameChannel: "administration",
  revokeInviteLink: "administration",
  search: "searches",
  setRole: "administration",
  setStatus: "status",
  setTopic: "administration",
  typing: "typing",
  unban: "administration",
  unblock: "administration",
  unmute: "administration",
}

const limitedKinds = {
  administration: "changes",
  visits: "channels joined and left",
  status: "changes of status",
  reading: "requests",
  searches: "searches",
} as const

describe("an operation", () => {
  it("counts as what it costs", () => {
    const found = Object.entries(operations).flatMap(([name, operation]) =>
      "kind" in operation ? [[name, operation.kind]] : [],
    )
    assert.deepStrictEqual<unknown>(Object.fromEntries(found), kinds)
  })

  it("names the reasons that any has behind its own", () => {
    assert.deepStrictEqual(operation("page", "reading", ["Banned"], () => Effect.void).reasons, [
      "Banned",
      "Unavailable",
      "Internal",
      "RateLimited",
      "OutOfScope",
    ])
  })

  for (const [kind, what] of Object.entries(limitedKinds)) {
    it.effect(`is not begun where there were too many ${what}`, () =>
      Effect.gen(function* () {
        yield* TestClock.adjust(70)
        const chat = yield* chatOf({})
        let runs = 0
        const run = operation("page", kind as OperationKind, [], () => Effect.sync(() => ++runs))
        let wait = 1201
        const taken: Array<ReadonlyArray<unknown>> = []
        const limits: CallerLimits = {
          publishing: undefined,
          take: (...asked) => {
            taken.push(asked)
            return wait
          },
        }
        const call = run(chat, { ...caller, limits }, {})
        // It counts when it is run, not when it is made.
        assert.deepStrictEqual(taken, [])
        assert.deepInclude(yield* Effect.flip(call), {
          reason: "RateLimited",
          detail: `Too many ${what}: try again in 1.3 s`,
          retryAfter: Duration.millis(1201),
        })
        assert.deepStrictEqual([runs, taken], [0, [[kind, 70]]])
        wait = 0
        yield* call
        assert.deepStrictEqual([runs, taken.length], [1, 2])
        // Who has no limits.
        yield* run(chat, caller, {})
        assert.strictEqual(runs, 2)
      }),
    )
  }

  it.effect("that is said or typed has its limit where it is left", () =>
    Effect.gen(function* () {
      const chat = yield* chatOf({})
      const limits: CallerLimits = { publishing: undefined, take: () => 1000 }
      for (const kind of ["publishing", "typing"] as const) {
        yield* operation("publish", kind, [], () => Effect.void)(chat, { ...caller, limits }, {})
      }
    }),
  )
})
