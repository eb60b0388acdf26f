/** Settings, the data folder and what is in it. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { database, folder, fromTheFuture } from "../../../src/cli/doctor/database.ts"
import { service } from "../../../src/cli/doctor/service.ts"
import { inForce, wrong } from "../../../src/cli/doctor/settings.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"
import { DataFolder } from "../../../src/storage/DataFolder.ts"
import * as FolderLock from "../../../src/storage/FolderLock.ts"
import * as Sqlite from "../../../src/storage/Sqlite.ts"
import { emptyDatabase } from "../../postgres/database.ts"
import * as Postgres from "../../../src/storage/Postgres.ts"
import { makeFolder } from "../NatterProcess.ts"
import { inOrder, trouble } from "./findings.ts"

const load = (given: Partial<ServerConfig.Sources>) =>
  ServerConfig.load({ environment: {}, flags: {}, ...given }).pipe(Effect.provide(NodeServices.layer))

const kept = (data: string, storage: Partial<typeof defaults.storage> = {}) =>
  Effect.map(database({ data, storage: { ...defaults.storage, ...storage } }), trouble)

/** A folder with a database as a service leaves it. */
const made = Effect.gen(function* () {
  const data = makeFolder()
  yield* Effect.scoped(Layer.build(Sqlite.layerFile({ file: path.join(data, "natter.db") })))
  return data
})

describe("natter doctor looks at the settings", () => {
  it.effect("and tells all that is wrong at once", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(load({ flags: { port: "x" }, environment: { NATTER_STORAGE: "paper" } }))
      const found = trouble(wrong(problems))
      assert.lengthOf(found, 2)
      assert.match(
        found.join("\n"),
        /problem: port: "x" .*\nproblem: storage: "paper"|problem: storage.*\nproblem: port/,
      )
    }),
  )

  it.effect("and says where they are from, and which are unwise", () =>
    Effect.gen(function* () {
      const file = path.join(makeFolder(), "natter.yaml")
      fs.writeFileSync(file, "host: '::'\ntls:\n  passphrase: secret\n", { mode: 0o644 })
      const environment = { NATTER_PORT: "7777", NATTER_HOST: "127.0.0.1" }
      const found = inForce(yield* load({ file, environment }))
      assert.match(
        inOrder(found).join(),
        new RegExp(`\\d+ by default, 1 from the environment, 2 from ${file}|2 from ${file}`),
      )
      assert.notInclude(JSON.stringify(found), 'secret"')
      const text = trouble(found).join("\n")
      assert.match(text, /warning: NATTER_HOST: not used/)
      assert.match(text, /warning: .*natter.yaml holds secrets, and others can read it -> chmod 600/)
      assert.match(text, /warning: others reach it without TLS \(::\)/)
      const behind = { NATTER_PROXIES_TRUSTED: "loopback", NATTER_HOST: "0.0.0.0" }
      assert.deepStrictEqual(trouble(inForce(yield* load({ environment: behind }))), [])
    }),
  )
})

