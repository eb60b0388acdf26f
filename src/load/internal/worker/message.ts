/** The messages between the process that leads a load and its workers. */
import type { Plan, LoadGenerator } from "../../../scenario/LoadGenerator.ts"
import type { Address } from "../../../client/Address.ts"
import type { TlsOptions } from "../../../client/transport/TlsOptions.ts"

/** All that a worker has to know to play its share. */
export interface Assignment {
  readonly plan: Plan
  readonly address: Address
  readonly tls: TlsOptions | undefined
  /** The password of all members. */
  readonly password: string
  readonly invite: string | undefined
}

/** The methods of a generator; `lead` is known without asking. */
export type Step = Exclude<keyof LoadGenerator, "lead">

export type WorkerRequest =
  | { readonly id: number; readonly assignment: Assignment }
  | { readonly id: number; readonly step: Step; readonly given: ReadonlyArray<unknown> }

/** The answer to the request with this number. */
export interface WorkerAnswer {
  readonly id: number
  readonly value: unknown
}
