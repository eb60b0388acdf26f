/** A bucket as a few operations, whose errors are those of a file store. The package for it is loaded when it is wanted. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { StoreTrouble } from "../../domain/StoreTrouble.ts"
import type { ByteRange } from "../../files/FileStoreShape.ts"
import { FileStoreError } from "../../files/FileStoreError.ts"
import type { S3Settings } from "../S3Settings.ts"

type Stored<A> = Effect.Effect<A, FileStoreError>

/** What there is below a prefix. */
interface Listed {
  readonly key: string
  readonly size: number
}

/** Part of an object that is put together of others. */
export type Part = { readonly copy: string; readonly range: ByteRange } | { readonly bytes: Stored<Uint8Array> }

export interface Bucket {
  readonly put: (key: string, bytes: Uint8Array) => Stored<void>
  /** The size of an object, if it is there. */
  readonly sizeOf: (key: string) => Stored<number | undefined>
  /** Fails where the object is shorter. */
  readonly read: (key: string, range: ByteRange) => Stream.Stream<Uint8Array, FileStoreError>
  readonly remove: (key: string) => Stored<void>
  readonly list: (prefix: string) => Stream.Stream<Listed, FileStoreError>
  /** What follows a prefix, up to the next `/`. */
  readonly folders: (prefix: string) => Stream.Stream<string, FileStoreError>
  /** Puts an object together, all or nothing. All parts but the last have 5 MiB at least. */
  readonly assemble: (key: string, parts: ReadonlyArray<Part>) => Stored<void>
  readonly address: (key: string, as: { readonly disposition: string; readonly type: string }) => Stored<string>
}

/** Time that the storage has to take up a connection, and to say something more. */
const connectionTimeout = 5000
const requestTimeout = 30_000
/** Parts that are copied at once: the storage does that by itself. */
const copying = 4

const statusOf = (cause: unknown): number | undefined => {
  const meta = Predicate.hasProperty(cause, "$metadata") ? cause.$metadata : undefined
  const status = Predicate.hasProperty(meta, "httpStatusCode") ? meta.httpStatusCode : undefined
  return typeof status === "number" ? status : undefined
}

/** An object is not there, or ends before what was asked for. */
const isGone = (cause: unknown): boolean =>
  Predicate.hasProperty(cause, "name") && ["NoSuchKey", "InvalidRange"].includes(String(cause.name))

/** S3 itself is never full; what stands in for it is, and says so in words of its own. */
const troubleOf = (cause: unknown): StoreTrouble | undefined => {
  const name = Predicate.hasProperty(cause, "name") ? String(cause.name) : ""
  if (isGone(cause)) return undefined
  return statusOf(cause) === 507 || /StorageFull|QuotaExceeded|InsufficientStorage/i.test(name) ? "full" : "away"
}

