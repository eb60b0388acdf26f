import type { CableOptions } from "../../src/testing/simulation/Cable.ts"

export interface Machine {
  /** Its own name, for the story. */
  readonly name: string
  /** Whose name its program signs in with; two machines may share one. */
  readonly user: string
  /** Which version of the protocol its program speaks. */
  readonly version: 1 | 2
  readonly cable: CableOptions
}
