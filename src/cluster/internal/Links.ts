/** The links of this node: one to each other, which the one of the two with the smaller address makes. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { Socket } from "node:net"
import type { NodeId } from "../../domain/NodeId.ts"
import { encodeMessage } from "../../hub/nodes/NodeCodec.ts"
import type { NodeMessage } from "../../hub/nodes/NodeMessage.ts"
import type { NodeEvents } from "../../hub/nodes/Nodes.ts"
import type { Dialer } from "./Dialer.ts"
import { Link, type LinkListener } from "./Link.ts"
import * as NodeAddress from "../NodeAddress.ts"

/** Milliseconds between two tries to make a link, which grow up to the second. */
const firstPause = 50
const longestPause = 1000

/** So many different things that are unknown are told of. */
const mostUnread = 100

/** When this node leaves, so long may what it said last be on its way. */
const goodbye = "1 second"

export interface Links {
  readonly send: (node: NodeId, message: NodeMessage) => boolean
  readonly peers: () => ReadonlyArray<NodeId>
  /** Takes over a connection to another node. */
  readonly attach: (connection: Socket, peer: NodeId) => Link
  /** Whether there is a link to the node at this address. */
  readonly reach: (address: string) => boolean
  /** Where there are nodes now: those that this one is to make a link to are dialed, until they are not there any more. */
  readonly know: (addresses: ReadonlyArray<string>) => void
  /** Done when a link has been lost since this was asked for. */
  readonly lost: Effect.Effect<void>
}

export const make = Effect.fnUntraced(function* (
  self: NodeId,
  dialer: Dialer,
  events: Pick<NodeEvents, "up" | "down" | "receive">,
): Effect.fn.Return<Links, never, Scope.Scope> {
  const runFork = Effect.runForkWith(yield* Effect.context())
  const own = NodeAddress.addressOf(self)
  const links = new Map<NodeId, Link>()
  const dials = yield* FiberMap.make<string>()
  const keep = yield* FiberMap.runtime(dials)<never>()
  let known: ReadonlySet<string> = new Set()
  let leaving = false
  /** What was said to be unknown, in the log: once is enough. */
  const unread = new Set<string>()
  let lostOne = Latch.makeUnsafe(false)

  const listener: LinkListener = {
    up: ({ peer }) => {
      events.up(peer)
      runFork(Effect.logInfo(`linked to the node ${peer}`))
    },
    receive: ({ peer }, message) => events.receive(peer, message),
    unread: (link, { answer, what }) => {
      if (answer !== undefined) link.send(encodeMessage(answer))
      const about = `${link.peer} ${what}`
      if (unread.size >= mostUnread || unread.has(about)) return
      unread.add(about)
      runFork(
        Effect.logWarning(
          `the node ${link.peer} is of a later release, and says what this one does not know: ${what}, which is left out`,
        ),
      )
    },
    closed: (link, problem) => {
      const { isUp, peer } = link
      if (links.get(peer) === link) links.delete(peer)
      if (!isUp) return
      events.down(peer)
      runFork(
        leaving || link.leaves
          ? Effect.logInfo(`the link to the node ${peer} has ended`)
          : Effect.logWarning(`the link to the node ${peer} is lost: ${problem}`),
      )
      const latch = lostOne
      lostOne = Latch.makeUnsafe(false)
      latch.openUnsafe()
    },
  }

  const attach = (connection: Socket, peer: NodeId): Link => {
    // Another run at the same address, or a connection that the other side knows to be lost.
    const address = NodeAddress.addressOf(peer)
    for (const link of links.values()) {
      if (NodeAddress.addressOf(link.peer) === address) link.cut("the node has made another link")
    }
    const link = new Link(peer, connection, listener)
    links.set(peer, link)
    link.start()
    return link
  }

  const closing = (link: Link) =>
    Effect.callback<void>((resume) => {
      if (link.closed) return resume(Effect.void)
      link.whenClosed = () => resume(Effect.void)
    })

  const keepDialing = (address: string) =>
    Effect.gen(function* () {
      const place = NodeAddress.parse(address)
      if (place === undefined) return yield* Effect.logWarning(`there is a node at ${address}, which is no HOST:PORT`)
      let pause = firstPause
      let told: string | undefined
      while (known.has(address)) {
        const dialed = yield* Effect.result(dialer(place, "link"))
        if (dialed._tag === "Success") {
          const { connection, peer } = dialed.success
          const link = attach(connection, peer)
          yield* closing(link)
          // By then it is not among the nodes any more.
          pause = link.leaves ? longestPause : firstPause
          told = undefined
        } else if (dialed.failure.message !== told) {
          told = dialed.failure.message
          yield* Effect.logWarning(`the node at ${address} cannot be reached: ${told}`)
        }
        yield* Effect.sleep(pause * (yield* Random.nextBetween(0.5, 1)))
        pause = Math.min(pause * 2, longestPause)
      }
    })

  yield* Effect.forkScoped(
    Effect.forever(
      Effect.andThen(
        Effect.sleep("1 second"),
        Effect.sync(() => {
          for (const link of links.values()) link.tick()
        }),
      ),
    ),
  )
  const end = (link: Link) =>
    Effect.callback<void>((resume) => link.drained(() => resume(Effect.void))).pipe(
      Effect.interruptible,
      Effect.timeoutOption(goodbye),
      Effect.andThen(Effect.sync(() => link.end())),
    )
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      leaving = true
      return Effect.forEach([...links.values()], end, { concurrency: "unbounded", discard: true })
    }),
  )

  return {
    send: (node, message) => {
      const link = links.get(node)
      return link !== undefined && link.isUp && link.send(encodeMessage(message))
    },
    peers: () => [...links.values()].flatMap(({ isUp, peer }) => (isUp ? [peer] : [])),
    attach,
    reach: (address) => [...links.values()].some(({ isUp, peer }) => isUp && NodeAddress.addressOf(peer) === address),
    know: (addresses) => {
      known = new Set(addresses)
      for (const address of known) if (own < address) keep(address, keepDialing(address), { onlyIfMissing: true })
    },
    lost: Effect.suspend(() => lostOne.await),
  }
})
