// A row of the table: what is measured, of which servers, and what must be reached.
import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type { BenchError } from "./BenchError.ts"
import type { Machine } from "./Machine.ts"
import type { Tokens } from "./Tokens.ts"

/** Numbers by name. */
export type Figures = Readonly<Record<string, number>>

/** How a figure is called and written. */
export interface Column {
  readonly figure: string
  readonly title: string
  readonly show: (value: number) => string
}

/** What must be reached, by the figure of the first server: beside another server's, or by itself. */
export type Bound =
  | { readonly figure: string; readonly by?: string; readonly atLeast: number; readonly atMost?: never }
  | { readonly figure: string; readonly by?: string; readonly atMost: number; readonly atLeast?: never }

export interface Settings {
  readonly pinned: Machine["pinned"]
  /** Seconds of warm-up and of measuring; rows that need more take more, unless it is to be quick. */
  readonly rampSeconds: number
  readonly seconds: number
  /** As small as it can be: whether it works, not how fast. */
  readonly quick: boolean
  readonly profile: { readonly folder: string; readonly name: string } | undefined
  /** Accounts with tokens: made when the first row asks for them. */
  readonly tokens: Measure<Tokens>
  readonly onProgress: (text: string) => void
}

export type Measure<A = Figures> = Effect.Effect<
  A,
  BenchError | PlatformError,
  FileSystem.FileSystem | Path.Path | ChildProcessSpawner
>

export interface Contestant {
  readonly name: string
  readonly measure: (settings: Settings) => Measure
}

export interface Row {
  /** As `--only` names it. */
  readonly id: string
  readonly title: string
  /** How it is measured, in a sentence or two. */
  readonly about: string
  /** Ours first; then those it is measured beside, in turns. */
  readonly contestants: ReadonlyArray<Contestant>
  readonly columns: ReadonlyArray<Column>
  readonly bounds: ReadonlyArray<Bound>
}
