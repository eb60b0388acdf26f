/** A socket over Server-Sent Events and POST, which goes on where a response breaks. Made of `fetch`, so that errors tell. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type * as Socket from "effect/socket/Socket"
import * as Monotonic from "../../domain/Monotonic.ts"
import { readClosing, readOpening } from "../../protocol/StreamEvents.ts"
import { EventStreamParser, type ServerEvent } from "./EventStreamParser.ts"
import { closed, notOpened as openError, notRead } from "./socketErrors.ts"
import { isClosing, socketOf, type Written } from "./socketOf.ts"

/** As much of `fetch` as is used here. */
export type Fetch = (
  address: string,
  options?: {
    readonly method?: string
    readonly headers?: Record<string, string>
    readonly body?: string
    readonly signal?: AbortSignal
    readonly cache?: "no-store"
    readonly keepalive?: boolean
  },
) => Promise<Response>

/** Bytes that wait to be posted, from which on a write waits. */
const waitingAtMost = 64 * 1024
/** What is posted at once, at most: less than a server takes. */
const postedAtMost = { bytes: 128 * 1024, lines: 500 }
/** Characters of an event, at most. */
const eventAtMost = 4 * 1024 * 1024
/** Time for the head of an answer. */
const answerWithin = Duration.seconds(15)
/** How long it is tried to go on, where the server does not say. */
const defaultResume = 30_000
/** The longest silence, where the server does not say. */
const defaultKeepAlive = 15_000
/** Time for the last words. */
const farewellWithin = Duration.seconds(1)

const connectionLost = 4006
/** As over a WebSocket: what the server says of the session cannot be read. */
const protocolError = 1002

/** What did not work out, and whether it may the next time. */
interface Failed {
  readonly error: Socket.SocketError
  readonly final: boolean
}

/** The cause that Node has, where there is one. */
const causeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "cause" in error && error.cause !== undefined ? error.cause : error

const notOpened = (cause: unknown): Failed => ({
  error: openError(causeOf(cause)),
  final: false,
})

/** Whether it may be otherwise in a moment. */
const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 429

interface Problem {
  readonly code?: unknown
  readonly detail?: unknown
}

const problemIn = async (response: Response): Promise<Problem> => {
  try {
    // Something else may answer there, with whatever it likes.
    if (response.headers.get("content-type") !== "application/problem+json") {
      await response.body?.cancel()
      return {}
    }
    const problem: unknown = await response.json()
    return typeof problem === "object" && problem !== null ? problem : {}
  } catch {
    return {}
  }
}

/** What an answer says that is none of those hoped for. */
const refusedBy = (response: Response): Effect.Effect<Failed> =>
  Effect.map(
    Effect.promise(() => problemIn(response)),
    ({ code, detail }): Failed => {
      // Why a session has ended has a code like a WebSocket's; below are those of what is wrong with a request.
      if (typeof code === "number" && code >= 1000)
        return { error: closed(code, typeof detail === "string" ? detail : undefined), final: true }
      const { status } = response
      return { ...notOpened(new Error(`no stream of events there: status ${status}`)), final: !isPassing(status) }
    },
  )

const joined = (url: string, below: string, query: Readonly<Record<string, string>>): string => {
  const address = new URL(url)
  if (below !== "") address.pathname += `/${below}`
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  return address.href
}

