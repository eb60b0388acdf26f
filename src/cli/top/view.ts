/** How the vitals look on a terminal, and as plain lines. */
import stringWidth from "string-width"
import { printable } from "../../client/Printable.ts"
import { spark } from "./spark.ts"
import type { Percentiles, Vitals } from "./Vitals.ts"

/** Shown where there is nothing to show. */
const nothing = "–"

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 })

const count = (value: number | undefined): string => (value === undefined ? nothing : whole.format(value))

const rate = (value: number | undefined): string => {
  if (value === undefined) return nothing
  return `${value !== 0 && value < 99.95 ? value.toFixed(1) : whole.format(value)}/s`
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"]

const bytes = (value: number | undefined, suffix = ""): string => {
  if (value === undefined) return nothing
  const at = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10))
  const shown = value / 1024 ** at
  return `${at === 0 || shown >= 99.95 ? shown.toFixed(0) : shown.toFixed(1)} ${units[at]}${suffix}`
}

const time = (seconds: number | undefined): string => {
  if (seconds === undefined) return nothing
  const millis = seconds * 1000
  if (millis >= 9999.5) return `${seconds.toFixed(1)} s`
  return `${millis >= 99.95 ? millis.toFixed(0) : millis >= 9.995 ? millis.toFixed(1) : millis.toFixed(2)} ms`
}

const percentiles = ({ p50, p99 }: Percentiles): string => `p50 ${time(p50)}, p99 ${time(p99)}`

const percent = (share: number | undefined): string => (share === undefined ? nothing : `${Math.round(share * 100)} %`)

