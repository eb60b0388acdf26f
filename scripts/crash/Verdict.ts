// The verdict in words: what was done, and what is wrong, whose, and between which strikes.
import * as Judge from "./Judge.ts"
import type { Record, Strike } from "./Record.ts"

/** How many findings of one kind are printed. */
const printed = 8

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`

/** Where a moment is among the strikes. */
const whereabouts = (strikes: ReadonlyArray<Strike>, at: number): string => {
  const before = strikes.filter((strike) => strike.at <= at).length
  if (before === 0) return "before strike 1"
  return before === strikes.length ? `after strike ${before}` : `between strikes ${before} and ${before + 1}`
}

const line = (strikes: ReadonlyArray<Strike>, { answeredAt, channel, client, sentAt, what }: Judge.Finding): string =>
  [
    channel === undefined ? what : `#${channel}: ${what}`,
    client === undefined ? "" : `(${client})`,
    sentAt === undefined ? "" : `sent at ${seconds(sentAt)}, ${whereabouts(strikes, sentAt)}`,
    answeredAt === undefined ? "" : `answered at ${seconds(answeredAt)}, ${whereabouts(strikes, answeredAt)}`,
  ]
    .filter((part) => part !== "")
    .join(" ")

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)

/** `3 left, 1 lost` */
const counted = (names: Iterable<string>): string => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "none"
}

const unanswered = (operations: Record["operations"]) =>
  operations.flatMap(({ answers, refused }) => (answers.length > 0 ? [] : (refused?.reason ?? "waiting")))

export const summary = ({ kept, observations, operations, rejections, strikes }: Record): string => {
  const acknowledged = operations.filter(({ answers }) => answers.length > 0).length
  const again = sum(operations.map(({ answers }) => Math.max(0, answers.length - 1)))
  const back = strikes.flatMap(({ at, over }) => (over === undefined ? [] : [over - at])).sort((a, b) => a - b)
  return [
    `${strikes.length} strikes; somebody answered again after ${seconds(back[back.length >> 1] ?? 0)} (median), ${seconds(back.at(-1) ?? 0)} (longest)`,
    `${operations.length} said (${counted(operations.map(({ act }) => act.type))}), ${acknowledged} acknowledged, ${again} of them once more; not: ${counted(unanswered(operations))}`,
    `${sum([...kept.values()].map((entries) => entries.length))} kept in ${kept.size} channels; ${sum(observations.map(({ entries }) => entries.length))} heard by ${new Set(observations.map(({ client }) => client)).size} clients; ${rejections.length} times told to try again`,
  ].join("\n")
}

/** Lines for people. */
export const text = (record: Record, findings: ReadonlyArray<Judge.Finding>): string => {
  const kinds = Object.entries(Judge.kinds).flatMap(([kind, meaning]) => {
    const these = findings.filter((finding) => finding.kind === kind)
    if (these.length === 0) return []
    const rest = these.length > printed ? [`  … and ${these.length - printed} more`] : []
    return [
      `${kind}, ${meaning}: ${these.length}`,
      ...these.slice(0, printed).map((f) => `  ${line(record.strikes, f)}`),
      ...rest,
    ]
  })
  const verdict =
    findings.length === 0
      ? "Everything acknowledged is there, once and in order, and everybody agrees."
      : `FAILED: ${findings.length} findings`
  return [summary(record), ...kinds, verdict].join("\n")
}
