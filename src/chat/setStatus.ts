import * as Effect from "effect/Effect"
import type { Appearance } from "../domain/Appearance.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { showing, unless } from "./internal/checks.ts"
import { operation } from "./Operation.ts"

export interface SetStatus extends Appearance {
  /** Milliseconds since the user wished it, where that was not just now: a newer wish, made elsewhere, stays. */
  readonly age?: number | undefined
}

/** Changes how present the user is, in every channel and for every session of the user. */
export const setStatus = operation(
  "setStatus",
  "status",
  ["InvalidFrame"],
  (chat, { by }, { age = 0, status, text }: SetStatus): Effect.Effect<void, RequestError> => {
    const { id: user } = by.user
    const now = Number(chat.clock.monotonicTimeNanosUnsafe()) / 1_000_000
    const wish = { appearance: { status, text }, at: now - age }
    return unless(showing("text", text), () =>
      Effect.flatMap(chat.directory.setAppearance(user, wish), ({ appearance, links }) =>
        Effect.forEach(links, (link) => Effect.ignore(link.tell({ type: "SetAppearance", user, appearance })), {
          discard: true,
        }),
      ),
    )
  },
)
