/** Listens on a host and port for whatever can be told apart there. */
import type { Behind } from "../Entrance.ts"
import type { Listener } from "../Listener.ts"
import { everything } from "../Place.ts"
import * as PlaceListener from "../PlaceListener.ts"
import type { TcpSettings } from "./TcpSettings.ts"

/** With nothing behind it, Natter's own protocol alone. */
export const make = (settings: TcpSettings, behind: Behind = {}): Listener => {
  const { host, port } = settings
  return PlaceListener.make({ ...everything, kind: "tcp", host, port }, { ...settings, setBy: "port" }, behind)
}
