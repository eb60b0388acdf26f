/**
 * A client of the chapter's "Building a Custom Network Protocol", which knows of files what the chapter's types say, and
 * nothing else. Its words are written and read here, and not by the code under test: `Vec<u8>` is an array of numbers.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Link } from "../../src/testing/Link.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { frame, fromSlice, type Message } from "../client/chapterMessages.ts"

class NotSo extends Data.TaggedError("NotSo")<{ readonly message: string }> {}

export class ChapterClient {
  readonly link: Link
  private buffer = Buffer.alloc(0)

  constructor(link: Link) {
    this.link = link
  }

  send(...messages: ReadonlyArray<Message>) {
    return this.link.send(Buffer.concat(messages.map(frame)))
  }

  /** The next message, pings but answered. */
  readonly next: Effect.Effect<Message, unknown> = Effect.suspend(() => {
    const { buffer } = this
    const end = buffer.byteLength < 4 ? Number.POSITIVE_INFINITY : 4 + buffer.readUInt32BE()
    if (buffer.byteLength < end) {
      return Effect.flatMap(this.link.pull, (bytes) => {
        this.buffer = Buffer.concat([this.buffer, bytes])
        return this.next
      })
    }
    this.buffer = buffer.subarray(end)
    const message = fromSlice(buffer.subarray(4, end))
    if (message === undefined) {
      return Effect.fail(new NotSo({ message: `serde reads no such message: ${buffer.toString("utf8", 4, 504)}` }))
    }
    return message.type === "Ping" ? Effect.andThen(this.send({ type: "Pong" }), this.next) : Effect.succeed(message)
  })

  /** The next message of this type, whatever is said before. */
  until(type: string): Effect.Effect<Message, unknown> {
    return this.nextThat((message) => message.type === type)
  }

  /** The next message that is no presence. */
  get said(): Effect.Effect<Message, unknown> {
    return this.nextThat(({ type }) => type !== "UserJoined" && type !== "UserLeft")
  }

  private nextThat(isIt: (message: Message) => boolean): Effect.Effect<Message, unknown> {
    return Effect.gen({ self: this }, function* () {
      let message = yield* this.next
      while (!isIt(message)) message = yield* this.next
      return message
    })
  }

  /** Sends a file from its first to its last byte, in chunks of so many. */
  sendFile(transfer_id: string, bytes: Uint8Array, chunkBytes: number) {
    return Effect.gen({ self: this }, function* () {
      for (let at = 0, chunk_id = 0; at < bytes.byteLength; at += chunkBytes, chunk_id++) {
        yield* this.send({
          type: "FileChunk",
          transfer_id,
          chunk_id,
          data: [...bytes.subarray(at, at + chunkBytes)],
        })
      }
      yield* this.send({ type: "FileTransferComplete", transfer_id, success: true })
    })
  }

  /** Takes what comes of a file until it is complete; `between` is run before each chunk. */
  takeFile(transfer_id: string, between: Effect.Effect<void> = Effect.void) {
    return Effect.gen({ self: this }, function* () {
      const pieces: Array<Uint8Array> = []
      while (true) {
        yield* between
        const message = yield* this.said
        if (message.type === "FileChunk" && message.transfer_id === transfer_id) {
          if (message.chunk_id !== pieces.length)
            return yield* new NotSo({ message: `chunk ${String(message.chunk_id)}` })
          pieces.push(Uint8Array.from(message.data as ReadonlyArray<number>))
        } else if (message.type === "FileTransferComplete" && message.transfer_id === transfer_id) {
          return { success: message.success, bytes: Buffer.concat(pieces) }
        } else return yield* new NotSo({ message: JSON.stringify(message).slice(0, 300) })
      }
    })
  }
}

/** Signs in, and reads who is there. */
export const chapterClient = (
  server: TestServer["Service"],
  username: string,
): Effect.Effect<ChapterClient, unknown, Scope> =>
  Effect.gen(function* () {
    const client = new ChapterClient(yield* server.connect())
    yield* client.send({ type: "Login", username, password: `${username}'s` })
    yield* client.until("UserList")
    return client
  })
