/**
 * Server-Sent Events and POST: the way in where a network lets no WebSocket through. `GET` opens the stream of what a session
 * is told, `POST` takes what it says, and a stream that broke is resumed where it did.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Disconnect } from "../../domain/Disconnect.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { Peers, type TakesPosts } from "../../peers/Peers.ts"
import * as Encoding from "../../protocol/Encoding.ts"
import { lines } from "../../protocol/Framing.ts"
import type { Sessions } from "../../session/Sessions.ts"
import type { ConnectionLimits } from "../ConnectionLimits.ts"
import { type HttpClient, pathOf } from "../http/HttpDoor.ts"
import { receive } from "../Reception.ts"
import * as answer from "./Answers.ts"
import * as Absences from "./Absences.ts"
import { answerOf, Elsewhere, endedBy } from "./Elsewhere.ts"
import { Ended } from "./Ended.ts"
import { admits } from "./Cors.ts"
import type { Outcome } from "./Inlet.ts"
import * as Key from "./Key.ts"
import { maxPostBytes, maxPostLines, readBody } from "./PostBody.ts"
import type { Recipient } from "./Recipient.ts"
import { SseConnection } from "./SseConnection.ts"
import type { SseSettings } from "./SseSettings.ts"

export interface SseDoor {
  /** Answers a request, or says that it is for somebody else. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, client: HttpClient) => boolean
  /** Sessions that are open here, those too whose reader is away. */
  readonly open: () => number
}

/** Time for a post to come. */
const postTimeout = Duration.seconds(30)

/** Time to read what a session that has ended had to say: nobody else looks after such a response. */
const lastWordsTimeout = Duration.seconds(30)

/** Milliseconds after which a browser comes back by itself. */
const retry = 1000

const protocols: Readonly<Record<string, Encoding.Encoding>> = {
  "natter.v1": Encoding.server1In(lines),
  "natter.v2.json": Encoding.server2("json", undefined, lines),
}

const contentTypes = [
  "application/json",
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "text/plain",
]

const streamHeaders = {
  "Content-Type": "text/event-stream",
  // Whatever compresses on the way would hold events back.
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
}

