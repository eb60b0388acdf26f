/**
 * The server of the chapter's "Building a Custom Network Protocol", as its Rust behaves, with nothing of ours in it:
 * a message that serde cannot read ends the connection, unknown fields and unhandled messages are ignored.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import type { Address } from "../../src/domain/Address.ts"
import { frame, fromSlice, type Message } from "./chapterMessages.ts"

export interface Variant {
  /** Leaves out fields that are `None`, as `#[serde(skip_serializing_if = "Option::is_none")]` does, and the token at all. */
  readonly omitsNone?: boolean
  /** Answers an unknown message with this, and goes on. */
  readonly toUnknown?: Message
  /** Sends no `UserList`. */
  readonly dropsUserList?: boolean
  /** What it does with a chat message instead of broadcasting it; undefined where it does broadcast it. */
  readonly instead?: (content: string) => ReadonlyArray<Message> | undefined
  /** Reads, and sends nothing. */
  readonly mute?: () => boolean
}

export interface ChapterServer {
  readonly address: Address
  /** Types of the messages that came, over all connections, in their order. */
  readonly came: ReadonlyArray<string>
  /** Connections there were, and those that are open. */
  readonly connections: { readonly total: number; readonly open: number }
  readonly users: () => ReadonlyArray<string>
  /** Sends this to everybody who is signed in. */
  readonly broadcast: (message: Message) => Effect.Effect<void>
  /** Ends every connection. */
  readonly kick: Effect.Effect<void>
}

/** The type of a message, even where the server does not know it. */
const typeOf = (bytes: Buffer): string => {
  try {
    return String((JSON.parse(bytes.toString()) as Message).type)
  } catch {
    return "?"
  }
}

export const open = Effect.fnUntraced(function* (
  variant: Variant = {},
): Effect.fn.Return<ChapterServer, never, Scope.Scope> {
  const clients = new Map<string, (message: Message) => void>()
  const sockets = new Set<Net.Socket>()
  const came: Array<string> = []
  let total = 0

  const broadcast = (message: Message, except?: string) => {
    for (const [username, send] of clients) if (username !== except) send(message)
  }

  const handleClient = (stream: Net.Socket) => {
    total++
    sockets.add(stream)
    let username: string | undefined
    const write = (message: Message) => {
      if (variant.mute?.() === true) return
      const { token, ...rest } = message
      stream.write(frame(variant.omitsNone === true ? rest : "token" in message ? { ...rest, token } : message))
    }
    // A broadcast goes through the client's channel, and so comes behind an answer, which is written at once.
    const send = (message: Message) => void setImmediate(() => write(message))

    /** `handle_message`: whether to go on. */
    const handle = (message: Message): boolean => {
      if (message.type === "Login") {
        const name = String(message.username)
        const respond = (success: boolean, text: string, token: string | null) =>
          write({ type: "LoginResponse", success, message: text, token })
        if (message.password !== "password") {
          respond(false, "Invalid credentials", null)
        } else if (clients.has(name)) {
          respond(false, "Username already taken", null)
        } else {
          clients.set(name, send)
          username = name
          respond(true, "Login successful", "dummy-token")
          broadcast({ type: "UserJoined", username: name }, name)
          if (variant.dropsUserList !== true) write({ type: "UserList", users: [...clients.keys()] })
        }
      }
      if (message.type === "ChatMessage") {
        if (username === undefined) {
          write({ type: "Error", code: 401, message: "Not authenticated" })
          return false
        }
        const content = String(message.content)
        const instead = variant.instead?.(content)
        if (instead === undefined) {
          broadcast({ type: "ChatMessage", from: username, content, timestamp: 1_700_000_000 })
        } else {
          instead.forEach(write)
        }
      }
      if (message.type === "Ping") write({ type: "Pong" })
      return true
    }

    let buffer = Buffer.alloc(0)
    stream.on("data", (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      while (!stream.destroyed && buffer.byteLength >= 4 && buffer.byteLength >= 4 + buffer.readUInt32BE()) {
        const end = 4 + buffer.readUInt32BE()
        const bytes = buffer.subarray(4, end)
        buffer = buffer.subarray(end)
        came.push(typeOf(bytes))
        const message = fromSlice(bytes)
        if (message === undefined && variant.toUnknown !== undefined) write(variant.toUnknown)
        else if (message === undefined || !handle(message)) stream.destroySoon()
      }
    })
    stream.on("error", () => {})
    stream.on("close", () => {
      sockets.delete(stream)
      if (username === undefined) return
      clients.delete(username)
      broadcast({ type: "UserLeft", username })
    })
  }

  const server = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer(handleClient)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }),
  )
  const { port } = server.address() as Net.AddressInfo
  return {
    address: { host: "127.0.0.1", port },
    came,
    connections: {
      get total() {
        return total
      },
      get open() {
        return sockets.size
      },
    },
    users: () => [...clients.keys()],
    broadcast: (message) => Effect.sync(() => broadcast(message)),
    kick: Effect.sync(() => {
      for (const socket of sockets) socket.end()
    }),
  }
})
