// The Node limit for files: what comes behind a `u` is piped into a file, which is said to be there; for a `d` the one in
// `--file` is piped back. As many bytes as `--bytes` says.
import * as fs from "node:fs"
import * as net from "node:net"
import { pipeline } from "node:stream"
import { argument, exitOnSignals } from "./Bare.ts"

const file = argument("file", "")
const folder = argument("data", ".")
let count = 0

const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  const end = (error: Error | null | undefined): void => {
    if (error) socket.destroy()
    else socket.end("k")
  }
  // Whoever only looks whether somebody listens says nothing.
  socket.on("error", () => socket.destroy())
  socket.once("data", (first) => {
    socket.pause()
    if (first[0] === 0x64) return void pipeline(fs.createReadStream(file), socket, () => undefined)
    if (first.length > 1) socket.unshift(first.subarray(1))
    pipeline(socket, fs.createWriteStream(`${folder}/${count++}`), end)
  })
  socket.once("end", () => {
    if (socket.bytesRead === 0) socket.end()
  })
})
server.listen({ host: argument("host", "127.0.0.1"), port: Number(argument("port", "0")) })
exitOnSignals()
