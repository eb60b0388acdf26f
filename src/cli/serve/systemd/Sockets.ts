/** Sockets that systemd has opened for the service, and handed over when it started it (sd_listen_fds). */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Configuration } from "../../../server/ServerConfig.ts"
import type { ServerSettings } from "../../../server/ServerSettings.ts"
import * as Place from "../../../transport/Place.ts"

type Environment = Record<string, string | undefined>

/** The first descriptor that is handed over; the others follow. */
const firstFd = 3

/** No unit has so many sockets. */
const most = 256

interface Given {
  readonly places: ReadonlyArray<Place.Place>
  /** What was passed over: lines to show at start. */
  readonly notes: ReadonlyArray<string>
}

/** What the environment says of them cannot be. */
export class SocketsError extends Data.TaggedError("SocketsError")<{ readonly message: string }> {}

const fail = (message: string) => Effect.fail(new SocketsError({ message }))

const nothing: Given = { places: [], notes: [] }

/**
 * What the environment says about them, which is then forgotten, so that no program that is started from here takes it for
 * its own. Fails with a line about what cannot be right.
 */
export const take = (environment: Environment, pid: number): Effect.Effect<Given, SocketsError> => {
  const { LISTEN_FDNAMES, LISTEN_FDS, LISTEN_PID } = environment
  for (const name of ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]) delete environment[name]
  if (LISTEN_FDS === undefined) return Effect.succeed(nothing)
  if (LISTEN_PID !== `${pid}`) {
    const note = `LISTEN_FDS is passed over: it is meant for process ${LISTEN_PID ?? "(LISTEN_PID is not set)"}, and this is ${pid}; ExecStart= has to start natter itself, and no shell or npm before it`
    return Effect.succeed({ places: [], notes: [note] })
  }
  if (!/^\d{1,9}$/.test(LISTEN_FDS) || Number(LISTEN_FDS) > most) {
    return fail(`LISTEN_FDS is ${JSON.stringify(LISTEN_FDS)}: it has to be a number from 0 to ${most}`)
  }
  const names = LISTEN_FDNAMES?.split(":") ?? []
  const count = Number(LISTEN_FDS)
  if (LISTEN_FDNAMES !== undefined && names.length !== count) {
    return fail(`LISTEN_FDNAMES has ${names.length} names, and LISTEN_FDS says there are ${count} sockets`)
  }
  const places = Array.from({ length: count }, (_, n): Place.Place => {
    const name = names[n] || "unknown"
    return { ...speechOf(name), kind: "fd", fd: firstFd + n, name }
  })
  return Effect.succeed({ places, notes: [] })
}

/** A name says what is spoken by its last word: `https`, `natter-https` or the unit `natter-https.socket`. */
const speechOf = (name: string): Place.Speech => {
  const word = name
    .replace(/\.socket$/, "")
    .split(/[-_.]/)
    .at(-1)!
    .toLowerCase()
  return Place.speechOf(word) ?? Place.everything
}

/** Settings that say where to listen, if somebody has set them. */
const own = ["host", "port", "tcp.listen"]

/**
 * The settings of a service with sockets from systemd. A host and port that are there by default alone are not listened on
 * then: whoever names the port in a unit expects no other.
 */
export const settingsWith = (
  { inForce, settings }: Pick<Configuration, "inForce" | "settings">,
  places: ReadonlyArray<Place.Place>,
): Effect.Effect<ServerSettings, SocketsError> => {
  if (places.length === 0) return Effect.succeed(settings)
  const secure = places.find(({ tls }) => tls === "always")
  if (secure !== undefined && settings.tls.cert === "") {
    return fail(`TLS is spoken on ${Place.format(secure)}, as its name says, which takes tls.cert and tls.key`)
  }
  const isSet = inForce.some(({ from, name }) => from !== undefined && own.includes(name))
  const tcp = isSet ? settings.tcp : { ...settings.tcp, listen: false }
  return Effect.succeed({ ...settings, tcp, listen: [...places, ...settings.listen] })
}