export const make = Effect.fnUntraced(function* (settings: S3Settings) {
  const s3 = yield* Effect.promise(() => import("@aws-sdk/client-s3"))
  const { accessKey, addressFor, bucket: Bucket, endpoint, pathStyle, region, secretKey } = settings
  const client = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new s3.S3Client({
          region,
          forcePathStyle: pathStyle,
          ...(endpoint === "" ? {} : { endpoint }),
          // Without a key it is found where programs on AWS find theirs.
          ...(accessKey === ""
            ? {}
            : { credentials: { accessKeyId: accessKey, secretAccessKey: Redacted.value(secretKey) } }),
          requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
          // Not everything that speaks as S3 does knows the newer checksums.
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
        }),
    ),
    (client) => Effect.sync(() => client.destroy()),
  )

  const asking = <A>(operation: string, ask: (abortSignal: AbortSignal) => Promise<A>): Stored<A> =>
    Effect.tryPromise({
      try: ask,
      catch: (cause) => new FileStoreError({ operation, trouble: troubleOf(cause), lost: isGone(cause), cause }),
    })

  const put: Bucket["put"] = (Key, bytes) =>
    Effect.asVoid(
      asking("put", (abortSignal) =>
        client.send(new s3.PutObjectCommand({ Bucket, Key, Body: bytes, ContentLength: bytes.length }), {
          abortSignal,
        }),
      ),
    )

  const pages = (prefix: string, delimiter?: string) =>
    Stream.paginate(undefined as string | undefined, (ContinuationToken) =>
      asking("list", (abortSignal) =>
        client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: prefix, Delimiter: delimiter, ContinuationToken }), {
          abortSignal,
        }),
      ).pipe(
        Effect.map((found) => {
          const next = found.IsTruncated === true ? found.NextContinuationToken : undefined
          return [[found], next === undefined ? Option.none() : Option.some<string | undefined>(next)] as const
        }),
      ),
    )

  const read: Bucket["read"] = (Key, { from, to }) =>
    Stream.unwrap(
      Effect.map(
        asking("read", (abortSignal) =>
          client.send(new s3.GetObjectCommand({ Bucket, Key, Range: `bytes=${from}-${to - 1}` }), { abortSignal }),
        ),
        ({ Body }) => {
          let left = to - from
          const body = Body as AsyncIterable<Uint8Array> | undefined
          const failed = (cause: unknown) => new FileStoreError({ operation: "read", trouble: "away", cause })
          return (body === undefined ? Stream.empty : Stream.fromAsyncIterable(body, failed)).pipe(
            // Some give more than was asked for.
            Stream.map((bytes) => {
              const wanted = bytes.subarray(0, left)
              left -= wanted.length
              return wanted
            }),
            Stream.filter((bytes) => bytes.length > 0),
            Stream.concat(
              Stream.unwrap(
                Effect.suspend(() =>
                  left === 0
                    ? Effect.succeed(Stream.empty)
                    : Effect.fail(
                        new FileStoreError({
                          operation: "read",
                          lost: true,
                          cause: `${Key} ends ${left} bytes before`,
                        }),
                      ),
                ),
              ),
            ),
          )
        },
      ),
    )

  const uploadPart = (Key: string, UploadId: string, PartNumber: number, part: Part) =>
    Effect.gen(function* () {
      if ("bytes" in part) {
        const Body = yield* part.bytes
        const { ETag } = yield* asking("assemble", (abortSignal) =>
          client.send(
            new s3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentLength: Body.length }),
            { abortSignal },
          ),
        )
        return { PartNumber, ETag }
      }
      const { copy, range } = part
      const { CopyPartResult } = yield* asking("assemble", (abortSignal) =>
        client.send(
          new s3.UploadPartCopyCommand({
            Bucket,
            Key,
            UploadId,
            PartNumber,
            CopySource: `${Bucket}/${encodeURI(copy)}`,
            CopySourceRange: `bytes=${range.from}-${range.to - 1}`,
          }),
          { abortSignal },
        ),
      )
      return { PartNumber, ETag: CopyPartResult?.ETag }
    })

  const assemble: Bucket["assemble"] = (Key, parts) =>
    Effect.gen(function* () {
      const { UploadId } = yield* asking("assemble", (abortSignal) =>
        client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }), { abortSignal }),
      )
      if (UploadId === undefined) return yield* new FileStoreError({ operation: "assemble", cause: "no upload id" })
      yield* Effect.gen(function* () {
        const Parts = yield* Effect.forEach(parts, (part, n) => uploadPart(Key, UploadId, n + 1, part), {
          concurrency: copying,
        })
        yield* asking("assemble", (abortSignal) =>
          client.send(new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }), {
            abortSignal,
          }),
        )
      }).pipe(
        // What is begun and not completed costs room that nothing shows.
        Effect.onError(() =>
          Effect.ignore(
            asking("assemble", (abortSignal) =>
              client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId }), { abortSignal }),
            ),
          ),
        ),
      )
    })

  const bucket: Bucket = {
    put,
    sizeOf: (Key) =>
      asking("look", (abortSignal) => client.send(new s3.HeadObjectCommand({ Bucket, Key }), { abortSignal })).pipe(
        Effect.map(({ ContentLength }) => ContentLength ?? 0),
        Effect.catchIf(
          ({ cause }) => statusOf(cause) === 404,
          () => Effect.undefined,
        ),
      ),
    read,
    remove: (Key) =>
      Effect.asVoid(
        asking("remove", (abortSignal) => client.send(new s3.DeleteObjectCommand({ Bucket, Key }), { abortSignal })),
      ),
    list: (prefix) =>
      Stream.flatMap(pages(prefix), ({ Contents = [] }) =>
        Stream.fromIterable(Contents.map(({ Key = "", Size = 0 }) => ({ key: Key, size: Size }))),
      ),
    folders: (prefix) =>
      Stream.flatMap(pages(prefix, "/"), ({ CommonPrefixes = [] }) =>
        Stream.fromIterable(CommonPrefixes.map(({ Prefix = "" }) => Prefix.slice(prefix.length, -1))),
      ),
    assemble,
    address: (Key, { disposition, type }) =>
      asking("address", async () => {
        const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner")
        const read = { Bucket, Key, ResponseContentDisposition: disposition, ResponseContentType: type }
        const expiresIn = Math.round(Duration.toSeconds(addressFor))
        return getSignedUrl(client, new s3.GetObjectCommand(read), { expiresIn })
      }),
  }
  return bucket
})
