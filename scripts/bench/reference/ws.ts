// The `ws` package, and the loop over all clients that its own pages show. Frames are those of version 1.
import { type WebSocket, WebSocketServer } from "ws"
import { argument, exitOnSignals } from "./Bare.ts"

const server = new WebSocketServer({
  host: argument("host", "127.0.0.1"),
  port: Number(argument("port", "8080")),
  backlog: 4096,
  perMessageDeflate: false,
})
const names = new Map<WebSocket, string>()

server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate())
  socket.on("close", () => names.delete(socket))
  socket.on("message", (data) => {
    const frame = JSON.parse((data as Buffer).toString())
    if (frame.type === "Login") {
      names.set(socket, frame.username)
      socket.send(JSON.stringify({ type: "LoginResponse", success: true, message: "Login successful", token: null }))
      socket.send(JSON.stringify({ type: "UserList", users: [...names.values()] }))
    } else if (frame.type === "ChatMessage") {
      const [from, timestamp] = [names.get(socket), Math.floor(Date.now() / 1000)]
      const message = JSON.stringify({ type: "ChatMessage", from, content: frame.content, timestamp })
      for (const client of server.clients) if (client.readyState === client.OPEN) client.send(message)
    }
  })
})
exitOnSignals()
