/** Why a place could not be opened, in words for whoever chose it. */
import * as Data from "effect/Data"
import * as path from "node:path"
import { InheritedError } from "./internal/inherited.ts"
import { SocketFileError } from "./internal/socketFile.ts"
import { format, type Place } from "./Place.ts"

export class ListenError extends Data.TaggedError("ListenError")<{
  readonly place: Place
  /** The setting that said the place: `host` and `port`, or `listen`. */
  readonly setBy: "port" | "listen"
  readonly cause: unknown
}> {
  override get message(): string {
    const { cause, place } = this
    const code = errorCode(cause)
    const known =
      place.kind === "tcp"
        ? tcpTrouble(place, code, this.setBy === "port")
        : place.kind === "unix"
          ? unixTrouble(place.path, cause, code)
          : inheritedTrouble(place, cause, code)
    return known ?? `${format(place)} could not be opened: ${code ?? String(cause)}`
  }
}

const tcpTrouble = (
  place: Extract<Place, { readonly kind: "tcp" }>,
  code: string | undefined,
  byFlags: boolean,
): string | undefined => {
  const where = format(place)
  const [port, host] = byFlags ? ["with --port", "with --host"] : ["in `listen`", "in `listen`"]
  switch (code) {
    case "EADDRINUSE":
      return `${where} is in use already: stop the program that has it, or choose another ${port}`
    case "EACCES":
      return `${where} needs rights this program does not have: choose a port above 1023 ${port}`
    case "EADDRNOTAVAIL":
      return `${place.host} is no address of this machine: choose another ${host}`
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name ${place.host} could not be resolved: choose another, or an IP address, ${host}`
    case "EINVAL":
      return /^fe[89ab]/i.test(place.host)
        ? `${place.host} is in each network anew: say in which, as in ${place.host}%eth0, ${host}`
        : undefined
    default:
      return undefined
  }
}

const unixTrouble = (file: string, cause: unknown, code: string | undefined): string | undefined => {
  const elsewhere = "or choose another path in `listen`"
  const folder = path.dirname(file)
  if (cause instanceof SocketFileError && cause.reason === "NoSocket") {
    return `${file} is there already and is no socket: remove it, ${elsewhere}`
  }
  if (cause instanceof SocketFileError && cause.reason === "Unknown") {
    return `${file} is there already, and whether a service has it cannot be told (${cause.code}): remove it, ${elsewhere}`
  }
  const inUse = cause instanceof SocketFileError && cause.reason === "InUse"
  if (inUse || code === "EEXIST" || code === "EADDRINUSE") {
    return `${file} is in use already: stop the service that has it, ${elsewhere}`
  }
  if (code === "ENOENT") return `there is no folder ${folder}: make it, ${elsewhere}`
  if (code === "ENOTDIR") return `${folder} is no folder: remove what is there, ${elsewhere}`
  if (code === "EACCES" || code === "EPERM") {
    return `this program may not make a socket in the folder ${folder}: give it the right to write there, ${elsewhere}`
  }
  return code === "EROFS" ? `${folder} can only be read: choose another path in \`listen\`` : undefined
}

const inheritedTrouble = (place: Place, cause: unknown, code: string | undefined): string | undefined => {
  const where = format(place)
  if (cause instanceof InheritedError) {
    switch (cause.reason) {
      case "Missing":
        return `${where} was announced in LISTEN_FDS and is not there: nothing may close it on the way from systemd to Natter`
      case "NoSocket":
        return `${where} is no socket: ListenStream= in the .socket unit makes one`
      case "NotListening":
        return `${where} does not listen: it has to be made by ListenStream=, with Accept=no, in the .socket unit`
    }
  }
  return code === "ERR_INVALID_FD_TYPE" || code === "EINVAL" || code === "ENOTSUP"
    ? `${where} is of the wrong kind: ListenStream= in the .socket unit makes one of the right kind`
    : undefined
}

const errorCode = (cause: unknown): string | undefined => {
  let current = cause
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string") return current.code
    current = "reason" in current ? current.reason : "cause" in current ? current.cause : undefined
  }
  return undefined
}
