// How long nobody was answered because of a fault, channel by channel. Pure.
import type { Operation } from "../crash/Record.ts"

export interface Pauses {
  readonly channels: number
  /**
   * The longest time, in milliseconds, in which something was said in a channel and nothing was acknowledged there: in half
   * of the channels at most, in 99 of 100, and in the slowest.
   */
  readonly p50: number
  readonly p99: number
  readonly most: number
  /** The longest that a message waited for its acknowledgement, as far as it did so behind the fault's beginning. */
  readonly waited: number
}

interface Answered {
  readonly sent: number
  readonly answered: number
}

const longestPause = (said: ReadonlyArray<Answered>, from: number): number => {
  const sorted = said.toSorted((a, b) => a.answered - b.answered)
  // From each on: when the first of those was sent that were not answered before.
  const oldest = sorted.map(({ sent }) => sent)
  for (let at = oldest.length - 2; at >= 0; at--) oldest[at] = Math.min(oldest[at]!, oldest[at + 1]!)
  let pause = 0
  let last = from
  for (const [at, { answered }] of sorted.entries()) {
    pause = Math.max(pause, answered - Math.max(last, oldest[at]!))
    last = answered
  }
  return pause
}

const share = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0

/** Of what these clients said, between these moments. */
export const of = (
  operations: ReadonlyArray<Operation>,
  { clients, from, to }: { readonly clients: ReadonlySet<string>; readonly from: number; readonly to: number },
): Pauses => {
  const channels = new Map<string, Array<Answered>>()
  let waited = 0
  for (const { answers, at, channel, client } of operations) {
    if (!clients.has(client) || at > to) continue
    const answered = answers[0]?.at
    // What was never answered is for the judge.
    if (answered === undefined || answered < from || answered > to) continue
    waited = Math.max(waited, answered - Math.max(at, from))
    const here = channels.get(channel)
    if (here === undefined) channels.set(channel, [{ sent: at, answered }])
    else here.push({ sent: at, answered })
  }
  const pauses = [...channels.values()].map((said) => longestPause(said, from)).sort((a, b) => a - b)
  return {
    channels: pauses.length,
    p50: share(pauses, 0.5),
    p99: share(pauses, 0.99),
    most: pauses.at(-1) ?? 0,
    waited,
  }
}
