import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { makeFolder } from "./NatterProcess.ts"
import { onService, run } from "./overHttp.ts"

/** What changes from run to run. */
const settled = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2000-01-01T00:00:00.000Z")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "00000000-0000-0000-0000-000000000000")
    .replaceAll(/natinv_[\w-]+/g, "natinv_")
    .replaceAll(/nat_[\w-]+/g, "nat_")
    .replaceAll(/ --address [\w.:]+/g, "")

interface Row {
  readonly args: ReadonlyArray<string>
  readonly input?: string
  readonly fails?: true
}

const rows: ReadonlyArray<Row> = [
  { args: ["user", "add", "bob"], input: "bobs" },
  { args: ["user", "add", "eve", "--json"], input: "eves" },
  { args: ["user", "add", "Bob"], input: "bobs", fails: true },
  { args: ["user", "list"] },
  { args: ["user", "list", "--json"] },
  {
    args: [
      "token",
      "create",
      "bob",
      "--label",
      "ci",
      "--scope",
      "write,page",
      "--channel",
      "kitchen",
      "--expires",
      "90d",
    ],
  },
  { args: ["token", "create", "bob", "--expires", "never", "--json"] },
  { args: ["token", "list", "bob"] },
  { args: ["token", "list", "bob", "--json"] },
  { args: ["user", "passwd", "bob"], input: "other" },
  { args: ["user", "disable", "bob"] },
  { args: ["user", "enable", "bob"] },
  { args: ["user", "invite", "--expires", "1d"] },
  { args: ["user", "invite", "--expires", "never", "--json"] },
]

describe("natter user and natter token", () => {
  it.live(
    "say the same of a service as of a folder",
    onService(({ address, person }) =>
      Effect.gen(function* () {
        const data = makeFolder()
        yield* run(["user", "add", "ann", "--admin", "--data", data], "anns")
        const ann = yield* person("ann", "admin")
        for (const { args, fails, input } of rows) {
          const here = yield* run([...args, "--data", data], input)
          const there = yield* run([...args, "--address", address, "--token", ann.token], input)
          assert.strictEqual(there.code, fails === true ? 1 : 0, there.stderr)
          assert.notStrictEqual(there.stdout + there.stderr, "", args.join(" "))
          if (fails === true) continue
          assert.deepStrictEqual(
            { args, stdout: settled(there.stdout), stderr: settled(there.stderr) },
            { args, stdout: settled(here.stdout), stderr: settled(here.stderr) },
          )
        }
      }),
    ),
  )

  it.live(
    "let everybody make tokens of their own, by name and password, too, and leave no session behind",
    onService(({ address, person, server }) =>
      Effect.gen(function* () {
        const bob = yield* person("bob")
        const made = yield* bob.run("token", "create", "bob", "--json")
        const { id, token } = JSON.parse(made.stdout)
        const asks = (...args: ReadonlyArray<string>) => run([...args, "--address", address, "--token", token])
        assert.include(yield* asks("channel", "list"), { code: 0 })
        const listed = (yield* bob.run("token", "list", "--json")).stdout.split("\n").map((line) => JSON.parse(line))
        assert.deepInclude(listed.at(-1), { id, user: "bob", state: "live" })
        assert.deepStrictEqual(yield* bob.run("token", "revoke", id), {
          code: 0,
          stdout: "",
          stderr: "revoked; sessions that signed in with it end",
        })
        assert.match((yield* asks("channel", "list")).stderr, /is it the token of this service\?$/)

        const byPassword = yield* run(["token", "list", "--address", address, "--name", "bob"], "", {
          NATTER_PASSWORD: "secret",
        })
        assert.include(byPassword, { code: 0, stderr: "" })
        const kept = yield* Effect.orDie(Stream.runCollect(server.accounts.tokens("bob")))
        assert.deepStrictEqual(
          kept.filter(({ kind, revokedAt }) => kind === "session" && revokedAt === null),
          [],
        )
        const wrong = yield* run(["token", "list", "--address", address, "--name", "bob"], "", {
          NATTER_PASSWORD: "no",
        })
        assert.match(wrong.stderr, /^natter: Invalid .*: check the name and the password$/)
      }),
    ),
  )

  it.live(
    "are for administrators, and say so",
    onService(({ address, person, server }) =>
      Effect.gen(function* () {
        const bob = yield* person("bob")
        yield* server.accounts.add({ name: "ann", password: Redacted.make("x"), role: "admin" })
        for (const args of [
          ["user", "list"],
          ["user", "disable", "ann"],
          ["token", "create", "ann"],
          ["token", "list", "ann"],
        ]) {
          const { code, stderr, stdout } = yield* bob.run(...args)
          assert.deepStrictEqual({ args, code, stdout }, { args, code: 1, stdout: "" })
          assert.match(stderr, /^natter: .+/)
        }
        const refused = yield* bob.run("user", "list", "--json")
        assert.include(JSON.parse(refused.stderr), { status: 403, reason: "Forbidden" })
        assert.match(
          (yield* run(["user", "list", "--token", bob.token])).stderr,
          /^natter: --name and --token are for a service that runs: say with --address where it is$/,
        )
        assert.match(
          (yield* bob.run("user", "passwd", "bob")).stderr,
          /^natter: a password is needed on the standard input$/,
        )
        assert.notStrictEqual(address, "")
      }),
    ),
  )
})
