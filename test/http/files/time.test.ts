/** Files over HTTP take their time: as long as something moves, and no longer. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Http from "node:http"
import { FileScanner } from "../../../src/files/FileScanner.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { eventually } from "../../suites/transportWorld.ts"
import { binary, bytesOf, files, idIn, somebody } from "./uploading.ts"

const hasty = {
  headersTimeout: Duration.millis(200),
  requestTimeout: Duration.millis(300),
  responseTimeout: Duration.seconds(20),
}
const impatient = { responseTimeout: Duration.seconds(1) }

const settings = { hub: { publishing: undefined } }

/** Sends the beginning of so many bytes, and waits to be cut off. */
const cutWhere = (
  { authorized, port }: { readonly authorized: { readonly Authorization: string }; readonly port: number },
  place: string,
  beginning: Uint8Array,
  size: number,
): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const headers = { ...authorized, ...binary, "Upload-Offset": 0, "Content-Length": size }
    const request = Http.request({ port, method: "PATCH", path: place, agent: false, headers })
    request.on("error", () => resume(Effect.void))
    request.write(beginning)
  })

describe("a file over HTTP", () => {
  it.live("may come for longer than other requests", () =>
    Effect.gen(function* () {
      const { authorized, begin, offsetOf, port } = yield* somebody("ann")
      const place = yield* begin(10)
      const open = (headers: Http.OutgoingHttpHeaders, method: string, path: string) => {
        const request = Http.request({ port, method, path, agent: false, headers: { ...authorized, ...headers } })
        return {
          request,
          status: Effect.callback<number | undefined>((resume) => {
            request.on("response", (response) => {
              response.resume()
              resume(Effect.succeed(response.statusCode))
            })
            request.on("error", (error) => resume(Effect.die(error)))
          }),
        }
      }
      const slow = open({ ...binary, "Upload-Offset": 0, "Content-Length": 10 }, "PATCH", place)
      slow.request.write("hello")
      const other = open(
        { "Content-Type": "application/json", "Content-Length": 10 },
        "POST",
        "/api/v1/channels/ann-den/messages",
      )
      other.request.write("{")
      // This one came later, and is over.
      assert.strictEqual(yield* other.status, 408)
      slow.request.end("world")
      assert.strictEqual(yield* slow.status, 204)
      assert.strictEqual(yield* offsetOf(place), 10)
    }).pipe(Effect.provide(TestServer.layerTcp({ ...settings, http: hasty }))),
  )

  it.live("that stands still is given up, coming or going", () =>
    Effect.gen(function* () {
      const person = yield* somebody("bob")
      const { append, authorized, begin, channel, offsetOf, port } = person
      const bytes = bytesOf(20_000_000)
      const place = yield* begin(bytes.length)
      yield* cutWhere(person, place, bytes.subarray(0, 1000), bytes.length)
      yield* Effect.repeat(offsetOf(place), { until: (offset) => offset === 1000 })
      assert.strictEqual((yield* append(place, 1000, bytes.subarray(1000))).status, 204)

      const { limits } = yield* TestServer
      const path = files(channel, idIn(place))
      const reader = Http.request({ port, path, agent: false, headers: authorized }).end()
      const response = yield* Effect.callback<Http.IncomingMessage>((resume) => {
        reader.on("response", (response) => resume(Effect.succeed(response.pause())))
      })
      // Nobody reads. What waits in the sockets is all that there is in memory.
      yield* eventually(
        "the reader is gone",
        Effect.sync(() => limits.requests.taken === 0),
      )
      const read = yield* Effect.callback<number>((resume) => {
        let read = 0
        response.on("data", (piece: Buffer) => (read += piece.length))
        response.on("error", () => resume(Effect.succeed(read))).resume()
      })
      assert.isBelow(read, bytes.length)
    }).pipe(Effect.provide(TestServer.layerTcp({ ...settings, http: impatient }))),
  )

  it.live("that has come is looked at for as long as that takes", () => {
    let standsStill: Effect.Effect<void> = Effect.void
    // For longer than another connection may stand still, which began to do so later.
    const scan = () =>
      Effect.as(
        Effect.suspend(() => standsStill),
        "clean" as const,
      )
    return Effect.gen(function* () {
      const person = yield* somebody("carol")
      const [place, other] = [yield* person.begin(5), yield* person.begin(5)]
      standsStill = cutWhere(person, other, Buffer.from("hel"), 5)
      assert.strictEqual((yield* person.append(place, 0, Buffer.from("hello"))).status, 204)
    }).pipe(
      Effect.provide(
        Layer.provide(TestServer.layerTcp({ ...settings, http: impatient }), Layer.succeed(FileScanner, scan)),
      ),
    )
  })

  it.live("that is refused is answered, however much of it still comes", () =>
    Effect.gen(function* () {
      const { ask, append, begin } = yield* somebody("dave")
      const bytes = bytesOf(4_000_000)
      const place = yield* begin(bytes.length)
      for (let n = 0; n < 10; n++) {
        assert.strictEqual((yield* append(place, 7, bytes)).status, 409)
        assert.strictEqual((yield* ask({ method: "PATCH", path: place, body: bytes })).status, 412)
      }
    }).pipe(Effect.provide(TestServer.layerTcp(settings))),
  )
})
