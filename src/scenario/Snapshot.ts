/** How far a load is at one moment: all that is needed to show it. */
export interface Snapshot {
  /** The name of the scenario or of the load. */
  readonly name: string
  readonly phase: "arriving" | "settling" | "measuring" | "finishing"
  /** Seconds since the load began, over all phases. A simulation counts its own time. */
  readonly elapsed: number
  /** Seconds that all phases will take together, where that is known. */
  readonly lasts?: number | undefined
  readonly membersIn: number
  readonly members: number
  /** Messages since the load began. Rates are taken from the differences between snapshots. */
  readonly sent: number
  readonly delivered: number
  /** Latencies of the last second, in milliseconds; absent where nothing was delivered in it. */
  readonly latency?: { readonly p50: number; readonly p99: number } | undefined
  /** Since the load began. */
  readonly errors: number
  /** The fault that is in force now, in a few words. */
  readonly incident?: string | undefined
}
