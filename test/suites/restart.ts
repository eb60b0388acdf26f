/** What outlives the service: the same for every history that is kept somewhere. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { AccountStore } from "../../src/accounts/AccountStore.ts"
import type { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { History } from "../../src/history/History.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { withSettable } from "./settableClock.ts"
import { calm, member2, user2 } from "./transportWorld.ts"

type Sent = typeof ClientFrame.Encoded

/** Where the service keeps things: built anew for each run, over what the run before has left. */
export interface Kept {
  readonly name: string
  readonly make: Effect.Effect<Layer.Layer<AccountStore | ChannelStore | History, unknown>, unknown, Scope.Scope>
}

const publish = (id: string, content = id): Sent => ({ type: "Publish", channel: "den", id, content })

const plain = (frame: object): unknown => {
  const { ref: _, ...rest } = frame as Record<string, unknown>
  return rest
}

const history = (client: TestClient2, after: number) =>
  Effect.map(client.ask({ type: "History", channel: "den", after }, "HistoryPage"), ({ entries }) =>
    entries.map((entry) => `${entry.seq} ${entry.type}${entry.type === "Message" ? ` ${entry.content}` : ""}`),
  )

export const restart = ({ make, name }: Kept) =>
  describe(name, () => {
    const services = (
      ...runs: ReadonlyArray<(server: TestServer["Service"]) => Effect.Effect<void, unknown, Scope.Scope>>
    ) =>
      Effect.gen(function* () {
        const layer = yield* make
        for (const run of runs) {
          yield* Effect.scoped(Effect.flatMap(TestServer, run)).pipe(
            Effect.provide(
              TestServer.layerMemory({
                ...calm,
                hub: { ...calm.hub, publishing: undefined },
                history: layer,
                channels: layer,
                accountStore: layer,
              }),
            ),
          )
        }
      }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))

    it.live("what was said, changed and read is there again, and its places go on", () =>
      services(
        (server) =>
          Effect.gen(function* () {
            const ann = yield* member2(server, "ann", "den")
            for (const id of ["1", "2", "3"]) yield* ann.ask(publish(id), "Published")
            yield* ann.ask({ type: "Edit", channel: "den", id: "e", target: 2, content: "two" }, "Published")
            yield* ann.ask({ type: "Delete", channel: "den", id: "d", target: 3 }, "Published")
            yield* ann.ask({ type: "Read", channel: "den", seq: 4 }, "Ok")
          }),
        (server) =>
          Effect.gen(function* () {
            const ann = yield* user2(server, "ann")
            const { first, seq } = yield* ann.ask({ type: "Join", channel: "den" }, "Joined")
            assert.deepStrictEqual([Number(seq), first], [5, undefined])
            assert.deepStrictEqual(yield* history(ann, 0), [
              "1 Message 1",
              "2 Message two",
              "3 Message ",
              "4 Edited",
              "5 Deleted",
            ])
            assert.deepStrictEqual(yield* history(ann, 3), ["4 Edited", "5 Deleted"])
            assert.strictEqual((yield* ann.ask(publish("4"), "Published")).seq, 6)
            assert.strictEqual((yield* ann.expect("Message")).seq, 6)
          }),
      ),
    )

    it.live("stamps never run backwards, so that since and until divide what was said", () =>
      withSettable((set) => {
        const said: Array<{ readonly seq: number; readonly timestamp: number }> = []
        const say = Effect.fnUntraced(function* (ann: TestClient2) {
          const { seq, timestamp } = yield* ann.ask(publish(`m${said.length}`), "Published")
          said.push({ seq: Number(seq), timestamp })
        })
        return services(
          (server) =>
            Effect.gen(function* () {
              const ann = yield* member2(server, "ann", "den")
              for (const by of [0, -3_600_000, 60_000, 7_200_000, -86_400_000, 0]) {
                set(by)
                yield* say(ann)
              }
            }),
          (server) =>
            Effect.gen(function* () {
              set(-365 * 86_400_000)
              const ann = yield* member2(server, "ann", "den")
              yield* say(ann)
              yield* say(ann)
              assert.deepStrictEqual(
                said.map(({ timestamp }) => timestamp),
                said.map(({ timestamp }) => timestamp).toSorted((one, other) => one - other),
              )
              const page = (range: { readonly since: number } | { readonly until: number }) =>
                Effect.map(ann.ask({ type: "History", channel: "den", ...range }, "HistoryPage"), ({ entries }) =>
                  entries.map(({ seq }) => Number(seq)),
                )
              for (const { timestamp } of said) {
                for (const moment of [timestamp - 1, timestamp, timestamp + 1]) {
                  const seqs = (is: (at: number) => boolean) =>
                    said.filter(({ timestamp }) => is(timestamp)).map(({ seq }) => seq)
                  assert.deepStrictEqual(
                    yield* page({ since: moment }),
                    seqs((at) => at >= moment),
                  )
                  assert.deepStrictEqual(
                    yield* page({ until: moment }),
                    seqs((at) => at <= moment),
                  )
                }
              }
            }),
        )
      }),
    )

    it.live("what is sent again gets the answer it got before", () => {
      let answers: ReadonlyArray<unknown> = []
      const requests: ReadonlyArray<Sent> = [
        publish("1"),
        publish("2"),
        { type: "Edit", channel: "den", id: "e", target: 1, content: "one" },
        { type: "React", channel: "den", id: "r", target: 1, reaction: "ok" },
        { type: "Delete", channel: "den", id: "d", target: 2 },
      ]
      const ask = (server: TestServer["Service"]) =>
        Effect.gen(function* () {
          const ann = yield* member2(server, "ann", "den")
          return yield* Effect.forEach(requests, (request) => Effect.map(ann.ask(request, "Published"), plain))
        })
      return services(
        (server) => Effect.map(ask(server), (given) => void (answers = given)),
        (server) => Effect.map(ask(server), (given) => assert.deepStrictEqual(given, answers)),
        (server) =>
          Effect.gen(function* () {
            const bob = yield* member2(server, "bob", "den")
            assert.lengthOf(yield* history(bob, 0), requests.length)
            // Another user's id is another id.
            assert.strictEqual((yield* bob.ask(publish("1"), "Published")).seq, 6)
          }),
      )
    })
  })
