/** Where the service listens that has threads for its connections: these do in all places of a network, and this thread in the others. */
import * as Arr from "effect/Array"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Chat } from "../../chat/Chat.ts"
import { endFromHere, standingsHere } from "../../hub/audience/standings.ts"
import type { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import * as Doors from "../../transport/Doors.ts"
import type { Behind } from "../../transport/Entrance.ts"
import { ListenError } from "../../transport/ListenError.ts"
import type { Listener } from "../../transport/Listener.ts"
import * as Opening from "../../transport/Opening.ts"
import * as PlaceListener from "../../transport/PlaceListener.ts"
import { format, type Place } from "../../transport/Place.ts"
import * as RelayEntrance from "../../transport/relay/RelayEntrance.ts"
import type { ServerSettings } from "../ServerSettings.ts"
import type { Gateways } from "./Gateways.ts"
import { statsWith } from "./internal/stats.ts"

/**
 * Starts the threads, which pass what asks for answers over HTTP on to this one, until the scope closes. Succeeds with the
 * listeners of all places, which are to be opened.
 */
export const open = Effect.fnUntraced(function* (
  gateways: Gateways["Service"],
  settings: ServerSettings,
  behind: Behind,
): Effect.fn.Return<NonEmptyReadonlyArray<Listener>, ListenError, Scope.Scope | Chat | ConnectionLimits> {
  const { around, directory, gateway } = yield* Chat
  const places = Doors.placesOf(settings)
  const [first, how] = places[0]
  const refused = becauseOf(first, how)
  const relay = yield* Effect.mapError(RelayEntrance.open(behind.http!, settings.proxies), refused)
  yield* Effect.mapError(gateways.begin(relay), refused)
  around.threads = {
    standings: (page) => gateways.standings(page, (page) => standingsHere(gateway, page)),
    endFrom: (address) =>
      Effect.map(gateways.endFrom(address), (elsewhere) => elsewhere + endFromHere(gateway, address)),
    stats: Effect.zipWith(directory.stats, gateways.figures, (stats, figures) =>
      statsWith({ ...stats, channels: directory.figures().channels }, figures),
    ),
  }
  return Arr.map(places, ([place, how]) =>
    place.kind === "tcp" ? shared(gateways, place, how) : PlaceListener.make(place, how, behind),
  )
})

const becauseOf =
  (place: Place, { setBy = "listen" }: Opening.OpeningSettings) =>
  (error: unknown): ListenError =>
    new ListenError({ place, setBy, cause: error instanceof Error ? new Error(error.message) : error })

/** A place in which all threads listen. */
const shared = (
  gateways: Gateways["Service"],
  place: Place & { readonly kind: "tcp" },
  how: Opening.OpeningSettings,
): Listener => ({
  transport: PlaceListener.transportOf(place),
  listen: Effect.gen(function* () {
    const found = yield* free(place, how)
    yield* Effect.mapError(gateways.listen(found), becauseOf(place, how))
    return found.kind === "tcp" ? { host: found.host, port: found.port } : { host: format(found), port: 0 }
  }),
})

/**
 * The place, with its port. Threads share it by an option of their sockets which any other program could set as well, to get
 * some of the connections: so it is opened without that first, which fails where somebody has it.
 */
const free = (place: Place, how: Opening.OpeningSettings): Effect.Effect<Place, ListenError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { open } = yield* Opening.make
      return yield* open(place, how, (socket) => void socket.destroy())
    }),
  )
