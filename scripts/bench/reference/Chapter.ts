// What every bare reference server shares: the chapter's version 1 protocol as far as a fan-out needs it (log in, be
// announced, get the list, talk, leave), on `node:net` alone. How a message reaches the members is the only thing the
// references differ in, and is passed in as `publish`.
//
// Left out on purpose, since a limit should be a limit: validation, accounts, rate limits, heartbeats, bounds on what
// is queued for a slow member. A closed loop bounds the last by itself.
import type * as net from "node:net"
import { encode, listen, onFrames, whole } from "./Bare.ts"

/** One signed-in member, as the fan-out sees it. */
export type Member = net.Socket

/** Gives one encoded frame (length prefix included) to all members. */
export type Publish = (frame: Buffer, members: ReadonlyArray<Member>) => void

interface ClientFrame {
  readonly type: string
  readonly username?: string
  readonly content?: string
}

/**
 * Who came and went is gathered for as long as the service gathers it, and told to all alike: whoever has come hears of
 * themselves, too, which costs less than leaving them out.
 */
const gatherMillis = 1500

/** Listens on `--host` and `--port` until SIGTERM or SIGINT, then ends the process with code 0. */
export const serve = (publish: Publish): void => {
  const names = new Map<string, Member>()
  // An array beside the map: walking it is what the server does all day.
  let members: ReadonlyArray<Member> = []

  /** Who came or went since the others were last told; not who did both. */
  const news = new Map<string, "UserJoined" | "UserLeft">()
  let timer: NodeJS.Timeout | undefined

  const tellNews = (): void => {
    timer = undefined
    if (news.size === 0) return
    const frames = Array.from(news, ([username, type]) => encode({ type, username }))
    const bytes = whole(frames)
    for (const member of members) member.write(bytes)
    news.clear()
  }

  const note = (username: string, what: "UserJoined" | "UserLeft"): void => {
    timer ??= setTimeout(tellNews, gatherMillis)
    if (!news.delete(username)) news.set(username, what)
  }

  const logIn = (socket: Member, username: string): boolean => {
    if (names.has(username)) {
      socket.write(encode({ type: "LoginResponse", success: false, message: "Username already taken", token: null }))
      return false
    }
    names.set(username, socket)
    members = [...members, socket]
    const response = { type: "LoginResponse", success: true, message: "Login successful", token: "dummy-token" }
    socket.write(whole([encode(response), encode({ type: "UserList", users: [...names.keys()] })]))
    note(username, "UserJoined")
    return true
  }

  listen((socket) => {
    let username: string | undefined

    onFrames(socket, (frame: ClientFrame) => {
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
    })
    socket.on("close", () => {
      if (username === undefined) return
      names.delete(username)
      members = members.filter((member) => member !== socket)
      note(username, "UserLeft")
    })
  })
}
