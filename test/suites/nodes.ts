/** What whatever implements `Nodes` has to do, whether its nodes are threads, machines, or made up. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { NodeId } from "../../src/domain/NodeId.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import { UserId } from "../../src/domain/User.ts"
import { NodeMessage } from "../../src/hub/nodes/NodeMessage.ts"
import type { NodeEvents, NodesShape } from "../../src/hub/nodes/Nodes.ts"
import { Partition, partitions } from "../../src/hub/nodes/Partition.ts"

/** A node that a suite runs. */
interface NodeUnderTest {
  readonly nodes: NodesShape
  /** Ends it as a process ends, where that is another way than closing the scope that it runs in. */
  readonly end?: Effect.Effect<void>
}

export interface NodesWorld {
  /** So many nodes of one service, each of which is run by the test; gone when the scope closes. */
  readonly open: (count: number) => Effect.Effect<ReadonlyArray<NodeUnderTest>, never, Scope.Scope>
  /** Characters that are certainly too many to be on the way to a node that takes nothing. */
  readonly tooMuch: number
  /** Breaks the link between two nodes, which is made again; where that can be done. */
  readonly cut?: (one: NodeUnderTest, other: NodeUnderTest) => Effect.Effect<void>
}

type Told =
  | { readonly type: "up" | "down"; readonly node: NodeId }
  | { readonly type: "received"; readonly from: NodeId; readonly message: NodeMessage }
  | { readonly type: "acquired"; readonly partition: Partition; readonly epoch: number }

/** Notes what a node is told, and lets a test wait for it. */
class Witness {
  readonly told: Array<Told> = []
  readonly self: NodeId
  readonly node: NodeUnderTest
  /** Run at each message. */
  onMessage: ((from: NodeId, message: NodeMessage) => void) | undefined
  private readonly waiting = new Set<() => void>()

  constructor(node: NodeUnderTest) {
    this.node = node
    this.self = node.nodes.self
  }

  readonly events: NodeEvents = {
    up: (node) => this.note({ type: "up", node }),
    down: (node) => this.note({ type: "down", node }),
    receive: (from, message) => {
      this.note({ type: "received", from, message })
      this.onMessage?.(from, message)
    },
    acquired: (partition, epoch) => this.note({ type: "acquired", partition, epoch }),
    released: () => Effect.void,
  }

  /** Done when it is so; a test that waits for ever fails by its time limit. */
  until(is: () => boolean): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (is()) return Effect.void
      const done = Deferred.makeUnsafe<void>()
      const look = () => {
        if (!is()) return
        this.waiting.delete(look)
        Deferred.doneUnsafe(done, Exit.void)
      }
      this.waiting.add(look)
      return Deferred.await(done)
    })
  }

  received(from: NodeId): ReadonlyArray<NodeMessage> {
    return this.told.flatMap((told) => (told.type === "received" && told.from === from ? [told.message] : []))
  }

  /** The link to this node as it was told, without what came over it. */
  linkTo(node: NodeId): ReadonlyArray<"up" | "down"> {
    return this.told.flatMap((told) =>
      (told.type === "up" || told.type === "down") && told.node === node ? [told.type] : [],
    )
  }

  isLinked(node: NodeId): boolean {
    return this.linkTo(node).at(-1) === "up"
  }

  private note(told: Told): void {
    this.told.push(told)
    for (const look of this.waiting) look()
  }
}

const request = (n: number): NodeMessage => ({ type: "Brought", request: n })
const requests = (messages: ReadonlyArray<NodeMessage>): ReadonlyArray<number> =>
  messages.map((message) => (message.type === "Brought" ? message.request : Number.NaN))
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n)

/** A message of at least so many characters, with a number in it. */
const large = (n: number, characters: number): NodeMessage => ({
  type: "Tell",
  user: UserId.make(`${n} ${"x".repeat(characters)}`),
  event: {
    type: "Invited",
    channel: ChannelName.make("lobby"),
    by: { id: UserId.make("ann"), name: "ann" as never },
  },
})
const largeNumber = (message: NodeMessage): number =>
  message.type === "Tell" ? Number.parseInt(message.user, 10) : Number.NaN

/** What is undefined, which is written as null here, may be left out on the way. */
const encoded = Schema.encodeSync(Schema.toCodecJson(NodeMessage))
const written = (message: NodeMessage): unknown =>
  JSON.parse(JSON.stringify(encoded(message), (_, value: unknown) => (value === null ? undefined : value)))

/** Whatever nodes may say: none waits for ever before it tries again. */
const anyMessage = Arbitrary.filter(
  Arbitrary.schema(NodeMessage),
  (message) =>
    message.type !== "Turn" ||
    message.answers.every(
      ({ outcome }) =>
        outcome.type !== "Refused" ||
        outcome.error.retryAfter === undefined ||
        Duration.isFinite(outcome.error.retryAfter),
    ),
)

