// The machine a benchmark runs on: what to name in a report, and what to hold still while measuring.
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as fs from "node:fs"
import * as os from "node:os"
import { BenchError } from "./BenchError.ts"

/** Named in every report. */
export interface Machine {
  readonly cpu: string
  /** Cores that this process may use. */
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  /** Before all other work on the machine, by `chrt`: what is started here inherits it. */
  readonly realTime: boolean
  /** Which core a server and its load are held on; absent where `taskset` is missing or there is only one core. */
  readonly pinned?: { readonly server: number; readonly load: number }
}

const fromProc = (file: string, line: RegExp): string | undefined => {
  try {
    return line.exec(fs.readFileSync(file, "utf8"))?.[1]
  } catch {
    return undefined
  }
}

/** `0-1,4` → `[0, 1, 4]` */
const cpusIn = (list: string): Array<number> =>
  list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })

/** Describes this machine. Fails where there is no `/proc` to read a process's CPU time from. */
export const describe = Effect.gen(function* () {
  const allowed = fromProc("/proc/self/status", /^Cpus_allowed_list:\s*(\S+)$/m)
  if (allowed === undefined) {
    return yield* new BenchError({ message: "CPU time is read from /proc, which only Linux has" })
  }
  // The program's name, in brackets, may hold anything. After it: state is field 3, the scheduling policy field 41.
  const policy = fromProc("/proc/self/stat", /\) (.*)$/m)?.split(" ")[38]
  const spawner = yield* ChildProcessSpawner
  const [server, load] = cpusIn(allowed)
  const pins =
    server !== undefined && load !== undefined
      ? yield* spawner.exitCode(ChildProcess.make("taskset", ["-c", String(server), "true"])).pipe(
          Effect.map((code) => code === 0),
          Effect.orElseSucceed(() => false),
        )
      : false
  const machine: Machine = {
    cpu: `${os.cpus()[0]?.model.trim() ?? "unknown"} (${os.arch()})`,
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
    realTime: policy === "1" || policy === "2",
    ...(pins ? { pinned: { server: server!, load: load! } } : {}),
  }
  return machine
})

/** The command line `command`, held on `core` where one is given. */
export const pin = (core: number | undefined, command: ReadonlyArray<string>): ReadonlyArray<string> =>
  core === undefined ? command : ["taskset", "-c", String(core), ...command]

/** Files, sockets among them, that a process may have open. Node has already raised its own limit as far as it goes. */
export const openFiles = (): number => Number(fromProc("/proc/self/limits", /^Max open files\s+(\d+)/m) ?? Infinity)

/** Fails unless each process may open `sockets` sockets. */
export const requireSockets = (sockets: number): Effect.Effect<void, BenchError> =>
  Effect.suspend(() => {
    const limit = openFiles()
    const needed = sockets + 64
    return limit >= needed
      ? Effect.void
      : Effect.fail(
          new BenchError({
            message:
              `${sockets} connections need ${needed} open files a process, and the limit is ${limit}: ` +
              `raise it (ulimit -n ${needed}) or measure with fewer`,
          }),
        )
  })

/** Lines that name the machine. */
export const text = ({ cores, cpu, kernel, memoryGiB, node, pinned, realTime }: Machine): ReadonlyArray<string> => [
  `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${kernel}, Node ${node}`,
  pinned === undefined ? "Pinning: none." : `Pinning: server on core ${pinned.server}, load on core ${pinned.load}.`,
  ...(realTime ? ["Before all other work on the machine (chrt -r 1)."] : []),
]
