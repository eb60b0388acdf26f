// The verdict in words: what was done, and what is wrong, whose, and between which strikes.
import * as ByteCount from "../../src/domain/ByteCount.ts"
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

/** Files that were sent and read, and how many of them a strike fell upon. */
const filesOf = ({ files, reads, strikes }: Record): string => {
  const isStruck = (from: number | undefined, to: number | undefined): boolean =>
    from !== undefined && to !== undefined && strikes.some(({ at }) => at > from && at < to)
  const bytes = sum(files.map(({ told }) => Math.max(0, ...told.map((one) => one.bytes))))
  const struck = files.filter(({ told }) => isStruck(told[0]?.at, told.at(-1)?.at)).length
  const whole = reads.filter(({ sha256 }) => sha256 !== undefined)
  return `${files.length} files sent, ${ByteCount.show(bytes)} of them acknowledged, ${files.filter(({ sha256 }) => sha256 !== undefined).length} whole, ${struck} over a strike; ${whole.length} read whole, ${whole.filter(({ at, over }) => isStruck(at, over)).length} over a strike, ${reads.length - whole.length} refused or left`
}

export const summary = (record: Record): string => {
  const { kept, observations, operations, rejections, strikes } = record
  const acknowledged = operations.filter(({ answers }) => answers.length > 0).length
  const again = sum(operations.map(({ answers }) => Math.max(0, answers.length - 1)))
  const back = strikes.flatMap(({ at, over }) => (over === undefined ? [] : [over - at])).sort((a, b) => a - b)
  return [
    `${strikes.length} strikes; somebody answered again after ${seconds(back[back.length >> 1] ?? 0)} (median), ${seconds(back.at(-1) ?? 0)} (longest)`,
    `${operations.length} said (${counted(operations.map(({ act }) => act.type))}), ${acknowledged} acknowledged, ${again} of them once more; not: ${counted(unanswered(operations))}`,
    `${sum([...kept.values()].map((entries) => entries.length))} kept in ${kept.size} channels; ${sum(observations.map(({ entries }) => entries.length))} heard by ${new Set(observations.map(({ client }) => client)).size} clients; ${rejections.length} times told to try again`,
    filesOf(record),
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
      ? "Everything acknowledged is there, once and in order, and everybody agrees; files too, and nothing else is left of them."
      : `FAILED: ${findings.length} findings`
  return [summary(record), ...kinds, verdict].join("\n")
}
