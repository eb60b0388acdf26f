import { LruMap } from "../../domain/LruMap.ts"
import type { DatabaseSync, StatementSync } from "node:sqlite"

/** Prepared statements, compiled once: the longest unused one makes room beyond `capacity`. */
export const make = (db: DatabaseSync, capacity: number) => {
  const cached = new LruMap<string, StatementSync>()
  return (sql: string): StatementSync => {
    const used = cached.use(sql)
    if (used !== undefined) return used
    const statement = db.prepare(sql)
    cached.set(sql, statement)
    if (cached.size > capacity) cached.removeOldest()
    return statement
  }
}
