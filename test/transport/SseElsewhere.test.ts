import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { NodeId } from "../../src/domain/NodeId.ts"
import type { PassedPost, PostAnswer } from "../../src/peers/PassedPost.ts"
import { alone } from "../../src/peers/Peers.ts"
import { Elsewhere } from "../../src/transport/sse/Elsewhere.ts"
import * as Key from "../../src/transport/sse/Key.ts"
import type { Recipient } from "../../src/transport/sse/Recipient.ts"

const node = NodeId.make("10.0.0.5:7070#0123456789ab")

/** One other node, which answers when the test says so. */
const world = () => {
  const passed: Array<{ readonly post: PassedPost; readonly answer: (answer: PostAnswer | undefined) => void }> = []
  const state = { now: 0, linked: true, link: (_: NodeId): void => {} }
  const elsewhere = new Elsewhere({
    now: () => state.now,
    run: (effect) => void Effect.runFork(effect),
    peers: {
      ...alone,
      isLinked: () => state.linked,
      whenLinked: (linked) => {
        state.link = linked
        linked(node)
      },
      pass: (_, post) => {
        const answer = Deferred.makeUnsafe<PostAnswer | undefined>()
        passed.push({ post, answer: (given) => void Deferred.doneUnsafe(answer, Effect.succeed(given)) })
        return Deferred.await(answer)
      },
    },
  })
  return { elsewhere, passed, state }
}

const found = ({ elsewhere }: ReturnType<typeof world>, key: string): Recipient => {
  const session = elsewhere.find(key)
  if (session === undefined || session === "Unreached") throw new Error(`it is ${session}`)
  return session
}

/** What becomes of a post of so many bytes. */
const outcomes = (session: Recipient, bytes: number) => {
  const all: Array<unknown> = []
  session.post({ body: new Uint8Array(bytes), seq: undefined, answer: (outcome) => all.push(outcome) })
  return all
}

describe("a key", () => {
  it("says which node has the session, and not where that is", () => {
    const key = Key.make(node)
    assert.match(key, /^[\w-]{30}$/)
    assert.strictEqual(Key.markIn(key), Key.markOf(node))
    assert.strictEqual(Key.markIn(Key.make(undefined)), "")
    assert.notStrictEqual(Key.markOf(NodeId.make("10.0.0.5:7070#0123456789ac")), Key.markOf(node))
  })
})

describe("sessions of other nodes", () => {
  it("are gone with a node that is not reached for half a minute", () => {
    const { elsewhere, state } = world()
    const key = Key.make(node)
    assert.isUndefined(elsewhere.find(Key.make(NodeId.make("another"))))
    assert.isUndefined(elsewhere.find(Key.make(undefined)))
    state.linked = false
    assert.strictEqual(elsewhere.find(key), "Unreached")
    state.now += 29_999
    assert.strictEqual(elsewhere.find(key), "Unreached")
    state.now += 1
    assert.isUndefined(elsewhere.find(key))
    state.linked = true
    assert.isObject(elsewhere.find(key))
    state.linked = false
    assert.strictEqual(elsewhere.find(key), "Unreached")
  })

  it("are of so many nodes at most, whose links came up last", () => {
    const { elsewhere, state } = world()
    for (let n = 0; n < 64; n++) state.link(NodeId.make(`node-${n}`))
    assert.isUndefined(elsewhere.find(Key.make(node)))
    assert.isObject(elsewhere.find(Key.make(NodeId.make("node-0"))))
  })

  it("have four posts at once that are not answered", () => {
    const here = world()
    const key = Key.make(node)
    const first = found(here, key)
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => found(here, key).begin()),
      [true, true, true, true, false],
    )
    assert.isTrue(found(here, Key.make(node)).begin())
    first.done()
    assert.isFalse(found(here, key).begin())
  })

  it("have all together so much on the way to other nodes, and no more", async () => {
    const here = world()
    const outcome = Array.from({ length: 13 }, () => outcomes(found(here, Key.make(node)), 256 * 1024))
    assert.isAbove(here.passed.length, 8)
    const total = here.passed.reduce((sum, { post }) => sum + post.body!.length, 0)
    assert.isAtMost(total, 4 * 1024 * 1024)
    assert.deepEqual(outcome.at(-1), ["Crowded"])
    here.passed[0]!.answer({ kind: "Handled" })
    await Promise.resolve()
    assert.deepEqual(outcome[0], ["Handled"])
    const next = outcomes(found(here, Key.make(node)), 256 * 1024)
    assert.deepEqual(next, [])
    here.passed.at(-1)!.answer(undefined)
    assert.deepEqual(next, ["Unreached"])
  })
})
