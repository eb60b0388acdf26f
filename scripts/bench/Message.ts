// The message that is measured. Its `content` is exactly 100 bytes of ASCII: a tilde, three digits for the sender, six
// for its number (both count from 0), and dots. The 100 bytes are the content alone: as a version 1 frame from the
// server (length prefix, type, from, timestamp) it is 178 bytes, and a delivery is one such frame at one member.
//
// A digit is one of `@ABCDEFGHIJKLMNO`, whose low four bits are its value: reading a number takes no table, and JSON
// escapes none of them.

/** Size of a message's content in bytes. */
export const contentBytes = 100

/** Senders are numbered below this. */
export const senderLimit = 16 ** 3

/** Each sender's messages are numbered below this. */
export const sequenceLimit = 16 ** 6

/** The name a member logs in with; of the same length for all, so that deliveries are alike. */
export const memberName = (index: number): string => `m${String(index).padStart(5, "0")}`

const digits = (value: number, count: number): string => {
  let text = ""
  for (let shift = 4 * (count - 1); shift >= 0; shift -= 4) text += String.fromCharCode(0x40 | ((value >>> shift) & 15))
  return text
}

/** The content of one message. */
export const contentOf = (sender: number, sequence: number): string =>
  `~${digits(sender, 3)}${digits(sequence, 6)}`.padEnd(contentBytes, ".")

const beforeContent = (from: string): string => `{"type":"ChatMessage","from":"${from}","content":"`
const delivery = `${beforeContent(memberName(0))}${contentOf(0, 0)}","timestamp":1000000000}`

/** Length of a delivery's JSON, without the length prefix. */
const deliveryBytes = delivery.length

/** Where the tilde is, counted from the start of a delivery's JSON. */
export const markOffset = beforeContent(memberName(0)).length

/** Whether the JSON at `at` has a delivery's shape, as serde writes it; a delivery written otherwise has not. */
export const looksDelivered = (bytes: Uint8Array, at: number, length: number): boolean =>
  length === deliveryBytes && bytes[at + markOffset] === 0x7e

/** The sender's number in the content whose tilde is at `mark`. */
export const senderAt = (bytes: Uint8Array, mark: number): number =>
  ((bytes[mark + 1]! & 15) << 8) | ((bytes[mark + 2]! & 15) << 4) | (bytes[mark + 3]! & 15)

/** The message's number among its sender's, in the content whose tilde is at `mark`. */
export const sequenceAt = (bytes: Uint8Array, mark: number): number =>
  ((bytes[mark + 4]! & 15) << 20) |
  ((bytes[mark + 5]! & 15) << 16) |
  ((bytes[mark + 6]! & 15) << 12) |
  ((bytes[mark + 7]! & 15) << 8) |
  ((bytes[mark + 8]! & 15) << 4) |
  (bytes[mark + 9]! & 15)

/** Encodes a version 1 frame: 4 bytes of big-endian length, then JSON. ASCII only. */
export const frameOf = (frame: object): Buffer => {
  const json = JSON.stringify(frame)
  const bytes = Buffer.allocUnsafe(4 + json.length)
  bytes.writeUInt32BE(json.length, 0)
  bytes.write(json, 4, "latin1")
  return bytes
}

/** The frame by which a message is sent, before it has numbers. */
export const sentFrame = { type: "ChatMessage", from: "", content: contentOf(0, 0), timestamp: 0 }

/**
 * Frames by which `sender` sends `count` messages numbered from `first`, in one buffer: `template` is `sentFrame` as it
 * goes over the wire.
 */
export const sentFrames = (template: Buffer, sender: number, first: number, count: number): Buffer => {
  const mark = template.indexOf("~")
  const bytes = Buffer.allocUnsafe(template.length * count)
  for (let index = 0; index < count; index++) {
    const at = index * template.length
    template.copy(bytes, at)
    bytes.write(digits(sender, 3) + digits(first + index, 6), at + mark + 1, "latin1")
  }
  return bytes
}
