import * as Effect from "effect/Effect"
import { MessageId } from "../../src/domain/MessageId.ts"

export const id = (id: string) => MessageId.make(id)

export const online = { status: "online" } as const

/** Starts it here and now. */
export const fork = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.forkChild(self, { startImmediately: true })
/** Why it fails. */
export const reason = <A, E extends { readonly reason: string }, R>(self: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(self), (error) => error.reason)

export const types = (frames: ReadonlyArray<{ readonly type: string }>) => frames.map(({ type }) => type)
