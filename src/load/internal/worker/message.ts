/** What a load and those of its processes that play a share of it say to one another. */
import type { Plan, LoadGenerator } from "../../../scenario/LoadGenerator.ts"
import type { Address } from "../../../domain/Address.ts"

/** All that a process has to know to play its share. */
export interface Assignment {
  readonly plan: Plan
  readonly address: Address
  /** Of all members. */
  readonly password: string
  readonly invite: string | undefined
}

/** What a generator can be asked for, but for what is known without asking. */
export type Step = Exclude<keyof LoadGenerator, "lead">

export type WorkerRequest =
  | { readonly id: number; readonly assignment: Assignment }
  | { readonly id: number; readonly step: Step; readonly given: ReadonlyArray<unknown> }

/** The answer to the request with this number. */
export interface WorkerAnswer {
  readonly id: number
  readonly value: unknown
}
