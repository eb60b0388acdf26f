/** Answers calls. It is loaded when the first one comes: with all that is generated it is as large as the rest of a door. */
import {
  createRegistry,
  type DescFile,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf"
import {
  Code as ConnectCode,
  ConnectError,
  type ConnectRouter,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type MethodImpl,
} from "@connectrpc/connect"
import type { Compression, UniversalHandler } from "@connectrpc/connect/protocol"
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Http from "node:http"
import * as Http2 from "node:http2"
import { Accounts } from "../accounts/Accounts.ts"
import { toRequestError } from "../accounts/requestError.ts"
import { sessionLabel } from "../accounts/sessionLabel.ts"
import * as Bearers from "../chat/account/Bearers.ts"
import { mayUse } from "../chat/account/mayUse.ts"
import { Chat } from "../chat/Chat.ts"
import { RequestError } from "../domain/RequestError.ts"
import { SessionId } from "../domain/SessionId.ts"
import { Meters } from "../observability/Meters.ts"
import { counted } from "../observability/signIns.ts"
import type { ClientFrame, ClientFrameOf } from "../protocol/v2/ClientFrame.ts"
import * as render from "../protocol/v2/render.ts"
import { Sessions } from "../session/Sessions.ts"
import { file_grpc_health_v1_health, Health as HealthService } from "./generated/grpc/health/v1/health_pb.ts"
import {
  file_grpc_reflection_v1_reflection,
  type ServerReflectionRequest,
  ServerReflection,
} from "./generated/grpc/reflection/v1/reflection_pb.ts"
import {
  file_grpc_reflection_v1alpha_reflection,
  ServerReflection as OldServerReflection,
} from "./generated/grpc/reflection/v1alpha/reflection_pb.ts"
import { file_google_rpc_error_details } from "./generated/google/rpc/error_details_pb.ts"
import { Chat as ChatService, file_natter_v1_chat, OpenedSchema } from "./generated/natter/v1/chat_pb.ts"
import { type CallName, calls } from "./internal/calls.ts"
import * as Deadlines from "./internal/deadlines.ts"
import * as Frames from "./internal/frames.ts"
import { Health } from "./internal/health.ts"
import { pulled } from "./internal/pulled.ts"
import { answerWith } from "./internal/reflection.ts"
import { requestOf } from "./internal/requestOf.ts"
import * as Runs from "./internal/running.ts"
import * as SessionDoor from "./internal/SessionDoor.ts"
import { downloadFile, readHistory, uploadFile, watch } from "./internal/streams.ts"
import type { Peer, Surroundings } from "./Surroundings.ts"

export interface Service {
  /** A stream of HTTP/2. */
  readonly stream: (stream: Http2.ServerHttp2Stream, headers: Http2.IncomingHttpHeaders, peer: Peer) => void
  /** A request of HTTP/1.1, to a path of ours. */
  readonly request: (request: Http.IncomingMessage, response: Http.ServerResponse, peer: Peer) => void
}

const peerKey = createContextKey<Peer | undefined>(undefined)

const services = [ChatService, HealthService, ServerReflection, OldServerReflection]
const files: ReadonlyArray<DescFile> = [
  file_natter_v1_chat,
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_grpc_reflection_v1alpha_reflection,
  file_google_rpc_error_details,
]

/** What a call has to say, as a message of its answer. */
const message = <M extends DescMethod["output"]>(desc: M, frame: object): MessageShape<M> =>
  fromBinary(desc, Frames.encode(Frames.shapeOf(desc), frame))

/** Whoever sends something that cannot be unpacked has made the mistake: to the library it is one of its own where it is cut. */
const gzip: Compression = {
  ...compressionGzip,
  decompress: (bytes, readMaxBytes) =>
    compressionGzip.decompress(bytes, readMaxBytes).catch((error: unknown) => {
      const { code, rawMessage } = ConnectError.from(error)
      throw new ConnectError(rawMessage, code === ConnectCode.Internal ? ConnectCode.InvalidArgument : code)
    }),
}

/** Those that are not made here. */
const isCall = (name: string): name is CallName => Object.hasOwn(calls, name)

export const make = Effect.fnUntraced(function* (
  around: Surroundings,
): Effect.fn.Return<Service, never, Scope.Scope | Chat | Accounts | Sessions> {
  const chat = yield* Chat
  const accounts = yield* Accounts
  const sessions = yield* Sessions
  const meter = yield* Meters
  const bearers = yield* Bearers.make
  const running = yield* Runs.make
  const deadlines = yield* Deadlines.make
  const prefix = Math.abs(yield* Random.nextInt).toString(36)
  const shutdownSignal = yield* Effect.abortSignal
  let numbers = 0
  const freshId = () => `${prefix}-${++numbers}`

  const counting = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.tapError(effect, (error) =>
      Effect.sync(() => {
        if (error instanceof RequestError) meter.requestErrors.add(error.reason)
      }),
    )
  const promise: Runs.Running["promise"] = (effect, signal) => running.promise(counting(effect), signal)

  const bearerOf = (authorization: string | null | undefined, address: string) => {
    if (typeof authorization !== "string") return Effect.fail(unknown())
    const known = bearers.known(authorization, address)
    return known === undefined ? bearers.find(authorization, address, unreadable) : Effect.succeed(known)
  }
  const addressOf = ({ values }: HandlerContext): string => values.get(peerKey)?.address ?? ""
  const callerOf = (context: HandlerContext) => bearerOf(context.requestHeader.get("authorization"), addressOf(context))

  const unary = (router: ConnectRouter, method: DescMethod, name: CallName): void => {
    // The table has a call of its type for each frame.
    const call = calls[name] as (typeof calls)[CallName] as (
      chat: Chat["Service"],
      caller: Bearers.Bearer["caller"],
      frame: ClientFrame,
    ) => ReturnType<(typeof calls)[CallName]>
    const shape = Frames.shapeOf(method.input)
    const answer = (request: Message, context: HandlerContext) =>
      promise(
        Effect.gen(function* () {
          const { caller } = yield* callerOf(context)
          const given = Frames.decode(shape, toBinary(method.input, request))
          return message(method.output, yield* call(chat, caller, yield* requestOf(name, given as never)))
        }),
        context.signal,
      )
    router.rpc(method, answer as MethodImpl<DescMethod>)
  }

  /** Signs in, and gives a token by which to call. */
  const login = ({ invite, password = "", register, username }: ClientFrameOf<"Login">, address: string) =>
    Effect.gen(function* () {
      let isNew = false
      const signIn = accounts.signIn({
        username,
        password: Redacted.make(password),
        address,
        invite: invite === undefined ? undefined : Redacted.make(invite),
        register,
        onRegistered: () => void (isNew = register !== undefined),
      })
      const user = yield* counted(
        meter,
        "password",
        Effect.andThen(mayUse(chat, accounts, username), Effect.mapError(signIn, toRequestError)),
      )
      const { id, token } = yield* Effect.mapError(
        accounts.issueToken(user, { label: sessionLabel("grpc", address) }),
        toRequestError,
      )
      return render.loggedIn(undefined, user, id, Redacted.value(token), isNew)
    })

  const names = services.map(({ typeName }) => typeName)
  const health = new Health(around, names, sessions.draining)
  const reflect = answerWith(createRegistry(...files), files, names)
  /** Both versions of its messages have the same fields. */
  async function* reflection(requests: AsyncIterable<Message>): AsyncGenerator<Message> {
    for await (const request of requests) yield reflect(request as ServerReflectionRequest)
  }

  const router = createConnectRouter({
    acceptCompression: [gzip],
    readMaxBytes: around.maxMessageBytes,
    shutdownSignal,
  })
  for (const method of ChatService.methods) if (isCall(method.name)) unary(router, method, method.name)
  const { method } = ChatService
  router.rpc(method.login, (request, context) =>
    promise(
      Effect.gen(function* () {
        const { invite, password, register, username } = request
        const frame = yield* requestOf("Login", { invite, password, register, username })
        return message(method.login.output, yield* login(frame, addressOf(context)))
      }),
      context.signal,
    ),
  )
  const streaming = <A, B, E>(
    context: HandlerContext,
    stream: (bearer: Bearers.Bearer) => Stream.Stream<A, E>,
    say: (a: A) => B,
  ): AsyncIterable<B> => {
    const whole: Stream.Stream<B, unknown> = Stream.unwrap(Effect.map(callerOf(context), stream)).pipe(Stream.map(say))
    return pulled({ promise }, whole, context.signal)
  }
  router.rpc(method.readHistory, (request, context) =>
    streaming(
      context,
      (bearer) => readHistory(chat, bearer, request),
      (frame) => message(method.readHistory.output, frame),
    ),
  )
  const freshSession = () => SessionId.make(`grpc-watch-${freshId()}`)
  const watching = { chat, around, draining: sessions.draining, freshId, freshSession }
  router.rpc(method.watch, (request, context) =>
    streaming(
      context,
      (bearer) => watch(watching, bearer, request),
      (entry) => message(method.watch.output, entry),
    ),
  )
  router.rpc(method.downloadFile, (request, context) =>
    streaming(
      context,
      (bearer) =>
        downloadFile(chat, bearer, request, (frame) => ({ case: "opened", value: message(OpenedSchema, frame) })),
      (part) => ({ part }),
    ),
  )
  router.rpc(method.uploadFile, (requests, context) =>
    promise(
      Effect.flatMap(callerOf(context), (bearer) =>
        Effect.map(uploadFile(chat, bearer, requests[Symbol.asyncIterator]()), (frame) =>
          message(method.uploadFile.output, frame),
        ),
      ),
      context.signal,
    ),
  )
  router.service(HealthService, {
    check: (request, { signal }) => promise(health.check(request), signal),
    watch: (request, { signal }) => pulled(running, health.watch(request), signal),
  })
  for (const { method } of [ServerReflection, OldServerReflection]) {
    router.rpc(method.serverReflectionInfo, reflection as MethodImpl<typeof method.serverReflectionInfo>)
  }

  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]))
  const session = yield* SessionDoor.make(around, bearerOf)
  const sessionPath = `/${ChatService.typeName}/${method.session.name}`

  const answer = (
    handler: UniversalHandler,
    request: Http.IncomingMessage | Http2.Http2ServerRequest,
    response: Http.ServerResponse | Http2.Http2ServerResponse,
    peer: Peer,
  ): void => {
    const { headers } = request
    // The library makes an address of it, which throws where it is none.
    if (!URL.canParse(`http://${String(headers[":authority"] ?? headers.host)}/`)) {
      response.statusCode = 400
      return void response.end()
    }
    const asked = universalRequestFromNodeRequest(
      request,
      response,
      undefined,
      createContextValues().set(peerKey, peer),
    )
    const timeout = Deadlines.timeoutIn(headers) ?? Infinity
    // Its own timers would be over at once, whichever of the two it looks at.
    for (const name of ["grpc-timeout", "connect-timeout-ms"]) {
      if (Deadlines.timeoutIn({ [name]: headers[name] })! > Deadlines.longest) asked.header.delete(name)
    }
    // Where one message is all that is asked it comes in the time that a request has.
    const { methodKind } = handler.method
    const isOne = methodKind === "unary" || methodKind === "server_streaming"
    const within = Math.min(timeout, isOne ? around.requestWithin : Deadlines.longest)
    const body =
      within < Deadlines.longest ? deadlines.until(asked.body as AsyncIterable<Uint8Array>, within) : asked.body
    handler({ ...asked, body }).then(
      (answered) => universalResponseToNodeResponse(answered, response).catch(() => response.destroy()),
      () => response.destroy(),
    )
  }

  return {
    stream: (stream, headers, peer) => {
      const path = pathOf(headers[":path"])
      if (path === sessionPath) return session(stream, headers, peer)
      const handler = handlers.get(path)
      if (handler === undefined) return SessionDoor.unknown(stream, headers)
      // It was read already, by who has given it to this.
      const request = new Http2.Http2ServerRequest(stream, headers, {}, [])
      // Where it is answered before all was said the request is let go of, and holds back the rest of the stream for ever.
      stream.once("finish", () => void stream.removeAllListeners("data").resume())
      answer(handler, request, new Http2.Http2ServerResponse(stream), peer)
    },
    request: (request, response, peer) => {
      const path = pathOf(request.url)
      const handler = handlers.get(path)
      if (path !== sessionPath && handler !== undefined) return answer(handler, request, response, peer)
      const isSession = path === sessionPath
      response.writeHead(isSession ? 505 : 404, { "Content-Type": "application/json", Connection: "close" })
      const said = isSession ? "a session takes HTTP/2" : "there is no such call"
      response.end(JSON.stringify({ code: "unimplemented", message: said }))
    },
  }
})

const pathOf = (url: string | undefined): string => url?.split("?", 1)[0] ?? ""

const unknown = () =>
  new RequestError({
    reason: "NotAuthenticated",
    detail: "Call Login first, and send the token, as in the metadata authorization: Bearer nat_…",
  })
const unreadable = () =>
  new RequestError({
    reason: "NotAuthenticated",
    detail: "Of the ways to authenticate there is Bearer, with one token",
  })
