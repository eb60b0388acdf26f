// A client of the shipped library that sends files, says them, reads those of others, takes some back, and records all of it.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type * as Client from "../../src/client/Client.ts"
import type { FileSource } from "../../src/client/Files.ts"
import { catalog, RequestError } from "../../src/domain/RequestError.ts"
import { contentOf, hashOfContent, nameOf } from "./files/content.ts"
import { carriersOf } from "./FileJudge.ts"
import { noted, send } from "./Publisher.ts"
import type { Entry, ReadFile, SentFile } from "./Record.ts"
import type { Participant, Setting } from "./Setting.ts"

/** Files that one client sends and reads at once, at most, and how large they are. */
const atOnce = 4
const largest = 3_000_000
/** Those of a kind have the same bytes: they are kept once, and go when the last of them goes. */
const kinds = 8

/** Bytes that are read at once, and the longest wait between two: a file takes a while, so that it is cut off in its middle. */
const piece = 48 * 1024
const between = 12

const pause = (most: number) => Effect.flatMap(Random.next, (dice) => Effect.sleep(Duration.millis(dice * most)))

const isFinal = (error: unknown): boolean => error instanceof RequestError && !catalog[error.reason].retryable
const reasonOf = (error: unknown): string =>
  error instanceof RequestError ? error.reason : error instanceof Error ? error.name : String(error)

const sourceOf = (name: string, sha256: string | undefined): FileSource => ({
  name,
  size: contentOf(name).length,
  sha256,
  read: (offset) => {
    const bytes = contentOf(name)
    const count = Math.ceil((bytes.length - offset) / piece)
    return Stream.fromIterable(
      Array.from({ length: count }, (_, n) => bytes.subarray(offset + n * piece, offset + (n + 1) * piece)),
    ).pipe(Stream.tap(() => pause(between)))
  },
})

/** Reads a file to its end, slowly, and records what has come. */
export const read = (
  { ledger }: Setting,
  client: Client.Client,
  about: Pick<ReadFile, "client" | "channel" | "seq" | "id">,
  wait: Effect.Effect<void> = Effect.void,
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const reading = ledger.addRead(about)
    const hash = createHash("sha256")
    return client.download(about.channel, about.id).pipe(
      Effect.flatMap(({ bytes }) =>
        Stream.runForEach(bytes, (some) =>
          Effect.andThen(
            Effect.sync(() => hash.update(some)),
            wait,
          ),
        ),
      ),
      Effect.scoped,
      Effect.match({
        onSuccess: () => void (reading.sha256 = hash.digest("hex")),
        onFailure: (error) => void (reading.refused = { reason: reasonOf(error), final: isFinal(error) }),
      }),
      Effect.onInterrupt(() => Effect.sync(() => (reading.refused ??= { reason: "left", final: false }))),
      Effect.ensuring(Effect.sync(() => (reading.over = ledger.now()))),
    )
  })

export class Courier {
  private readonly setting: Setting
  private readonly participant: Participant
  private count = 0
  /** What it was sending when its last visit ended. */
  private readonly unfinished: Array<SentFile> = []

  constructor(setting: Setting, participant: Participant) {
    this.setting = setting
    this.participant = participant
  }

  /** Sends and reads until everybody is quiet; done when all that it sends is said. */
  work(client: Client.Client): Effect.Effect<void> {
    const { pace, quiet } = this.setting
    return Effect.gen({ self: this }, function* () {
      const inFlight = yield* FiberSet.make<void>()
      for (const sent of this.unfinished.splice(0)) yield* FiberSet.run(inFlight, this.bring(client, sent))
      const next = Effect.gen({ self: this }, function* () {
        yield* pause(2000 / pace)
        if ((yield* FiberSet.size(inFlight)) >= atOnce) return
        const isSending = (yield* Random.next) < 0.6
        yield* FiberSet.run(inFlight, isSending ? this.sendOne(client) : this.readOne(client))
      })
      yield* Effect.raceFirst(Effect.forever(next), quiet)
      yield* FiberSet.awaitEmpty(inFlight)
    }).pipe(Effect.scoped)
  }

