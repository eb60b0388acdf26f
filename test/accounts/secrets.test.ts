import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Tracer from "effect/Tracer"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as SqlAccounts from "../../src/storage/SqlAccounts.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { accounts } from "./fixture.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const everything = (value: unknown) => inspect(value, { depth: 20, showHidden: true, maxStringLength: null })

/** A span keeps what its effect returned, but only failures are ever exported. */
const failure = ({ status }: Tracer.Span) =>
  status._tag === "Ended" && Exit.isFailure(status.exit) ? [status.exit.cause, Cause.pretty(status.exit.cause)] : []

/** Collects, as text, all that is logged at any level and all that is traced. */
const overheard = () => {
  const texts: Array<string> = []
  const spans: Array<Tracer.NativeSpan> = []
  const logger = Logger.make<unknown, void>((options) => {
    texts.push(Logger.formatJson.log(options), Logger.formatLogFmt.log(options))
    texts.push(everything(options.message), Cause.pretty(options.cause), everything(options.cause))
  })
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  return {
    layer: Layer.mergeAll(
      Logger.layer([logger]),
      Layer.succeed(References.MinimumLogLevel, "Trace"),
      Layer.succeed(Tracer.Tracer, tracer),
    ),
    texts,
    text: () =>
      [...texts, ...spans.map((span) => everything([span.name, span.attributes, span.events, failure(span)]))].join(
        "\n",
      ),
  }
}

const password = "hunter2-correct-horse"
const wrong = "hunter3-wrong-guess"
const changed = "hunter4-another-one"

describe("secrets", () => {
  it.effect("never appear in a log, a span or an error, nor in the database's files but as hashes", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const heard = overheard()
      const secrets = new Map<string, string>([
        ["password", password],
        ["guess", wrong],
        ["new password", changed],
      ])
      const note = (name: string, secret: Redacted.Redacted) => secrets.set(name, Redacted.value(secret))
      const store = SqlAccounts.layer.pipe(
        Layer.provideMerge(Sqlite.layer()),
        Layer.provide(DataFolder.layer(folder)),
        Layer.provide(platform),
      )

      const life = Effect.gen(function* () {
        const accounts = yield* Accounts
        const store = yield* AccountStore
        const errors: Array<unknown> = []
        const noteHash = Effect.map(store.find("alice"), (found) => {
          const { passwordHash } = Option.getOrThrow(found)
          note(`hash ${secrets.size}`, passwordHash)
        })
        const as = (username: string, password: string, invite?: Redacted.Redacted) =>
          accounts.signIn({ username, password: Redacted.make(password), address: "192.0.2.1", invite })
        const failing = (effect: Effect.Effect<unknown, unknown>) =>
          Effect.map(Effect.flip(effect), (error) => errors.push(error))

        const invite = yield* accounts.invite()
        note("invite", invite.code)
        const alice = yield* as("alice", password, invite.code)
        yield* noteHash
        yield* failing(as("alice", wrong))
        // Someone types the password where the name belongs.
        yield* failing(as(password, wrong))
        yield* failing(as("bob", password, invite.code))
        yield* failing(as("bob", password, Redacted.make(wrong)))
        yield* failing(as("alice", password + "x".repeat(2000)))
        const session = yield* accounts.issueToken(alice)
        note("session token", session.token)
        yield* accounts.authenticate(session.token, "192.0.2.1")
        const access = yield* accounts.createToken("alice", { label: "bot" })
        note("access token", access.token)
        yield* accounts.revokeToken(access.id)
        yield* failing(accounts.authenticate(access.token, "192.0.2.1"))
        yield* accounts.setPassword("alice", Redacted.make(changed))
        yield* noteHash
        yield* as("alice", changed)
        yield* failing(accounts.add({ name: "alice", password: Redacted.make(password), role: "member" }))
        yield* accounts.disable("alice")
        yield* failing(as("alice", changed))
        yield* Effect.log(
          "listed",
          yield* Stream.runCollect(accounts.list),
          yield* Stream.runCollect(accounts.tokens()),
        )
        // An account as a whole, logged by mistake; a database that fails half-way.
        yield* Effect.log("found", yield* store.find("alice"))
        yield* accounts.enable("alice")
        const sql = yield* SqlClient
        const broken = "hunter5-not-a-hash"
        yield* sql`UPDATE accounts SET password_hash = ${broken}`
        secrets.set("broken hash", broken)
        yield* failing(as("alice", password))
        yield* sql`UPDATE accounts SET role = 'emperor'`
        yield* failing(as("alice", password))
        yield* sql`DROP TABLE tokens`
        yield* failing(accounts.authenticate(session.token, "192.0.2.1"))
        yield* failing(accounts.setPassword("alice", Redacted.make(changed)))
        yield* TestClock.adjust("2 hours")
        for (const error of errors) {
          yield* Effect.logError("failed", error)
          yield* Effect.logError("failed", Cause.fail(error))
        }
        return errors
      })

      const errors = yield* Effect.gen(function* () {
        const kept = Layer.succeedContext(yield* Layer.build(store))
        return yield* Effect.provide(life, Layer.provideMerge(accounts({ mode: "invite" }, { store: kept }), kept))
      }).pipe(Effect.provide(heard.layer))
      assert.isAtLeast(errors.length, 12)
      const text = `${heard.text()}\n${everything(errors)}`
      // What must be heard was heard: the test listens at the right place.
      for (const expected of [
        "account registered",
        "sign-in refused",
        "token refused",
        "PasswordHash.verify",
        "INSERT INTO tokens",
      ]) {
        assert.include(text, expected)
      }
      const files = ["natter.db", "natter.db-wal"].flatMap((name) => {
        try {
          return [readFileSync(`${folder}/${name}`, "latin1")]
        } catch {
          return []
        }
      })
      assert.include(files.join(), "alice")
      for (const [name, secret] of secrets) {
        assert.notInclude(text, secret, `the ${name} was overheard`)
        assert.notInclude(
          text,
          createHash("sha256").update(secret).digest("hex"),
          `the ${name}'s fingerprint was overheard`,
        )
        if (!name.includes("hash"))
          for (const file of files) assert.isFalse(file.includes(secret), `the ${name} is on disk`)
      }
      assert.isAtLeast(secrets.size, 9)
    }).pipe(Effect.provide(platform)),
  )
})
