import * as Effect from "effect/Effect"
import type { AuditEntry } from "../../channels/ChannelRecord.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

const pageSize = 100

const shown = ({ action, by, detail, number, timestamp, whom }: AuditEntry) => ({
  number,
  timestamp,
  by: by.name,
  action,
  ...(whom === undefined ? {} : { username: whom.name }),
  ...(detail === undefined ? {} : { detail }),
})

/** A page of what was done in a channel by those with rights. */
export const audit = forUser<ClientFrameOf<"Audit">>((session, { before, channel, ref }, { memberships }) =>
  Effect.map(memberships.audit(channel, { before, limit: pageSize + 1 }), (found) => {
    const entries = found.slice(0, pageSize)
    session.tell2({
      type: "AuditLog",
      ...(ref === undefined ? {} : { ref }),
      channel,
      entries: entries.map(shown),
      ...(found.length > pageSize ? { next: entries.at(-1)!.number } : {}),
    })
  }),
)
