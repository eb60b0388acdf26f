/** The entry of the thread that has the database. */
import { parentPort, workerData } from "node:worker_threads"
import { open, type SqliteDatabase } from "./sqliteDatabase.ts"
import { type Answer, type OpenOptions, type Order, type Question, toFailure } from "./sqliteMessages.ts"
import * as SqliteService from "./sqliteService.ts"

const port = parentPort!

const serve = (database: SqliteDatabase): void => {
  const service = SqliteService.make(database)
  const ask = service.add(port)
  port.on("message", (message: Question | Order) => {
    if (message === null) {
      service.close()
      database.close()
      port.close()
    } else if ("port" in message) {
      const other = message.port
      const ask = service.add(other)
      other.on("message", ask)
    } else ask(message)
  })
}

const start = (): SqliteDatabase | undefined => {
  try {
    return open(workerData as OpenOptions)
  } catch (cause) {
    port.postMessage({ failure: toFailure(cause) } satisfies Answer)
    return undefined
  }
}

const database = start()
if (database !== undefined) serve(database)
