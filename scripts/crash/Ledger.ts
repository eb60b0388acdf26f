// Where the clients of a run note down what they said and heard.
import type { Act, Complaint, Entry, Gap, Heard, Said } from "./Record.ts"

type Saying = Pick<Said, "client" | "user" | "id" | "channel"> & { readonly act: Act }

export class Ledger {
  readonly said: Array<Said> = []
  readonly heard: Array<Heard> = []
  readonly complaints: Array<Complaint> = []
  private readonly start = performance.now()

  /** Milliseconds since the start of the run. */
  now(): number {
    return Math.round(performance.now() - this.start)
  }

  say(saying: Saying): Said {
    const said: Said = { ...saying, at: this.now(), answers: [] }
    this.said.push(said)
    return said
  }

  /** What this client hears there, from all its visits. */
  hearing(client: string, channel: string, placeless?: true): Heard {
    const known = this.heard.find((heard) => heard.client === client && heard.channel === channel)
    if (known !== undefined) return known
    const heard: Heard = { client, channel, placeless, entries: [] }
    this.heard.push(heard)
    return heard
  }
}

/** The place that this client has come to. */
export const lastOf = ({ entries }: Heard): number => {
  const last: Entry | Gap | undefined = entries.at(-1)
  if (last === undefined) return 0
  return last.type === "Missed" ? last.to : last.seq
}

/** Nothing more comes of it. */
export const isSettled = ({ answers, refused }: Said): boolean => answers.length > 0 || refused !== undefined
