/** A node in a process of its own, until that is killed: `node nodeProcess.ts URL`. Says who it is when it has joined. */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { epochsIn, join } from "./engines.ts"

const url = Redacted.make(process.argv[2] ?? "")

const run = Effect.gen(function* () {
  const { nodes } = yield* join({ url, epochs: yield* epochsIn(url), claims: [] })
  process.stdout.write(`${nodes.self}\n`)
  return yield* Effect.never
})

// It ends with whoever has started it.
process.stdin.on("end", () => process.exit()).resume()
await Effect.runPromise(Effect.scoped(run).pipe(Effect.provide(Logger.layer([]))))
