import * as fs from "node:fs"
import * as net from "node:net"
import { fail } from "../sessions/Conversation.ts"
import type { FilePlan } from "./Plan.ts"
import type { Transfer } from "./Service.ts"

/** A file through a pipe, or what comes out of one. */
export const prepare = ({ bytes, host, path, port, work }: FilePlan): Transfer => {
  const socket = net.connect({ host, port, noDelay: true })
  socket.on("error", (error) => fail(error.message))
  return {
    before: () => new Promise((resolve) => socket.once("connect", resolve)),
    run: () =>
      new Promise((resolve) => {
        let come = 0
        socket.on("data", (chunk) => {
          if (work === "up") return resolve(bytes)
          come += chunk.length
          if (come === bytes) resolve(come)
        })
        socket.write(work === "up" ? "u" : "d")
        if (work === "up") fs.createReadStream(path).pipe(socket)
      }),
  }
}
