/** Hostile calls, the same each time; `npm run fuzz -- --grpc --seconds 600` tries others for longer. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { attack, checkHealth } from "../../scripts/fuzz/grpcAttack.ts"
import * as GrpcFuzz from "../../src/testing/GrpcFuzz.ts"
import { eventually, live, nobodyLeft, tcp } from "../suites/transportWorld.ts"

const streams = 60

describe("hostile calls", () => {
  it("are the same for the same seed, and of every kind", () => {
    const text = (seed: number) =>
      JSON.stringify(GrpcFuzz.stream(seed), (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
      )
    const all = Array.from({ length: streams }, (_, seed) => text(seed))
    assert.strictEqual(new Set(all).size, streams)
    assert.strictEqual(text(7), all[7])
    const whole = all.join("")
    for (const part of ["application/grpc-web", "application/json", "PRI * HTTP/2.0", "/natter.v1.Chat/", '"reset"']) {
      assert.include(whole, part)
    }
  })

  live("end as they should, and nobody else is kept waiting", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const user = yield* server.accounts.add({
        name: "fuzz",
        password: Redacted.make("a long password"),
        role: "member",
      })
      const token = Redacted.value((yield* server.accounts.issueToken(user)).token)
      yield* Effect.forEach(
        Array.from({ length: streams }, (_, seed) => seed),
        (seed) =>
          Effect.map(
            Effect.promise(() => attack(server.address!, GrpcFuzz.stream(seed, token), token)),
            (complaint) => assert.isUndefined(complaint, `seed ${seed}`),
          ),
        { concurrency: 16, discard: true },
      )
      assert.isUndefined(yield* Effect.promise(() => checkHealth(server.address!)))
      yield* nobodyLeft(server)
      yield* eventually(
        "no connection is open",
        Effect.sync(() => server.limits.requests.taken + server.limits.requests.refusing === 0),
      )
    }),
  )
})
