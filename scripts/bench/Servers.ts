// The servers that are measured against each other.
import { host } from "./ServerProcess.ts"
import type { ServerCommand } from "./ServerProcess.ts"

/** As `npm start` starts it. */
const serve = (command: string) => ["--max-semi-space-size=4", command, "serve"]

const service = (name: string, ...settings: ReadonlyArray<string>): ServerCommand => ({
  name,
  args: (port, folder, command) =>
    serve(command).concat(
      ["--host", host, "--port", String(port), "--data", folder],
      ["--accounts", "guest"],
      ["--rate-limits", "off"],
      settings,
    ),
})

/**
 * Ours, as anybody would start it, for guests and without rate limits: a benchmark talks faster than people do. Its
 * history is in memory: what the disk costs is measured by itself.
 */
export const natter = service("natter", "--storage", "memory")

/** The same over a WebSocket. */
export const natterWebSocket: ServerCommand = { ...natter, framing: "websocket" }

/** Ours as it comes, everything in SQLite, with the accounts in `from`; guests, who have none, are let in, too. */
export const natterWithAccounts = (from: string): ServerCommand => ({
  ...service("natter", "--storage", "sqlite"),
  from,
  // A thousand come at the same moment, and some of them have to wait for their passwords' turn.
  env: { NATTER_TCP_BACKLOG: "4096", NATTER_SESSION_LOGIN_TIMEOUT: "5m" },
})

/** Ours as it comes, in this folder, which it finds as it left it. */
export const natterIn = (data: string, env: Readonly<Record<string, string>>): ServerCommand => ({
  name: "natter",
  args: (port, _, command) => [...serve(command), "--host", host, "--port", String(port), "--data", data],
  env,
})

const bare = (name: string, file: string, ...settings: ReadonlyArray<string>): ServerCommand => ({
  name,
  args: (port) => [`scripts/bench/reference/${file}`, "--host", host, "--port", String(port), ...settings],
})

/** Bare Node with version 2's frames. */
export const bareVersion2 = (...settings: ReadonlyArray<string>): ServerCommand =>
  bare("bare Node", "version2.ts", ...settings)

const bareDurable = bare("bare Node, SQLite", "durable.ts")

/** The same with everything on disk. */
export const bareOnDisk: ServerCommand = {
  ...bareDurable,
  args: (port, folder, command) => [...bareDurable.args(port, folder, command), "--data", folder],
}

/** Ours with everything on disk, in one thread, whatever cores there are. */
export const natterOnDisk = service("natter, SQLite", "--storage", "sqlite", "--gateways", "0")

/** The same with two threads for connections. */
export const natterInThreads = service("natter, two gateways", "--storage", "sqlite", "--gateways", "2")

/** Bare Node at its best: what others are compared with. */
export const reference = bare("reference", "batched.ts")

/** Bare Node with one write per message and member. */
export const unbatched = bare("unbatched", "unbatched.ts")

/** The `ws` package as its own pages show it: a loop over all clients. */
export const ws: ServerCommand = { ...bare("ws", "ws.ts"), framing: "websocket" }

/** The broker `aedes` as its own pages show it. */
export const aedes = bare("aedes", "aedes.ts")

/** socket.io as its own pages show it: `io.emit`. */
export const socketIo: ServerCommand = { ...bare("socket.io", "socketIo.ts"), framing: "socket.io" }

/** Node's own HTTP server, with the answer in this file. */
export const bareHttp = (answer: string): ServerCommand => bare("bare Node", "http.ts", "--answer", answer)

/** Ours with everything on disk, and room for large files. */
export const natterWithFiles: ServerCommand = {
  ...natterOnDisk,
  name: "natter",
  env: { NATTER_FILES_MAX_BYTES: "4GiB", NATTER_FILES_QUOTA: "1TiB", NATTER_FILES_UPLOADS: "100" },
}

/** Pipes between sockets and files; the one in `path` is sent. */
export const bareFiles = (path: string): ServerCommand => {
  const { args, name } = bare("bare Node", "files.ts", "--file", path)
  return { name, args: (port, folder, command) => [...args(port, folder, command), "--data", folder] }
}
