// What came of a run, as JSON and as text.
import type { Finding } from "../crash/Judge.ts"
import { kinds } from "../crash/Judge.ts"
import * as Table from "../bench/Table.ts"
import type { ChapterResult, Outcome } from "./Chapter.ts"

export interface ClusterReport {
  readonly seed: number
  readonly nodes: number
  readonly clients: number
  readonly channels: number
  /** Messages a second of all clients together. */
  readonly rate: number
  readonly outcomes: ReadonlyArray<Outcome>
  readonly findings: ReadonlyArray<Finding>
  readonly said: number
  readonly acknowledged: number
  readonly heard: number
  /** Milliseconds until everybody agreed on who is present, at the end of each chapter. */
  readonly presence: ReadonlyArray<number>
  /** Clients that were told to go to another node, and the longest that one was away beyond the time that it was given. */
  readonly moves: { readonly count: number; readonly late: number; readonly longest: number }
}

export const of = (
  about: Pick<ClusterReport, "seed" | "nodes" | "clients" | "channels" | "rate">,
  chapters: ReadonlyArray<ChapterResult>,
): ClusterReport => {
  const sum = (count: "said" | "acknowledged" | "heard") =>
    chapters.reduce((total, chapter) => total + chapter[count], 0)
  const moves = chapters.flatMap(({ moves }) => moves)
  return {
    ...about,
    outcomes: chapters.flatMap(({ outcomes }) => outcomes),
    findings: chapters.flatMap(({ findings }) => findings),
    said: sum("said"),
    acknowledged: sum("acknowledged"),
    heard: sum("heard"),
    presence: chapters.map(({ presence }) => Math.round(presence)),
    moves: {
      count: moves.length,
      late: Math.max(0, ...moves.map(({ took, within }) => took - within)),
      longest: Math.max(0, ...moves.map(({ took }) => took)),
    },
  }
}

/** What is meant by the three words that people ask about; every other kind is counted by its own name. */
const words: Readonly<Record<string, ReadonlyArray<Finding["kind"]>>> = {
  lost: ["Lost", "Moved", "Missed", "Unheard"],
  doubled: ["Doubled", "HeardAgain"],
  reordered: ["Reordered", "Gap"],
}

/** `0 lost, 0 doubled, 0 reordered` */
export const counts = (findings: ReadonlyArray<Finding>): string => {
  const known = Object.entries(words).map(
    ([word, kinds]) => `${findings.filter(({ kind }) => kinds.includes(kind)).length} ${word}`,
  )
  const listed = new Set(Object.values(words).flat())
  const others = new Map<string, number>()
  for (const { kind } of findings) if (!listed.has(kind)) others.set(kind, (others.get(kind) ?? 0) + 1)
  return [...known, ...[...others].map(([kind, count]) => `${count} ${kind}`)].join(", ")
}

/** Of one kind so many are printed. */
const printed = 8

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`

export const outcomeText = ({ failed, fault, lasted, nodes, others, resumed, struck }: Outcome): string =>
  [
    `${fault}${nodes.length === 0 ? "" : ` (node ${nodes.join(", ")})`}, over after ${lasted.toFixed(1)} s`,
    others.channels === 0
      ? "nobody was elsewhere"
      : `elsewhere no answer for ${seconds(others.p50)} (half), ${seconds(others.p99)} (p99), ${seconds(others.most)} (most) of ${others.channels} channels`,
    ...(struck.channels === 0 ? [] : [`at the struck at most ${seconds(struck.most)}`]),
    ...(failed === undefined ? [] : [`NOT SET RIGHT: ${failed}`]),
    ...(resumed ? [] : ["NOT EVERYBODY WAS ANSWERED AGAIN"]),
  ].join("; ")

/** A line a fault, with the worst of all times it struck. */
const table = (outcomes: ReadonlyArray<Outcome>): string => {
  const faults = [...new Set(outcomes.map(({ fault }) => fault))]
  const most = (values: ReadonlyArray<number>) => seconds(Math.max(0, ...values))
  return Table.plain([
    ["fault", "times", "p50", "p99", "most", "waited", "at the struck"],
    ...faults.map((fault) => {
      const these = outcomes.filter((outcome) => outcome.fault === fault)
      return [
        fault,
        String(these.length),
        most(these.map(({ others }) => others.p50)),
        most(these.map(({ others }) => others.p99)),
        most(these.map(({ others }) => others.most)),
        most(these.map(({ others }) => others.waited)),
        most(these.map(({ struck }) => struck.most)),
      ]
    }),
  ])
}

const findingText = ({ channel, client, sentAt, what }: Finding): string =>
  `  ${channel === undefined ? "" : `#${channel}: `}${what}${client === undefined ? "" : ` (${client})`}${sentAt === undefined ? "" : ` sent at ${seconds(sentAt)}`}`

export const text = (report: ClusterReport): string => {
  const { acknowledged, channels, clients, findings, heard, moves, nodes, outcomes, presence, rate, said } = report
  const bad = Object.entries(kinds).flatMap(([kind, meaning]) => {
    const these = findings.filter((finding) => finding.kind === kind)
    if (these.length === 0) return []
    const rest = these.length > printed ? [`  … and ${these.length - printed} more`] : []
    return [`${kind}, ${meaning}: ${these.length}`, ...these.slice(0, printed).map(findingText), ...rest]
  })
  return [
    `${nodes} nodes, ${clients} clients in ${channels} channels, ${rate} messages a second`,
    "The longest time in which something was said in a channel and not acknowledged, by clients elsewhere than at what was struck:",
    table(outcomes),
    `${said} said, ${acknowledged} acknowledged, ${heard} heard; presence exact after ${presence.map(seconds).join(", ")}`,
    ...(moves.count === 0
      ? []
      : [
          `${moves.count} clients were told to go to another node, and were there after ${seconds(moves.longest)} at most, ${seconds(moves.late)} beyond the time that they were given`,
        ]),
    ...bad,
    `${counts(findings)}: ${findings.length === 0 ? "every promise was kept" : "FAILED"}`,
  ].join("\n")
}
