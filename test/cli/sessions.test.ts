import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { makeFolder } from "./NatterProcess.ts"
import { onService, run } from "./overHttp.ts"

const Listed = Schema.fromJsonString(
  Schema.Struct({
    sessions: Schema.Array(
      Schema.Struct({ id: Schema.String, label: Schema.NullOr(Schema.String), current: Schema.Boolean }),
    ),
  }),
)
const listed = Schema.decodeUnknownSync(Listed)

describe("natter sessions and natter passwd", () => {
  it.live(
    "list where one is signed in, end that elsewhere, and change the password for who knows the old one",
    onService(({ address, person, server }) =>
      Effect.gen(function* () {
        yield* person("ann")
        const env = { NATTER_PASSWORD: "secret" }
        const homes = [makeFolder(), makeFolder(), makeFolder()] as const
        for (const HOME of homes) {
          assert.include(yield* run(["login", address, "--name", "ann"], "", { ...env, HOME }), { code: 0 })
        }
        const [here, there] = homes
        const at = (HOME: string, args: ReadonlyArray<string>, input = "", more = {}) =>
          run(args, input, { HOME, ...more })
        const all = Effect.map(at(here, ["sessions", "--json"]), ({ stdout }) => listed(stdout).sessions)

        const shown = yield* at(here, ["sessions"])
        const rows = shown.stdout.split("\n")
        assert.match(rows[0]!, /^ID +FROM +SINCE +USED +THIS$/)
        assert.lengthOf(rows, 4)
        assert.match(shown.stdout, /tcp from 127\.0\.0\.1 +\d{4}-\d\d-\d\d \d\d:\d\d /)
        assert.lengthOf(
          rows.filter((row) => row.endsWith("yes")),
          1,
        )
        const [first] = (yield* all).filter(({ current }) => !current)
        assert.include(yield* at(here, ["sessions", "end", first!.id]), {
          code: 0,
          stderr: "ended: there it takes the password to come back",
        })
        assert.include(yield* at(here, ["sessions", "end", "--others"]), { code: 0, stderr: "1 other session ended" })
        assert.deepStrictEqual(
          (yield* all).map(({ current }) => current),
          [true],
        )
        assert.match((yield* at(there, ["sessions"])).stderr, /: sign in again: natter login /)
        for (const [args, why] of [
          [["sessions", "end"], /say which: natter sessions end ID, or --others/],
          [["sessions", "end", "x", "--others"], /give an id or --others, not both/],
          [["sessions", "end", "none"], /^natter: .+/],
        ] as const) {
          assert.match((yield* at(here, args)).stderr, why)
        }

        // Whoever signs in there does so by the password, and what they have comes to an end by the new one.
        assert.include(yield* at(there, ["login", address, "--name", "ann"], "", env), { code: 0 })
        for (const [input, why] of [
          ["wrong\nother\n", /The old password is not right/],
          ["", /^natter: the old password is needed on the standard input$/],
          ["secret\n", /^natter: the new password is needed on the standard input$/],
        ] as const) {
          const { code, stderr } = yield* at(here, ["passwd"], input)
          assert.strictEqual(code, 1)
          assert.match(stderr, why)
        }
        assert.include(yield* at(here, ["passwd"], "secret\nother\n"), {
          code: 0,
          stderr: "ann has a new password; sessions elsewhere and tokens ended",
        })
        assert.lengthOf(yield* all, 1)
        assert.match((yield* at(there, ["sessions"])).stderr, /sign in again/)
        // By name and password the old one is known.
        const byName = ["passwd", "--address", address, "--name", "ann"]
        assert.include(yield* run(byName, "third\n", { NATTER_PASSWORD: "other" }), { code: 0 })
        assert.match(
          (yield* run(byName, "x\n", { NATTER_PASSWORD: "other" })).stderr,
          /check the name and the password$/,
        )
        assert.isDefined(yield* server.accounts.find("ann"))
      }),
    ),
  )
})
