/** Packets of multicast DNS (RFC 6762): what comes from strangers is looked at here and nowhere else. */
import * as DnsPacket from "dns-packet"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as IpAddress from "../domain/IpAddress.ts"

/** The port of multicast DNS, and the group in which it is spoken. */
export const port = 5353
export const group = "224.0.0.251"

/** The most that a packet may have, headers of IP and UDP left out (RFC 6762, 17). */
const maxBytes = 9000

/** A record's type, of those that are of use here. */
export type Type = "PTR" | "SRV" | "TXT" | "A" | "AAAA"

export interface Question {
  readonly name: string
  readonly type: string
  /** Whether the answer may go to whoever asks alone. */
  readonly alone: boolean
}

/** A record, as far as it is of use here. */
export type Record = {
  readonly name: string
  /** Seconds for which it holds; 0 takes it back. */
  readonly ttl: number
} & (
  | { readonly type: "PTR" | "A" | "AAAA"; readonly data: string }
  | { readonly type: "SRV"; readonly data: { readonly target: string; readonly port: number } }
  | { readonly type: "TXT"; readonly data: ReadonlyArray<string> }
)

export interface Packet {
  readonly id: number
  readonly isAnswer: boolean
  readonly questions: ReadonlyArray<Question>
  /** What is answered; in a question, what whoever asks knows already. */
  readonly answers: ReadonlyArray<Record>
  /** What comes along, to spare another question. */
  readonly others: ReadonlyArray<Record>
  /** In a question: what whoever asks is about to claim. */
  readonly claims: ReadonlyArray<Record>
}

/** These bytes are no packet that could be read. */
export class PacketError extends Data.TaggedError("PacketError")<{ readonly message: string }> {}

/** Names are compared without regard to case in ASCII. */
export const sameName = (a: string, b: string): boolean => keyOf(a) === keyOf(b)
export const keyOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** The bit of a question that asks for an answer of its own; the library leaves it in the class where it does not know it. */
const answerAlone = 0x8000

const flagAnswer = 0x8000
const flagAuthoritative = 0x0400
const opcode = 0x7800

export const read = (bytes: Uint8Array): Result.Result<Packet, PacketError> => {
  const wrong = (message: string) => Result.fail(new PacketError({ message }))
  if (bytes.byteLength > maxBytes) return wrong(`it has ${bytes.byteLength} bytes, and ${maxBytes} is the most`)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 12) return wrong("it ends within its header")
  const flags = buffer.readUInt16BE(2)
  if ((flags & opcode) !== 0) return wrong("it is neither a question nor an answer to one")
  // As many as its header promises are made room for, so that may not be more than its bytes can hold: five for a question.
  let promised = 0
  for (const at of [4, 6, 8, 10]) promised += buffer.readUInt16BE(at)
  if (promised * 5 > bytes.byteLength) return wrong("it has fewer bytes than its header promises records")
  try {
    const packet = DnsPacket.decode(buffer)
    return Result.succeed({
      id: buffer.readUInt16BE(0),
      isAnswer: (flags & flagAnswer) !== 0,
      questions: (packet.questions ?? []).map(questionOf),
      answers: records(packet.answers),
      others: records(packet.additionals),
      claims: records(packet.authorities),
    })
  } catch (cause) {
    return wrong(cause instanceof Error ? cause.message : "it cannot be read")
  }
}

const questionOf = ({ class: of, name, type }: DnsPacket.Question): Question => ({
  name,
  type,
  alone: Number(/^UNKNOWN_(\d+)$/.exec(of ?? "")?.[1] ?? 0) > answerAlone,
})

const records = (answers: ReadonlyArray<DnsPacket.Answer> | undefined): ReadonlyArray<Record> =>
  (answers ?? []).flatMap((answer): ReadonlyArray<Record> => {
    if (!("ttl" in answer)) return []
    const { name, ttl = 0 } = answer
    switch (answer.type) {
      case "PTR":
        return [{ name, ttl, type: "PTR", data: answer.data }]
      case "A":
      case "AAAA":
        // The library makes an address of whatever bytes there are.
        return IpAddress.parse(answer.data) === undefined ? [] : [{ name, ttl, type: answer.type, data: answer.data }]
      case "SRV":
        return [{ name, ttl, type: "SRV", data: { target: answer.data.target, port: answer.data.port } }]
      case "TXT": {
        const texts = Array.isArray(answer.data) ? answer.data : [answer.data]
        return [{ name, ttl, type: "TXT", data: texts.map((text) => text.toString()) }]
      }
      default:
        return []
    }
  })

/** A question; `claims` are what is about to be claimed, `known` the answers that are known already. */
export const question = (
  questions: ReadonlyArray<{ readonly name: string; readonly type: Type | "ANY" }>,
  { claims = [], known = [] }: { readonly claims?: ReadonlyArray<Record>; readonly known?: ReadonlyArray<Record> } = {},
): Uint8Array =>
  DnsPacket.encode({
    type: "query",
    id: 0,
    questions: questions.map(({ name, type }) => ({ name, type: typeOf(type), class: "IN" })),
    answers: known.map((record) => encoded(record, false)),
    authorities: claims.map((record) => encoded(record, false)),
  })

/** An answer to everybody; or to one who asks from a port of its own, and is to hear its question and `id` again. */
export const answer = (
  answers: ReadonlyArray<Record>,
  others: ReadonlyArray<Record>,
  to?: { readonly id: number; readonly questions: ReadonlyArray<Question> },
): Uint8Array =>
  DnsPacket.encode({
    type: "response",
    id: to?.id ?? 0,
    flags: flagAuthoritative,
    questions: (to?.questions ?? []).map(({ name, type }) => ({ name, type: typeOf(type), class: "IN" })),
    answers: answers.map((record) => encoded(record, to === undefined)),
    additionals: others.map((record) => encoded(record, to === undefined)),
  })

/** As it came, where it was asked for by somebody. */
const typeOf = (type: string): DnsPacket.RecordType => type as DnsPacket.RecordType

/** `mark`: says of what has one holder that there is no other. Whoever asks from a port of its own does not know that bit. */
const encoded = (record: Record, mark: boolean): DnsPacket.Answer => {
  const common = { name: record.name, ttl: record.ttl, class: "IN" as const, flush: mark && record.type !== "PTR" }
  switch (record.type) {
    case "PTR":
    case "A":
    case "AAAA":
      return { ...common, type: record.type, data: record.data }
    case "SRV":
      return { ...common, type: "SRV", data: { ...record.data, priority: 0, weight: 0 } }
    case "TXT":
      // The library writes into the list that it is given.
      return { ...common, type: "TXT", data: [...record.data] }
  }
}
