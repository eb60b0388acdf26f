/** Where the service is to listen: free, or taken by itself. */
import * as Effect from "effect/Effect"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import type { ListenError } from "../../transport/ListenError.ts"
import * as Place from "../../transport/Place.ts"
import { open } from "../../transport/Trial.ts"
import { about, type Finding } from "./Finding.ts"
import { holderOf } from "./portHolder.ts"
import type { Running } from "./service.ts"

const { ok, problem, warning } = about("listen")

type Listening = Pick<ServerSettings, "listen" | "tcp">

const placesOf = ({ listen, tcp }: Listening): ReadonlyArray<readonly [Place.Place, "port" | "listen"]> => {
  const main: Place.Place = { ...Place.everything, kind: "tcp", host: tcp.host, port: tcp.port }
  return [
    ...(tcp.listen || listen.length === 0 ? [[main, "port"] as const] : []),
    ...listen.map((place) => [place, "listen"] as const),
  ]
}

const taken = (place: Place.Place, error: ListenError, running: Running): Finding => {
  const holder = place.kind === "tcp" ? holderOf(place.port, running.process) : undefined
  if (holder !== undefined) return problem(`${error.message} (process ${holder.process}, ${holder.name}, has it)`)
  return running.held && running.process === undefined && /in use/.test(error.message)
    ? ok(`${Place.format(place)} is taken, as it seems by the service, which is another user's`)
    : problem(error.message)
}

const isRoot = (): boolean => process.getuid?.() === 0

const free = (place: Place.Place, running: Running): Finding => {
  if (running.process !== undefined && !(place.kind === "tcp" && place.port === 0)) {
    return running.activated
      ? ok(`${Place.format(place)} is left to the sockets of systemd`)
      : warning(
          `the service that runs does not listen on ${Place.format(place)}`,
          "start it again with these settings, or give this command those that it runs with",
        )
  }
  return place.kind === "tcp" && place.port > 0 && place.port < 1024 && isRoot()
    ? warning(
        `${Place.format(place)} is free, but needs rights that the user of a service seldom has: this was looked at as root`,
        "let systemd open it (docs/SYSTEMD.md), or give Node CAP_NET_BIND_SERVICE",
      )
    : ok(`${Place.format(place)} is free`)
}

/** Whether the process of the service has it, as far as that is known. */
const isIts = (place: Place.Place, { process }: Running): boolean => {
  if (process === undefined) return false
  // Trying one in the file system would tell no more.
  if (place.kind !== "tcp") return true
  return place.port !== 0 && holderOf(place.port, process)?.process === process
}

export const places = (settings: Listening, running: Running): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.forEach(placesOf(settings), ([place, setBy]) =>
    isIts(place, running)
      ? Effect.succeed(ok(`${Place.format(place)} is listened on by the service`))
      : Effect.match(open(place, { ...settings.tcp, setBy }), {
          onFailure: (error) => taken(place, error, running),
          onSuccess: () => free(place, running),
        }),
  )
