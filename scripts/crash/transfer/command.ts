// What `npm run crash -- --transfer` does: shows how far it is, and prints what came of it.
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Progress from "../../../src/cli/files/Progress.ts"
import { type TransferOptions, transferTest } from "./TransferTest.ts"
import * as verdict from "./verdict.ts"

/** Succeeds with whether all is well. */
export const transfer = Effect.fnUntraced(function* (options: Omit<TransferOptions, "onProgress">) {
  const { cuts, seed, size } = options
  yield* Console.log(`--transfer --size ${size} --cuts ${cuts} --seed ${seed}`)
  const shown = { up: yield* Progress.make("up", size, false), down: yield* Progress.make("down", size, false) }
  const done = { up: 0, down: 0 }
  const result = yield* transferTest({
    ...options,
    onProgress: (direction, bytes) => {
      shown[direction].more(bytes - done[direction])
      done[direction] = bytes
    },
  })
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K")
  yield* Console.log(verdict.text(result, options))
  return verdict.findings(result, options).length === 0
}, Effect.scoped)
