/** Starts a thread that holds sockets and sessions. */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { extname } from "node:path"
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads"
import type { ThreadNodes } from "../../../cluster/threads/ThreadNodes.ts"
import type { NodeId } from "../../../domain/NodeId.ts"
import type { FileTurnsShape } from "../../../files/FileTurns.ts"
import type { GatewayData, LogLine, ToGateway, ToMain } from "../questions.ts"
import * as Conversation from "./Conversation.ts"
import * as FileTurns from "./fileTurns.ts"
import * as KeptInMemory from "./keptInMemory.ts"

// Beside this file: TypeScript in the sources, JavaScript in the package.
const entry = new URL(`./gatewayWorker${extname(import.meta.url)}`, import.meta.url)

/** A thread for connections could not begin, or do what all have to. */
export class GatewayFailed extends Data.TaggedError("GatewayFailed")<{ readonly problem: string }> {
  override get message(): string {
    return `a thread for connections has failed: ${this.problem}`
  }
}

export interface Gateway {
  readonly node: NodeId
  readonly ask: Conversation.Conversation<ToGateway>["ask"]
  /** Done when it has ended, however: why. */
  readonly ended: Effect.Effect<string>
}

interface Options extends Omit<GatewayData, "port" | "self"> {
  readonly node: NodeId
  /** The nodes as this thread sees them. */
  readonly threads: ThreadNodes
  /** A port to the database, where that is SQLite's. */
  readonly database: () => MessagePort | undefined
  /** What is kept in the memory of this thread. */
  readonly memory: KeptInMemory.Stores
  readonly log: (line: LogLine) => Effect.Effect<void>
  readonly turns: FileTurnsShape
}

/** Until the scope closes: then it is ended at once, if it has not done so by itself. */
export const start = Effect.fnUntraced(function* ({
  database,
  log,
  memory,
  node,
  threads,
  turns,
  ...data
}: Options): Effect.fn.Return<Gateway, GatewayFailed, Scope.Scope> {
  const ended = yield* Deferred.make<string>()
  const ready = yield* Deferred.make<void>()
  const { port1, port2 } = new MessageChannel()
  const workerData: GatewayData = { ...data, self: node, port: port2 }
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(entry, { workerData, transferList: [port2], name: node })),
    (worker) => Effect.promise(() => worker.terminate()),
  )
  const files = yield* FileTurns.forGateway(turns, (turn) => conversation.tell("YieldFile", { turn }))
  const kept = yield* KeptInMemory.answering(memory)
  const conversation: Conversation.Conversation<ToGateway> = yield* Conversation.make<ToGateway, ToMain>(worker, {
    ...kept,
    TakeFile: files.take,
    FileTaken: files.taken,
    Database: () => {
      const port = database()
      return port === undefined
        ? Effect.fail({ message: "the database is being opened again" })
        : Effect.succeed({ port })
    },
    Ready: () => Effect.asVoid(Deferred.succeed(ready, undefined)),
    Log: log,
  })
  let crash: unknown
  worker.on("error", (cause) => (crash = cause))
  worker.on("exit", (code) => {
    const why = crash instanceof Error ? crash.message : `exit code ${code}`
    conversation.end(why)
    Deferred.doneUnsafe(ended, Effect.succeed(why))
  })
  threads.attach(node, port1)
  const died = Effect.flatMap(Deferred.await(ended), (problem) => Effect.fail(new GatewayFailed({ problem })))
  yield* Effect.raceFirst(Deferred.await(ready), died)
  return { node, ask: conversation.ask, ended: Deferred.await(ended) }
})
