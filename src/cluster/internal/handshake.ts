/**
 * The first that is said on a connection between nodes: each proves to the other that it knows the secret, which itself is
 * never sent. Who accepts asks, who dials proves first: whoever just connects learns nothing that could be guessed at.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import type { Duplex } from "node:stream"
import { NodeId } from "../../domain/NodeId.ts"

/** What a connection is for: calls of the cluster's runtime, or messages of the hub. */
export const ConnectionKind = Schema.Literals(["runner", "link"])
export type ConnectionKind = typeof ConnectionKind.Type

export interface Credentials {
  readonly self: NodeId
  readonly secret: Redacted.Redacted
}

export class HandshakeFailed extends Data.TaggedError("HandshakeFailed")<{
  readonly problem: string
  /** Whether it is most likely that the two have different secrets. */
  readonly otherSecret?: boolean
}> {
  override get message() {
    return this.problem
  }
}

/** No message of a handshake is longer. */
const maxBytes = 1024

/** Goes with whatever else is said differently in a later version. */
const version = 1

const Text = Schema.String.check(Schema.isMaxLength(512))
const Challenge = Schema.Struct({ natter: Schema.Literal(version), nonce: Text })
const Hello = Schema.Struct({ kind: ConnectionKind, node: NodeId, nonce: Text, proof: Text })
const Welcome = Schema.Struct({ node: NodeId, proof: Text })

const nonce = () => randomBytes(32).toString("base64")

const prove = (secret: Redacted.Redacted, ...said: ReadonlyArray<string>): string =>
  createHmac("sha256", Redacted.value(secret)).update(JSON.stringify(said)).digest("base64")

const matches = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const write = (connection: Duplex, message: object) =>
  Effect.sync(() => {
    const text = Buffer.from(JSON.stringify(message))
    const length = Buffer.alloc(2)
    length.writeUInt16BE(text.length)
    connection.write(Buffer.concat([length, text]))
  })

const noGreeting = new HandshakeFailed({ problem: "what was said is no greeting of a node" })
const wrongSecret = new HandshakeFailed({ problem: "it does not know the secret of this cluster", otherSecret: true })

/** Takes just so many bytes: what comes behind is for whoever reads on. */
const read = <A>(connection: Duplex, schema: Schema.ConstraintDecoder<A>, whenClosed: HandshakeFailed) =>
  Effect.callback<A, HandshakeFailed>((resume) => {
    let length: number | undefined
    const stop = () => {
      connection.off("readable", look).off("end", ended).off("close", ended).off("error", ended)
    }
    const fail = (error: HandshakeFailed) => {
      stop()
      resume(Effect.fail(error))
    }
    const ended = () => fail(whenClosed)
    const take = (count: number): Buffer | undefined => {
      const bytes: Buffer | null = connection.read(count)
      return bytes !== null && bytes.length === count ? bytes : undefined
    }
    const look = () => {
      length ??= take(2)?.readUInt16BE()
      if (length === undefined) return
      if (length === 0 || length > maxBytes) return fail(noGreeting)
      const bytes = take(length)
      if (bytes === undefined) return
      stop()
      resume(decode(bytes.toString(), schema))
    }
    connection.on("readable", look).on("end", ended).on("close", ended).on("error", ended)
    look()
    return Effect.sync(stop)
  })

const decode = <A>(text: string, schema: Schema.ConstraintDecoder<A>): Effect.Effect<A, HandshakeFailed> => {
  const parsed = Result.try({ try: (): unknown => JSON.parse(text), catch: () => noGreeting })
  const decoded = Result.flatMap(parsed, Schema.decodeUnknownResult(schema))
  return Result.isSuccess(decoded) ? Effect.succeed(decoded.success) : Effect.fail(noGreeting)
}

/** The part of the one who accepted: who it is, and what it wants. */
export const accept = Effect.fnUntraced(function* (connection: Duplex, { secret, self }: Credentials) {
  const ours = nonce()
  yield* write(connection, { natter: version, nonce: ours })
  const hello = yield* read(connection, Hello, new HandshakeFailed({ problem: "the connection was closed" }))
  if (!matches(hello.proof, prove(secret, "dials", ours, hello.nonce, hello.kind, hello.node))) {
    return yield* wrongSecret
  }
  yield* write(connection, { node: self, proof: prove(secret, "accepts", ours, hello.nonce, hello.kind, self) })
  return { kind: hello.kind, peer: hello.node }
})

/** The part of the one who dialed: who answered. */
export const dial = Effect.fnUntraced(function* (
  connection: Duplex,
  { secret, self }: Credentials,
  kind: ConnectionKind,
) {
  const challenge = yield* read(connection, Challenge, new HandshakeFailed({ problem: "it takes no connections now" }))
  const ours = nonce()
  yield* write(connection, {
    kind,
    node: self,
    nonce: ours,
    proof: prove(secret, "dials", challenge.nonce, ours, kind, self),
  })
  const welcome = yield* read(
    connection,
    Welcome,
    new HandshakeFailed({ problem: "it closed the connection, so it has another secret", otherSecret: true }),
  )
  if (!matches(welcome.proof, prove(secret, "accepts", challenge.nonce, ours, kind, welcome.node))) {
    return yield* wrongSecret
  }
  return welcome.node
})
