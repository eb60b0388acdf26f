/** What is said of a server in a network, as records of DNS-SD (RFC 6763). */
import { sameName, type Packet, type Record } from "./Packet.ts"

/** What is announced. */
export interface Advertised {
  /** What people call it, unique in the network: where it is taken, a number is put behind it. */
  readonly name: string
  readonly port: number
  /** Whether it is spoken to over TLS. */
  readonly tls: boolean
}

/** The kind of service, as DNS-SD calls it. */
export const kind = "_natter._tcp.local"
/** Under which all kinds are found that there are in a network. */
const kinds = "_services._dns-sd._udp.local"

/** Seconds for which it holds where a server is, and that there is one (RFC 6762, 10). */
const hostTtl = 120
const otherTtl = 4500

/** Bytes of a label of DNS. */
const labelBytes = 63

/** A name as one label: what would end it, or could not be shown in one line, is left out. */
export const labelOf = (name: string, suffix = ""): string => {
  const plain = name.replaceAll(/[.\p{C}\u2028\u2029]+/gu, " ").trim()
  const room = labelBytes - Buffer.byteLength(suffix)
  let label = ""
  for (const character of plain === "" ? "Natter" : plain) {
    if (Buffer.byteLength(label + character) > room) break
    label += character
  }
  return label.trimEnd() + suffix
}

export interface Advertisement {
  /** The name under which a server is. */
  readonly instance: string
  /** Of which there may be no other. */
  readonly own: ReadonlyArray<Record>
  readonly all: ReadonlyArray<Record>
}

/** The records of a server at these addresses; `attempt` counts the names that were taken. */
export const make = (
  { name, port, tls }: Advertised,
  host: string,
  addresses: ReadonlyArray<string>,
  attempt: number,
): Advertisement => {
  const suffix = attempt === 1 ? "" : ` (${attempt})`
  const instance = `${labelOf(name, suffix)}.${kind}`
  // The machine's own records are somebody else's, where it announces itself: so the server has a name of its own there.
  const target = `${labelOf(host, `-natter-${port}${attempt === 1 ? "" : `-${attempt}`}`)}.local`
  const own: ReadonlyArray<Record> = [
    { name: instance, type: "SRV", ttl: hostTtl, data: { target, port } },
    { name: instance, type: "TXT", ttl: otherTtl, data: ["txtvers=1", `tls=${tls ? 1 : 0}`] },
    ...addresses.map((address): Record => {
      const type = address.includes(":") ? "AAAA" : "A"
      return { name: target, type, ttl: hostTtl, data: address }
    }),
  ]
  const pointers: ReadonlyArray<Record> = [
    { name: kind, type: "PTR", ttl: otherTtl, data: instance },
    { name: kinds, type: "PTR", ttl: otherTtl, data: kind },
  ]
  return { instance, own, all: [...pointers, ...own] }
}

/** What is answered to a question, and what comes along; nothing where it is known, or about something else. */
export const answersTo = (
  { all, own }: Advertisement,
  { answers: known, questions }: Packet,
): { readonly answers: ReadonlyArray<Record>; readonly others: ReadonlyArray<Record> } | undefined => {
  const isAsked = ({ name, type }: Record) =>
    questions.some((question) => sameName(question.name, name) && (question.type === type || question.type === "ANY"))
  // Whoever knows it for half of its time yet need not be told.
  const isKnown = (record: Record) => known.some((other) => isSame(other, record) && other.ttl * 2 >= record.ttl)
  const answers = all.filter((record) => isAsked(record) && !isKnown(record))
  if (answers.length === 0) return undefined
  const brings = answers.some(({ name, type }) => type === "SRV" || (type === "PTR" && sameName(name, kind)))
  return { answers, others: brings ? own.filter((record) => !answers.includes(record)) : [] }
}

const isSame = (a: Record, b: Record): boolean =>
  a.type === b.type &&
  sameName(a.name, b.name) &&
  (a.type === "PTR" && b.type === "PTR" ? sameName(a.data, b.data) : JSON.stringify(a.data) === JSON.stringify(b.data))

/** Whether somebody else has what is in `own`: the same name for another server. */
export const isTaken = ({ own }: Advertisement, records: ReadonlyArray<Record>): boolean =>
  records.some(
    (theirs) =>
      theirs.ttl > 0 &&
      own.some(({ name, type }) => type === theirs.type && sameName(name, theirs.name)) &&
      !own.some((ours) => isSame(ours, theirs)),
  )

/**
 * Whether a claim of somebody else, who is about to take the same name, comes before this one: both sides have to find the
 * same. One's own claims come back, too, and are no other's.
 */
export const yields = (advertisement: Advertisement, claims: ReadonlyArray<Record>): boolean =>
  isTaken(advertisement, claims) && rankOf(claims) > rankOf(advertisement.own)

const rankOf = (records: ReadonlyArray<Record>): string =>
  records
    .map(({ data, type }) => `${type} ${JSON.stringify(data)}`)
    .toSorted()
    .join()
