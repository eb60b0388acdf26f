/** Searches for bytes that Natter cannot handle: `node scripts/fuzz.ts --help`. */
import { parseArgs } from "node:util"
import * as Fuzz from "../src/testing/Fuzz.ts"
import * as GrpcFuzz from "../src/testing/GrpcFuzz.ts"
import * as HttpFuzz from "../src/testing/HttpFuzz.ts"
import * as WebSocketFuzz from "../src/testing/WebSocketFuzz.ts"
import { checkStream } from "./fuzz/codecs.ts"
import * as GrpcAttack from "./fuzz/grpcAttack.ts"
import * as HttpAttack from "./fuzz/httpAttack.ts"
import { httpServer } from "./fuzz/httpServer.ts"
import { attack, checkHealth, type Target } from "./fuzz/socket.ts"
import { checkWebSocket } from "./fuzz/webSockets.ts"
import * as WebSocketAttack from "./fuzz/webSocketAttack.ts"

const usage = `node scripts/fuzz.ts --seconds 120                            the codecs, in this process
node scripts/fuzz.ts --seconds 120 --websocket                what reads WebSockets, in this process
node scripts/fuzz.ts --seconds 120 --http                     requests of HTTP, to a server in this process
node scripts/fuzz.ts --seconds 120 --grpc                     calls of gRPC, gRPC-Web and Connect, the same
node scripts/fuzz.ts --seconds 120 --address 127.0.0.1:8080   a running server, over sockets
node scripts/fuzz.ts --seconds 120 --address ws://127.0.0.1:8080/ws   the same, over WebSockets
node scripts/fuzz.ts --seconds 120 --address http://127.0.0.1:8080    the same, with requests of HTTP
node scripts/fuzz.ts --seconds 120 --address grpc://127.0.0.1:8080    the same, with calls

Against a server, hostile streams come in rounds over short connections; after each a healthy client must be able to
sign in and to ping within a second. Start the server with --rate-limits off, or most of it is turned away at the
door. What fails is printed with its seed, and --seed with that number begins there.

  --seconds N         how long; 60
  --address H:P       the server, or ws://H:P/PATH, http://H:P or grpc://H:P; without it, what runs in this process
  --websocket         without a server: frames of WebSockets
  --http              without a server: one of its own, in this process, whose memory is looked at, too
  --grpc              the same, for calls
  --seed N            where to begin; a random number
  --connections N     at once, 1 to 64; 16
  --round N           streams between two looks at the server's health; 200
  --token TEXT        whose requests of HTTP, or calls, some are; without one, nobody's
  --user NAME         who the healthy client is; healthy
  --password TEXT     its password; password
  --help              this`

const refuse = (complaint: string): never => {
  console.error(`${complaint}\n\n${usage}`)
  process.exit(1)
}

const parse = () =>
  parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      address: { type: "string" },
      websocket: { type: "boolean", default: false },
      http: { type: "boolean", default: false },
      grpc: { type: "boolean", default: false },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      connections: { type: "string", default: "16" },
      round: { type: "string", default: "200" },
      token: { type: "string" },
      user: { type: "string", default: "healthy" },
      password: { type: "string", default: "password" },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values

const parsed = (): ReturnType<typeof parse> => {
  try {
    return parse()
  } catch (error) {
    return refuse((error as Error).message)
  }
}

const values = parsed()
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const number = (name: "seconds" | "seed" | "connections" | "round"): number => {
  const value = Number(values[name])
  const fits = values[name].trim() !== "" && Number.isInteger(value) && value >= 0
  return fits ? value : refuse(`--${name} must be a whole number`)
}

const first = number("seed")
const connections = Math.min(64, Math.max(1, number("connections")))
const round = Math.max(1, number("round"))
const until = performance.now() + number("seconds") * 1000

/** Tries one seed after the other, from this one on, as long as there is time. */
function* seeds(from: number) {
  for (let seed = from; performance.now() < until; seed = (seed + 1) >>> 0) yield seed
}

