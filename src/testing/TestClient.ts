/**
 * A client for tests: it sends frames or any bytes, and says what came back, in order. It does nothing by itself: it
 * answers no ping, and reads nothing that is not asked for.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { ConnectReply, ConnectRequest } from "../protocol/Connect.ts"
import * as Encoding from "../protocol/Encoding.ts"
import type { FrameError } from "../protocol/FrameError.ts"
import { Deframer } from "../protocol/Framing.ts"
import type { Message } from "../protocol/v1/Message.ts"
import type { ClientFrame } from "../protocol/v2/ClientFrame.ts"
import type { ServerFrame } from "../protocol/v2/ServerFrame.ts"
import type { ConnectionEnded } from "../session/Connection.ts"
import { deflate } from "../transport/Zlib.ts"
import type { Link } from "./Link.ts"

/** What came is not what was expected, or nothing came. `message` says what did. */
export class Unexpected extends Data.TaggedError("Unexpected")<{ readonly message: string }> {}

interface Frame {
  readonly type: string
}
type OfType<F extends Frame, Type extends F["type"]> = Extract<F, { readonly type: Type }>

/** How frames are written and read; the protocol's `Encoding` has them. */
interface Language<Sent, Received> {
  readonly encode: (frame: Sent) => Uint8Array
  readonly decode: (body: Uint8Array) => Result.Result<Received, FrameError>
}

/** In version 1. */
export type TestClient1 = TestClient<Message | ConnectRequest, Message | ConnectReply>
/** In version 2. What it sends is checked as it is encoded: a name that is none is for `sendRaw`. */
export type TestClient2 = TestClient<typeof ClientFrame.Encoded, ServerFrame>

/** What a client asks for in its `Connect`; without anything JSON, not compressed. */
export type Terms = Partial<Omit<ConnectRequest, "type">>

/** How long anything is waited for, in real time: whatever clock a test has, it ends. Default: 5 s. */
export const Patience = Context.Reference<Duration.Duration>("natter/testing/TestClient/Patience", {
  defaultValue: () => Duration.seconds(5),
})

/** The effect, or this failure when it takes too long. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, message: (time: string) => string) =>
  Effect.flatMap(Patience, (patience) =>
    Effect.raceFirst(
      effect,
      Effect.andThen(
        Effect.provideService(Effect.sleep(patience), Clock.Clock, Clock.Clock.defaultValue()),
        Effect.fail(new Unexpected({ message: message(Duration.format(patience)) })),
      ),
    ),
  )

/** What has arrived over a link and was not looked at. */
class Inbox {
  readonly link: Link
  /** The largest frame is the server's business: it may be told more than it may say. */
  private readonly deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  readonly bodies: Array<Uint8Array> = []

  constructor(link: Link) {
    this.link = link
  }

  readonly take: Effect.Effect<Uint8Array, ConnectionEnded> = Effect.suspend(() => {
    const body = this.bodies.shift()
    if (body !== undefined) return Effect.succeed(body)
    return Effect.flatMap(this.link.pull, (chunk) => {
      this.deframer.push(chunk, this.bodies)
      return this.take
    })
  })
}

export class TestClient<Sent, Received extends Frame> {
  private readonly inbox: Inbox
  private readonly language: Language<Sent, Received>
  private lastRef = 0

  /** `TestClient.v1` and `TestClient.v2` make one. */
  constructor(inbox: Inbox, language: Language<Sent, Received>) {
    this.inbox = inbox
    this.language = language
  }

  get link(): Link {
    return this.inbox.link
  }

  /** Sends frames, all of them at once. */
  send(...frames: ReadonlyArray<Sent>): Effect.Effect<void, ConnectionEnded> {
    return this.sendRaw(Buffer.concat(frames.map((frame) => this.language.encode(frame))))
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array): Effect.Effect<void, ConnectionEnded> {
    return this.link.send(bytes)
  }

  /** The next frame's body, as it came. */
  readonly nextBody: Effect.Effect<Uint8Array, Unexpected> = this.take("a frame")

  /** The next frame. */
  readonly next: Effect.Effect<Received, Unexpected> = this.read("a frame")

  /** The next frame, which has to be of this type. */
  expect<Type extends Received["type"]>(type: Type): Effect.Effect<OfType<Received, Type>, Unexpected> {
    return Effect.flatMap(this.read(type), (frame) => asType(type, frame))
  }

