// A whole run: the nodes start, chapter follows chapter, and what came of it is put together.
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Chapter from "./Chapter.ts"
import * as Cluster from "./Cluster.ts"
import * as ClusterReport from "./ClusterReport.ts"
import { CrashError } from "../crash/CrashError.ts"
import * as Faults from "./Faults.ts"
import { ownerOf } from "./Owner.ts"

export interface RunPlan {
  readonly nodes: number
  readonly clients: number
  readonly channels: number
  readonly rate: number
  readonly seed: number
  /** What strikes, one after the other. */
  readonly faults: ReadonlyArray<Faults.FaultName>
  /** How long a node is frozen; the longest time, where faults are random. */
  readonly freeze: Duration.Duration
  readonly old?: string | undefined
  readonly onFault?: ((outcome: Chapter.Outcome, done: number) => void) | undefined
  readonly onSilence?: Chapter.ChapterPlan["onSilence"]
  readonly onChapter?: ((result: Chapter.ChapterResult) => void) | undefined
}

/** Faults of one crowd; after so many another one comes. */
const chapterLength = 10

/** Clients in each channel: one at each node at least, and so many that every client is in one. */
export const membersOf = ({ channels, clients, nodes }: Pick<RunPlan, "nodes" | "clients" | "channels">): number =>
  Math.min(clients, Math.max(3, nodes, Math.ceil(clients / Math.max(1, channels)) + 1))

/** More clients than this are guests: to give each an account takes longer than all the rest. */
const mostAccounts = 100

/** So many faults, drawn from all that make sense again and again. */
export const random = (count: number): Effect.Effect<ReadonlyArray<Faults.FaultName>> => {
  const from = Faults.names.filter((name) => name !== "upgrade" && name !== "rolling-restart")
  return Effect.forEach(Array.from({ length: count }), () =>
    Effect.map(Random.nextIntBetween(0, from.length - 1), (at) => from[at]!),
  )
}

/** The same chances for the same seed. */
export const run = Effect.fnUntraced(function* (plan: RunPlan) {
  const { channels, clients, faults, freeze, nodes, old, onChapter, onFault, onSilence, rate, seed } = plan
  const guests = clients > mostAccounts
  const cluster = yield* Cluster.make({
    nodes,
    spare: faults.includes("join") ? 1 : 0,
    old,
    breakable: faults.some(Faults.isOfLinks),
    settings: guests ? { accounts: "guest" } : {},
  })
  const impossible = faults.find((name) => !Faults.isPossible(name, cluster))
  if (impossible !== undefined) {
    return yield* new CrashError({ message: `${impossible} is not possible with so few nodes` })
  }
  const results: Array<Chapter.ChapterResult> = []
  let done = 0
  // Ports came of no seed: another run with the same one would be at the same ports.
  const chapters = Effect.gen(function* () {
    for (let from = 0; from < faults.length; from += chapterLength) {
      const result = yield* Chapter.run(cluster, {
        clients,
        channels,
        members: membersOf(plan),
        rate,
        direct: !guests,
        prefix: `t${results.length + 1}`,
        faults: faults.slice(from, from + chapterLength),
        freeze,
        ownerOf: ownerOf(cluster),
        onSilence,
        onFault: (outcome) => onFault?.(outcome, ++done),
      })
      results.push(result)
      onChapter?.(result)
      // The nodes may be broken for good: what follows would say nothing.
      if (result.outcomes.some(({ resumed }) => !resumed)) break
    }
  })
  yield* Random.withSeed(chapters, seed)
  return ClusterReport.of({ seed, nodes, clients, channels, rate }, results)
}, Effect.scoped)
