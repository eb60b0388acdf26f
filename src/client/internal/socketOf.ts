import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import { notUpgraded } from "./socketErrors.ts"

const id = "~effect/socket/Socket" satisfies typeof Socket.TypeId

/** What is written: bytes, text, or that it is to be closed. */
export type Written = Uint8Array | string | Socket.CloseEvent

/** A socket of the client's own, which is one of `effect/socket/Socket` without what that module brings along. */
export const socketOf = ({
  reader,
  write,
}: {
  /** Opens it; each pull gives the pieces that have come. */
  readonly reader: Effect.Effect<Pick<Socket.Reader, "pull">, Socket.SocketError, Scope.Scope>
  readonly write: (written: Written) => Effect.Effect<void, Socket.SocketError>
}): Socket.Socket => ({
  [id]: id,
  reader: Effect.map(reader, ({ pull }) => ({ pull, upgrade: () => Effect.fail(notUpgraded()) })),
  writer: Effect.succeed({ write, writeAll: (chunks) => Effect.forEach(chunks, write, { discard: true }) }),
})

/** Whether what is written is that it is to be closed. */
export const isClosing = (written: Written): written is Socket.CloseEvent =>
  typeof written === "object" && "~effect/socket/Socket/CloseEvent" in written