  /** The next frame of this type; those before it are passed over. */
  until<Type extends Received["type"]>(type: Type): Effect.Effect<OfType<Received, Type>, Unexpected> {
    return Effect.flatMap(this.read(type), (frame) =>
      frame.type === type ? asType(type, frame) : this.until<Type>(type),
    )
  }

  /** Sends a version 2 request and waits for its reply, which has to be of this type. What comes before stays to be read. */
  ask<Type extends Received["type"]>(
    request: Sent,
    type: Type,
  ): Effect.Effect<OfType<Received, Type>, Unexpected | ConnectionEnded> {
    return Effect.gen({ self: this }, function* () {
      const ref = ++this.lastRef
      const earlier: Array<Uint8Array> = []
      yield* this.send({ ...request, ref })
      while (true) {
        const body = yield* this.take(`${type}, the answer`)
        const frame = yield* this.decode(body)
        if (!("ref" in frame) || frame.ref !== ref) {
          earlier.push(body)
          continue
        }
        this.inbox.bodies.unshift(...earlier)
        return yield* asType(type, frame)
      }
    })
  }

  /** The link has ended, or ends now, and nothing more was said; `clean` says whether properly, and not by breaking. */
  readonly ended: Effect.Effect<{ readonly clean: boolean }, Unexpected> = Effect.suspend(() =>
    inTime(this.inbox.take, (time) => `expected the end, but the connection was still open after ${time}`).pipe(
      Effect.flatMap((body) => Effect.flatMap(this.decode(body), (frame) => wrong("the end", frame))),
      Effect.catchTag("ConnectionEnded", ({ clean }) => Effect.succeed({ clean })),
    ),
  )

  /** The same link in another language. What was read ahead is read in it. */
  become<S, R extends Frame>(language: Language<S, R>): TestClient<S, R> {
    return new TestClient(this.inbox, language)
  }

  private read(what: string): Effect.Effect<Received, Unexpected> {
    return Effect.flatMap(this.take(what), (body) => this.decode(body))
  }

  private decode(body: Uint8Array): Effect.Effect<Received, Unexpected> {
    return Effect.mapError(
      Effect.fromResult(this.language.decode(body)),
      ({ message }) => new Unexpected({ message: `not a frame of this protocol, ${message}: ${show(body)}` }),
    )
  }

  private take(what: string): Effect.Effect<Uint8Array, Unexpected> {
    return Effect.suspend(() => {
      const { bodies, take } = this.inbox
      // What is here already need not be waited for.
      if (bodies.length > 0) return take
      return inTime(take, (time) => `expected ${what}, but nothing came within ${time}`)
    }).pipe(
      Effect.catchTag("ConnectionEnded", ({ clean }) =>
        Effect.fail(
          new Unexpected({ message: `expected ${what}, but the connection ${clean ? "was closed" : "broke"}` }),
        ),
      ),
    )
  }
}

const show = (body: Uint8Array): string => Buffer.from(body).toString().slice(0, 500)

const wrong = (expected: string, frame: Frame): Unexpected =>
  new Unexpected({ message: `expected ${expected}, but got ${JSON.stringify(frame).slice(0, 500)}` })

const asType = <F extends Frame, Type extends F["type"]>(
  type: Type,
  frame: F,
): Effect.Effect<OfType<F, Type>, Unexpected> =>
  frame.type === type ? Effect.succeed(frame as OfType<F, Type>) : Effect.fail(wrong(type, frame))

/** A client that speaks version 1, from its first frame on. */
export const v1 = (link: Link): TestClient1 => new TestClient(new Inbox(link), Encoding.client1)

/** Negotiates version 2 over a fresh link. The client is not signed in. */
export const v2 = Effect.fnUntraced(function* (
  link: Link,
  terms: Terms = {},
): Effect.fn.Return<TestClient2, Unexpected | ConnectionEnded> {
  const client = v1(link)
  yield* client.send({ type: "Connect", client_id: "test", version: "2.0", ...terms })
  const { codec = "json", compression }: ConnectReply = yield* client.expect("Connect")
  const { decode, encode } = Encoding.client2(codec, compression === "deflate" ? deflate : undefined)
  return client.become({ decode, encode: (frame: typeof ClientFrame.Encoded) => encode(frame as ClientFrame) })
})