/** Takes requests until the scope closes; then the sessions end. */
export const make = Effect.fnUntraced(function* (
  settings: SseSettings,
): Effect.fn.Return<SseDoor, never, Scope.Scope | Sessions | ConnectionLimits> {
  // As many as the limits of connections let in.
  const open = new Map<string, SseConnection>()
  const ended = new Ended(Duration.toMillis(settings.resume))
  const clock = yield* Clock.Clock
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
  const peers = yield* Peers
  const elsewhere = new Elsewhere({ peers, now: () => Monotonic.millis(clock), run: (effect) => void run(effect) })
  let closed = false
  const onAway = Absences.make(settings.resume, run)

  const look = Effect.sync(() => {
    // Those that have said nothing since the look before.
    for (const connection of open.values()) connection.keepAlive()
    ended.expire(Monotonic.millis(clock))
  })
  yield* Effect.sleep(Duration.toMillis(settings.keepAlive) / 2).pipe(
    Effect.andThen(look),
    Effect.forever({ disableYield: true }),
    Effect.forkScoped,
  )

  const beginning = (key: string, resumed: boolean): string => {
    const data = {
      key,
      post: `${settings.path}/${key}`,
      resumed,
      resume: Duration.toMillis(settings.resume),
      keep_alive: Duration.toMillis(settings.keepAlive),
      max_post_bytes: maxPostBytes,
      max_post_lines: maxPostLines,
    }
    // One that is resumed leaves the reader's last id as it is.
    return `retry: ${retry}\nevent: session\n${resumed ? "" : `id: ${key}.0\n`}data: ${JSON.stringify(data)}\n\n`
  }

  const begin = (response: ServerResponse, query: URLSearchParams, { address, certificate }: HttpClient): void => {
    const protocol = query.get("protocol")
    const agreed = protocol === null ? undefined : protocols[protocol]
    if (protocol !== null && agreed === undefined) {
      return answer.problem(response, 400, `"protocol" has to be one of ${Object.keys(protocols).join(", ")}`)
    }
    const key = Key.make(peers.self)
    const connection = new SseConnection({
      key,
      remoteAddress: address,
      certificate,
      agreed,
      memory: settings.memory,
      onAway,
    })
    open.set(key, connection)
    response.writeHead(200, streamHeaders)
    connection.attach(response, beginning(key, false), 0)
    const forget = Effect.sync(() => {
      open.delete(key)
      ended.add(connection, Monotonic.millis(clock))
    })
    run(Effect.ensuring(receive(connection), forget))
  }

  const resume = (response: ServerResponse, id: string): void => {
    const [, key = "", number] = /^([\w-]+)\.(\d{1,15})$/.exec(id) ?? []
    if (number === undefined)
      return answer.problem(response, 400, "the id of the last event is none of an event of ours")
    const after = Number(number)
    const connection = open.get(key) ?? ended.get(key)
    // What was lost has nothing more to say, not even why.
    if (connection === undefined || (connection.reason !== undefined && !connection.closed))
      return absent(response, key, "a stream goes on at the node that it began at, and this is another")
    if (after > connection.last) return answer.problem(response, 400, `there was no event ${after} yet`)
    if (!connection.keeps(after)) {
      const reason = lost(`what came behind event ${after} is not kept any more`)
      connection.lose(reason)
      return answer.gone(response, reason)
    }
    response.writeHead(200, streamHeaders)
    connection.attach(response, beginning(key, true), after)
    if (open.has(key)) return
    const cut = run(
      Effect.delay(
        Effect.sync(() => void response.destroy()),
        lastWordsTimeout,
      ),
    )
    response.on("close", () => cut.interruptUnsafe())
  }

  /** Why a session has ended, where that is known. */
  const reasonOf = (key: string): Disconnect | undefined => (open.get(key) ?? ended.get(key))?.reason

  /** `atAnother`: what is wrong where another node has it. */
  const absent = (response: ServerResponse, key: string, atAnother?: string): void => {
    const reason = reasonOf(key)
    if (reason !== undefined) return answer.gone(response, reason)
    if (atAnother === undefined || elsewhere.find(key) === undefined) return answer.failure(response, "Unknown")
    answer.problem(response, 404, `${atAnother}: begin a new one here`)
  }

  const post = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams, to: Recipient): void => {
    const refuse = (...[status, detail]: readonly [400 | 408 | 413 | 415 | 429, string]) => {
      answer.hangUp(request, response)
      answer.problem(response, status, detail)
    }
    const type = request.headers["content-type"]?.split(";")[0]!.trim().toLowerCase()
    if (type !== undefined && !contentTypes.includes(type)) return refuse(415, `send ${contentTypes.join(", ")}`)
    const seq = numberIn(query, "seq")
    const ack = numberIn(query, "ack")
    if (Number.isNaN(seq) || Number.isNaN(ack)) return refuse(400, '"seq" and "ack" have to be numbers')
    if (ack !== undefined) to.acknowledge(ack)
    if (!to.begin()) return refuse(429, answer.tooMany)
    const received = Effect.timeoutOrElse(readBody(request), {
      duration: postTimeout,
      orElse: () => Effect.fail("TimedOut" as const),
    })
    const posted = Effect.match(received, {
      onFailure: (refused) => {
        to.done()
        if (refused === "TooLarge") refuse(413, `a post has up to ${maxPostBytes} bytes`)
        else if (refused === "TooManyLines") refuse(413, `a post has up to ${maxPostLines} lines`)
        else if (refused === "TimedOut") refuse(408, "the post did not come in time")
      },
      onSuccess: (body) =>
        to.post({
          body,
          seq,
          answer: (outcome) => {
            to.done()
            answer.outcome(response, outcome)
          },
        }),
    })
    run(posted)
  }

  const toStream = (
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    client: HttpClient,
  ): void => {
    if (request.method !== "GET") return notAllowed(response, "GET, OPTIONS")
    // Whoever cannot set headers says it in the address.
    const last = request.headers["last-event-id"] ?? query.get("last_event_id") ?? ""
    if (last === "") begin(response, query, client)
    else resume(response, String(last))
  }

  const toSession = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams, key: string): void => {
    const { method } = request
    if (method !== "POST" && method !== "DELETE") return notAllowed(response, "POST, DELETE, OPTIONS")
    const session = open.get(key) ?? elsewhere.find(key)
    if (session === undefined || session === "Unreached") {
      answer.hangUp(request, response)
      return session === undefined ? absent(response, key) : answer.failure(response, session)
    }
    if (method === "POST") return post(request, response, query, session)
    session.hangUp((outcome) => answer.outcome(response, outcome))
  }

  /** What another node passes on is taken as it is here. */
  const take: TakesPosts = ({ ack, body, key, seq }, answer) => {
    const connection = open.get(key)
    if (connection === undefined) {
      const reason = reasonOf(key)
      return answer(reason === undefined ? { kind: "Unknown" } : endedBy(reason))
    }
    const answered = (outcome: Outcome) => answer(answerOf(outcome))
    if (body === undefined) return connection.hangUp(answered)
    if (ack !== undefined) connection.acknowledge(ack)
    if (!connection.begin()) return answer({ kind: "Busy" })
    connection.post({
      body: Buffer.from(body, "base64"),
      seq,
      answer: (outcome) => {
        connection.done()
        answered(outcome)
      },
    })
  }
  const giveUp = peers.takePosts(take)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      closed = true
      giveUp()
    }),
  )

  return {
    handle: (request, response, client) => {
      const path = pathOf(request)
      const isStream = path === settings.path
      if (closed || settings.path === "" || !(isStream || path.startsWith(`${settings.path}/`))) return false
      const query = new URLSearchParams(/\?[^#]*/.exec(request.url ?? "")?.[0])
      if (!admits(request, response, { allowed: settings.origins, own: client.own }))
        answer.problem(response, 403, "this page may not come in here")
      else if (request.method === "OPTIONS") answer.done(response)
      else if (isStream) toStream(request, response, query, client)
      else toSession(request, response, query, path.slice(settings.path.length + 1))
      return true
    },
    open: () => open.size,
  }
})

const lost = (detail?: string) => new Disconnect({ reason: "ConnectionLost", detail })

/** Undefined where it is not given, NaN where it is no number. */
const numberIn = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}

const notAllowed = (response: ServerResponse, methods: string): void => {
  response.setHeader("Allow", methods)
  answer.problem(response, 405, `there is ${methods}`)
}
