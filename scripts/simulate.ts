/** Plays the whole service on virtual time, from a seed: `npm run simulate -- --help`. */
import { parseArgs } from "node:util"
import * as Plan from "./simulate/Plan.ts"
import { channelModes, isChannelMode, settingsFor } from "./simulate/Settings.ts"
import { play } from "./simulate/Simulation.ts"
import { shrink } from "./simulate/Shrink.ts"
import * as Story from "./simulate/Story.ts"
import { clock } from "./../src/testing/simulation/Trace.ts"

const usage = `npm run simulate -- --seed 42              one seed, some minutes of virtual time
npm run simulate -- --seed 42 --hours 24   the same for longer: storms with calms between them
npm run simulate -- --seeds 1..200         many
npm run simulate -- --seeds 1..50 --nodes 3   a service of three nodes, of which links break and channels move

Plays the service, its clients, the network between them and the disk behind it in this process, with every chance
taken from the seed, and checks all the while that what is promised is kept. The same seed gives the same hash. A seed
that fails is made as small as it goes and told as a story; the exit code is 1 then. See docs/SIMULATION.md.

  --seed N          which, 0 to 4294967295; 1
  --seeds A..B      from one to another
  --hours H         virtual hours of storm; without it, one to five minutes
  --machines N      how many clients, 1 to 12; without it, four to nine
  --unsure SECONDS  how often the disk stores what it is told and cannot say so, for 3 s; without it, by chance
  --nodes N         how many nodes the service is, 1 to 5, and what befalls them; 1
  --channels MODE   how the service reaches its channels: direct, or encoded, as if each were on another node; direct
  --shrink SECONDS  how long to look for a shorter story; 60
  --help            this`

const refuse = (complaint: string): never => {
  console.error(`${complaint}\n\n${usage}`)
  process.exit(1)
}

const parse = () =>
  parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      seeds: { type: "string" },
      hours: { type: "string" },
      machines: { type: "string" },
      unsure: { type: "string" },
      nodes: { type: "string", default: "1" },
      channels: { type: "string", default: "direct" },
      shrink: { type: "string", default: "60" },
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

const whole = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  return /^\d+$/.test(text) && value >= least && value <= most
    ? value
    : refuse(`${name} must be a whole number from ${least} to ${most}`)
}

const maxSeed = 0xffff_ffff
const range = (): readonly [number, number] => {
  if (values.seeds === undefined) {
    const seed = whole("--seed", values.seed, 0, maxSeed)
    return [seed, seed]
  }
  const [from = "", to = ""] = values.seeds.split("..")
  return [whole("--seeds", from, 0, maxSeed), whole("--seeds", to, 0, maxSeed)]
}

const [from, to] = range()
const hours = values.hours === undefined ? undefined : Number(values.hours)
if (hours !== undefined && !(hours > 0 && hours <= 1000)) refuse("--hours must be a number above 0, 1000 at most")
const machines = values.machines === undefined ? undefined : whole("--machines", values.machines, 1, 12)
const nodes = whole("--nodes", values.nodes, 1, 5)
const unsure = values.unsure === undefined ? undefined : whole("--unsure", values.unsure, 1, 3600)
const { channels } = values
const settings = isChannelMode(channels)
  ? settingsFor({ channels })
  : refuse(`--channels must be ${channelModes.join(" or ")}`)
const patience = whole("--shrink", values.shrink, 0, 86_400)

const bar = (part: number, what: string): void => {
  if (!process.stderr.isTTY) return
  const width = 30
  const done = Math.round(part * width)
  process.stderr.write(`\r[${"=".repeat(done)}${" ".repeat(width - done)}] ${Math.floor(part * 100)} % ${what}\x1b[K`)
}
const clearBar = (): void => {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K")
}

let failed = 0
let promised = 0
for (let seed = from; seed <= to; seed++) {
  const begun = performance.now()
  const plan = Plan.make(seed, {
    length: hours === undefined ? undefined : hours * 3_600_000,
    machines,
    nodes,
    unsureEvery: unsure === undefined ? undefined : unsure * 1000,
  })
  let shown = 0
  const outcome = play(plan, {
    settings,
    onProgress: (part) => {
      const now = performance.now()
      if (now - shown < 200) return
      shown = now
      bar((seed - from + part) / (to - from + 1), `seed ${seed}`)
    },
  })
  clearBar()
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  const { acknowledged, acts, files, heard, stored } = outcome.counts
  console.log(
    `seed ${seed}  hash ${outcome.hash}  ${clock(outcome.at)} in ${seconds} s  ${plan.machines.length} machines  ` +
      `${stored} stored  ${acknowledged} acknowledged  ${heard} heard  ${acts} acts  ` +
      `${files.whole} files sent  ${files.said} said  ${files.read} read  ${files.gone} gone  ${files.passed} passed${outcome.violation === undefined ? "" : "  BROKEN"}`,
  )
  promised += acknowledged
  if (outcome.violation === undefined) continue
  failed++
  const deadline = performance.now() + patience * 1000
  const original = { plan, outcome }
  const shortest = shrink(original, {
    settings,
    enough: () => performance.now() > deadline,
    onTry: (steps) => bar(1 - steps / plan.steps.length, `looking for a shorter story: ${steps} steps`),
  })
  clearBar()
  console.log(`\n${Story.tell(shortest, original)}\n`)
}
const all = to - from + 1
const seeds = all === 1 ? `seed ${from}` : `all ${all} seeds`
if (failed === 0) {
  console.log(
    `Everything that is promised held with ${seeds}: ${promised} messages were acknowledged, and each is stored once and was heard in one order.`,
  )
} else {
  console.log(`What is promised did not hold with ${failed} of ${all} ${all === 1 ? "seed" : "seeds"}.`)
  process.exitCode = 1
}
