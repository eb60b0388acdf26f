/** Clients that also look at how the server writes, where a client of our own would pass over it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Codec from "../../src/protocol/Codec.ts"
import { ConnectReply } from "../../src/protocol/Connect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { FrameError } from "../../src/protocol/FrameError.ts"
import { encoder } from "../../src/protocol/internal/frameSchema.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import type { Terms } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

const codecs = { json: Codec.json, msgpack: Codec.messagePack }

/** Bytes as JSON has them. */
const textOf = (frame: unknown): string =>
  JSON.stringify(frame, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value))

/**
 * Reads a frame that is exactly as its schema writes it: no field is surplus, and all are in their order. The server
 * makes its frames so, without going through the schemas for each.
 */
const exactly =
  <Frame>(
    { codec, decode }: { codec: Codec.Codec["name"]; decode: (body: Uint8Array) => Result.Result<Frame, FrameError> },
    write: (frame: Frame) => unknown,
  ) =>
  (body: Uint8Array): Result.Result<Frame, FrameError> =>
    Result.flatMap(decode(body), (frame) => {
      const written = textOf(Result.getOrThrow(codecs[codec].decode(body)))
      const exact = textOf(write(frame))
      return written === exact
        ? Result.succeed(frame)
        : Result.fail(new FrameError({ kind: "InvalidField", message: `the schema writes ${exact}` }))
    })

const write1 = encoder([...V1.all.filter((message) => message !== V1.Connect), ConnectReply])
const write2 = encoder(Server.all)

const language1 = { encode: Encoding.client1.encode, decode: exactly(Encoding.client1, write1) }

const language2 = ({ codecs: names = [] }: Terms) => {
  const encoding = Encoding.client2(names.find((name) => name === "json" || name === "msgpack") ?? "json")
  return {
    encode: (frame: typeof ClientFrame.Encoded) => encoding.encode(frame as ClientFrame),
    decode: exactly(encoding, write2),
  }
}

/** A server whose clients read only what is exact, but for those that may have agreed on compression. */
export const exact = <E>(layer: Layer.Layer<TestServer, E>, { textOnly = false } = {}): Layer.Layer<TestServer, E> =>
  Layer.effect(
    TestServer,
    Effect.map(TestServer, (server) =>
      TestServer.of({
        ...server,
        client1: Effect.map(server.client1, (client) => client.become(language1)),
        client2: (terms = {}) =>
          Effect.map(server.client2(terms), (client) =>
            terms.compression === undefined ? client.become(language2(textOnly ? {} : terms)) : client,
          ),
      }),
    ),
  ).pipe(Layer.provide(layer))
