// What every bare reference server shares: the chapter's version 1 protocol as far as a fan-out needs it (log in, be
// announced, get the list, talk, leave), on `node:net` alone. How a message reaches the members is the only thing the
// references differ in, and is passed in as `publish`.
//
// Left out on purpose, since a limit should be a limit: validation, accounts, rate limits, heartbeats, bounds on what
// is queued for a slow member. A closed loop bounds the last by itself.
import * as net from "node:net"

/** One signed-in member, as the fan-out sees it. */
export type Member = net.Socket

/** Gives one encoded frame (length prefix included) to all members. */
export type Publish = (frame: Buffer, members: ReadonlyArray<Member>) => void

interface ClientFrame {
  readonly type: string
  readonly username?: string
  readonly content?: string
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

/** Listens on `--host` and `--port` until SIGTERM or SIGINT, then ends the process with code 0. */
export const serve = (publish: Publish): void => {
  const argument = (name: string, otherwise: string): string => {
    const at = process.argv.indexOf(`--${name}`)
    return at === -1 ? otherwise : (process.argv[at + 1] ?? otherwise)
  }
  const names = new Map<string, Member>()
  // An array beside the map: walking it is what the server does all day.
  let members: ReadonlyArray<Member> = []

  const tellAll = (frame: object, except?: Member): void => {
    const bytes = encode(frame)
    for (const member of members) if (member !== except) member.write(bytes)
  }

  const logIn = (socket: Member, username: string): boolean => {
    if (names.has(username)) {
      socket.write(encode({ type: "LoginResponse", success: false, message: "Username already taken", token: null }))
      return false
    }
    names.set(username, socket)
    members = [...members, socket]
    socket.write(encode({ type: "LoginResponse", success: true, message: "Login successful", token: "dummy-token" }))
    tellAll({ type: "UserJoined", username }, socket)
    socket.write(encode({ type: "UserList", users: [...names.keys()] }))
    return true
  }

  const server = net.createServer({ noDelay: true }, (socket) => {
    let username: string | undefined
    let rest: Buffer | undefined

    const handle = (frame: ClientFrame): void => {
      if (frame.type === "ChatMessage") {
        if (username === undefined) {
          socket.end(encode({ type: "Error", code: 401, message: "Not authenticated" }))
          return
        }
        const timestamp = Math.floor(Date.now() / 1000)
        publish(encode({ type: "ChatMessage", from: username, content: frame.content, timestamp }), members)
      } else if (frame.type === "Login" && username === undefined && frame.username !== undefined) {
        if (logIn(socket, frame.username)) username = frame.username
      } else if (frame.type === "Ping") {
        socket.write(encode({ type: "Pong" }))
      }
    }

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
    })
    socket.on("error", () => socket.destroy())
    socket.on("close", () => {
      if (username === undefined) return
      names.delete(username)
      members = members.filter((member) => member !== socket)
      tellAll({ type: "UserLeft", username })
    })
  })
  server.listen({ host: argument("host", "127.0.0.1"), port: Number(argument("port", "8080")), backlog: 4096 })
  // An exit rather than a close: members are still connected, and a profile is only written by a process that exits.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0))
}
