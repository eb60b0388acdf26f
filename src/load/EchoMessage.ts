/** The messages that an echo server is to send back: who sent it, its number, and padding. */

/** Letters that say whose it is, and which. */
const ofConnection = 4
const ofNumber = 8

/** Bytes that a message has at least. */
export const smallest = ofConnection + ofNumber

const digits = (value: number, length: number): string => value.toString(36).padStart(length, "0").slice(-length)

/** The message with this number, of `size` bytes of ASCII. */
export const make = (connection: number, number: number, size: number): Buffer => {
  const message = Buffer.alloc(size, "natter ")
  message.write(digits(connection, ofConnection) + digits(number, ofNumber), "latin1")
  return message
}

/** Whose it is, and which; of anything else the numbers are NaN, or nobody's. */
export const read = (message: Buffer): { readonly connection: number; readonly number: number } => ({
  connection: Number.parseInt(message.toString("latin1", 0, ofConnection), 36),
  number: Number.parseInt(message.toString("latin1", ofConnection, smallest), 36),
})
