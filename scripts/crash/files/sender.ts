// Sends files to the stores in a folder until it is killed, and says what it was told: a line of JSON each.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FileRecord } from "../../../src/files/FileRecord.ts"
import { FileRecords } from "../../../src/files/FileRecords.ts"
import { Files } from "../../../src/files/Files.ts"
import { contentOf, nameOf } from "./content.ts"
import { channel, filesIn, user } from "./stores.ts"
import type { Told } from "./FileCrash.ts"

/** Files that are sent at once. */
const senders = 4
const largest = 6_000_000
const kinds = 12
const piece = 30_000

const [folder = "", seed = "0"] = process.argv.slice(2)
let state = Number(seed)
const roll = (sides: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * sides)
}

// A pipe is written to before this returns: what was said before the process is killed is heard.
const say = (told: Told) => process.stdout.write(`${JSON.stringify(told)}\n`)

const program = Effect.gen(function* () {
  const files = (yield* Files)!
  const records = yield* FileRecords
  const waiting = [...(yield* records.of(channel, { limit: 1000 }))].filter(({ whole }) => !whole)

  const started = Effect.suspend(() => {
    const kind = roll(kinds)
    // Those of a kind have the same size, or another.
    const size = roll(3) === 0 ? roll(largest) : Math.floor((largest / kinds) * kind)
    return files.start({ user, channel, name: nameOf(kind, size), size })
  })

  const send = Effect.fnUntraced(function* (file: FileRecord) {
    const { id, name, received: offset } = file
    const bytes = contentOf(name)
    const pieces = Stream.range(0, Math.ceil((bytes.length - offset) / piece) - 1).pipe(
      Stream.map((n) => bytes.subarray(offset + n * piece, offset + (n + 1) * piece)),
    )
    const whole = yield* files.append(file, {
      offset,
      bytes: offset < bytes.length ? pieces : Stream.empty,
      received: (received) => say({ id, name, received }),
    })
    say({ id, name, received: whole.received, sha256: whole.sha256 })
    if (roll(2) === 0) return
    say({ id, name, going: true })
    yield* files.remove(id)
    say({ id, name, gone: true })
  })

  yield* Effect.forEach(
    Array.from({ length: senders }),
    () =>
      Effect.forever(
        Effect.suspend(() => {
          const next = waiting.shift()
          return Effect.flatMap(next === undefined ? started : Effect.succeed(next), send)
        }),
      ),
    { concurrency: "unbounded", discard: true },
  )
})

NodeRuntime.runMain(Effect.scoped(Effect.provide(program, filesIn(folder))))
