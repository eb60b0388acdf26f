import { assert, describe, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import type * as CliError from "effect/cli/CliError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as path from "node:path"
import { inspect } from "node:util"
import * as Profiles from "../../src/cli/profiles.ts"
import { makeFolder } from "./NatterProcess.ts"

type Kept<A, E> = Effect.Effect<A, E, NodeServices.NodeServices>

const within = (env: Record<string, string>) =>
  function <A, E>(effect: Kept<A, E>): Effect.Effect<A, E> {
    return effect.pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
      Effect.provide(NodeServices.layer),
    )
  }

const add = (server: string, name = "ann") =>
  Profiles.update((profiles) => ({
    ...profiles,
    default: server,
    servers: { ...profiles.servers, [server]: { name, token: Redacted.make(`nat_${name}`) } },
  }))

/** What stands in the way, in a line. */
const refused = <A, R>(effect: Effect.Effect<A, CliError.UserError, R>) =>
  Effect.map(Effect.flip(effect), ({ userMessage }) => userMessage ?? "")

const mode = (file: string): string => (fs.statSync(file).mode & 0o777).toString(8)

const place = () => {
  const home = makeFolder()
  const folder = path.join(home, "natter")
  const file = path.join(folder, "profiles.json")
  /** Puts this there. */
  const put = (text: string, permissions = 0o600) => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    fs.writeFileSync(file, text)
    fs.chmodSync(file, permissions)
  }
  return { home, folder, file, put, kept: within({ XDG_CONFIG_HOME: home }) }
}

const address = { host: "localhost", port: 8080 }

