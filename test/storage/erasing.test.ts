import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { History } from "../../src/history/History.ts"
import * as SqlHistory from "../../src/storage/SqlHistory.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"

const channel = ChannelId.make("den")
const secret = (n: number) => `the key is under flower pot number ${n}`

const place = (seq: number) => ({
  seq: Seq.make(seq),
  id: MessageId.make(`m${seq}`),
  from: { id: UserId.make("u1"), name: Username.make("ann") },
  timestamp: 1_700_000_000_000,
})

describe("what was deleted", () => {
  it.live("is in none of the files any more", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))),
        (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
      )
      const holding = () =>
        fs.readdirSync(folder).filter((file) => fs.readFileSync(path.join(folder, file)).includes("under flower pot"))
      const layer = SqlHistory.layer.pipe(Layer.provide(Sqlite.layerFile({ file: path.join(folder, "natter.db") })))
      const run = <A, E>(use: (history: History["Service"]) => Effect.Effect<A, E>) =>
        Effect.flatMap(History, use).pipe(Effect.provide(Layer.fresh(layer)))

      yield* run(({ append }) =>
        append(channel, {
          after: Seq.make(0),
          durability: "disk",
          entries: [
            { ...place(1), type: "Message", content: secret(1) },
            { ...place(2), type: "Edited", target: Seq.make(1), content: secret(2) },
          ],
        }),
      )
      assert.isNotEmpty(holding())
      yield* run(({ append }) =>
        append(channel, {
          after: Seq.make(2),
          durability: "disk",
          entries: [{ ...place(3), type: "Deleted", target: Seq.make(1) }],
        }),
      )
      assert.deepStrictEqual(holding(), [])
    }),
  )
})
