/** Who is let in of the connections of one kind, together and by address. */
import { isLocal, network } from "../../domain/Network.ts"
import { type Counts, OwnCounts } from "./Counts.ts"

/** Refused, and said so; `Overwhelmed`: in one word, without waiting for the other side. */
export type Admission = "Admitted" | "ServerFull" | "TooManyConnections" | "Overwhelmed"

export interface Bounds {
  total: number
  readonly perAddress: number
  /** Connections that are being told that they are refused, each with the time to take it in. */
  refusals: number
}

export class Admissions {
  /** Those that were let in here and are still there. */
  taken = 0
  refusing = 0
  private readonly bounds: Bounds
  private readonly onRefused: (admission: Exclude<Admission, "Admitted">) => void
  /** All that count together, in this thread and others. */
  private readonly counts: Counts

  constructor(
    bounds: Bounds,
    onRefused: (admission: Exclude<Admission, "Admitted">) => void = () => {},
    counts: Counts = new OwnCounts(),
  ) {
    this.bounds = bounds
    this.onRefused = onRefused
    this.counts = counts
  }

  /** Lets it in, if there is room; whoever is `exempt` stands for many others. */
  admit(address: string, exempt = false): Admission {
    const { perAddress, refusals, total } = this.bounds
    const group = network(address)
    const full = this.counts.total() >= total ? "ServerFull" : undefined
    const refusal =
      full ?? (this.counts.of(group) >= perAddress && !exempt && !isLocal(address) ? "TooManyConnections" : undefined)
    if (refusal !== undefined) {
      const told = this.refusing < refusals ? refusal : "Overwhelmed"
      this.onRefused(told)
      if (told !== "Overwhelmed") this.refusing++
      return told
    }
    this.taken++
    this.counts.add(group)
    return "Admitted"
  }

  /** To be called once for each that was asked for, with the answer it got. */
  release(address: string, admission: Admission): void {
    if (admission === "Overwhelmed") return
    if (admission !== "Admitted") return void this.refusing--
    this.taken--
    this.counts.remove(network(address))
  }
}
