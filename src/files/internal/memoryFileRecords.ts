import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { FileId } from "../../domain/FileId.ts"
import type { FileRecord } from "../FileRecord.ts"
import type { FileRecordsShape } from "../FileRecordsShape.ts"
import { freshIdentity } from "../freshIdentity.ts"

/** Every operation is one synchronous step, and so all or nothing. */
export const make: Effect.Effect<FileRecordsShape> = Effect.map(freshIdentity, (identity) => {
  const records = new Map<FileId, FileRecord>()

  const page = (
    fits: (record: FileRecord) => boolean,
    { after = "" as FileId, limit }: { readonly after?: FileId | undefined; readonly limit: number },
  ) =>
    Effect.sync(() =>
      [...records.values()]
        .filter((record) => record.id > after && fits(record))
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .slice(0, limit),
    )

  return {
    identity: Effect.succeed(identity),
    add: (record) => Effect.sync(() => void records.set(record.id, record)),
    get: (id) => Effect.sync(() => Option.fromUndefinedOr(records.get(id))),
    change: (id, change) =>
      Effect.sync(() => {
        const record = records.get(id)
        if (record === undefined) return false
        records.set(id, { ...record, ...change })
        return true
      }),
    usage: (user) =>
      Effect.sync(() => {
        const own = [...records.values()].filter((record) => record.user === user)
        return {
          bytes: own.reduce((sum, { size }) => sum + size, 0),
          uploads: own.filter(({ whole }) => !whole).length,
        }
      }),
    expired: (before, bounds) => page(({ expiresAt }) => expiresAt < before, bounds),
    of: (channel, bounds) => page((record) => record.channel === channel, bounds),
    remove: (id, before = Infinity) =>
      Effect.sync((): Option.Option<FileRecord> => {
        const record = records.get(id)
        const goes = record !== undefined && record.expiresAt < before && records.delete(id)
        return goes ? Option.some(record) : Option.none()
      }),
    used: (contents) =>
      Effect.sync(() => {
        const used = new Set([...records.values()].flatMap(({ sha256, whole }) => (whole && sha256) || []))
        return contents.filter((content) => used.has(content))
      }),
    coming: (ids) => Effect.sync(() => ids.filter((id) => records.get(id)?.whole === false)),
  }
})
