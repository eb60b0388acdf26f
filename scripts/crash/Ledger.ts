// Where the clients of a run record what they sent and received.
import type { Action, Rejection, Entry, Gap, Observation, Operation } from "./Record.ts"

type NewOperation = Pick<Operation, "client" | "user" | "id" | "channel"> & { readonly act: Action }

export class Ledger {
  readonly operations: Array<Operation> = []
  readonly observations: Array<Observation> = []
  readonly rejections: Array<Rejection> = []
  private readonly start = performance.now()

  /** Milliseconds since the start of the run. */
  now(): number {
    return Math.round(performance.now() - this.start)
  }

  add(sent: NewOperation): Operation {
    const operation: Operation = { ...sent, at: this.now(), answers: [] }
    this.operations.push(operation)
    return operation
  }

  /** What this client receives in this channel, over all its visits. */
  observationOf(client: string, channel: string, placeless?: true): Observation {
    const known = this.observations.find((one) => one.client === client && one.channel === channel)
    if (known !== undefined) return known
    const observation: Observation = { client, channel, placeless, entries: [] }
    this.observations.push(observation)
    return observation
  }
}

/** The last `seq` that this client has received. */
export const lastOf = ({ entries }: Observation): number => {
  const last: Entry | Gap | undefined = entries.at(-1)
  if (last === undefined) return 0
  return last.type === "Missed" ? last.to : last.seq
}

/** It was acknowledged or refused: nothing more comes. */
export const isSettled = ({ answers, refused }: Operation): boolean => answers.length > 0 || refused !== undefined