describe("profiles", () => {
  it.live("are kept for their owner only, and leave nothing else behind", () =>
    Effect.gen(function* () {
      const { file, folder, kept } = place()
      assert.deepStrictEqual((yield* kept(Profiles.all)).servers, {})
      assert.isFalse(fs.existsSync(folder))
      yield* kept(add("localhost:8080"))
      assert.deepStrictEqual([mode(folder), mode(file)], ["700", "600"])
      assert.deepStrictEqual(fs.readdirSync(folder), ["profiles.json"])
      const profile = yield* kept(Profiles.find({ host: "LOCALHOST", port: 8080 }))
      assert.strictEqual(Redacted.value(profile!.token!), "nat_ann")
      assert.notInclude(JSON.stringify(profile) + inspect(profile), "nat_")
      assert.isUndefined(yield* kept(Profiles.find({ host: "localhost", port: 8081 })))
    }),
  )

  it.live("are below XDG_CONFIG_HOME, else below HOME, else nowhere", () =>
    Effect.gen(function* () {
      const home = makeFolder()
      for (const xdg of [{}, { XDG_CONFIG_HOME: "" }, { XDG_CONFIG_HOME: "relative" }]) {
        yield* within({ HOME: home, ...xdg })(add("a:1"))
        assert.isTrue(fs.existsSync(`${home}/.config/natter/profiles.json`))
        fs.rmSync(`${home}/.config`, { recursive: true })
      }
      yield* within({ HOME: home, XDG_CONFIG_HOME: `${home}/xdg` })(add("a:1"))
      assert.deepStrictEqual(fs.readdirSync(home), ["xdg"])
      const nowhere = within({})
      assert.isUndefined(yield* nowhere(Profiles.find(address)))
      assert.match(yield* refused(nowhere(add("a:1"))), /set HOME or XDG_CONFIG_HOME/)
    }),
  )

  it.live("are refused, and never overwritten, when they cannot be relied on", () =>
    Effect.gen(function* () {
      const good = JSON.stringify({ version: 1, servers: {} })
      for (const [text, permissions, reason] of [
        [good, 0o640, /^others can read (\S*profiles\.json): chmod 600 \1$/],
        [good, 0o604, /^others can read/],
        ['{"version": 1, "servers"', 0o600, /^\S*profiles\.json is damaged: mend it, or remove it and sign in again$/],
        ["", 0o600, /is damaged/],
        ['{"version": 1, "servers": {"a:1": {"token": "nat_secret"}}}', 0o600, /is damaged/],
        ['{"version": 2, "accounts": []}', 0o600, /^\S*profiles\.json was written by a newer natter: use that one$/],
      ] as const) {
        const { file, folder, kept, put } = place()
        put(text, permissions)
        for (const attempt of [Effect.asVoid(Profiles.all), Effect.asVoid(Profiles.find(address)), add("a:1")]) {
          const message = yield* refused(kept(attempt))
          assert.match(message, reason)
          assert.notInclude(message, "secret")
        }
        assert.strictEqual(fs.readFileSync(file, "utf8"), text)
        assert.deepStrictEqual(fs.readdirSync(folder), ["profiles.json"])
      }
    }),
  )

  it.live("are refused in a folder that others can write to, or where there is no file", () =>
    Effect.gen(function* () {
      const open = place()
      open.put("{}")
      fs.chmodSync(open.folder, 0o770)
      assert.match(yield* refused(open.kept(Profiles.all)), /^others can write to (\S*natter): chmod 700 \1$/)
      const odd = place()
      fs.mkdirSync(odd.file, { recursive: true, mode: 0o700 })
      assert.match(yield* refused(odd.kept(Profiles.all)), /is not a file|can't be used/)
      const blocked = place()
      fs.writeFileSync(blocked.folder, "")
      assert.match(yield* refused(blocked.kept(add("a:1"))), /can't be used/)
    }),
  )

  it.live("follow a link of their owner's, and nobody else's", () =>
    Effect.gen(function* () {
      const { file, home, kept, put } = place()
      put("{}")
      const real = path.join(home, "real.json")
      fs.writeFileSync(real, JSON.stringify({ version: 1, servers: {} }), { mode: 0o600 })
      fs.rmSync(file)
      fs.symlinkSync(real, file)
      yield* kept(add("a:1"))
      assert.isTrue(fs.lstatSync(file).isSymbolicLink())
      assert.include(fs.readFileSync(real, "utf8"), "a:1")
      // Only the superuser can make another's link.
      if (process.getuid?.() !== 0) return
      fs.lchownSync(file, 65534, 65534)
      for (const attempt of [Effect.asVoid(Profiles.all), add("b:1")]) {
        assert.match(yield* refused(kept(attempt)), /^\S*profiles\.json is a link made by another user: remove it$/)
      }
      assert.notInclude(fs.readFileSync(real, "utf8"), "b:1")
      fs.rmSync(file)
      fs.renameSync(real, file)
      fs.chownSync(file, 65534, 65534)
      assert.match(yield* refused(kept(Profiles.all)), /profiles\.json belongs to another user$/)
    }),
  )

  it.live("lose nothing when many are changed at once, and can be read all the time", () =>
    Effect.gen(function* () {
      const { folder, kept } = place()
      const servers = Array.from({ length: 12 }, (_, n) => `server:${n + 1}`)
      yield* kept(
        Effect.forEach(servers, (server) => Effect.andThen(add(server), Profiles.all), { concurrency: "unbounded" }),
      )
      const { servers: all } = yield* kept(Profiles.all)
      assert.deepStrictEqual(Object.keys(all).toSorted(), servers.toSorted())
      assert.deepStrictEqual(fs.readdirSync(folder), ["profiles.json"])
    }),
  )

  it.live("are not held up for ever by a process that died over them", () =>
    Effect.gen(function* () {
      const { file, folder, kept } = place()
      yield* kept(add("a:1"))
      fs.writeFileSync(`${file}.new`, '{"half')
      yield* kept(add("b:1"))
      assert.deepStrictEqual(Object.keys((yield* kept(Profiles.all)).servers), ["a:1", "b:1"])
      assert.deepStrictEqual(fs.readdirSync(folder), ["profiles.json"])
    }),
  )
})
