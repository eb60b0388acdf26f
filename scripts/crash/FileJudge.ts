// Compares what the clients recorded of files with what is there of them. It is pure, as the judge of messages is.
import { hashOfContent } from "./files/content.ts"
import type { Finding } from "./Judge.ts"
import type { Entry, ReadFile, Record, SentFile } from "./Record.ts"

const nameOf = ({ begun, name }: SentFile): string => `${name} (${begun.join(", then ") || "never begun"})`

const sent = (file: SentFile): ReadonlyArray<Finding> => {
  const { at, begun, channel, client, name, refused, settled, sha256, told } = file
  const finding = (kind: Finding["kind"], what: string, sentAt = at): Finding => ({
    kind,
    channel,
    client,
    what: `${nameOf(file)} ${what}`,
    sentAt,
  })
  const most = Math.max(0, ...told.map(({ bytes }) => bytes))
  const fallen = told.flatMap((now, index) => {
    const before = told[index - 1]
    return before === undefined || now.bytes >= before.bytes
      ? []
      : [finding("Forgotten", `had ${before.bytes} bytes, and goes on at ${now.bytes}`, now.at)]
  })
  return [
    ...fallen,
    ...(begun.length > 1 ? [finding("Forgotten", `had ${most} bytes, and was begun anew`)] : []),
    ...(refused === undefined ? [] : [finding("Unsent", `after ${most} bytes: ${refused}`)]),
    ...(settled ? [] : [finding("Unsent", `after ${most} bytes: it was never said`)]),
    ...(sha256 === undefined || sha256 === hashOfContent(name) ? [] : [finding("Spoiled", "as the service has it")]),
  ]
}

/** What was read is what was sent, whenever it was read. What was taken back meanwhile need not be there. */
const read = (
  { at, channel, client, id, over, refused, seq, sha256 }: ReadFile,
  { files, kept }: Pick<Record, "files" | "kept">,
): ReadonlyArray<Finding> => {
  const finding = (kind: Finding["kind"], what: string): ReadonlyArray<Finding> => [
    { kind, channel, client, what: `${id}, of the message at ${seq}, ${what}`, sentAt: at, answeredAt: over },
  ]
  const file = files.find(({ begun }) => begun.includes(id))
  if (file === undefined) return finding("Invented", "is of nobody")
  if (sha256 !== undefined) return sha256 === hashOfContent(file.name) ? [] : finding("Spoiled", "as it was read")
  const carrier = kept.get(channel)?.find((entry) => entry.seq === seq)
  if (carrier?.deleted === true || refused?.final === false) return []
  return finding("Unreadable", refused === undefined ? "has not come to its end" : `was refused: ${refused.reason}`)
}

interface Carrier extends Entry {
  readonly file: NonNullable<Entry["file"]>
}

/** Those that carry a file. */
export const carriersOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Carrier> =>
  entries.filter(
    (entry): entry is Carrier => entry.type === "Message" && entry.file !== undefined && entry.deleted !== true,
  )

/** In the end somebody has read each file that a message carries, and it is the one that was said with it. */
const carried = ({ files, kept, operations, reads }: Record): ReadonlyArray<Finding> =>
  [...kept].flatMap(([channel, entries]) =>
    carriersOf(entries).flatMap(({ file: carried, from, id, seq }): ReadonlyArray<Finding> => {
      const said = operations.find((one) => one.user === from && one.id === id)
      const file = files.find(({ begun }) => begun.includes(carried.id))
      const what = `${carried.name} (${carried.id}), which the message at ${seq} carries,`
      if (file === undefined || said?.act.type !== "Message" || said.act.file !== carried.id)
        return [{ kind: "Invented", channel, what: `${what} was not said with it` }]
      const isRead = reads.some((one) => one.id === carried.id && one.seq === seq && one.client === "reader")
      return isRead ? [] : [{ kind: "Unreadable", channel, what: `${what} was not read in the end` }]
    }),
  )

/** Everything that is wrong with files. */
export const judge = (record: Record): ReadonlyArray<Finding> => [
  ...record.files.flatMap(sent),
  ...record.reads.flatMap((one) => read(one, record)),
  ...carried(record),
]