  private sendOne(client: Client.Client): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { ledger } = this.setting
      const kind = yield* Random.nextIntBetween(0, kinds - 1)
      const ofItsOwn = yield* Random.nextIntBetween(1, largest)
      const size = (yield* Random.next) < 0.4 ? ofItsOwn : Math.floor((largest / kinds) * (kind + 1))
      const channel = yield* this.channel
      const sent = ledger.addFile({ client: this.participant.client, channel, name: nameOf(kind, size) })
      yield* this.bring(client, sent)
    })
  }

  /** Any but the lobby: whoever speaks version 1 there sees other words than those that were said. */
  private get channel(): Effect.Effect<string> {
    const [, ...others] = this.setting.channels
    return Random.choice(others as [string, ...Array<string>])
  }

  /** Sends it to its end, and says it; whoever leaves meanwhile goes on with it another time. */
  private bring(client: Client.Client, sent: SentFile): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      yield* this.upload(client, sent)
      if (sent.sha256 === undefined) return
      const seq = yield* this.say(client, sent)
      sent.settled = true
      if (seq === undefined || (yield* Random.next) > 0.4) return
      yield* pause(3000)
      // What is said once all is quiet may come after what was kept has been read.
      if (!this.setting.isQuiet()) yield* this.takeBack(client, sent.channel, seq)
    }).pipe(Effect.onInterrupt(() => Effect.sync(() => !sent.settled && this.unfinished.push(sent))))
  }

  private upload(client: Client.Client, sent: SentFile): Effect.Effect<void> {
    const { ledger } = this.setting
    return Effect.gen({ self: this }, function* () {
      const announced = (yield* Random.next) < 0.5 ? hashOfContent(sent.name) : undefined
      const isEarly = (yield* Random.next) < 0.15
      const run = yield* FiberSet.makeRuntime<never>()
      const whole = yield* client.upload(sent.channel, sourceOf(sent.name, announced), {
        resume: sent.begun.at(-1),
        onStarted: (id) => {
          sent.begun.push(id)
          if (isEarly) run(Effect.asVoid(this.publish(client, sent, id, true)))
        },
        onProgress: (bytes) => sent.told.push({ at: ledger.now(), bytes }),
      })
      sent.sha256 = whole.sha256
    }).pipe(
      Effect.scoped,
      Effect.catch((error) => {
        if (!isFinal(error) && error instanceof RequestError)
          return Effect.andThen(Effect.sleep("200 millis"), this.upload(client, sent))
        return Effect.sync(() => {
          sent.refused = reasonOf(error)
          sent.settled = true
        })
      }),
    )
  }

  /** Succeeds with the place of the message; undefined where it was refused for good. */
  private say(client: Client.Client, sent: SentFile): Effect.Effect<number | undefined> {
    return Effect.flatMap(this.publish(client, sent, sent.begun.at(-1)!), ({ answer, operation }) =>
      answer !== undefined || operation.refused?.final === true
        ? Effect.succeed(answer?.seq)
        : Effect.andThen(
            Effect.sleep("200 millis"),
            Effect.suspend(() => this.say(client, sent)),
          ),
    )
  }

  private publish(client: Client.Client, sent: SentFile, file: string, early?: true) {
    return Effect.suspend(() => {
      const content = `${this.participant.client} sends ${sent.name}`
      const operation = this.setting.ledger.add({
        ...this.next(sent.channel),
        act: { type: "Message", content, file },
        early,
      })
      return Effect.map(noted(this.setting, operation, send(client, sent.channel, operation)), (answer) => ({
        answer,
        operation,
      }))
    })
  }

  private takeBack(client: Client.Client, channel: string, target: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const operation = this.setting.ledger.add({ ...this.next(channel), act: { type: "Deleted", target } })
      return Effect.asVoid(noted(this.setting, operation, send(client, channel, operation)))
    })
  }

  private next(channel: string) {
    const { client, user } = this.participant
    return { client, user, channel, id: `${client.replaceAll(" ", "_")}-file-${++this.count}` }
  }

  /** One of the last files that it has heard of. */
  private readOne(client: Client.Client): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const channel = yield* this.channel
      const { entries } = this.setting.ledger.observationOf(this.participant.client, channel)
      const carriers = carriersOf(entries.filter((entry): entry is Entry => entry.type !== "Missed"))
      const [first, ...others] = carriers.slice(-12)
      if (first === undefined) return
      const { file, seq } = yield* Random.choice([first, ...others] as [typeof first, ...typeof others])
      yield* read(this.setting, client, { client: this.participant.client, channel, seq, id: file.id }, pause(between))
    })
  }
}
