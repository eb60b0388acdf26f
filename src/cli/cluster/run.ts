/** What `natter cluster` does. */
import { printRows, ask, whole } from "../apiRequest.ts"
import type { Given } from "../apiFlags.ts"

const none = "-"

/** Runs of numbers as in 0-84, 170. */
const ranges = (numbers: ReadonlyArray<number>): string => {
  const parts: Array<string> = []
  for (let at = 0; at < numbers.length;) {
    const from = numbers[at]!
    let to = from
    while (numbers[at + 1] === to + 1) {
      to++
      at++
    }
    at++
    parts.push(from === to ? `${from}` : `${from}-${to}`)
  }
  return parts.join(", ")
}

export const run = ({ api, partitions }: Given & { readonly partitions: boolean }) =>
  ask(
    api,
    ({ service }) => service.nodes(whole),
    ({ nodes }) => {
      if (partitions) {
        const rows = nodes.flatMap(({ node, owns = [] }) =>
          owns.map(({ epoch, partition }) => ({ epoch, node, partition })),
        )
        return printRows(
          ["PARTITION", "EPOCH", "NODE"],
          rows
            .toSorted((one, other) => one.partition - other.partition)
            .map(({ epoch, node, partition }) => [`${partition}`, `${epoch}`, node]),
          "nobody owns one",
        )
      }
      return printRows(
        ["NODE", "ANSWERS IN", "USERS", "SESSIONS", "CHANNELS", "WAITING", "OWNS"],
        nodes.map(({ answered_in: answered, channels, node, owns = [], sessions, users, waiting }) => [
          node,
          answered === undefined ? "does not answer" : `${answered.toFixed(1)} ms`,
          `${users ?? none}`,
          `${sessions ?? none}`,
          `${channels ?? none}`,
          `${waiting ?? none}`,
          `${owns.length}${owns.length > 0 && owns.length < 20 ? ` (${ranges(owns.map(({ partition }) => partition).toSorted((one, other) => one - other))})` : ""}`,
        ]),
        "there is none",
      )
    },
  )
