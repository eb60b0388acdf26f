/** What can be said of a bucket without a service: whether all that one does there may be done. One object comes and goes. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { FileStoreError } from "../files/FileStoreError.ts"
import * as s3Client from "./internal/s3Client.ts"
import type { S3Settings } from "./S3Settings.ts"

const steps = ["list", "put", "read", "remove"] as const
export type Step = (typeof steps)[number]

/** What the storage said to one of them. */
export interface BucketTrouble {
  readonly step: Step
  /** As it names it, such as `AccessDenied`; a code of the system where it was not reached. */
  readonly name: string
  readonly message: string
  readonly full: boolean
}

export interface BucketFacts {
  readonly troubles: ReadonlyArray<BucketTrouble>
  /** The mark of the database whose files are below the prefix. */
  readonly owner: string | undefined
  readonly isEmpty: boolean
}

/** A storage that says nothing is given up. */
const answersWithin = "20 seconds"

const field = (cause: unknown, name: string): string | undefined =>
  Predicate.hasProperty(cause, name) && typeof cause[name] === "string" ? cause[name] : undefined

const troubleAt =
  (step: Step) =>
  ({ cause, trouble }: FileStoreError): BucketTrouble => ({
    step,
    // Of what did not reach it the system's code says more than the name.
    name: field(cause, "code") ?? field(cause, "name") ?? "error",
    message: field(cause, "message") ?? "",
    full: trouble === "full",
  })

/** What a service has to be let do there, one after the other: without the first of them nothing else is tried. */
export const inspect = (settings: S3Settings): Effect.Effect<BucketFacts> =>
  Effect.gen(function* () {
    const bucket = yield* s3Client.make(settings)
    const { prefix } = settings
    const key = `${prefix}doctor-${yield* Random.nextIntBetween(0, 2 ** 48)}`
    const troubles: Array<BucketTrouble> = []
    const tried = <A>(step: Step, doing: Effect.Effect<A, FileStoreError>) =>
      doing.pipe(
        Effect.timeoutOrElse({
          duration: answersWithin,
          orElse: () =>
            Effect.fail(new FileStoreError({ operation: step, cause: { name: "TimeoutError", message: "no answer" } })),
        }),
        Effect.tapError((error) => Effect.sync(() => void troubles.push(troubleAt(step)(error)))),
        Effect.option,
      )
    const mark = `${prefix}owner`
    const listed = yield* tried(
      "list",
      Stream.runCollect(
        Stream.take(
          Stream.filter(bucket.list(prefix), ({ key }) => key !== mark),
          1,
        ),
      ),
    )
    const marked = Effect.flatMap(bucket.sizeOf(mark), (size) =>
      size === undefined
        ? Effect.undefined
        : Effect.map(Stream.runCollect(bucket.read(mark, { from: 0, to: size })), (pieces) =>
            Buffer.concat(pieces).toString().trim(),
          ),
    )
    const isReached = troubles.every(({ name }) => name === "AccessDenied")
    if (isReached && Option.isSome(yield* tried("put", bucket.put(key, Buffer.from("natter doctor"))))) {
      yield* tried("read", Stream.runDrain(bucket.read(key, { from: 0, to: 6 })))
      yield* tried("remove", bucket.remove(key))
    }
    const owner = troubles.length > 0 ? undefined : Option.getOrUndefined(yield* Effect.option(marked))
    return { troubles, owner, isEmpty: Option.exists(listed, ({ length }) => length === 0) }
  }).pipe(Effect.scoped)
