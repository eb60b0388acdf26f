/** What somebody carries from one node to another is good there. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { defaults } from "../../src/accounts/AccessTokenSettings.ts"
import * as KeyRing from "../../src/accounts/internal/KeyRing.ts"
import { SigningKeys } from "../../src/accounts/SigningKeys.ts"
import { Cursors } from "../../src/chat/internal/Cursors.ts"
import { NodeId } from "../../src/domain/NodeId.ts"
import { UserId } from "../../src/domain/User.ts"
import { LinkedPeers } from "../../src/peers/LinkedPeers.ts"
import { alone } from "../../src/peers/Peers.ts"
import { Seals } from "../../src/peers/Seals.ts"

const ids = [NodeId.make("node-0"), NodeId.make("node-1")] as const
const silent = { ...alone, runsHere: () => false }
const ann = UserId.make("ann")
const bob = UserId.make("bob")

describe("carried between nodes", () => {
  it.effect("a cursor that one node has sealed opens at another, for whom it was sealed", () =>
    Effect.gen(function* () {
      const peers = [yield* LinkedPeers.make, yield* LinkedPeers.make] as const
      const [one, two] = [new Cursors(new Seals(peers[0])), new Cursors(new Seals(peers[1]))]
      const sealed = one.seal("search", ann, "here")
      assert.isUndefined(two.open("search", ann, sealed))
      for (const n of [0, 1] as const) {
        peers[n].connect({ ...silent, tell: (notice) => peers[1 - n]!.receive(ids[n], notice) })
      }
      peers[0].linked(ids[1])
      assert.strictEqual(two.open("search", ann, sealed), "here")
      assert.isUndefined(two.open("search", bob, sealed))
      assert.isUndefined(two.open("unread", ann, sealed))
      // It was asked for its own.
      assert.strictEqual(one.open("search", ann, two.seal("search", ann, "there")), "there")
    }).pipe(Effect.scoped),
  )

  it.effect("what was told before anybody was there to hear it is told again", () =>
    Effect.gen(function* () {
      const peers = [yield* LinkedPeers.make, yield* LinkedPeers.make] as const
      for (const n of [0, 1] as const) {
        peers[n].connect({ ...silent, tell: (notice) => peers[1 - n]!.receive(ids[n], notice) })
      }
      const one = new Seals(peers[0])
      for (const n of [0, 1] as const) peers[n].linked(ids[1 - n]!)
      const two = new Seals(peers[1])
      assert.strictEqual(two.open("this", one.seal("this", "here")), "here")
      assert.strictEqual(one.open("this", two.seal("this", "there")), "there")
    }).pipe(Effect.scoped),
  )

  it.effect("what a node sealed that was started anew since is opened by it and by all others", () =>
    Effect.gen(function* () {
      const run = Effect.map(LinkedPeers.make, (peers) => ({ peers, seals: new Seals(peers) }))
      const [before, other, anew] = [yield* run, yield* run, yield* run]
      const link = (one: LinkedPeers, another: LinkedPeers) => {
        const [here, there] = ids
        one.connect({ ...silent, tell: (notice) => another.receive(here, notice) })
        another.connect({ ...silent, tell: (notice) => one.receive(there, notice) })
        one.linked(there)
        another.linked(here)
      }
      link(before.peers, other.peers)
      const sealed = before.seals.seal("this", "here")
      link(anew.peers, other.peers)
      for (const { seals } of [other, anew]) {
        assert.strictEqual(seals.open("this", sealed), "here")
        assert.isUndefined(seals.open("that", sealed))
      }
    }).pipe(Effect.scoped),
  )

  it.effect("a key that one node makes is found by another as soon as something was signed with it", () =>
    Effect.gen(function* () {
      const one = yield* KeyRing.make(defaults)
      yield* one.signer
      const two = yield* KeyRing.make(defaults)
      yield* two.signer
      yield* TestClock.adjust(defaults.rotateEvery)
      const { id } = yield* one.signer
      assert.strictEqual((yield* two.find(id))?.id, id)
      const published = yield* two.published
      assert.include(JSON.stringify(published), id)
      // Keys that are none cost the store no more than one look a second.
      assert.isUndefined(yield* two.find("none"))
    }).pipe(Effect.scoped, Effect.provide([SigningKeys.layerMemory, NodeCrypto.layerSecureRandom])),
  )

  it.effect("of two nodes that start at once each finds the other's key", () =>
    Effect.gen(function* () {
      const [one, two] = yield* Effect.all([KeyRing.make(defaults), KeyRing.make(defaults)], { concurrency: 2 })
      const signers = yield* Effect.all([one.signer, two.signer], { concurrency: 2 })
      yield* TestClock.adjust("2 seconds")
      for (const ring of [one, two]) {
        for (const { id } of signers) {
          assert.strictEqual((yield* ring.find(id))?.id, id)
          yield* TestClock.adjust("2 seconds")
        }
      }
    }).pipe(Effect.scoped, Effect.provide([SigningKeys.layerMemory, NodeCrypto.layerSecureRandom])),
  )
})
