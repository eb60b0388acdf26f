import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import type { TestProject } from "vitest/node"
import { PostgresServer } from "./PostgresServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** A socket that tells the address of a Postgres server, which runs from the first time that somebody asks. */
    readonly postgres: string
  }
}

/** One server for all test files of a run, started when the first of them needs it. */
export default async ({ provide }: TestProject) => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "natter-postgres-"))
  let running: Promise<PostgresServer> | undefined
  const start = async () => {
    const server = await PostgresServer.make()
    await server.start()
    return server
  }
  const door = net.createServer((socket) => {
    socket.on("error", () => {})
    running ??= start()
    running.then(
      (server) => socket.end(JSON.stringify({ url: server.url() })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    )
  })
  const address = path.join(folder, "door")
  door.listen(address)
  await once(door, "listening")
  provide("postgres", address)
  return async () => {
    door.close()
    await running?.then(
      (server) => server.close(),
      () => {},
    )
    await fs.rm(folder, { recursive: true, force: true })
  }
}
