/** How the service is at this moment, and how it was in the last ten minutes. */
import { exactTime } from "../../chat/view/format.ts"
import { t } from "../../language.ts"
import type { FigureName } from "../model/figures.ts"
import { w } from "../words.ts"
import { Chart } from "./Chart.tsx"
import { useInside } from "./context.ts"

/** What is drawn together, the main one first. */
const charts: ReadonlyArray<readonly [FigureName, FigureName?]> = [
  ["sessions", "users"],
  ["messages"],
  ["deliveries"],
  ["deliveryTime"],
  ["commitTime"],
  ["requestTime"],
  ["memory", "heap"],
  ["loopDelay"],
  ["outbox"],
]

export const Overview = () => {
  const { operator } = useInside()
  const words = w.value.overview
  const service = operator.watch.service.value
  const moments = operator.watch.moments.value
  return (
    <div class="stack">
      <p class="soft">
        {service === undefined ? (
          <span class="skeleton line" aria-hidden="true" />
        ) : (
          words.runs(service.version, words.storage[service.storage], exactTime(service.started_at))
        )}
      </p>
      <p class="visually-hidden" role="status">
        {moments.length === 0 && `${t.value.loading}. ${words.waiting}`}
      </p>
      <div class="charts">
        {charts.map(([main, second]) => (
          <Chart key={main} main={main} second={second} moments={moments} />
        ))}
      </div>
      <p class="soft small">{words.paused}</p>
    </div>
  )
}
