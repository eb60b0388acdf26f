// Where the clients of a run record what they sent and received.
import type { Action, Rejection, Entry, Gap, Observation, Operation, ReadFile, SentFile } from "./Record.ts"

type NewOperation = Pick<Operation, "client" | "user" | "id" | "channel" | "early"> & { readonly act: Action }

export class Ledger {
  readonly operations: Array<Operation> = []
  readonly observations: Array<Observation> = []
  readonly rejections: Array<Rejection> = []
  readonly files: Array<SentFile> = []
  readonly reads: Array<ReadFile> = []
  /** The same observations, by client and channel. */
  private readonly observed = new Map<string, Map<string, Observation>>()
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

  addFile(about: Pick<SentFile, "client" | "channel" | "name">): SentFile {
    const file: SentFile = { ...about, at: this.now(), begun: [], told: [], settled: false }
    this.files.push(file)
    return file
  }

  addRead(about: Pick<ReadFile, "client" | "channel" | "seq" | "id">): ReadFile {
    const read: ReadFile = { ...about, at: this.now() }
    this.reads.push(read)
    return read
  }

  /** What this client receives in this channel, over all its visits. */
  observationOf(client: string, channel: string, placeless?: true): Observation {
    let theirs = this.observed.get(client)
    if (theirs === undefined) this.observed.set(client, (theirs = new Map()))
    const known = theirs.get(channel)
    if (known !== undefined) return known
    const observation: Observation = { client, channel, placeless, entries: [] }
    theirs.set(channel, observation)
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
