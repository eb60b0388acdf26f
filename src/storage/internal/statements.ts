import type { DatabaseSync, StatementSync } from "node:sqlite"

/** Prepared statements, compiled once: the longest unused one makes room beyond `capacity`. */
export const make = (db: DatabaseSync, capacity: number) => {
  const cached = new Map<string, StatementSync>()
  return (sql: string): StatementSync => {
    const statement = cached.get(sql) ?? db.prepare(sql)
    cached.delete(sql)
    cached.set(sql, statement)
    if (cached.size > capacity) cached.delete(cached.keys().next().value!)
    return statement
  }
}
