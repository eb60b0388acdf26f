import { contentOf, memberName } from "../Message.ts"
import { markIn, type Wire } from "./Wire.ts"

const line = (text: string): Buffer => Buffer.from(`${text}\r\n`)

const [carriage, space, at_] = [0x0d, 0x20, 0x40]

/** Where the command of a line is: behind its tags and its source. */
const commandAt = (bytes: Buffer, at: number): number => {
  let from = at
  if (bytes[from] === at_) from = bytes.indexOf(space, from) + 1
  return bytes[from] === 0x3a ? bytes.indexOf(space, from) + 1 : from
}

/** As the clients of people ask for it, who want to see what they say. */
const capabilities = "echo-message message-tags server-time"

export const irc: Wire = {
  signIn: (index) => line(`CAP REQ :${capabilities}\r\nNICK ${memberName(index)}\r\nUSER bench 0 * :x\r\nCAP END`),
  join: line("JOIN #bench"),
  publish: (sender, sequence) => line(`PRIVMSG #bench :${contentOf(sender, sequence)}`),
  endOf: (bytes, at) => {
    const end = bytes.indexOf(carriage, at)
    return end === -1 || end + 2 > bytes.length ? 0 : end + 2
  },
  take: (bytes, at, end, heard) => {
    const command = commandAt(bytes, at)
    // `PR`, of PRIVMSG.
    if (bytes[command] === 0x50 && bytes[command + 1] === 0x52) return heard.delivered(bytes, markIn(bytes, command))
    const words = bytes.toString("latin1", command, end - 2)
    if (words.startsWith("422 ") || words.startsWith("376 ")) heard.signedIn()
    else if (words.startsWith("366 ")) heard.joined()
    else if (words.startsWith("PING ")) heard.write(line(`PONG ${words.slice(5)}`))
    else if (/^(?:ERROR|4\d\d|FAIL) /.test(words)) heard.fail(words)
  },
}
