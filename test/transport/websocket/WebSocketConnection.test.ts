import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Connection } from "../../../src/session/Connection.ts"
import { Deframer, lengthPrefixed } from "../../../src/protocol/Framing.ts"
import { WebSocketConnection } from "../../../src/transport/websocket/WebSocketConnection.ts"
import * as frames from "./frames.ts"

describe("pongs", () => {
  it.effect("are not written to a peer that leaves what was written unread", () =>
    Effect.gen(function* () {
      for (const [backlog, expected] of [
        [64 * 1024, 1],
        [64 * 1024 + 1, 0],
      ] as const) {
        const sent: Array<Uint8Array> = []
        const link: Connection = {
          transport: "test",
          framing: lengthPrefixed,
          remoteAddress: "192.0.2.1",
          makeReader: (maxBytes) => new Deframer(maxBytes),
          read: (take) => Effect.sync(() => void take(frames.ping("x"))),
          ping: () => {},
          send: (batch) => sent.push(...batch) > 0,
          drained: Effect.void,
          backlog: () => backlog,
          close: () => Effect.void,
          abort: Effect.void,
        }
        const connection = new WebSocketConnection("ws", link)
        const reader = connection.makeReader(1000)
        yield* Effect.exit(connection.read((bytes) => reader.push(bytes, []) === undefined))
        assert.lengthOf(sent, expected)
      }
    }),
  )
})
