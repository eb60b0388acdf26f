// socket.io on WebSocket alone, and `io.emit`. Events are version 1's frames, by their type.
import { Server } from "socket.io"
import { argument, exitOnSignals } from "./Bare.ts"

const io = new Server({ transports: ["websocket"], serveClient: false })
const names = new Map<string, string>()

io.on("connection", (socket) => {
  socket.on("disconnect", () => names.delete(socket.id))
  socket.on("Login", ({ username }: { readonly username: string }) => {
    names.set(socket.id, username)
    const response = { type: "LoginResponse", success: true, message: "Login successful", token: null }
    socket.emit(response.type, response)
    socket.emit("UserList", { type: "UserList", users: [...names.values()] })
  })
  socket.on("ChatMessage", ({ content }: { readonly content: string }) => {
    const timestamp = Math.floor(Date.now() / 1000)
    io.emit("ChatMessage", { type: "ChatMessage", from: names.get(socket.id), content, timestamp })
  })
})
io.listen(Number(argument("port", "8080")))
exitOnSignals()
