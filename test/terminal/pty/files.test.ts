import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeFolder, natter } from "../../cli/NatterProcess.ts"
import { enter, join, server } from "./chat.ts"
import * as Gate from "./Gate.ts"

/** A server on this port, or on any. */
const serve = (data: string, port = 0) =>
  Effect.promise(async () => {
    const server = natter(["serve", "--port", String(port), "--data", data], { cwd: data })
    const [, chosen] = await server.says(/listens on 127\.0\.0\.1:(\d+)/)
    return { server, port: Number(chosen) }
  })

/** Done when there is no such file any more. */
const gone = (file: string) =>
  Effect.callback<void>((resume) => {
    const look = () => (fs.existsSync(file) ? void setImmediate(look) : resume(Effect.void))
    look()
  })

describe("natter chat, with files", () => {
  it.live("sends one and shows how far it is; another saves it, byte for byte, beside what is there already", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const here = makeFolder()
      const downloads = makeFolder()
      // Enough that its bar is seen.
      const bytes = randomBytes(24 * 1024 * 1024)
      fs.writeFileSync(path.join(here, "two words.png"), bytes)
      fs.writeFileSync(path.join(downloads, "two words.png"), "mine")
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob", { args: ["--downloads", downloads] })

      ann.type(`/send ${here}/tw\t`)
      yield* ann.shows(/two words\.png" *$/m)
      ann.type(`with words${enter}`)
      yield* ann.until("the bar", () => / 1 ↑ two words\.png \[=+ +\] \d+ % of 24 MiB/.test(ann.text()))
      for (const screen of [ann, bob]) {
        yield* screen.shows(/ {2}with words\n.* {2}\[file\] two words\.png, 24 MiB, image\/png/)
      }
      yield* ann.until("the bar to be gone", () => !ann.text().includes("↑ two words.png"))

      bob.type(`/files${enter}`)
      yield* bob.shows(/1 {2}two words\.png, 24 MiB, image\/png {2}ann/)
      bob.type(`/get 1${enter}`)
      yield* bob.until("the bar", () => / 1 ↓ two words\.png \[=+ +\] \d+ %/.test(bob.text()))
      yield* bob.shows(/Saved: [^]*two words \(1\)\.png, 24 MiB/)
      assert.deepStrictEqual(fs.readdirSync(downloads).toSorted(), ["two words (1).png", "two words.png"])
      assert.strictEqual(fs.readFileSync(path.join(downloads, "two words.png"), "utf8"), "mine")
      assert.isTrue(bytes.equals(fs.readFileSync(path.join(downloads, "two words (1).png"))))

      ann.type(`/send ${here}/none${enter}`)
      yield* ann.shows(/none was not sent: there is no such file/)
      ann.type(`/quit${enter}`)
      assert.strictEqual(yield* ann.ended, 0)
    }).pipe(Effect.scoped),
  )

  it.live("waits when the server is killed, goes on when it is back, and leaves nothing of what is cancelled", () =>
    Effect.gen(function* () {
      const data = makeFolder()
      const here = makeFolder()
      const downloads = makeFolder()
      const { port, server } = yield* serve(data)
      const bytes = randomBytes(64 * 1024 * 1024)
      fs.writeFileSync(path.join(here, "large.bin"), bytes)
      const gate = yield* Gate.open(port)
      const ann = yield* join(gate.port, "ann", { args: ["--downloads", downloads] })
      gate.hold("toServer", bytes.byteLength / 2)
      ann.type(`/send ${here}/large.bin${enter}`)
      // In the midst of it.
      yield* ann.until("some of it to be there", () => /large\.bin \[=+ +\]/.test(ann.text()))
      server.child.kill("SIGKILL")
      gate.release()
      yield* ann.shows(/ 1 ↑ large\.bin .* of 64 MiB, waits/)
      yield* serve(data, port)
      ann.type(`/reconnect${enter}`)
      yield* ann.shows(/\[file\] large\.bin, 64 MiB/)
      ann.type(`/get${enter}`)
      yield* ann.shows(/Saved: [^]*large\.bin, 64 MiB/)
      assert.isTrue(bytes.equals(fs.readFileSync(path.join(downloads, "large.bin"))))

      gate.hold("toClient", bytes.byteLength / 2)
      ann.type(`/get${enter}`)
      yield* ann.until("some of it to be there", () => fs.readdirSync(downloads).includes("large.bin.part"))
      ann.type(`/cancel${enter}`)
      yield* ann.shows(/large\.bin was cancelled\./)
      yield* gone(path.join(downloads, "large.bin.part"))
      gate.release()
      // Nor is anything left of what was on its way when one leaves.
      gate.hold("toClient", bytes.byteLength / 2)
      ann.type(`/get${enter}`)
      yield* ann.until("some of it to be there", () => fs.readdirSync(downloads).includes("large.bin.part"))
      ann.type(`/quit${enter}`)
      yield* ann.shows(/A file is still on the way: it ends when that is done\./)
      ann.type("\u0003")
      assert.strictEqual(yield* ann.ended, 0)
      assert.deepStrictEqual(fs.readdirSync(downloads), ["large.bin"])
    }).pipe(Effect.scoped),
  )
})