export const make = (url: string, fetch: Fetch): Socket.Socket => {
  const decoder = new TextDecoder()
  const isOpen = Latch.makeUnsafe(false)
  const hasWork = Latch.makeUnsafe(false)
  const hasRoom = Latch.makeUnsafe(true)
  const ended = Deferred.makeUnsafe<never, Socket.SocketError>()
  const controller = new AbortController()
  let key = ""
  let lastId = ""
  let keepAlive = defaultKeepAlive
  let resumeFor = defaultResume
  let stream: ReadableStreamDefaultReader<Uint8Array> | undefined
  /** What is being read: kept, so that nothing is lost where whoever waited for it does not any more. */
  let chunk: ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]> | undefined
  let parser = new EventStreamParser()
  let text = new TextDecoder()
  /** Tries to go on, since something was heard. */
  let tries = 0
  const frames: Array<string> = []
  const waiting: Array<string> = []
  let waitingBytes = 0
  let posted = 0
  let over: Socket.SocketError | undefined

  const end = (error: Socket.SocketError): void => {
    over ??= error
    Deferred.doneUnsafe(ended, Effect.fail(over))
    isOpen.openUnsafe()
    hasRoom.openUnsafe()
    hasWork.openUnsafe()
  }

  /** The answer, when its head has come. */
  const ask = (address: string, init: Parameters<Fetch>[1] = {}): Effect.Effect<Response, Failed> =>
    Effect.tryPromise({
      try: (signal) =>
        fetch(address, { cache: "no-store", ...init, signal: AbortSignal.any([signal, controller.signal]) }),
      catch: notOpened,
    })

  const inTime = <A>(asked: Effect.Effect<A, Failed>): Effect.Effect<A, Failed> =>
    Effect.timeoutOrElse(asked, {
      duration: answerWithin,
      orElse: () => Effect.fail(notOpened(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }))),
    })

  /** Gets a stream: a new one, or the one that there was from where it broke. */
  const open: Effect.Effect<void, Failed> = Effect.suspend(() => {
    // In the address, as a browser would have to ask first whether it may set a header.
    const query = lastId === "" ? { protocol: "natter.v2.json" } : { last_event_id: lastId }
    return Effect.flatMap(inTime(ask(joined(url, "", query))), (response) => {
      const type = response.headers.get("content-type") ?? ""
      if (response.status !== 200 || response.body === null || !type.startsWith("text/event-stream"))
        return Effect.flatMap(refusedBy(response), Effect.fail)
      stream = response.body.getReader()
      parser = new EventStreamParser()
      text = new TextDecoder()
      return Effect.void
    })
  })

  const hear = ({ data, id, name }: ServerEvent): void => {
    if (id !== undefined) lastId = id
    if (name !== "session") tries = 0
    if (name === "message") frames.push(data)
    else if (name === "session") {
      const opening = readOpening(data)
      if (opening === undefined) return end(closed(protocolError))
      key = opening.key
      keepAlive = opening.keep_alive ?? defaultKeepAlive
      resumeFor = opening.resume ?? defaultResume
      isOpen.openUnsafe()
    } else if (name === "close") {
      const closing = readClosing(data)
      end(closing === undefined ? closed(protocolError) : closed(closing.code, closing.message))
    } else if (name === "replaced") end(closed(connectionLost))
  }

  /** Reads some of the stream. Fails where it has broken. */
  const readSome: Effect.Effect<void, Failed> = Effect.suspend(() => {
    const reading = stream
    if (reading === undefined) return Effect.fail(notOpened(undefined))
    // Whoever has said that it is never silent for longer has gone.
    const heard = Effect.timeoutOrElse(Effect.tryPromise({ try: () => (chunk ??= reading.read()), catch: notOpened }), {
      duration: Duration.millis(keepAlive * 2),
      orElse: () => Effect.fail(notOpened(undefined)),
    })
    return Effect.flatMap(heard, ({ done, value }) => {
      chunk = undefined
      if (done) return Effect.fail(notOpened(undefined))
      for (const event of parser.push(text.decode(value, { stream: true }))) hear(event)
      if (parser.unfinished > eventAtMost) end(closed(1009))
      return Effect.void
    })
  })

  const drop = Effect.suspend(() => {
    const broken = stream
    stream = undefined
    chunk = undefined
    return broken === undefined ? Effect.void : Effect.ignore(Effect.tryPromise(() => broken.cancel()))
  })

  /** At first none. The more often it was in vain, the longer; at random, as others have been cut with this one. */
  const pause = (nth: number) =>
    Effect.flatMap(Random.next, (random) => {
      if (nth === 0) return Effect.void
      const longest = Math.min(5000, 100 * 2 ** nth)
      return Effect.raceFirst(Effect.sleep(Duration.millis(longest * (0.5 + 0.5 * random))), Deferred.await(ended))
    })

  /** Does something again until it works out, or cannot, or the server does not wait any more. */
  const again = <A>(
    attempt: Effect.Effect<A, Failed>,
    begun: number,
    nth: number,
  ): Effect.Effect<A, Socket.SocketError> =>
    Effect.catch(attempt, ({ error, final }) => {
      if (over !== undefined) return Effect.fail(over)
      if (final) return Effect.fail(error)
      return Effect.flatMap(Monotonic.now, (now) =>
        now - begun > resumeFor
          ? Effect.fail(notRead(error))
          : Effect.andThen(pause(nth), again(attempt, begun, nth + 1)),
      )
    })

  const resume = Effect.flatMap(Monotonic.now, (now) => {
    const nth = tries++
    return Effect.andThen(pause(nth), again(open, now, nth + 1))
  })

  const pull: Socket.Reader<string>["pull"] = Effect.suspend(() => {
    const [first, ...others] = frames.splice(0)
    if (first !== undefined) return Effect.succeed([first, ...others] as const)
    if (over !== undefined) return Effect.fail(over)
    return Effect.catch(readSome, () =>
      over !== undefined
        ? Effect.void
        : Effect.catch(Effect.andThen(drop, resume), (error) => Effect.sync(() => end(error))),
    ).pipe(Effect.andThen(pull))
  })

  const post = (lines: ReadonlyArray<string>): Effect.Effect<void, Failed> =>
    Effect.suspend(() => {
      const query = { seq: String(posted), ack: lastId.slice(lastId.lastIndexOf(".") + 1) }
      // A content type for which a browser need not ask first whether it may send it to another origin.
      const headers = { "Content-Type": "text/plain" }
      const body = lines.map((line) => `${line}\n`).join("")
      return Effect.flatMap(ask(joined(url, key, query), { method: "POST", headers, body }), (response) =>
        response.status === 204 ? Effect.void : Effect.flatMap(refusedBy(response), Effect.fail),
      )
    })

  /** What waits goes together, one post after the other. */
  const postAll: Effect.Effect<void, Socket.SocketError> = Effect.suspend(() => {
    const lines: Array<string> = []
    let bytes = 0
    for (const line of waiting) {
      if (lines.length === postedAtMost.lines || bytes + line.length > postedAtMost.bytes) break
      lines.push(line)
      bytes += line.length
    }
    if (over !== undefined || lines.length === 0) return Effect.void
    return Effect.flatMap(Monotonic.now, (now) =>
      Effect.andThen(again(post(lines), now, 0), () => {
        posted += lines.length
        waiting.splice(0, lines.length)
        waitingBytes -= bytes
        if (waitingBytes < waitingAtMost) hasRoom.openUnsafe()
        return postAll
      }),
    )
  })

  const posting: Effect.Effect<void> = hasWork.await.pipe(
    Effect.andThen(Effect.sync(() => hasWork.closeUnsafe())),
    Effect.andThen(postAll),
    // The stream says why, if there is one. Where there is none, it comes to know itself.
    Effect.catch((error) => (isClose(error) ? Effect.void : Effect.sync(() => end(error)))),
    // `Effect.repeat` would say the same, and bring all of `Schedule` into a page.
    Effect.flatMap(() => (over === undefined ? posting : Effect.void)),
  )

  /** Lets what was written last leave, and says that nothing more comes. */
  const farewell = Effect.suspend(() => {
    const isOver = over !== undefined || key === ""
    const last = isOver
      ? Effect.void
      : Effect.andThen(
          Effect.ignore(postAll),
          Effect.ignore(ask(joined(url, key, {}), { method: "DELETE", keepalive: true })),
        )
    return Effect.andThen(
      Effect.timeoutOption(last, farewellWithin),
      Effect.sync(() => {
        end(closed(1000))
        controller.abort()
      }),
    )
  })

  const reader = Effect.gen(function* () {
    yield* Effect.mapError(open, ({ error }) => error)
    // Frames that came with it wait to be pulled.
    while (key === "" && over === undefined) yield* Effect.mapError(readSome, ({ error }) => error)
    yield* Effect.addFinalizer(() => farewell)
    yield* Effect.forkScoped(posting)
    return { pull }
  })

  const write = (chunk: Written): Effect.Effect<void, Socket.SocketError> => {
    if (isClosing(chunk)) return Effect.sync(() => end(closed(1000)))
    return Effect.andThen(isOpen.await, () => {
      if (over !== undefined) return Effect.fail(over)
      const line = typeof chunk === "string" ? chunk : decoder.decode(chunk)
      waiting.push(line)
      waitingBytes += line.length
      if (waitingBytes >= waitingAtMost) hasRoom.closeUnsafe()
      hasWork.openUnsafe()
      return hasRoom.await
    })
  }

  return socketOf({ reader, write })
}

const isClose = ({ reason }: Socket.SocketError): boolean => reason._tag === "SocketCloseError"
