import * as Effect from "effect/Effect"
import { PostgresServer } from "../../test/postgres/PostgresServer.ts"
import { CrashError } from "./CrashError.ts"

/** A Postgres server of its own, in a folder of its own; gone with the scope. */
export const server = Effect.acquireRelease(
  Effect.tryPromise({
    try: async () => {
      const server = await PostgresServer.make()
      await server.start()
      return server
    },
    catch: (cause) => new CrashError({ message: `Postgres could not be started: ${String(cause)}` }),
  }),
  (server) => Effect.promise(() => server.close()),
)
