/** Several load generators as one: each plays a share of the members of the same scenario. */
import * as Effect from "effect/Effect"
import { Histogram } from "./Histogram.ts"
import { DeliveryCheck } from "./internal/DeliveryCheck.ts"
import type { Call, Counts, LoadGenerator, Outcome } from "./LoadGenerator.ts"

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((sum, number) => sum + number, 0)

type Figures = Pick<Outcome, "latencies" | "errors">

const together = (several: ReadonlyArray<Figures>): Figures => {
  const latencies = new Map<string, Histogram>()
  const errors = new Map<string, number>()
  for (const outcome of several) {
    for (const [of, latency] of outcome.latencies) {
      const histogram = latencies.get(of) ?? new Histogram()
      histogram.add(latency)
      latencies.set(of, histogram)
    }
    for (const [reason, times] of outcome.errors) errors.set(reason, (errors.get(reason) ?? 0) + times)
  }
  return {
    latencies: [...latencies].map(([of, histogram]) => [of, histogram.summary(of)] as const),
    errors: [...errors],
  }
}

export const combine = (generators: ReadonlyArray<LoadGenerator>): LoadGenerator => {
  const all = <A>(ask: (generator: LoadGenerator) => Call<A>): Call<Array<A>> =>
    Effect.forEach(generators, ask, { concurrency: "unbounded" })
  const each = (ask: (generator: LoadGenerator) => Call): Call => Effect.asVoid(all(ask))
  const received = Effect.map(
    all((generator) => generator.received),
    (several) => several.flat(),
  )
  return {
    lead: Math.max(...generators.map(({ lead }) => lead)),
    enter: each((generator) => generator.enter),
    act: (from) => each((generator) => generator.act(from)),
    begin: (from, to) => each((generator) => generator.begin(from, to)),
    inject: (what) => each((generator) => generator.inject(what)),
    end: (to) => each((generator) => generator.end(to)),
    counts: Effect.map(
      all((generator) => generator.counts),
      (several) => {
        const of = (name: keyof Counts) => sum(several.map((counts) => counts[name]))
        return {
          membersIn: of("membersIn"),
          membersAway: of("membersAway"),
          sent: of("sent"),
          delivered: of("delivered"),
          acknowledged: of("acknowledged"),
          givenUp: of("givenUp"),
          failed: of("failed"),
          transfers: of("transfers"),
        }
      },
    ),
    recent: Effect.map(
      all((generator) => generator.recent),
      (several) => several.flat(),
    ),
    acknowledgedSeqs: Effect.map(
      all((generator) => generator.acknowledgedSeqs),
      (several) => {
        const check = new DeliveryCheck("")
        for (const seqs of several) check.addAcknowledged(seqs)
        return check.acknowledgedSeqs
      },
    ),
    behind: (seqs) =>
      Effect.map(
        all((generator) => generator.behind(seqs)),
        sum,
      ),
    soFar: Effect.map(
      all((generator) => generator.soFar),
      together,
    ),
    outcome: (seqs) =>
      Effect.map(Effect.all([all((generator) => generator.outcome(seqs)), received]), ([several, received]) => {
        // Each generator has compared what its own members received; here the generators are compared with one another.
        const check = new DeliveryCheck("")
        check.compareAll(received)
        return {
          ...together(several),
          doubled: sum(several.map(({ doubled }) => doubled)),
          missing: sum(several.map(({ missing }) => missing)),
          missed: sum(several.map(({ missed }) => missed)),
          disagreeing: check.disagreeing + sum(several.map(({ disagreeing }) => disagreeing)),
          uploaded: sum(several.map(({ uploaded }) => uploaded)),
          downloaded: sum(several.map(({ downloaded }) => downloaded)),
          presenceFrames: Math.max(...several.map(({ presenceFrames }) => presenceFrames)),
        }
      }),
    received,
  }
}
