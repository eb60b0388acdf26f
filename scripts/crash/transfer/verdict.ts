// What is wrong with a transfer, and its figures, in words.
import * as ByteCount from "../../../src/domain/ByteCount.ts"
import type { Passage, TransferOptions, TransferResult } from "./TransferTest.ts"

/** What a service and a client may hold beyond what they do idle, however large a file is. */
export const bound = 64 * 1024 * 1024

const sides = ["server", "client"] as const

const ways = { up: "to the service", down: "back from it" }
const names = { server: "the service", client: "the client" }

/** More, which may be less. */
const more = (bytes: number): string => `${bytes < 0 ? "-" : ""}${ByteCount.show(Math.abs(bytes))}`

export const findings = (
  { passages, sha256 }: TransferResult,
  { cuts }: Pick<TransferOptions, "cuts">,
): ReadonlyArray<string> =>
  passages.flatMap((passage) => {
    const way = ways[passage.direction]
    return [
      ...(passage.sha256 === sha256 ? [] : [`${way}: other bytes than those of the file`]),
      ...(passage.cutAt.length === cuts ? [] : [`${way}: cut ${passage.cutAt.length} times, and not ${cuts}`]),
      ...sides
        .filter((side) => passage.most[side] >= bound)
        .map(
          (side) =>
            `${way}: ${names[side]} held ${more(passage.most[side])} more than idle, and may have ${more(bound)}`,
        ),
    ]
  })

const line = ({ cutAt, direction, milliseconds, most, through }: Passage, size: number): string =>
  [
    `${ways[direction]}: ${(milliseconds / 1000).toFixed(1)} s, ${ByteCount.show(Math.round((size / milliseconds) * 1000))}/s`,
    `cut ${cutAt.length} times, ${more(through - size)} beyond the file went through`,
    `beyond idle the service held ${more(most.server)}, the client ${more(most.client)}`,
  ].join("; ")

/** Lines for people. */
export const text = (result: TransferResult, options: TransferOptions): string => {
  const { idle, passages, sha256 } = result
  const wrong = findings(result, options)
  return [
    `${ByteCount.show(options.size)}, SHA-256 ${sha256}`,
    `idle: the service ${ByteCount.show(idle.server)}, the client ${ByteCount.show(idle.client)}`,
    ...passages.map((passage) => line(passage, options.size)),
    ...(wrong.length === 0 ? ["Both ends have the file as it was."] : wrong),
  ].join("\n")
}
