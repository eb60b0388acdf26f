/** Which sessions are meant, as nodes say it to each other. */
import * as Duration from "effect/Duration"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { Selection } from "../directory/DirectoryCommand.ts"
import type { NodeMessageOf, Selected } from "./NodeMessage.ts"

/** Sessions of other nodes: also those that come from a range of addresses. */
export type SelectionElsewhere = Selection | { readonly from: AddressRange }

export const selected = (selection: SelectionElsewhere): Selected => {
  if ("from" in selection) return { kind: "address", address: selection.from }
  if ("session" in selection) return { kind: "session", session: selection.session }
  if ("token" in selection) return { kind: "token", token: selection.token }
  if ("everybody" in selection) return { kind: "everybody" }
  if ("exceptRole" in selection) return { kind: "role", user: selection.user, exceptRole: selection.exceptRole }
  return { kind: "user", user: selection.user, exceptToken: selection.exceptToken }
}

export const selectionOf = (selected: Exclude<Selected, { readonly kind: "address" }>): Selection => {
  switch (selected.kind) {
    case "session":
      return { session: selected.session }
    case "token":
      return { token: selected.token }
    case "everybody":
      return { everybody: true }
    case "role":
      return { user: selected.user, exceptRole: selected.exceptRole }
    case "user":
      return { user: selected.user, exceptToken: selected.exceptToken }
  }
}

/** Why they are to end. */
export const disconnectOf = ({ detail, reason, reconnectWithin }: NodeMessageOf<"Disconnect">): Disconnect =>
  new Disconnect({
    reason,
    detail,
    reconnectWithin: reconnectWithin === undefined ? undefined : Duration.millis(reconnectWithin),
  })
