/** What administrators can do about the service itself, and nobody else. */
import { assert, describe } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Operation } from "../../src/chat/Operation.ts"
import * as service from "../../src/chat/service/operations.ts"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import type { User } from "../../src/domain/User.ts"
import { Readings } from "../../src/observability/Readings.ts"
import { callerOf, ofService, reasonOf, test, world } from "./accountWorld.ts"

const requests = {
  banAddress: { address: AddressRange.make("198.51.100.0/24") },
  describeNodes: {},
  describeService: {},
  disconnect: { id: SessionId.make("tcp-1") },
  drain: {},
  listAddressBans: {},
  listAllChannels: {},
  listConnections: {},
  readAudit: {},
  readMetrics: {},
  unbanAddress: { address: AddressRange.make("198.51.100.0/24") },
} satisfies { readonly [Name in keyof typeof service]: object }

const all = Object.entries(service) as unknown as ReadonlyArray<[keyof typeof service, Operation<object, unknown>]>

describe("what is done about the service", () => {
  test(
    "is for its administrators, by tokens that are for it",
    Effect.gen(function* () {
      const { ann, chat, guest, olga } = yield* world
      for (const [name, operation] of all) {
        assert.strictEqual(operation.operation, name)
        const ask = (user: User) => reasonOf(operation(chat, callerOf(user), requests[name]))
        assert.strictEqual(yield* ask(guest), "Forbidden", name)
        assert.strictEqual(yield* ask(ann), "Forbidden", name)
        assert.notStrictEqual(yield* ask(olga), "Forbidden", name)
        const scoped = (operations: typeof ofService) =>
          reasonOf(operation(chat, callerOf(olga, { scope: { operations } }), requests[name]))
        assert.strictEqual(yield* scoped(ofService.filter((other) => other !== name)), "OutOfScope", name)
        assert.notStrictEqual(yield* scoped(ofService), "OutOfScope", name)
      }
      assert.isTrue(yield* Deferred.isDone(chat.ending))
    }),
  )

  test(
    "is not supported where there is none around the hub",
    Effect.gen(function* () {
      const { chat, olga } = yield* world
      assert.strictEqual(yield* reasonOf(service.describeService(chat, callerOf(olga), {})), "NotSupported")
      assert.strictEqual(yield* reasonOf(service.describeNodes(chat, callerOf(olga), {})), "NotSupported")
      assert.strictEqual(yield* reasonOf(service.readMetrics(chat, callerOf(olga), {})), "NotSupported")
    }),
  )

  test(
    "says what there is, with the figures of whoever watches it",
    Effect.gen(function* () {
      const { chat, olga } = yield* world
      const readings = new Readings()
      readings.number("natter_ready", 1)
      chat.around.service = {
        version: "1.2.3",
        node: "24.0.0",
        storage: "sqlite",
        startedAt: 7,
        state: () => ({ ready: true, draining: false }),
        metrics: Effect.succeed(readings.all),
      }
      assert.deepStrictEqual(yield* service.describeService(chat, callerOf(olga), {}), {
        version: "1.2.3",
        node: "24.0.0",
        storage: "sqlite",
        startedAt: 7,
        ready: true,
        draining: false,
        users: 0,
        sessions: 0,
        channels: 0,
        memberships: 0,
      })
      assert.strictEqual(yield* service.readMetrics(chat, callerOf(olga), {}), readings.all)
    }),
  )

  test(
    "names what is wrong with a request",
    Effect.gen(function* () {
      const { chat, olga } = yield* world
      assert.strictEqual(yield* reasonOf(service.readAudit(chat, callerOf(olga), { before: -1 })), "InvalidFrame")
      for (const request of [{ after: -1 }, { after: 0.5 }, { username: "x".repeat(65) }]) {
        assert.strictEqual(yield* reasonOf(service.listConnections(chat, callerOf(olga), request)), "InvalidFrame")
      }
    }),
  )
})