describe("natter doctor looks at what is kept", () => {
  it.effect("and finds nothing wrong before the first start, and after it", () =>
    Effect.gen(function* () {
      const data = path.join(makeFolder(), "deep", "folder")
      assert.deepStrictEqual(trouble(folder(data)), [])
      assert.isFalse(fs.existsSync(data))
      assert.deepStrictEqual(yield* kept(data), [])
      const old = yield* made
      fs.chmodSync(old, 0o700)
      assert.deepStrictEqual([...trouble(folder(old)), ...(yield* kept(old))], [])
    }),
  )

  it.effect("and finds a folder that others may look into, and a file in its place", () =>
    Effect.sync(() => {
      const data = makeFolder()
      fs.chmodSync(data, 0o755)
      assert.match(trouble(folder(data)).join(), /^warning: others than its owner .* -> chmod 700/)
      fs.writeFileSync(path.join(data, "file"), "")
      assert.match(trouble(folder(path.join(data, "file"))).join(), /^problem: .* is no folder/)
    }),
  )

  it.effect("and finds databases on which no service starts", () =>
    Effect.gen(function* () {
      const data = yield* made
      const file = path.join(data, "natter.db")
      const whole = fs.readFileSync(file)
      fs.writeFileSync(file, "garbage".repeat(100))
      assert.match((yield* kept(data)).join(), /^problem: .*is not a database/)
      fs.writeFileSync(file, "")
      assert.match((yield* kept(data)).join(), /^problem: .*it is empty/)
      // A page of a table, with its type gone.
      const broken = Buffer.from(whole)
      for (let page = 1; page * 4096 < broken.length; page++) broken.fill(0xff, page * 4096, page * 4096 + 64)
      fs.writeFileSync(file, broken)
      assert.match((yield* kept(data)).join(), /^problem: .*it is damaged .*natter restore/)
      fs.writeFileSync(file, whole)
      const db = new DatabaseSync(file)
      db.exec("INSERT INTO migrations (migration_id, name) VALUES (9999, 'later')")
      db.close()
      assert.match((yield* kept(data)).join(), /^problem: it was written by a newer Natter \(schema 9999/)
    }),
  )

  it.effect("and says what is not for ever", () =>
    Effect.gen(function* () {
      assert.match((yield* kept("none", { kind: "memory" })).join(), /^warning: storage is memory/)
      assert.match(
        (yield* kept(yield* made, { sqlite: { synchronous: "normal" } })).join(),
        /^warning: the latest messages may be lost/,
      )
    }),
  )

  it.effect("and sees by the files of the folder that the clock was set back", () =>
    Effect.gen(function* () {
      const data = yield* made
      const now = Date.now()
      assert.deepStrictEqual(fromTheFuture(data, now), [])
      fs.utimesSync(path.join(data, "natter.db"), now / 1000 + 3600, now / 1000 + 3600)
      assert.deepStrictEqual(fromTheFuture(data, now), ["natter.db"])
    }),
  )

  it.effect("and at Postgres, which it does not change", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const postgres = { ...defaults.storage.postgres, url }
      const look = database({ data: "none", storage: { ...defaults.storage, kind: "postgres", postgres } })
      assert.match(inOrder(yield* look).join("\n"), /Postgres \d+.*\nnothing was kept in it yet/)
      // Still: it was only looked at.
      assert.match(inOrder(yield* look).join("\n"), /nothing was kept in it yet/)
      yield* Effect.scoped(Layer.build(Postgres.layer({ url })))
      const found = yield* look
      assert.deepStrictEqual(trouble(found), [])
      assert.match(inOrder(found).join("\n"), /its tables are up to date/)
      assert.match(inOrder(found).join("\n"), /synchronous_commit is/)
    }),
  )

  it.effect("and at a Postgres that is not there, without its password", () =>
    Effect.gen(function* () {
      const { settings } = yield* load({
        environment: { NATTER_POSTGRES_URL: "postgres://natter:hunter2@127.0.0.1:1/chat", NATTER_STORAGE: "postgres" },
      })
      const found = trouble(yield* database(settings)).join()
      assert.match(found, /^problem: The database "postgres:\/\/127.0.0.1:1\/chat" can't be used: .*ECONNREFUSED/)
      assert.notInclude(found, "hunter2")
    }),
  )

  it.effect("and says which process has the folder", () =>
    Effect.gen(function* () {
      const data = makeFolder()
      const [before, text] = yield* service(data)
      assert.deepStrictEqual([before.held, inOrder(text)], [false, ["none runs on this data folder"]])
      yield* FolderLock.hold.pipe(
        Effect.andThen(service(data)),
        Effect.map(([running, found]) => {
          assert.strictEqual(running.process, process.pid)
          assert.match(inOrder(found)[0]!, new RegExp(`process ${process.pid}$`))
        }),
        Effect.scoped,
        Effect.provide(DataFolder.layer(data)),
      )
      assert.isFalse((yield* service(data))[0].held)
    }).pipe(Effect.provide(NodeServices.layer)),
  )
})