const lasting = (seconds: number): string => {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`
}

/** `alarming`: somebody should look. */
interface Row {
  readonly name: string
  readonly text: string
  readonly alarming?: boolean
  /** What is drawn over time. */
  readonly drawn?: (vitals: Vitals) => number | undefined
}

const transports = ({ connections }: Vitals): string =>
  connections.size === 0
    ? ""
    : ` (${[...connections].map(([name, count]) => `${name} ${whole.format(count)}`).join(", ")})`

const allConnections = ({ connections }: Vitals): number =>
  [...connections.values()].reduce((sum, count) => sum + count, 0)

/** Above this somebody waits. */
const slow = { lag: 0.25, commit: 0.25, loop: 0.1, busy: 0.9, heap: 0.85, scarce: 1024 ** 3 }

const above = (value: number | undefined, bound: number): boolean => value !== undefined && value > bound

const rows = (vitals: Vitals): ReadonlyArray<Row> => {
  const { connectionsLimit, freeBytes, heapLimit, heapUsed } = vitals
  const connected = allConnections(vitals)
  const heap = heapUsed === undefined || heapLimit === undefined ? undefined : heapUsed / heapLimit
  return [
    {
      name: "connections",
      text: `${whole.format(connected)}${connectionsLimit === undefined ? "" : ` of ${whole.format(connectionsLimit)}`}${transports(vitals)}`,
      alarming: above(connected, (connectionsLimit ?? Number.POSITIVE_INFINITY) * 0.9),
      drawn: allConnections,
    },
    {
      name: "sessions",
      text: `${count(vitals.sessions)}, ${count(vitals.users)} users, ${count(vitals.channels)} channels`,
      drawn: ({ sessions }) => sessions,
    },
    { name: "messages", text: rate(vitals.messages), drawn: ({ messages }) => messages },
    { name: "deliveries", text: rate(vitals.deliveries), drawn: ({ deliveries }) => deliveries },
    { name: "bytes in", text: bytes(vitals.bytesIn, "/s"), drawn: ({ bytesIn }) => bytesIn },
    { name: "bytes out", text: bytes(vitals.bytesOut, "/s"), drawn: ({ bytesOut }) => bytesOut },
    { name: "http requests", text: rate(vitals.httpRequests), drawn: ({ httpRequests }) => httpRequests },
    {
      name: "delivery lag",
      text: percentiles(vitals.lag),
      alarming: above(vitals.lag.p99, slow.lag),
      drawn: ({ lag }) => lag.p99,
    },
    {
      name: "commit",
      text: `${percentiles(vitals.commit)}, ${vitals.batch === undefined ? nothing : vitals.batch.toFixed(1)} entries each`,
      alarming: above(vitals.commit.p99, slow.commit),
      drawn: ({ commit }) => commit.p99,
    },
    { name: "outboxes", text: bytes(vitals.outboxBytes), drawn: ({ outboxBytes }) => outboxBytes },
    {
      name: "fullest mailbox",
      text: `${count(vitals.mailbox)} commands`,
      alarming: above(vitals.mailbox, 500),
      drawn: ({ mailbox }) => mailbox,
    },
    {
      name: "left out",
      text: `${rate(vitals.shed)} frames, ${rate(vitals.slowConsumers)} slow consumers, ${rate(vitals.refused)} refused`,
      alarming: above(vitals.slowConsumers, 0) || above(vitals.refused, 0),
      drawn: ({ shed }) => shed,
    },
    {
      name: "errors",
      text: `${rate(vitals.storeFailures)} of the store, ${rate(vitals.requestErrors)} of requests`,
      alarming: above(vitals.storeFailures, 0),
      drawn: ({ storeFailures }) => storeFailures,
    },
    {
      name: "event loop",
      text: `${percent(vitals.loopBusy)} busy, late by ${percentiles(vitals.loopDelay)}`,
      alarming: above(vitals.loopBusy, slow.busy) || above(vitals.loopDelay.p99, slow.loop),
      drawn: ({ loopBusy }) => loopBusy,
    },
    {
      name: "memory",
      text: `heap ${bytes(heapUsed)} of ${bytes(heapLimit)}, resident ${bytes(vitals.resident)}`,
      alarming: above(heap, slow.heap),
      drawn: ({ heapUsed }) => heapUsed,
    },
    ...(freeBytes === undefined
      ? []
      : [
          {
            name: "disk",
            text: `${bytes(freeBytes)} free`,
            alarming: freeBytes < slow.scarce,
            drawn: (vitals: Vitals) => vitals.freeBytes,
          },
        ]),
  ]
}

const styles = { bold: 1, dim: 2, alarm: 33, wrong: 31, drawn: 36 } as const

export interface Look {
  readonly columns: number
  readonly rows: number
  readonly colours: boolean
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** As much of a text as there is room for, filled up to it. */
const fit = (text: string, columns: number): string => {
  let taken = ""
  let wide = 0
  for (const { segment } of segmenter.segment(text)) {
    const width = stringWidth(segment)
    if (wide + width > columns) break
    taken += segment
    wide += width
  }
  return taken + " ".repeat(Math.max(0, columns - wide))
}

const title = (where: string, { ready, uptime, version }: Vitals): string =>
  [
    `natter ${version ?? ""}`.trim(),
    where,
    ...(uptime === undefined ? [] : [`up ${lasting(uptime)}`]),
    ...(ready === undefined ? [] : [ready ? "ready" : "NOT READY"]),
  ].join("   ")

const nameColumns = 16
const gap = 2

/** Rows that fill the screen, none as wide as it: what fills a row to its end may take two. */
export const screen = (
  where: string,
  history: ReadonlyArray<Vitals>,
  trouble: string | undefined,
  look: Look,
): ReadonlyArray<string> => {
  const paint = (style: keyof typeof styles, text: string) =>
    look.colours ? `\u001b[${styles[style]}m${text}\u001b[0m` : text
  const room = Math.max(1, look.columns - 1)
  const latest = history.at(-1)
  const head = latest === undefined ? where : title(where, latest)
  const lines = [paint(latest?.ready === false ? "wrong" : "bold", fit(printable(head), room)), ""]
  if (latest !== undefined) {
    const all = rows(latest)
    const texts = Math.max(...all.map(({ text }) => stringWidth(text)))
    const drawn = Math.min(60, room - nameColumns - texts - gap)
    for (const { alarming = false, drawn: draw, name, text } of all) {
      const label = fit(name, Math.min(nameColumns, room))
      const graph =
        drawn >= 8 && draw !== undefined ? " ".repeat(gap) + paint("drawn", spark(history.map(draw), drawn)) : ""
      const value = fit(text, Math.max(0, drawn >= 8 ? texts : room - nameColumns))
      lines.push(paint("dim", label) + (alarming ? paint("alarm", value) : value) + graph)
    }
  }
  const foot =
    trouble === undefined ? paint("dim", fit("q quits", room)) : paint("wrong", fit(printable(trouble), room))
  const most = Math.max(1, look.rows)
  return lines.length + 2 > most ? [...lines.slice(0, most - 1), foot] : [...lines, "", foot]
}

/** The same once, for a pipe. */
export const plain = (where: string, vitals: Vitals): string =>
  [
    title(where, vitals),
    ...rows(vitals).map(
      ({ alarming, name, text }) => `${name.padEnd(nameColumns)}${text}${alarming === true ? "  (!)" : ""}`,
    ),
  ].join("\n")

export const json = (vitals: Vitals): string =>
  JSON.stringify({ ...vitals, connections: Object.fromEntries(vitals.connections) }, undefined, 2)
