import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { once } from "node:events"
import * as net from "node:net"
import * as DatabaseLock from "../../src/storage/DatabaseLock.ts"
import { Ownership } from "../../src/storage/Ownership.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { PostgresServer } from "../postgres/PostgresServer.ts"

/** What was logged, by who runs this. */
const hearing = () => {
  const lines: Array<string> = []
  const layer = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
  return { lines, layer }
}

/** Takes the lock; `end` gives it up. */
const take = Effect.fnUntraced(function* (url: Redacted.Redacted, waitFor?: Duration.Duration, shared?: boolean) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const context = yield* Layer.buildWithScope(Layer.fresh(DatabaseLock.layer({ url, waitFor, shared })), scope)
  return { lost: Context.get(context, Ownership).lost, end: Scope.close(scope, Exit.void) }
})

/** Ends the connection that has the lock of this database, as a network may. */
const cut = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url })
    yield* sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid =
      (hashtext(current_schema())::bigint & 4294967295)::oid`
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer))

/** Connections for the lock that do not have it. */
const lockless = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url })
    const [row] = yield* sql<{ count: number }>`SELECT count(*)::int AS count FROM pg_stat_activity a
      WHERE application_name LIKE 'natter service %' AND NOT EXISTS (
        SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory' AND granted)`
    return row!.count
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer))

