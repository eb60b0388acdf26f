/** Finds the highest load at which all expectations hold: it is doubled until one does not, then narrowed down. */
import * as Effect from "effect/Effect"

/** The outcome of one attempt. */
export interface Probe {
  readonly scale: number
  /** The expectations that did not hold, in words; empty where all did. */
  readonly broken: ReadonlyArray<string>
}

export interface Limit {
  /** The highest scale that held; undefined where not even the first did. */
  readonly holds: number | undefined
  /** The lowest that did not; undefined where all held up to the highest that was tried. */
  readonly breaks: Probe | undefined
}

export interface Search {
  readonly from: number
  readonly to: number
  /** The search ends when `holds` and `breaks` differ by no more than this share of the higher one. */
  readonly within: number
}

/** Calls `probe` at least once and at most some twenty times. */
export const find = <E, R>(
  { from, to, within }: Search,
  probe: (scale: number) => Effect.Effect<Probe, E, R>,
): Effect.Effect<Limit, E, R> => {
  const narrow = (holds: number, breaks: Probe): Effect.Effect<Limit, E, R> =>
    breaks.scale - holds <= breaks.scale * within
      ? Effect.succeed({ holds, breaks })
      : Effect.flatMap(probe((holds + breaks.scale) / 2), (tried) =>
          tried.broken.length === 0 ? narrow(tried.scale, breaks) : narrow(holds, tried),
        )
  const double = (scale: number, holds: number | undefined): Effect.Effect<Limit, E, R> =>
    Effect.flatMap(probe(scale), (tried) => {
      if (tried.broken.length > 0) {
        return holds === undefined ? Effect.succeed({ holds, breaks: tried }) : narrow(holds, tried)
      }
      return scale >= to ? Effect.succeed({ holds: scale, breaks: undefined }) : double(Math.min(to, scale * 2), scale)
    })
  return double(from, undefined)
}
