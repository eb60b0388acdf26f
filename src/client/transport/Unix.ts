/** Connections over a UNIX socket, on Node: the same bytes as over TCP, on one machine. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Layer from "effect/Layer"
import { format } from "../Address.ts"
import { Dialer } from "../Dialer.ts"
import { byteStream } from "../byteStream.ts"

/** Reaches the server behind this file. */
export const layer = (path: string): Layer.Layer<Dialer> =>
  Layer.succeed(Dialer, { socket: NodeSocket.makeNet({ path }), byteStream, address: format({ over: "unix", path }) })
