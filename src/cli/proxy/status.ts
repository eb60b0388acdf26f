import * as Effect from "effect/Effect"
import type { Proxy } from "../../proxy/Proxy.ts"
import type { ProxyState } from "../../proxy/ProxyState.ts"

/** The state in one line of at most so many columns. */
const line = ({ counters, faults, links }: ProxyState, columns: number): string =>
  [
    `${links.length} links (${counters.opened} opened, ${counters.refused} refused, ${counters.cut} cut)`,
    `up ${bytes(counters.up)}, down ${bytes(counters.down)}`,
    faults.length === 0 ? "no faults" : faults.map(({ fault }) => fault._tag).join(", "),
  ]
    .join(" | ")
    .slice(0, columns - 1)

const bytes = (count: number): string =>
  count < 1e4 ? `${count} B` : count < 1e7 ? `${Math.round(count / 1e3)} kB` : `${Math.round(count / 1e6)} MB`

/** Draws the line again and again in the same place. */
export const statusLine = (proxy: (typeof Proxy)["Service"]): Effect.Effect<never> =>
  proxy.state.pipe(
    Effect.tap((state) =>
      Effect.sync(() => void process.stderr.write(`\r${line(state, process.stderr.columns ?? 80)}\u001b[K`)),
    ),
    Effect.delay("500 millis"),
    Effect.forever,
    Effect.ensuring(Effect.sync(() => void process.stderr.write("\r\u001b[K"))),
  )
