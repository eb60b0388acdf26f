import * as Effect from "effect/Effect"
import type { AuditEntry } from "../channels/ChannelRecord.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { unless, whole } from "./internal/checks.ts"
import { anywhere, readable } from "./internal/inChannel.ts"
import { administering, operation } from "./Operation.ts"

export interface Audit {
  readonly channel: ChannelName
  /** Continue behind the `next` of the page before. */
  readonly before?: number | undefined
}

export interface AuditPage {
  /** The latest first. */
  readonly entries: ReadonlyArray<AuditEntry>
  /** Where the next page starts; undefined on the last. */
  readonly next: number | undefined
}

const pageSize = 100

/** A ban that concerns nobody by name is one of addresses. Which, is for administrators of the service. */
const withoutAddress = ({ detail, ...entry }: AuditEntry): AuditEntry =>
  (entry.action === "ban" || entry.action === "unban") && entry.whom === undefined
    ? entry
    : { ...entry, ...(detail === undefined ? {} : { detail }) }

/** A page of what was done in a channel by those with rights, for them. */
export const audit = operation(
  "audit",
  "reading",
  [...administering, "InvalidFrame"],
  (chat, caller, { before, channel }: Audit): Effect.Effect<AuditPage, RequestError> =>
    unless(whole("before", before), () =>
      anywhere(chat, caller, channel, (link) =>
        Effect.flatMap(
          link.ask<"Location">((request) => ({ type: "Locate", by: caller.by, request, right: "audit" })),
          ({ id }) =>
            Effect.map(
              readable("read an audit log", chat.channels.audit(id, { before, limit: pageSize + 1 })),
              (found) => {
                const page = found.slice(0, pageSize)
                const entries = caller.by.user.role === "admin" ? page : page.map(withoutAddress)
                return { entries, next: found.length > pageSize ? entries.at(-1)!.number : undefined }
              },
            ),
        ),
      ),
    ),
)
