/**
 * The first that is said on a connection between nodes: each proves to the other that it knows the secret, which itself is
 * never sent. Who accepts asks, who dials proves first: whoever just connects learns nothing that could be guessed at. Both
 * say which versions of what follows they speak, and part where these have none in common.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import type { Duplex } from "node:stream"
import { NodeId } from "../../domain/NodeId.ts"
import * as Versions from "./versions.ts"

/** What a connection is for: calls of the cluster's runtime, or messages of the hub. */
export const ConnectionKind = Schema.Literals(["runner", "link"])
export type ConnectionKind = typeof ConnectionKind.Type

export interface Credentials {
  readonly self: NodeId
  readonly secret: Redacted.Redacted
  readonly speaks: Versions.Versions
}

export class HandshakeFailed extends Data.TaggedError("HandshakeFailed")<{
  readonly problem: string
  /** Whether it is most likely that the two have different secrets. */
  readonly otherSecret?: boolean
  /** Whether the two speak no version in common. */
  readonly otherVersion?: boolean
}> {
  override get message() {
    return this.problem
  }
}

/** No message of a handshake is longer. */
const maxBytes = 1024

/** Of the greeting itself: it stays, so that nodes of any two releases can tell each other why they do not go together. */
const greeting = 1

const Text = Schema.String.check(Schema.isMaxLength(512))
/** Absent in what a node says that knows of one version only. */
const speaks = Schema.optional(Versions.Versions)
const Challenge = Schema.Struct({ natter: Schema.Literal(greeting), nonce: Text, speaks })
const Hello = Schema.Struct({ kind: ConnectionKind, node: NodeId, nonce: Text, proof: Text, speaks })
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

const noCommonVersion = (theirs: Versions.Versions, ours: Versions.Versions) =>
  new HandshakeFailed({
    problem:
      `it speaks ${Versions.format(theirs)} of what nodes say to each other, and this node ${Versions.format(ours)}: ` +
      "stop all nodes and install one release at all of them, or upgrade by way of a release that speaks both",
    otherVersion: true,
  })

/** What is proven beside the rest: that nobody has changed on the way which versions the two speak, where both say so. */
const said = (accepts: Versions.Versions | undefined, dials: Versions.Versions | undefined): ReadonlyArray<string> =>
  accepts === undefined || dials === undefined ? [] : [Versions.format(accepts), Versions.format(dials)]

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
export const accept = Effect.fnUntraced(function* (connection: Duplex, { secret, self, speaks }: Credentials) {
  const ours = nonce()
  yield* write(connection, { natter: greeting, nonce: ours, speaks })
  const hello = yield* read(connection, Hello, new HandshakeFailed({ problem: "the connection was closed" }))
  const { kind, node, nonce: theirs, speaks: dials } = hello
  const versions = said(speaks, dials)
  if (!matches(hello.proof, prove(secret, "dials", ours, theirs, kind, node, ...versions))) return yield* wrongSecret
  // Who dialed knows by now that it is so.
  if (!Versions.share(speaks, dials ?? Versions.unsaid)) {
    return yield* noCommonVersion(dials ?? Versions.unsaid, speaks)
  }
  yield* write(connection, { node: self, proof: prove(secret, "accepts", ours, theirs, kind, self, ...versions) })
  return { kind, peer: node }
})

/** The part of the one who dialed: who answered. */
export const dial = Effect.fnUntraced(function* (
  connection: Duplex,
  { secret, self, speaks }: Credentials,
  kind: ConnectionKind,
) {
  const challenge = yield* read(connection, Challenge, new HandshakeFailed({ problem: "it takes no connections now" }))
  const { nonce: theirs, speaks: accepts } = challenge
  const ours = nonce()
  const versions = said(accepts, speaks)
  // Said in any case: the other side tells of it, too.
  yield* write(connection, {
    kind,
    node: self,
    nonce: ours,
    proof: prove(secret, "dials", theirs, ours, kind, self, ...versions),
    ...(accepts !== undefined && { speaks }),
  })
  const fits = Versions.share(speaks, accepts ?? Versions.unsaid)
  const closed = new HandshakeFailed({
    problem: "it closed the connection, so it has another secret",
    otherSecret: true,
  })
  const welcome = yield* read(connection, Welcome, fits ? closed : noCommonVersion(accepts ?? Versions.unsaid, speaks))
  if (!matches(welcome.proof, prove(secret, "accepts", theirs, ours, kind, welcome.node, ...versions))) {
    return yield* wrongSecret
  }
  if (!fits) return yield* noCommonVersion(accepts ?? Versions.unsaid, speaks)
  return welcome.node
})
