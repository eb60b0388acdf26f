/**
 * Whether what is in a store of files is all this database's. A store has a mark that says whose it is; only its owner
 * removes what it does not know. Another database's files would be that, too (docs/adr/0045).
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { FileId } from "../domain/FileId.ts"
import type { Sha256 } from "../domain/Sha256.ts"
import type { FileRecordsShape } from "./FileRecordsShape.ts"
import type { FileStoreError } from "./FileStoreError.ts"
import type { FileStoreShape } from "./FileStoreShape.ts"

/** Names that are looked up together. */
const page = 200

type Records = Pick<FileRecordsShape, "coming" | "get" | "identity" | "used">

/** `stranger` is one that has no mark, and files that the database does not know. */
export type Owner = "this" | "another" | "nobody" | "stranger"

type Store = Pick<FileStoreShape, "contents" | "drafts" | "owner">

/** Has a content to itself: what is being kept just now is known once that is done. */
type Holding = <A, E>(content: Sha256, doing: Effect.Effect<A, E>) => Effect.Effect<A, E>

const unknownDraft = (ids: ReadonlyArray<FileId>, records: Records) =>
  Effect.flatMap(records.coming(ids), (coming) =>
    Effect.findFirst(
      ids.filter((id) => !coming.includes(id)),
      // A whole one may have its draft still.
      (id) => Effect.map(records.get(id), Option.isNone),
    ),
  )

const unknownContent = (contents: ReadonlyArray<Sha256>, records: Records, holding: Holding) =>
  Effect.flatMap(records.used(contents), (used) =>
    Effect.findFirst(
      contents.filter((content) => !used.includes(content)),
      (content) =>
        holding(
          content,
          Effect.map(records.used([content]), (used) => used.length === 0),
        ),
    ),
  )

/** Whether there is a file that the database does not know. */
const hasUnknown = (store: Store, records: Records, holding: Holding): Effect.Effect<boolean, FileStoreError> =>
  Stream.concat(
    Stream.mapEffect(Stream.grouped(store.drafts, page), (ids) => unknownDraft(ids, records)),
    Stream.mapEffect(Stream.grouped(store.contents, page), (contents) => unknownContent(contents, records, holding)),
  ).pipe(
    Stream.filter((unknown: Option.Option<FileId | Sha256>) => Option.isSome(unknown)),
    Stream.runHead,
    Effect.map(Option.isSome),
  )

/** Whose a store is: nobody's where there is nothing in it that the database does not know. */
export const ownerOf = (
  store: Store,
  records: Records,
  holding: Holding = (_, doing) => doing,
): Effect.Effect<Owner, FileStoreError> =>
  Effect.gen(function* () {
    const owner = yield* store.owner
    if (owner !== undefined) return owner === (yield* records.identity) ? "this" : "another"
    return (yield* hasUnknown(store, records, holding)) ? "stranger" : "nobody"
  })

/** From here on it is this database's, whosever it was. */
export const takeOver = (
  store: Pick<FileStoreShape, "claim">,
  records: Pick<FileRecordsShape, "identity">,
): Effect.Effect<void, FileStoreError> => Effect.flatMap(records.identity, store.claim)

/** What an operator is told of one that is not this database's, and what to do. */
export const strange = (owner: Owner): { readonly says: string; readonly advice: string } | undefined => {
  if (owner === "this" || owner === "nobody") return undefined
  return {
    says:
      owner === "another"
        ? "where files are kept belongs to another database"
        : "where files are kept has files that this database does not know, and no mark that says whose it is",
    advice:
      "give each service a folder or a prefix of its own; if no other keeps files there, `natter files take-over` makes it this one's, which removes what it does not know",
  }
}
