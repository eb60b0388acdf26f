import type { HubStats } from "../../../hub/directory/DirectoryCommand.ts"
import type { MetricName } from "../../../observability/metrics.ts"
import type { PlainReading } from "../PlainReadings.ts"

/** What is alive in all threads: whoever has sessions in two of them is counted there twice. */
export const statsWith = (
  { channels, memberships, sessions, users }: HubStats,
  others: ReadonlyArray<ReadonlyArray<PlainReading>>,
): HubStats => {
  const readings = others.flat()
  const all = (name: MetricName): number =>
    readings.reduce(
      (sum, reading) => sum + (reading.name === name && typeof reading.value === "number" ? reading.value : 0),
      0,
    )
  return {
    channels,
    users: users + all("natter_users"),
    sessions: sessions + all("natter_sessions"),
    memberships: memberships + all("natter_memberships"),
  }
}
