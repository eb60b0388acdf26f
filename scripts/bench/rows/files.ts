// What a large file costs beside a pipe of Node's, and what files cost those who talk meanwhile.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as crypto from "node:crypto"
import * as fs from "node:fs"
import type { FilePlan } from "../files/Plan.ts"
import * as LoadProcess from "../LoadProcess.ts"
import type { Contestant, Row, Settings } from "../Row.ts"
import { host, start } from "../ServerProcess.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareFiles, natterWithFiles } from "../Servers.ts"
import type { CrowdPlan, SessionEvent, SessionPlan } from "../sessions/Plan.ts"
import { loadFile } from "../SessionRound.ts"
import { mebibytes, ms } from "../Table.ts"
import { utilisations } from "./sessionRow.ts"

const filesLoad = "scripts/bench/files/main.ts"
const mebibyte = 1024 * 1024

const block = crypto.randomBytes(mebibyte)

/** A file of so many bytes, which nothing makes smaller. */
const fileOf = Effect.fnUntraced(function* (bytes: number) {
  const files = yield* FileSystem.FileSystem
  const path = yield* files.makeTempFileScoped({ prefix: "natter-bench-" })
  yield* Effect.sync(() => {
    const file = fs.openSync(path, "w")
    for (let at = 0; at < bytes; at += block.length) {
      block.writeDoubleBE(at)
      fs.writeSync(file, block, 0, Math.min(block.length, bytes - at))
    }
    fs.closeSync(file)
  })
  return path
})

const optionsOf = ({ onProgress, pinned }: Settings) => ({
  // As `natter upload` and `natter download` start themselves.
  options: ["--max-semi-space-size=2"],
  core: pinned?.load,
  onEvent: (event: SessionEvent) => {
    if (event.type === "Progress") onProgress(event.text)
  },
})

type Work = "up" | "down"

const contestant = (work: Work, serverFor: (path: string) => ServerCommand, service: boolean): Contestant => ({
  name: serverFor("").name,
  measure: Effect.fnUntraced(function* (settings) {
    const { pinned, profile, quick } = settings
    const bytes = (quick ? 2 : 512) * mebibyte
    const path = yield* fileOf(bytes)
    const started = yield* start(serverFor(path), { core: pinned?.server, profile })
    const plan: FilePlan = { work, service, path, bytes, host, port: started.port, serverPid: started.pid }
    const { figures } = yield* LoadProcess.run<SessionEvent>(filesLoad, plan, started, optionsOf(settings))
    return figures
  }, Effect.scoped),
})

const perSecond = { figure: "perSecond", title: "bytes per second", show: mebibytes }

const row = (work: Work, title: string, about: string): Row => ({
  id: `file-${work}`,
  title,
  about:
    `${about} 512 MiB over TCP, version 2 with MessagePack, by the client that comes with the service, into and from a ` +
    "folder; hashed at both ends. Bare Node pipes the same file through the same kind of socket, and hashes nothing. Memory " +
    "is the most that was resident beyond what was as the client had signed in.",
  contestants: [contestant(work, () => natterWithFiles, true), contestant(work, bareFiles, false)],
  columns: [
    perSecond,
    { ...perSecond, figure: "perCpuSecond", title: "per server CPU-s" },
    { figure: "serverMemory", title: "server's memory", show: mebibytes },
    { figure: "clientMemory", title: "client's memory", show: mebibytes },
    ...utilisations,
  ],
  bounds: [
    { figure: "perSecond", by: bareFiles("").name, atLeast: 0.6 },
    { figure: "serverMemory", atMost: 64 * mebibyte },
    { figure: "clientMemory", atMost: 64 * mebibyte },
  ],
})

export const fileUp = row("up", "a large file, sent", "From its first byte until the server has it, whole.")
export const fileDown = row("down", "a large file, read", "From asking for it until its last byte was compared.")

const crowd = { members: 200, membersPerChannel: 10, rate: 400 }
const transfers = 20
/** Of each. */
const pace = mebibyte

const chat = (name: string, besides: number): Contestant => ({
  name,
  measure: Effect.fnUntraced(function* (settings) {
    const { pinned, profile, quick, rampSeconds, seconds } = settings
    const started = yield* start(natterWithFiles, { core: pinned?.server, profile })
    const at = { host, port: started.port, serverPid: started.pid }
    const bytes = (quick ? 1 : 8) * mebibyte
    const path = yield* fileOf(bytes)
    const plan: SessionPlan & CrowdPlan = {
      work: "crowd",
      ...crowd,
      ...(quick ? { members: 20 } : {}),
      rampSeconds,
      seconds,
      ...at,
    }
    const lost =
      besides === 0
        ? Effect.never
        : (yield* LoadProcess.hold<SessionEvent>(
            filesLoad,
            { work: "parallel", transfers: besides, pace, path, bytes, ...at } satisfies FilePlan,
            started,
            { ...optionsOf(settings), isBehind: true },
          )).lost
    const talking = LoadProcess.run<SessionEvent>(loadFile, plan, started, optionsOf(settings))
    const { figures } = yield* Effect.raceFirst(talking, lost)
    return figures
  }, Effect.scoped),
})

export const fileChat: Row = {
  id: "file-chat",
  title: "400 messages a second beside 20 transfers",
  about:
    "Version 2: 200 members in 20 channels of ten; a message is due at a fixed moment, from which its latency counts. " +
    "Beside them ten clients send files and ten read one, each at 1 MiB a second, in a process of their own.",
  contestants: [chat("natter, 20 transfers", transfers), chat("natter", 0)],
  columns: [
    { figure: "p50", title: "p50", show: ms },
    { figure: "p99", title: "p99", show: ms },
    { figure: "p999", title: "p99.9", show: ms },
    { figure: "latest", title: "load late", show: ms },
    utilisations[0]!,
  ],
  bounds: [{ figure: "p99", by: "natter", atMost: 1.3 }],
}
