/** Whether a place can be listened on: it is opened, and closed at once. */
import * as Effect from "effect/Effect"
import type { ListenError } from "./ListenError.ts"
import * as Opening from "./Opening.ts"
import type { Place } from "./Place.ts"

/** Who connects in this moment is turned away. */
export const open = (place: Place, settings: Opening.OpeningSettings): Effect.Effect<void, ListenError> =>
  Opening.make.pipe(
    Effect.flatMap(({ open }) => open(place, settings, (socket) => void socket.destroy())),
    Effect.asVoid,
    Effect.scoped,
  )
