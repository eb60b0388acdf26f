/** Several troupes as one, each of which plays a share of the same scenario. */
import * as Effect from "effect/Effect"
import type { Timed } from "./Expectation.ts"
import { Histogram } from "./Histogram.ts"
import { Hearing } from "./internal/DeliveryCheck.ts"
import type { Asked, Counts, Troupe } from "./LoadGenerator.ts"

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((sum, number) => sum + number, 0)

export const together = (troupes: ReadonlyArray<Troupe>): Troupe => {
  const all = <A>(ask: (troupe: Troupe) => Asked<A>): Asked<Array<A>> =>
    Effect.forEach(troupes, ask, { concurrency: "unbounded" })
  const each = (ask: (troupe: Troupe) => Asked): Asked => Effect.asVoid(all(ask))
  const heard = Effect.map(
    all((troupe) => troupe.heard),
    (several) => several.flat(),
  )
  return {
    lead: Math.max(...troupes.map(({ lead }) => lead)),
    enter: each((troupe) => troupe.enter),
    act: (from) => each((troupe) => troupe.act(from)),
    begin: (from, to) => each((troupe) => troupe.begin(from, to)),
    befall: (what) => each((troupe) => troupe.befall(what)),
    end: (to) => each((troupe) => troupe.end(to)),
    counts: Effect.map(
      all((troupe) => troupe.counts),
      (several) => {
        const of = (name: keyof Counts) => sum(several.map((counts) => counts[name]))
        return {
          membersIn: of("membersIn"),
          membersGone: of("membersGone"),
          sent: of("sent"),
          delivered: of("delivered"),
          acknowledged: of("acknowledged"),
          unsaid: of("unsaid"),
          failed: of("failed"),
        }
      },
    ),
    recent: Effect.map(
      all((troupe) => troupe.recent),
      (several) => several.flat(),
    ),
    places: Effect.map(
      all((troupe) => troupe.places),
      (several) => {
        const hearing = new Hearing("")
        for (const places of several) hearing.learn(places)
        return hearing.places
      },
    ),
    behind: (places) =>
      Effect.map(
        all((troupe) => troupe.behind(places)),
        sum,
      ),
    told: Effect.map(Effect.all([all((troupe) => troupe.told), heard]), ([several, heard]) => {
      // Each of them knows whether its own members agree; whether they agree with those of the others shows here.
      const hearing = new Hearing("")
      hearing.compareAll(heard)
      const latencies = new Map<Timed, Histogram>()
      const errors = new Map<string, number>()
      for (const told of several) {
        for (const [of, latency] of told.latencies) {
          const histogram = latencies.get(of) ?? new Histogram()
          histogram.add(latency)
          latencies.set(of, histogram)
        }
        for (const [reason, times] of told.errors) errors.set(reason, (errors.get(reason) ?? 0) + times)
      }
      return {
        latencies: [...latencies].map(([of, histogram]) => [of, histogram.summary(of)] as const),
        errors: [...errors],
        doubled: sum(several.map(({ doubled }) => doubled)),
        missing: sum(several.map(({ missing }) => missing)),
        missed: sum(several.map(({ missed }) => missed)),
        disagreeing: hearing.disagreeing + sum(several.map(({ disagreeing }) => disagreeing)),
        presenceFrames: Math.max(...several.map(({ presenceFrames }) => presenceFrames)),
      }
    }),
    heard,
  }
}
