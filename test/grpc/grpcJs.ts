/** The client that gRPC's own people made for Node, on the `.proto` as it is shipped: nothing of it is ours. */
import * as Grpc from "@grpc/grpc-js"
import * as Loader from "@grpc/proto-loader"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import { TestServer } from "../../src/testing/TestServer.ts"

const proto = path.join(import.meta.dirname, "../../proto")

const loaded = Grpc.loadPackageDefinition(
  Loader.loadSync(["natter/v1/chat.proto", "grpc/health/v1/health.proto"], {
    includeDirs: [proto],
    keepCase: true,
    longs: Number,
    defaults: false,
    oneofs: true,
  }),
)

const constructorAt = (...names: ReadonlyArray<string>): Grpc.ServiceClientConstructor => {
  let at: unknown = loaded
  for (const name of names) at = (at as Record<string, unknown>)[name]
  return at as Grpc.ServiceClientConstructor
}

type Answer = Record<string, unknown>

/** What a call of one answer came to. */
export interface Called {
  readonly answer: Answer | undefined
  readonly error: Grpc.ServiceError | undefined
}

/** Calls by their names. */
export class Client {
  private readonly client: Grpc.Client

  constructor(client: Grpc.Client) {
    this.client = client
  }

  private method(name: string): (...args: ReadonlyArray<unknown>) => unknown {
    const found = (this.client as unknown as Record<string, (...args: ReadonlyArray<unknown>) => unknown>)[name]
    return found!.bind(this.client)
  }

  unary(name: string, request: object, token?: string, options: Grpc.CallOptions = {}): Effect.Effect<Called> {
    return Effect.callback((resume) => {
      this.method(name)(request, metadata(token), options, (error: Grpc.ServiceError | null, answer?: Answer) =>
        resume(Effect.succeed({ answer, error: error ?? undefined })),
      )
    })
  }

  /** The answer of a call that succeeds. */
  ask(name: string, request: object, token?: string): Effect.Effect<Answer> {
    return Effect.flatMap(this.unary(name, request, token), ({ answer, error }) =>
      answer === undefined ? Effect.die(error) : Effect.succeed(answer),
    )
  }

  reading(name: string, request: object, token?: string, options: Grpc.CallOptions = {}): Received {
    return new Received(this.method(name)(request, metadata(token), options) as Grpc.ClientReadableStream<Answer>)
  }

  writing(name: string, token: string | undefined, done: (called: Called) => void): Grpc.ClientWritableStream<object> {
    return this.method(name)(metadata(token), (error: Grpc.ServiceError | null, answer?: Answer) =>
      done({ answer, error: error ?? undefined }),
    ) as Grpc.ClientWritableStream<object>
  }

  both(name: string, token?: string, options: Grpc.CallOptions = {}): Conversation {
    const stream = this.method(name)(metadata(token), options) as Grpc.ClientDuplexStream<object, Answer>
    return new Conversation(stream)
  }

  close(): void {
    this.client.close()
  }
}

const metadata = (token: string | undefined): Grpc.Metadata => {
  const metadata = new Grpc.Metadata()
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`)
  return metadata
}

/** What comes of a stream, to be taken in its order. */
export class Received {
  readonly stream: Grpc.ClientReadableStream<Answer>
  private readonly items: Array<Answer> = []
  private status: Grpc.StatusObject | undefined
  private wake: () => void = () => {}

  constructor(stream: Grpc.ClientReadableStream<Answer>) {
    this.stream = stream
    stream.on("data", (item: Answer) => {
      this.items.push(item)
      this.wake()
    })
    stream.on("status", (status) => {
      this.status = status
      this.wake()
    })
    // The status says it, too.
    stream.on("error", () => {})
  }

  /** The next; undefined where it has ended. */
  get next(): Effect.Effect<Answer | undefined> {
    return Effect.callback((resume) => {
      const look = () => {
        this.wake = () => {}
        const item = this.items.shift()
        if (item !== undefined || this.status !== undefined) resume(Effect.succeed(item))
        else this.wake = look
      }
      look()
    })
  }

  /** The next that has this. */
  until(name: string): Effect.Effect<Answer> {
    return Effect.flatMap(this.next, (item) => {
      if (item === undefined) return Effect.die(new Error(`it ended before ${name}: ${JSON.stringify(this.status)}`))
      return item[name] === undefined ? this.until(name) : Effect.succeed(item[name] as Answer)
    })
  }

  /** How it ended; what came until then is dropped. */
  get ended(): Effect.Effect<Grpc.StatusObject> {
    return Effect.callback((resume) => {
      const look = () => {
        this.wake = () => {}
        if (this.status !== undefined) resume(Effect.succeed(this.status))
        else this.wake = look
      }
      look()
    })
  }
}

/** A session. */
export class Conversation extends Received {
  private readonly duplex: Grpc.ClientDuplexStream<object, Answer>

  constructor(duplex: Grpc.ClientDuplexStream<object, Answer>) {
    super(duplex as unknown as Grpc.ClientReadableStream<Answer>)
    this.duplex = duplex
  }

  say(frame: object): void {
    this.duplex.write(frame)
  }

  end(): void {
    this.duplex.end()
  }
}

const connected = (
  Service: Grpc.ServiceClientConstructor,
  address: string,
  credentials = Grpc.credentials.createInsecure(),
): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new Client(new Service(address, credentials, { "grpc.enable_retries": 0 }))),
    (client) => Effect.sync(() => client.close()),
  )

const where = Effect.map(TestServer, ({ address }) => `${address!.host}:${address!.port}`)

/** A client of the chat at an address. */
export const chatAt = (address: string, credentials?: Grpc.ChannelCredentials) =>
  connected(constructorAt("natter", "v1", "Chat"), address, credentials)

/** The same at the test's service. */
export const chat = Effect.flatMap(where, (address) => chatAt(address))
export const health = Effect.flatMap(where, (address) =>
  connected(constructorAt("grpc", "health", "v1", "Health"), address),
)

/** Somebody who has signed in: the token. */
export const signedIn = (client: Client, username: string): Effect.Effect<string> =>
  Effect.map(client.ask("Login", { username, password: "a long password" }), ({ token }) => token as string)
