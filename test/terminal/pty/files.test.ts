import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeFolder } from "../../cli/NatterProcess.ts"
import { enter, join, server } from "./chat.ts"

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
      yield* ann.until("the bar", () => / 1 ↑ two words\.png .*\d+ % of 24 MiB/.test(ann.raw()))
      for (const screen of [ann, bob]) {
        yield* screen.shows(/ {2}with words\n.* {2}\[file\] two words\.png, 24 MiB, image\/png/)
      }
      yield* ann.until("the bar to be gone", () => !ann.text().includes("↑ two words.png"))

      bob.type(`/files${enter}`)
      yield* bob.shows(/1 {2}two words\.png, 24 MiB, image\/png {2}ann/)
      bob.type(`/get 1${enter}`)
      yield* bob.until("the bar", () => / 1 ↓ two words\.png/.test(bob.raw()))
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
})
