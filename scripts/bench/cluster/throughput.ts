// How many messages a service of several nodes takes, what they cost, and how long they are under way.
import * as Effect from "effect/Effect"
import type { Cluster, Node } from "../../cluster/Cluster.ts"
import { ownerOf } from "../../cluster/Owner.ts"
import { large, ms } from "../Table.ts"
import * as Cpu from "./Cpu.ts"
import type { Client, Plan } from "./Plan.ts"
import { latencies, load, type Row, unwatched } from "./Row.ts"

const bytes = 100

/** A channel is owned by somebody once it was spoken of: its partition is, from the start on. */
const elsewhere = (nodes: ReadonlyArray<Node>, owner: Node | undefined): ReadonlyArray<Node> => {
  const others = nodes.filter((node) => node !== owner)
  return others.length === 0 ? nodes : others
}

/** A load, and what it took of the processors: microseconds a message that was acknowledged. */
const withCosts = (cluster: Cluster, plan: Omit<Plan, "host">) =>
  Effect.gen(function* () {
    const cpu = yield* Effect.promise(() => Cpu.reader(cluster))
    const none: Cpu.Used = { nodes: 0, postgres: 0 }
    let before = none
    let after = none
    const measured = yield* load(plan, { begun: () => (before = cpu()), over: () => (after = cpu()) })
    const each = (seconds: number) => (seconds * 1e6) / Math.max(1, measured.acknowledged)
    const [nodes, postgres] = [each(after.nodes - before.nodes), each(after.postgres - before.postgres)]
    const shares = `${nodes.toFixed(0)} + ${postgres.toFixed(0)}; the load ${each(measured.cpu).toFixed(0)}`
    return { ...measured, each: nodes + postgres, costs: `${(nodes + postgres).toFixed(0)} µs (${shares})` }
  })

/** One channel, and those who speak in it at other nodes than its own, with 512 messages that are not acknowledged. */
export const oneChannel: Row = (cluster, { rampSeconds, seconds }) =>
  Effect.gen(function* () {
    const channel = "one"
    const nodes = elsewhere(cluster.nodes, yield* ownerOf(cluster)(channel))
    const clients = nodes.slice(0, 2).map(({ address }, index): Client => ({
      name: `one-${index}`,
      port: address.port,
      channels: [channel],
      speaksIn: [channel],
    }))
    const measured = yield* withCosts(cluster, { clients, inFlight: 512, bytes, rampSeconds, seconds })
    const perSecond = measured.acknowledged / measured.seconds
    const { p50, p99 } = latencies(measured.acknowledgement)
    return [
      {
        row: "one channel, publishers on other nodes, 512 in flight",
        found: `${large(perSecond)} messages/s (${ms(p50)} / ${ms(p99)}), ${large(measured.delivered / measured.seconds)} deliveries/s, CPU a message ${measured.costs}`,
        asked: "≥ 30 k/s",
        holds: perSecond >= 30_000,
      },
    ]
  })

/** 200 channels with a member at each node, who speak in turns. */
export const manyChannels: Row = (cluster, { quick, rampSeconds, seconds }) =>
  Effect.gen(function* () {
    const rate = quick ? 500 : 4000
    // A session is in 128 channels at most.
    const halves = [0, 1].map((half) => Array.from({ length: 100 }, (_, index) => `many-${half * 100 + index}`))
    const clients = cluster.nodes.flatMap(({ address, index: node }) =>
      halves.map((channels, half): Client => ({
        name: `many-${node}-${half}`,
        port: address.port,
        channels,
        speaksIn: channels,
      })),
    )
    const measured = yield* withCosts(cluster, { clients, rate, bytes, rampSeconds, seconds })
    const { p50, p99 } = latencies(measured.delivery)
    return [
      {
        row: `200 channels × ${cluster.nodes.length} nodes at ${rate} messages/s: delivery`,
        found: `${ms(p50)} / ${ms(p99)}, ${large(measured.acknowledged / measured.seconds)}/s acknowledged, the load ${ms(measured.latest)} late at most`,
        asked: "p99 < 150 ms",
        holds: quick ? undefined : p99 < 150 && measured.acknowledged / measured.seconds > rate * 0.97,
      },
      {
        row: "the same: CPU a message, of all nodes and Postgres",
        found: measured.costs,
        asked: "≤ 250 µs",
        holds: quick ? undefined : measured.each <= 250,
      },
    ]
  })

/** Said at one node, heard at another, and the channel at a third. */
export const toAnotherNode: Row = (cluster, { quick, rampSeconds, seconds }) =>
  Effect.gen(function* () {
    const channel = "near"
    const nodes = elsewhere(cluster.nodes, yield* ownerOf(cluster)(channel))
    const speaker = nodes[0]!
    const listener = nodes[1] ?? cluster.nodes.find((node) => node !== speaker) ?? speaker
    const measured = yield* load(
      {
        clients: [
          // Who speaks is told too, and that is not what is measured.
          { name: "near-speaker", port: speaker.address.port, channels: [channel], speaksIn: [channel] },
          { name: "near-listener", port: listener.address.port, channels: [channel], speaksIn: [], isMeasured: true },
        ],
        rate: quick ? 100 : 500,
        bytes,
        rampSeconds,
        seconds,
      },
      unwatched,
    )
    const { p50, p99 } = latencies(measured.delivery)
    return [
      {
        row: `publish to a member on another node, at ${quick ? 100 : 500}/s`,
        found: `${ms(p50)} / ${ms(p99)}`,
        asked: "≤ 5 / 15 ms",
        holds: quick ? undefined : p50 <= 5 && p99 <= 15,
      },
    ]
  })
