import * as PgClient from "@effect/sql-pg/PgClient"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { DatabaseInUse, Ownership } from "./Ownership.ts"
import { PostgresError } from "./PostgresError.ts"
import { isAway, nameOf, problemOf } from "./internal/postgresAway.ts"

export interface LockOptions {
  readonly url: Redacted.Redacted
  /** How long a database that does not answer is waited for; not at all where nothing is said. */
  readonly waitFor?: Duration.Duration | undefined
  /** Whether this is a node of a cluster, whose nodes have the lock together. They are kept from a service that is alone, as it is from them. */
  readonly shared?: boolean | undefined
}

/** "Natt", in ASCII: the first half of the lock's name. The second is the schema that the tables are in. */
const family = 0x4e617474

/** How often the connection that has the lock is asked whether it is there. */
const askEvery = Duration.seconds(3)
/** So long it may take to answer. */
const answersWithin = Duration.seconds(10)
/** How often a lost lock is asked for again, or a database that is away. */
const tryEvery = Duration.seconds(1)
/** A service that has just ended may still be letting go. */
const lettingGo = Duration.seconds(3)

/** So long its lock is given back before it is just closed. */
const unlocksWithin = Duration.seconds(1)

/** A connection that has the lock, or had: whoever loses the one loses the other. */
interface Attempt {
  readonly sql: SqlClient
  readonly scope: Scope.Closeable
}

/**
 * Keeps a second service off the database until the scope closes: channels and presence live in one process, so two would
 * be two services with half the people each. Nodes of a cluster hold it together. The lock is Postgres' own, held by a connection for nothing else, and gone
 * with it. When that connection is lost the lock is taken again; `Ownership` says when somebody else was faster.
 */
const hold = Effect.fnUntraced(function* ({ shared = false, url, waitFor = Duration.zero }: LockOptions) {
  const database = nameOf(url)
  /** What our connections are called, by which we know what is left of one of our own. */
  const name = `natter service ${randomUUID()}`

  const connect = Effect.fnUntraced(function* (): Effect.fn.Return<Attempt, SqlError> {
    const scope = yield* Scope.make()
    return yield* PgClient.makeClient({ url, applicationName: name, connectTimeout: answersWithin }).pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.provide(Reactivity.layer),
      Effect.map((sql) => ({ sql, scope })),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
    )
  })

  const ask = Effect.fnUntraced(function* (sql: SqlClient) {
    // The server is to notice soon when our machine is gone: until then the lock is taken.
    yield* sql`SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
      set_config('tcp_keepalives_count', '3', false)`
    const [answer] = yield* sql<{ held: boolean }>`
      SELECT ${sql.literal(shared ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock")}(${family}::int, hashtext(coalesce(current_schema(), ''))) AS held`
    if (answer?.held === true) return
    const [holder] = yield* sql<{ pid: number; name: string; address: string | null; shared: boolean }>`
      SELECT a.pid, a.application_name AS name, host(a.client_addr) AS address, l.mode = 'ShareLock' AS shared
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${family}::int::oid
        AND l.objid = (hashtext(coalesce(current_schema(), ''))::bigint & 4294967295)::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    // A connection of ours that the server does not know to be lost.
    if (holder?.name === name) yield* sql`SELECT pg_terminate_backend(${holder.pid}::int)`
    return yield* new DatabaseInUse({
      database,
      holder:
        holder === undefined ? "unknown" : `from ${holder.address ?? "this machine"}, process ${holder.pid} there`,
      // A node is kept off by none but a service that is alone.
      clash: shared ? "alone" : holder?.shared === true ? "nodes" : "both alone",
    })
  })

  const take = Effect.fnUntraced(function* (): Effect.fn.Return<Attempt, SqlError | DatabaseInUse> {
    const attempt = yield* connect()
    yield* ask(attempt.sql).pipe(
      Effect.retry({
        schedule: Schedule.spaced("250 millis"),
        while: isInUse,
        times: Duration.toMillis(lettingGo) / 250,
      }),
      Effect.onError((cause) => Scope.close(attempt.scope, Exit.failCause(cause))),
    )
    return attempt
  })

  const started = yield* whenThere(take(), database, waitFor).pipe(
    Effect.mapError((error) =>
      isInUse(error) ? error : new PostgresError({ database, problem: problemOf(error), cause: error }),
    ),
  )
  let held: Attempt | undefined = started
  const lost = yield* Deferred.make<never, DatabaseInUse>()

  /** The lock would go with the connection, but not before the server notices: who comes next is not to wait for that. */
  const letGo = Effect.suspend(() => {
    if (held === undefined) return Effect.void
    const { scope, sql } = held
    const unlocked = Effect.timeoutOption(sql`SELECT pg_advisory_unlock_all()`, unlocksWithin)
    return Effect.andThen(Effect.ignore(unlocked), Scope.close(scope, Exit.void))
  })

  /** Ends when the connection does. */
  const watch = (sql: SqlClient) =>
    Effect.forever(Effect.andThen(Effect.sleep(askEvery), Effect.timeout(sql`SELECT 1`, answersWithin)))

  const keep = Effect.gen(function* () {
    while (held !== undefined) {
      yield* Effect.ignore(watch(held.sql))
      yield* Effect.logWarning(`the connection that keeps other services off "${database}" is lost; it is made again`)
      yield* letGo
      held = undefined
      while (held === undefined) {
        const again: Result.Result<Attempt, SqlError | DatabaseInUse> = yield* Effect.result(take())
        if (Result.isSuccess(again)) {
          held = again.success
          yield* Effect.logInfo(
            `"${database}" is ${shared ? "kept from other services" : "this service's alone"} again`,
          )
        } else if (isInUse(again.failure)) {
          yield* Deferred.fail(lost, again.failure)
          return yield* Effect.logFatal(again.failure.message)
        } else yield* Effect.sleep(tryEvery)
      }
    }
  })

  yield* Effect.addFinalizer(() => letGo)
  yield* Effect.forkScoped(keep)
  return { lost: Deferred.await(lost) }
})

const isInUse = (error: SqlError | DatabaseInUse): error is DatabaseInUse => error._tag === "DatabaseInUse"

/** Waits for a database that is away, and says so. */
const whenThere = <A, E extends SqlError | DatabaseInUse>(
  effect: Effect.Effect<A, E>,
  database: string,
  waitFor: Duration.Duration,
): Effect.Effect<A, E> => {
  const waits = (error: E) => !isInUse(error) && isAway(error)
  return Effect.catchIf(
    effect,
    (error) => Duration.isPositive(waitFor) && waits(error),
    (error) =>
      Effect.logWarning(
        `the database "${database}" does not answer (${problemOf(error)}): waiting for it, ${Duration.format(waitFor)} at most`,
      ).pipe(
        Effect.andThen(
          Effect.retry(Effect.delay(effect, tryEvery), {
            while: waits,
            schedule: Schedule.during(waitFor),
          }),
        ),
        Effect.tap(() => Effect.logInfo(`the database "${database}" answers`)),
      ),
  )
}

/** The lock, held until the layer closes; `Ownership` tells when it was lost for good. */
export const layer = (options: LockOptions): Layer.Layer<never, DatabaseInUse | PostgresError> =>
  Layer.effect(Ownership, hold(options))
