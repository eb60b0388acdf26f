import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { inLobby } from "./lobby.ts"
import * as Here from "./natterHere.ts"
import { makeFolder } from "./NatterProcess.ts"

const env = { NATTER_PASSWORD: "secret" }

describe("natter chat, without a terminal, with files", () => {
  it.live(
    "sends one, lists them, and saves them beside what is there already",
    inLobby(({ address }) =>
      Effect.gen(function* () {
        const here = makeFolder()
        const downloads = makeFolder()
        const bytes = randomBytes(3 * 1024 * 1024)
        fs.writeFileSync(path.join(here, "two words.png"), bytes)
        fs.writeFileSync(path.join(here, "empty"), "")
        const chat = Here.start(["chat", address, "--name", "ann", "--downloads", downloads], { env })
        const says = (text: RegExp) => Effect.promise(() => chat.says(text))
        yield* says(/ann is in lobby/)
        chat.stdin.write("/get\n")
        yield* says(/not saved \(nobody has sent a file here lately\): \/get/)
        chat.stdin.write(`/send "${here}/two words.png" look at this\n`)
        yield* says(/sending two words\.png, 3 MiB/)
        yield* says(/ann: look at this \[file\] two words\.png, 3 MiB, image\/png/)
        chat.stdin.write(`/send ${here}/empty\n`)
        yield* says(/ann: \[file\] empty, 0 B, application\/octet-stream/)
        chat.stdin.write("/files\n")
        yield* says(/1 \[file\] empty, 0 B.*\n2 \[file\] two words\.png, 3 MiB, image\/png/)
        chat.stdin.write("/get 2\n")
        yield* says(/saved \S*two words\.png, 3 MiB/)
        chat.stdin.write("/get WORDS to again.png\n/get\n".replace("again", `${here}/again`))
        yield* says(/saved \S*again\.png/)
        yield* says(/saved \S*empty, 0 B/)
        chat.stdin.end(`/send ${here}/missing\n`)
        const { code } = yield* Effect.promise(() => chat.ended)
        assert.strictEqual(code, 1)
        assert.match(chat.stderr, /not sent \(there is no such file; [^)]*\): \/send \S*missing\n/)
        assert.deepStrictEqual(fs.readdirSync(downloads).toSorted(), ["empty", "two words.png"])
        assert.isTrue(bytes.equals(fs.readFileSync(path.join(downloads, "two words.png"))))
        assert.isTrue(bytes.equals(fs.readFileSync(path.join(here, "again.png"))))
      }),
    ),
  )

  it.live(
    "says at once that there is no folder to save into",
    inLobby(({ address }) =>
      Effect.gen(function* () {
        const args = ["chat", address, "--name", "ann", "--downloads", "/no/such"]
        const { code, stderr } = yield* Effect.promise(() => Here.run(args, { env, input: "" }))
        assert.strictEqual(code, 1)
        assert.strictEqual(stderr, "natter: --downloads /no/such: there is no such folder; make it first\n")
      }),
    ),
  )
})