/** Whatever runs in this process: a complaint about a seed's stream, if there is one. */
const fuzzHere = (check: (seed: number) => string | undefined): string | undefined => {
  let streams = 0
  for (const seed of seeds(first)) {
    let complaint: string | undefined
    try {
      complaint = check(seed)
    } catch (error) {
      complaint = `throws ${error instanceof Error ? error.stack : String(error)}`
    }
    if (complaint !== undefined) return `seed ${seed}: ${complaint}`
    streams++
  }
  if (streams === 0) return "there was no time to try anything: give it more --seconds"
  console.log(
    `Everything held: ${streams} hostile streams from seed ${first} on were refused or understood, as they should.`,
  )
  return undefined
}

/** A running server: how it is attacked with a seed's stream, and what is wrong with how it serves a healthy client. */
interface Victim {
  /** What is wrong with the answers, where that is looked at. */
  readonly attack: (seed: number) => Promise<string | undefined | void>
  readonly health: () => Promise<string | undefined>
}

const fuzzServer = async ({ attack, health }: Victim): Promise<string | undefined> => {
  const before = await health()
  if (before !== undefined) return `the server is not well to begin with: ${before}`
  let streams = 0
  let slowest = 0
  for (let from = first; performance.now() < until; from = (from + round) >>> 0) {
    const waiting = seeds(from).take(round)
    let wrong: string | undefined
    const worker = async () => {
      for (const seed of waiting) {
        const complaint = await attack(seed)
        if (typeof complaint === "string") wrong ??= `seed ${seed}: ${complaint}`
        streams++
      }
    }
    await Promise.all(Array.from({ length: connections }, worker))
    if (wrong !== undefined) return wrong
    const asked = performance.now()
    const complaint = await health()
    slowest = Math.max(slowest, performance.now() - asked)
    if (complaint !== undefined) return `seeds ${from} to ${(from + round - 1) >>> 0}: ${complaint}`
  }
  if (streams === 0) return "there was no time to try anything: give it more --seconds"
  console.log(
    `Everything held: after each round of ${streams} hostile streams from seed ${first} on a healthy client was served, in ${Math.ceil(slowest)} ms at most.`,
  )
  return undefined
}

const target = (address: string): Target => {
  const at = address.lastIndexOf(":")
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, "$1")
  const port = Number(address.slice(at + 1))
  const fits = at > 0 && Number.isInteger(port) && port > 0 && port < 65_536
  return fits ? { host, port } : refuse("--address must be a host and a port, as in 127.0.0.1:8080")
}

const victim = (address: string, token = values.token): Victim => {
  const { password, user } = values
  if (address.startsWith("http://")) {
    const there = target(address.replace(/^http:\/\//, "").replace(/\/$/, ""))
    return {
      attack: (seed) => HttpAttack.attack(there, HttpFuzz.stream(seed, token), token),
      health: () => HttpAttack.checkHealth(there),
    }
  }
  if (address.startsWith("grpc://")) {
    const there = target(address.replace(/^grpc:\/\//, "").replace(/\/$/, ""))
    return {
      attack: (seed) => GrpcAttack.attack(there, GrpcFuzz.stream(seed, token), token),
      health: () => GrpcAttack.checkHealth(there),
    }
  }
  if (address.startsWith("ws://")) {
    if (!URL.canParse(address))
      return refuse("--address must be the address of a WebSocket, as in ws://127.0.0.1:8080/ws")
    const url = new URL(address)
    return {
      attack: (seed) => WebSocketAttack.attack(url, WebSocketFuzz.stream(seed)),
      health: () => WebSocketAttack.checkHealth(url, user, password),
    }
  }
  const there = target(address)
  return { attack: (seed) => attack(there, Fuzz.stream(seed)), health: () => checkHealth(there, user, password) }
}

const here = values.websocket
  ? (seed: number) => checkWebSocket(WebSocketFuzz.stream(seed))
  : (seed: number) => checkStream(Fuzz.stream(seed))

/** Against a server in this process. */
const fuzzServerHere = (scheme: "http" | "grpc"): Promise<string | undefined> =>
  httpServer(async ({ left, target, token }) => {
    const { attack, health } = victim(`${scheme}://${target.host}:${target.port}`, token)
    return await fuzzServer({ attack, health: async () => (await left()) ?? (await health()) })
  })

const { address } = values
const complaint =
  address !== undefined
    ? await fuzzServer(victim(address))
    : values.http || values.grpc
      ? await fuzzServerHere(values.http ? "http" : "grpc")
      : fuzzHere(here)
if (complaint !== undefined) {
  console.error(`It did not hold: ${complaint}`)
  process.exitCode = 1
}
