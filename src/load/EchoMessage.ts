/** The messages that an echo server is to send back: who sent it, its number, and padding. */

/** The number of letters that name the connection, and of those that number the message. */
const ofConnection = 4
const ofNumber = 8

/** The size of the smallest message, in bytes. */
export const smallest = ofConnection + ofNumber

const digits = (value: number, length: number): string => value.toString(36).padStart(length, "0").slice(-length)

/** The message with this number, of `size` bytes of ASCII. */
export const make = (connection: number, number: number, size: number): Buffer => {
  const message = Buffer.alloc(size, "natter ")
  message.write(digits(connection, ofConnection) + digits(number, ofNumber), "latin1")
  return message
}

/** Which connection sent it, and its number. Of a message that is no echo, these are NaN or match nothing. */
export const read = (message: Buffer): { readonly connection: number; readonly number: number } => ({
  connection: Number.parseInt(message.toString("latin1", 0, ofConnection), 36),
  number: Number.parseInt(message.toString("latin1", ofConnection, smallest), 36),
})
