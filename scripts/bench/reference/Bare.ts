// What every bare server shares: arguments, frames behind a length, and a listener, on `node:net` alone.
import * as net from "node:net"

/** The value of `--name`. */
export const argument = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? otherwise : (process.argv[at + 1] ?? otherwise)
}

/** Encodes a frame: 4 bytes of big-endian length, then JSON. */
export const encode = (frame: object): Buffer => {
  const json = JSON.stringify(frame)
  const length = Buffer.byteLength(json)
  const bytes = Buffer.allocUnsafe(4 + length)
  bytes.writeUInt32BE(length, 0)
  bytes.write(json, 4)
  return bytes
}

/** These bytes in one piece. */
export const whole = (parts: ReadonlyArray<Buffer>): Buffer => (parts.length === 1 ? parts[0]! : Buffer.concat(parts))

/** Calls `handle` with each frame that comes, and `afterRead` behind those that came together. */
export const onFrames = <Frame>(
  socket: net.Socket,
  handle: (frame: Frame) => void,
  afterRead: () => void = () => undefined,
): void => {
  let rest: Buffer | undefined
  socket.on("data", (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readUInt32BE(at)
      if (end > bytes.length) break
      handle(JSON.parse(bytes.toString("utf8", at + 4, end)))
      at = end
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at)
    afterRead()
  })
  socket.on("error", () => socket.destroy())
}

/** An exit rather than a close: members are still connected, and a profile is only written by a process that exits. */
export const exitOnSignals = (): void => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0))
}

/** Listens on `--host` and `--port` until SIGTERM or SIGINT, then ends the process with code 0. */
export const listen = (onConnection: (socket: net.Socket) => void): void => {
  const server = net.createServer({ noDelay: true }, onConnection)
  server.listen({ host: argument("host", "127.0.0.1"), port: Number(argument("port", "8080")), backlog: 4096 })
  exitOnSignals()
}
