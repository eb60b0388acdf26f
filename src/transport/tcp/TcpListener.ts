/** Accepts TCP connections, as many as the limits allow, and gives each to a session. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import type { Listener } from "../Listener.ts"
import * as Opening from "../Opening.ts"
import { everything } from "../Place.ts"
import { receive } from "../Reception.ts"
import { SocketConnection } from "../SocketConnection.ts"
import type { TcpSettings } from "./TcpSettings.ts"

export const make = (settings: TcpSettings): Listener => ({ transport: "tcp", listen: listen(settings) })

const listen = Effect.fn("TcpListener.listen")(function* (settings: TcpSettings) {
  const { host, port } = settings
  const { open } = yield* Opening.make
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
  const place = yield* open({ ...everything, kind: "tcp", host, port }, { ...settings, setBy: "port" }, (raw) =>
    run(receive(new SocketConnection("tcp", raw))),
  )
  return { host, port: place.kind === "tcp" ? place.port : port }
})