/** Runs nodes, and waits until all links are there. */
const running = Effect.fnUntraced(function* (world: NodesWorld, count: number) {
  const witnesses = (yield* world.open(count)).map((node) => new Witness(node))
  yield* Effect.forEach(witnesses, ({ events, node }) => node.nodes.run(events), { concurrency: "unbounded" })
  for (const one of witnesses) {
    for (const other of witnesses) if (other !== one) yield* one.until(() => one.isLinked(other.self))
  }
  return witnesses
})

const pair = (world: NodesWorld) => Effect.map(running(world, 2), ([one, other]) => [one!, other!] as const)

/** `layer` may start processes: it has its own time. */
export const nodesSuite = (name: string, world: NodesWorld, timeout = 20_000): void => {
  describe(`nodes: ${name}`, () => {
    it.live(
      "each has a name of its own and a link to each other",
      () =>
        Effect.gen(function* () {
          const all = yield* running(world, 3)
          assert.strictEqual(new Set(all.map(({ self }) => self)).size, 3)
          for (const one of all) {
            const others = all.filter((other) => other !== one).map(({ self }) => self)
            assert.sameMembers([...one.node.nodes.peers()], others)
            for (const other of others) assert.deepStrictEqual(one.linkTo(other), ["up"])
          }
        }),
      timeout,
    )

    it.live(
      "every partition has one owner, on whom all agree, and who was told",
      () =>
        Effect.gen(function* () {
          const all = yield* running(world, 3)
          for (let n = 0; n < partitions; n++) {
            const partition = Partition.make(n)
            const [owner, ...others] = yield* Effect.forEach(all, ({ node }) => node.nodes.ownerOf(partition))
            for (const other of others) assert.deepStrictEqual(other, owner)
            const at = all.find(({ self }) => self === owner!.node)!
            const isTold = () =>
              at.told.some((told) => told.type === "acquired" && told.partition === n && told.epoch === owner!.epoch)
            yield* at.until(isTold)
            const claim = { partition, epoch: owner!.epoch }
            for (const { node } of all) assert.isTrue(yield* node.nodes.isLast(claim))
          }
        }),
      timeout,
    )

    it.live(
      "whatever is sent arrives once and in its order, both ways at the same time",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          const count = 5000
          for (const n of numbers(count, 1)) {
            assert.isTrue(one.node.nodes.send(other.self, request(n)))
            assert.isTrue(other.node.nodes.send(one.self, request(-n)))
            if (n % 500 === 0) yield* Effect.yieldNow
          }
          yield* one.until(() => one.received(other.self).length >= count)
          yield* other.until(() => other.received(one.self).length >= count)
          assert.deepStrictEqual(requests(other.received(one.self)), numbers(count, 1))
          assert.deepStrictEqual(
            requests(one.received(other.self)),
            numbers(count, 1).map((n) => -n),
          )
        }),
      timeout,
    )

    it.live(
      "whoever is told something may answer right there",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          other.onMessage = (from, message) => void other.node.nodes.send(from, message)
          const count = 500
          one.onMessage = (from, message) => {
            const [n] = requests([message])
            if (n! + 1 < count) one.node.nodes.send(from, request(n! + 1))
          }
          one.node.nodes.send(other.self, request(0))
          yield* one.until(() => one.received(other.self).length >= count)
          assert.deepStrictEqual(requests(one.received(other.self)), numbers(count))
        }),
      timeout,
    )

    it.live(
      "everything that nodes say arrives as it was",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          const messages = yield* Arbitrary.sampleEffect(anyMessage, { count: 300, seed: 7 })
          for (const message of messages) assert.isTrue(one.node.nodes.send(other.self, message))
          yield* other.until(() => other.received(one.self).length >= messages.length)
          for (const [at, message] of other.received(one.self).entries()) {
            assert.deepStrictEqual(written(message), written(messages[at]!))
          }
        }),
      timeout,
    )

    it.live(
      "an error that a channel answers with is one behind the link, too",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          const error = new RequestError({ reason: "SlowMode", detail: "wait", retryAfter: Duration.millis(1500) })
          one.node.nodes.send(other.self, {
            type: "Turn",
            link: 3,
            channel: ChannelName.make("lobby"),
            events: [],
            answers: [{ request: 4, outcome: { type: "Refused", error } }],
            waiting: 0,
          })
          yield* other.until(() => other.received(one.self).length > 0)
          const [turn] = other.received(one.self)
          assert.strictEqual(turn?.type, "Turn")
          const outcome = turn?.type === "Turn" ? turn.answers[0]?.outcome : undefined
          assert.isTrue(outcome?.type === "Refused" && outcome.error instanceof RequestError)
          assert.deepStrictEqual(outcome?.type === "Refused" ? outcome.error : undefined, error)
        }),
      timeout,
    )

    it.live(
      "nothing is sent to oneself or to whoever is not there",
      () =>
        Effect.gen(function* () {
          const [one] = yield* pair(world)
          assert.isFalse(one.node.nodes.send(one.self, request(1)))
          assert.isFalse(one.node.nodes.send(NodeId.make("nobody"), request(1)))
        }),
      timeout,
    )

    it.live(
      "who does not take what is sent is cut, and has a link again when it does",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          // Nothing gives the other one a turn of the event loop, where it is in this process; nor this one, to be told.
          const size = Math.ceil(world.tooMuch / 100)
          let sent = 0
          while (one.node.nodes.send(other.self, large(sent, size))) {
            sent++
            assert.isBelow(sent, 200)
          }
          assert.isFalse(one.node.nodes.send(other.self, large(sent, size)))
          assert.notInclude(one.node.nodes.peers(), other.self)
          yield* one.until(() => one.linkTo(other.self).length >= 3)
          yield* other.until(() => other.linkTo(one.self).length >= 3)
          assert.deepStrictEqual(one.linkTo(other.self), ["up", "down", "up"])
          assert.deepStrictEqual(other.linkTo(one.self), ["up", "down", "up"])
          const before = other.received(one.self).length
          assert.isAtMost(before, sent)
          // What has arrived are the first of them, and nothing was left out between.
          assert.deepStrictEqual(other.received(one.self).map(largeNumber), numbers(before))
          for (const n of numbers(10)) assert.isTrue(one.node.nodes.send(other.self, request(n)))
          yield* other.until(() => other.received(one.self).length >= before + 10)
          assert.deepStrictEqual(requests(other.received(one.self).slice(before)), numbers(10))
        }),
      timeout,
    )

    it.live(
      "however much is sent to one who takes it, the link stays",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          const size = Math.ceil(world.tooMuch / 20)
          const count = 60
          for (const n of numbers(count)) {
            assert.isTrue(one.node.nodes.send(other.self, large(n, size)))
            yield* other.until(() => other.received(one.self).length > n)
          }
          assert.deepStrictEqual(other.received(one.self).map(largeNumber), numbers(count))
          assert.deepStrictEqual(one.linkTo(other.self), ["up"])
        }),
      timeout,
    )

    it.live(
      "whoever ends is down for the others, who stay linked",
      () =>
        Effect.gen(function* () {
          const [first, ...others] = (yield* world.open(3)).map((node) => new Witness(node))
          const last = others[1]!
          const own = yield* Scope.make()
          yield* Effect.addFinalizer((exit) => Scope.close(own, exit))
          const run = ({ events, node }: Witness) => node.nodes.run(events)
          yield* Effect.all([run(first!), run(others[0]!), Scope.provide(run(last), own)], { concurrency: "unbounded" })
          const stay = [first!, others[0]!]
          for (const one of stay) yield* one.until(() => one.isLinked(last.self))
          yield* last.node.end ?? Scope.close(own, Exit.void)
          for (const one of stay) yield* one.until(() => !one.isLinked(last.self))
          for (const one of stay) {
            assert.isFalse(one.node.nodes.send(last.self, request(1)))
            assert.notInclude(one.node.nodes.peers(), last.self)
          }
          assert.isTrue(stay[0]!.node.nodes.send(stay[1]!.self, request(2)))
          yield* stay[1]!.until(() => stay[1]!.received(stay[0]!.self).length === 1)
        }),
      timeout,
    )

    const { cut } = world
    if (cut === undefined) return
    it.live(
      "a link that breaks is down on both sides, and up again: in between nothing arrives half",
      () =>
        Effect.gen(function* () {
          const [one, other] = yield* pair(world)
          for (const n of numbers(100)) one.node.nodes.send(other.self, request(n))
          yield* cut(one.node, other.node)
          yield* one.until(() => one.linkTo(other.self).length >= 3)
          yield* other.until(() => other.linkTo(one.self).length >= 3)
          const before = other.received(one.self).length
          assert.deepStrictEqual(requests(other.received(one.self)), numbers(before))
          for (const n of numbers(100, 1000)) assert.isTrue(one.node.nodes.send(other.self, request(n)))
          yield* other.until(() => other.received(one.self).length >= before + 100)
          assert.deepStrictEqual(requests(other.received(one.self).slice(before)), numbers(100, 1000))
        }),
      timeout,
    )
  })
}
