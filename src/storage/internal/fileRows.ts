/** Files as the table holds them. */
import * as Schema from "effect/Schema"
import { ChannelId } from "../../domain/ChannelId.ts"
import { FileId } from "../../domain/FileId.ts"
import { Sha256 } from "../../domain/Sha256.ts"
import { UserId } from "../../domain/User.ts"
import type { FileRecord } from "../../files/FileRecord.ts"

export const FileRow = Schema.Struct({
  id: FileId,
  user: UserId,
  channel: ChannelId,
  name: Schema.String,
  size: Schema.Int,
  mediaType: Schema.String,
  sha256: Schema.NullOr(Sha256),
  received: Schema.Int,
  whole: Schema.Int,
  posted: Schema.Int,
  createdAt: Schema.Int,
  expiresAt: Schema.Int,
})

export const toRecord = ({ posted, sha256, whole, ...row }: typeof FileRow.Type): FileRecord => ({
  ...row,
  sha256: sha256 ?? undefined,
  whole: whole === 1,
  posted: posted === 1,
})

type Value = string | number | null

/** The column of each field, and what it holds. */
const column: {
  readonly [Field in Exclude<keyof FileRecord, "id">]: readonly [
    name: string,
    value: (value: FileRecord[Field]) => Value,
  ]
} = {
  user: ["user_id", (user) => user],
  channel: ["channel", (channel) => channel],
  name: ["name", (name) => name],
  size: ["size", (size) => size],
  mediaType: ["media_type", (type) => type],
  sha256: ["sha256", (sha256) => sha256 ?? null],
  received: ["received", (received) => received],
  whole: ["whole", Number],
  posted: ["posted", Number],
  createdAt: ["created_at", (time) => time],
  expiresAt: ["expires_at", (time) => time],
}

/** The columns of these fields, with what they are to hold. */
export const columnsOf = (fields: Partial<FileRecord>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(column)
      .filter(([field]) => field in fields)
      .map(([field, [name, value]]) => [name, (value as (value: unknown) => Value)(fields[field as keyof FileRecord])]),
  )
