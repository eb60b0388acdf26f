/**
 * Looks for bytes that Natter cannot take.
 *
 *     node scripts/fuzz.ts --seconds 120                            the codecs, in this process
 *     node scripts/fuzz.ts --seconds 120 --address 127.0.0.1:8080   a running server, over sockets
 *
 * Against a server, hostile streams come in rounds over short connections; after each a healthy client must be able to
 * sign in and to ping within a second. Start the server with `--rate-limits off`, or most of it is turned away at the
 * door. What fails is printed with its seed, and `--seed` with that number begins there.
 */
import { parseArgs } from "node:util"
import * as Fuzz from "../src/testing/Fuzz.ts"
import { checkStream } from "./fuzz/codecs.ts"
import { attack, checkHealth, type Target } from "./fuzz/socket.ts"

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    address: { type: "string" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    connections: { type: "string", default: "16" },
    round: { type: "string", default: "200" },
    user: { type: "string", default: "healthy" },
    password: { type: "string", default: "password" },
  },
})

const number = (name: "seconds" | "seed" | "connections" | "round"): number => {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`)
  return value
}

const first = number("seed")
const connections = Math.min(64, Math.max(1, number("connections")))
const round = Math.max(1, number("round"))
const until = performance.now() + number("seconds") * 1000

/** The seeds from here on, as long as there is time. */
function* seeds(from: number) {
  for (let seed = from; performance.now() < until; seed = (seed + 1) >>> 0) yield seed
}

const fuzzCodecs = (): string | undefined => {
  let streams = 0
  for (const seed of seeds(first)) {
    let complaint: string | undefined
    try {
      complaint = checkStream(Fuzz.stream(seed))
    } catch (error) {
      complaint = `throws ${error instanceof Error ? error.stack : String(error)}`
    }
    if (complaint !== undefined) return `seed ${seed}: ${complaint}`
    streams++
  }
  console.log(`${streams} streams from seed ${first}`)
  return undefined
}

const fuzzServer = async (target: Target): Promise<string | undefined> => {
  const health = () => checkHealth(target, values.user, values.password)
  const before = await health()
  if (before !== undefined) return `the server is not well to begin with: ${before}`
  let streams = 0
  let slowest = 0
  for (let from = first; performance.now() < until; from = (from + round) >>> 0) {
    const waiting = seeds(from).take(round)
    const worker = async () => {
      for (const seed of waiting) {
        await attack(target, Fuzz.stream(seed))
        streams++
      }
    }
    await Promise.all(Array.from({ length: connections }, worker))
    const asked = performance.now()
    const complaint = await health()
    slowest = Math.max(slowest, performance.now() - asked)
    if (complaint !== undefined) return `seeds ${from} to ${(from + round - 1) >>> 0}: ${complaint}`
  }
  console.log(`${streams} streams from seed ${first}; the healthy client waited at most ${Math.ceil(slowest)} ms`)
  return undefined
}

const target = ({ address }: { readonly address: string }): Target => {
  const at = address.lastIndexOf(":")
  return { host: address.slice(0, at).replace(/^\[(.*)\]$/, "$1"), port: Number(address.slice(at + 1)) }
}

const { address } = values
const complaint = address === undefined ? fuzzCodecs() : await fuzzServer(target({ address }))
if (complaint !== undefined) {
  console.error(complaint)
  process.exitCode = 1
}
