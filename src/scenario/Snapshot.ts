/** How far a load is, as known now. Nothing in it has to be kept up to date by whoever shows it. */
export interface Snapshot {
  /** What is run. */
  readonly name: string
  readonly phase: "arriving" | "settling" | "measuring" | "finishing"
  /** Seconds since the load began, all phases together, by the clock of the load: a simulation has its own. */
  readonly elapsed: number
  /** Seconds that all phases take together, where that is known. */
  readonly lasts?: number | undefined
  readonly membersIn: number
  readonly members: number
  /** Messages since the load began; the rates are taken from what is shown one after the other. */
  readonly sent: number
  readonly delivered: number
  /** Milliseconds, of the last seconds; absent where nothing was delivered in them. */
  readonly latency?: { readonly p50: number; readonly p99: number } | undefined
  /** Since the load began. */
  readonly errors: number
  /** What is going wrong now, in a few words. */
  readonly incident?: string | undefined
}