// What they wait for is what the lock takes in real time, seconds each: they wait together, on databases of their own.
describe.concurrent("the lock of a Postgres database", () => {
  it.live("keeps a second service off it until the first has ended, and nobody off another", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const first = yield* take(url)
      const error = yield* Effect.flip(take(url))
      assert.strictEqual(error._tag, "DatabaseInUse")
      assert.match(error.message, /in use by another service \(from 127\.0\.0\.1, process \d+ there\): stop that one/)
      // Who is refused keeps no connection.
      yield* Effect.repeat(Effect.delay(lockless(url), "50 millis"), { until: (count) => count === 0 })
      yield* take(yield* emptyDatabase)
      yield* first.end
      yield* take(url)
    }).pipe(Effect.scoped),
  )

  const node = (url: Redacted.Redacted) => take(url, undefined, true)

  it.live("is had by the nodes of a cluster together, and by nobody else until the last has ended", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const nodes = [yield* node(url), yield* node(url), yield* node(url)]
      const refused = Effect.map(Effect.flip(take(url)), (error) => {
        assert.strictEqual(error._tag, "DatabaseInUse")
        assert.match(
          error.message,
          /in use by the nodes of a cluster \(a node from 127\.0\.0\.1, process \d+ there\): start this service with cluster\.enabled, too/,
        )
      })
      yield* refused
      yield* nodes[0]!.end
      yield* nodes[1]!.end
      yield* refused
      nodes.push(yield* node(url))
      yield* nodes[2]!.end
      yield* nodes[3]!.end
      yield* take(url)
    }).pipe(Effect.scoped),
  )

  it.live("is not had by nodes while a service that is alone has it", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const alone = yield* take(url)
      for (const _ of ["one", "other"]) {
        const error = yield* Effect.flip(node(url))
        assert.strictEqual(error._tag, "DatabaseInUse")
        assert.match(
          error.message,
          /in use by a service that is no node of a cluster \(from 127\.0\.0\.1, process \d+ there\): stop that one, and start it again with cluster\.enabled/,
        )
      }
      yield* alone.end
      yield* node(url)
      yield* node(url)
    }).pipe(Effect.scoped),
  )

  it.live("is taken again by a node, unless a service that is alone was faster: then it says so", () => {
    const { layer, lines } = hearing()
    return Effect.gen(function* () {
      const [url, other] = [yield* emptyDatabase, yield* emptyDatabase]
      yield* node(url)
      yield* node(url)
      const last = yield* node(other)
      yield* cut(url)
      yield* cut(other)
      yield* take(other)
      assert.strictEqual((yield* Effect.flip(last.lost))._tag, "DatabaseInUse")
      yield* Effect.repeat(Effect.sleep("50 millis"), {
        until: () => lines.filter((line) => line.includes("kept from other services again")).length === 2,
      })
      assert.strictEqual((yield* Effect.flip(take(url)))._tag, "DatabaseInUse")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.live("is taken again when its connection is lost", () => {
    const { layer, lines } = hearing()
    return Effect.gen(function* () {
      const url = yield* emptyDatabase
      yield* take(url)
      yield* cut(url)
      yield* Effect.repeat(Effect.sleep("50 millis"), {
        until: () => lines.some((line) => line.includes("alone again")),
      })
      assert.strictEqual((yield* Effect.flip(take(url)))._tag, "DatabaseInUse")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.live("says so when another service was faster", () => {
    const { layer } = hearing()
    return Effect.gen(function* () {
      const url = yield* emptyDatabase
      const first = yield* take(url)
      yield* cut(url)
      const second = yield* take(url)
      const error = yield* Effect.flip(first.lost)
      assert.strictEqual(error._tag, "DatabaseInUse")
      yield* second.end
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.live("is had by who comes while the one before is still letting go", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const first = yield* take(url)
      const second = yield* Effect.forkChild(take(url), { startImmediately: true })
      yield* Effect.sleep("400 millis")
      assert.isUndefined(second.pollUnsafe())
      yield* first.end
      yield* Fiber.join(second)
    }).pipe(Effect.scoped),
  )

  it.live("is taken from a connection of its own that the server does not know to be lost", () => {
    const { layer, lines } = hearing()
    return Effect.gen(function* () {
      const url = yield* emptyDatabase
      const address = new URL(Redacted.value(url))
      const links: Array<net.Socket> = []
      /** Between the two: what it cuts, it cuts on the service's side alone. */
      const between = yield* Effect.acquireRelease(
        Effect.promise(async () => {
          const server = net.createServer({ allowHalfOpen: true }, (near) => {
            const far = net.connect({ host: address.hostname, port: Number(address.port) })
            near.on("error", () => {}).on("data", (data) => far.write(data))
            far.on("error", () => {}).on("data", (data) => near.destroyed || near.write(data))
            far.on("end", () => near.destroy())
            links.push(near, far)
          })
          server.listen(0, "127.0.0.1")
          await once(server, "listening")
          return server
        }),
        (server) =>
          Effect.sync(() => {
            for (const link of links) link.destroy()
            server.close()
          }),
      )
      const near = new URL(address)
      near.port = String((between.address() as net.AddressInfo).port)
      const { lost } = yield* take(Redacted.make(near.href))
      links[0]!.destroy()
      const again = Effect.repeat(Effect.sleep("50 millis"), {
        until: () => lines.some((line) => line.includes("alone again")),
      })
      yield* Effect.raceFirst(again, lost)
      assert.strictEqual((yield* Effect.flip(take(url)))._tag, "DatabaseInUse")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.live("waits for a server that is not there yet, for so long, and says so", () => {
    const { layer, lines } = hearing()
    return Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => PostgresServer.make()),
        (server) => Effect.promise(() => server.close()),
      )
      const url = Redacted.make(server.url())
      assert.strictEqual((yield* Effect.flip(take(url)))._tag, "PostgresError")
      assert.strictEqual((yield* Effect.flip(take(url, Duration.zero)))._tag, "PostgresError")
      assert.isEmpty(lines)
      const impatient = yield* Effect.flip(take(url, Duration.seconds(1)))
      assert.strictEqual(impatient._tag, "PostgresError")
      assert.include(lines[0], "waiting for it, 1s at most")
      const waiting = yield* Effect.forkChild(take(url, Duration.minutes(1)))
      yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => lines.length === 2 })
      yield* Effect.promise(() => server.start())
      yield* Fiber.join(waiting)
      assert.include(lines.at(-1), "answers")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.effect("is never lost where there is none", () =>
    Effect.gen(function* () {
      const { lost } = yield* Ownership
      const waiting = yield* Effect.forkChild(lost, { startImmediately: true })
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(waiting.pollUnsafe())
    }),
  )

  it.live("waits for nothing that time does not mend", () =>
    Effect.gen(function* () {
      const known = Redacted.value(yield* emptyDatabase)
      for (const url of [known.replace("/postgres?", "/nowhere?"), "mysql://localhost/chat", "chat"]) {
        const error = yield* Effect.flip(take(Redacted.make(url), Duration.minutes(5)))
        assert.strictEqual(error._tag, "PostgresError")
      }
    }).pipe(Effect.scoped),
  )
})
