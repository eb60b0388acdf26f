/** Files that are sent to several nodes: on stores that these have together. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { NodeId } from "../../src/domain/NodeId.ts"
import { LinkedPeers } from "../../src/peers/LinkedPeers.ts"
import { alone, Peers } from "../../src/peers/Peers.ts"
import {
  bytes,
  content,
  found,
  newFile,
  pieces,
  posted,
  reasonOf,
  sending,
  sent,
  service,
  stores,
} from "../files/world.ts"

const ids = [NodeId.make("node-0"), NodeId.make("node-1")] as const

const nodes = Effect.gen(function* () {
  const shared = yield* stores
  const peers = [yield* LinkedPeers.make, yield* LinkedPeers.make] as const
  const services = yield* Effect.forEach(peers, (own) => Effect.provideService(service(shared), Peers, own))
  for (const n of [0, 1] as const) {
    peers[n].connect({ ...alone, tell: (notice) => peers[1 - n]!.receive(ids[n], notice), runsHere: () => false })
  }
  for (const n of [0, 1] as const) peers[n].linked(ids[1 - n]!)
  const [one, two] = services
  return { one: one!, two: two!, shared }
})

/** A moment passes while it is done. */
const inTime = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const doing = yield* Effect.forkChild(effect)
    for (let n = 0; n < 10; n++) yield* TestClock.adjust("10 millis")
    return yield* Fiber.join(doing)
  })

describe("files over nodes", () => {
  it.effect("what was begun at one node goes on at another, and is whole at both", () =>
    Effect.gen(function* () {
      const { one, two } = yield* nodes
      const file = yield* one.files.start(newFile({ sha256: content }))
      yield* inTime(sending(one.files, file, 0, 1_000_000))
      yield* inTime(sending(two.files, file, 1_000_000, 2_000_000))
      const whole = yield* inTime(sending(one.files, file, 2_000_000))
      assert.deepInclude(whole, { whole: true, sha256: content })
      for (const { files } of [one, two]) {
        const read = yield* Stream.runCollect(files.read((yield* found(files, file))!))
        assert.isTrue(Buffer.concat(read).equals(bytes))
      }
    }).pipe(Effect.scoped),
  )

  it.effect("who sends it at one node makes room for who goes on with it at another", () =>
    Effect.gen(function* () {
      const { one, two } = yield* nodes
      const file = yield* one.files.start(newFile({ sha256: content }))
      // The connection is lost, and nobody there knows.
      const endless = Stream.concat(Stream.fromIterable(pieces(0, 1_000_000)), Stream.never)
      const lost = yield* Effect.forkChild(one.files.append(file, { offset: 0, bytes: endless }))
      yield* Effect.repeat(Effect.yieldNow, { times: 500 })
      const noted = (yield* found(two.files, file))!.received
      // What has come there by then is noted as it ends: who goes on is told where.
      yield* Effect.ignore(inTime(sending(two.files, file, noted)))
      const { received } = (yield* found(two.files, file))!
      const whole = yield* inTime(sending(two.files, file, received))
      assert.deepInclude(whole, { whole: true, sha256: content })
      assert.strictEqual(yield* reasonOf(Fiber.join(lost)), "UploadTaken")
    }).pipe(Effect.scoped),
  )

  it.effect("both look for what has expired, and neither removes what is carried", () =>
    Effect.gen(function* () {
      const { one, two } = yield* nodes
      const carried = yield* sent(one.files)
      const left = yield* sent(two.files, { name: "nobody's" }, bytes.subarray(0, 1000))
      yield* posted(two, carried, 1)
      yield* TestClock.adjust("3 hours")
      for (const { files } of [one, two]) {
        assert.isDefined(yield* found(files, carried))
        assert.isUndefined(yield* found(files, left))
        assert.lengthOf(Buffer.concat(yield* Stream.runCollect(files.read(carried))), bytes.length)
      }
    }).pipe(Effect.scoped),
  )
})
