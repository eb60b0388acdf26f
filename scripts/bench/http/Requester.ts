// One connection of the load, as lean as it can be: a request at a time, of whose answer only the status and the length are
// read each time.
import * as net from "node:net"
import type { HttpAnswer } from "./Plan.ts"

const headEnd = Buffer.from("\r\n\r\n")
const lengthName = Buffer.from("Content-Length: ")

export interface RequesterOptions {
  readonly host: string
  readonly port: number
  /** The next request; undefined when there is no more. */
  readonly next: () => Buffer | undefined
  readonly onAnswer: (status: number, milliseconds: number, answer: () => HttpAnswer) => void
  readonly fail: (reason: string) => void
}

const numberAt = (bytes: Buffer, at: number): number => {
  let number = 0
  for (let index = at; bytes[index]! >= 0x30 && bytes[index]! <= 0x39; index++)
    number = number * 10 + bytes[index]! - 0x30
  return number
}

const answerIn = (bytes: Buffer, head: number): HttpAnswer => {
  const [, ...lines] = bytes.toString("latin1", 0, head).split("\r\n")
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const)
  return {
    status: numberAt(bytes, 9),
    headers: Object.fromEntries(headers),
    body: bytes.toString("utf8", head + headEnd.length),
  }
}

/** Asks until there is no more to ask. */
export const begin = ({ fail, host, next, onAnswer, port }: RequesterOptions): void => {
  let rest: Buffer | undefined
  let askedAt = 0
  const socket = net.connect({ host, port, noDelay: true })
  const ask = (): void => {
    const request = next()
    if (request === undefined) return void socket.destroy()
    askedAt = performance.now()
    socket.write(request)
  }
  socket.on("connect", ask)
  socket.on("error", (error) => fail(error.message))
  socket.on("data", (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    const head = bytes.indexOf(headEnd)
    const lengthAt = bytes.indexOf(lengthName)
    if (
      head === -1 ||
      lengthAt === -1 ||
      bytes.length < head + headEnd.length + numberAt(bytes, lengthAt + lengthName.length)
    ) {
      rest = bytes
      return
    }
    rest = undefined
    onAnswer(numberAt(bytes, 9), performance.now() - askedAt, () => answerIn(bytes, head))
    ask()
  })
}
