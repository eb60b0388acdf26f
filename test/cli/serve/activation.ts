/** A service that is started as systemd starts it: with sockets that are open already. */
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import { onTestFinished } from "vitest"
import { Process } from "../NatterProcess.ts"

interface Opened {
  /** The descriptor in this process. */
  readonly fd: number
  readonly port: number
  /** Whoever else has the descriptor accepts what comes, and nobody here: Node would otherwise, too. */
  readonly leave: () => void
}

/** A socket that listens. */
export const opened = async (at: net.ListenOptions): Promise<Opened> => {
  const server = net.createServer().listen(at)
  await once(server, "listening")
  const address = server.address()
  const leave = () => {
    const { path } = at
    // Node removes the file.
    if (path !== undefined) fs.linkSync(path, `${path}.kept`)
    server.close()
    if (path !== undefined) fs.renameSync(`${path}.kept`, path)
  }
  onTestFinished(() => void server.close())
  return { fd: descriptorOf(server), port: typeof address === "object" && address !== null ? address.port : 0, leave }
}

export const descriptorOf = (of: object): number => {
  const { _handle } = of as { readonly _handle?: { readonly fd?: unknown } }
  if (typeof _handle?.fd !== "number") throw new Error("Node keeps its descriptors elsewhere by now")
  return _handle.fd
}

interface ActivationOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  readonly names?: string
  /** Has the descriptors at once, and starts the program when a line comes in. */
  readonly waits?: boolean
}

/** Starts a program of Node with these descriptors, in its own process from the first moment on: so systemd does. */
export const activated = (
  args: ReadonlyArray<string>,
  fds: ReadonlyArray<number>,
  { cwd, env, names, waits = false }: ActivationOptions,
): Process => {
  const variables = { LISTEN_FDS: `${fds.length}`, ...(names !== undefined && { LISTEN_FDNAMES: names }), ...env }
  const command = ["-c", `${waits ? "read -r line; " : ""}LISTEN_PID=$$ exec "$0" "$@"`, process.execPath, ...args]
  return new Process("/bin/sh", command, { cwd, env: variables, stdio: ["pipe", "pipe", "pipe", ...fds] })
}
