/** How other threads of this process get to a SQLite database that is open here. */
import * as Context from "effect/Context"
import type { MessagePort } from "node:worker_threads"

/** A reference: undefined where what is kept is not in SQLite. It comes with the database. */
export const SqlitePorts = Context.Reference<
  | {
      /** A port to be moved to another thread, for `Sqlite.layerJoined`; undefined while the database is opened again. */
      readonly open: () => MessagePort | undefined
    }
  | undefined
>("natter/storage/SqlitePorts", { defaultValue: () => undefined })
