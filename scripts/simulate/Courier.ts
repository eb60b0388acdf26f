/** What somebody does with files over version 2: sends them and says them, has other thoughts, reads those of others. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Client } from "../../src/client/Client.ts"
import type { FileInfo, FileSource } from "../../src/client/Files.ts"
import type { MessageId } from "../../src/domain/MessageId.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import type { ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import type { Process } from "../../src/testing/simulation/Process.ts"
import type { Sent } from "./FileTrail.ts"
import type { Request } from "./Judge.ts"
import type { Membership } from "./Membership.ts"
import type { World } from "./Person.ts"
import type { FileAction } from "./Step.ts"

/** The program that runs. */
interface Running {
  readonly process: Process
  readonly client: Client
}

type Send = (id: MessageId) => Effect.Effect<ServerFrameOf<"Published">, unknown>

/** Whose files these are. */
interface Owner {
  readonly world: World
  readonly name: string
  readonly user: string
  readonly runName: () => string
  readonly isFine: () => boolean
  readonly tell: (line: string) => void
  readonly isCurrent: (process: Process) => boolean
  readonly isIn: (channel: string) => boolean
  readonly membership: (channel: string) => Membership
  readonly say: (channel: string, request: Request, send: Send) => void
  /** It was refused something though it may have been a member. */
  readonly doubts: (refusal: Refusal) => void
}

/** Somebody who believed to be a member was refused something. */
export interface Refusal {
  readonly membership: Membership
  readonly askedAt: number
  /** Since when it believed to be in. */
  readonly enteredAt: number
  readonly reason: string | undefined
  readonly what: string
}

/** A file that it has begun to send; it is noted on its machine's disk, and so outlives the program. */
interface Begun {
  readonly sent: Sent
  readonly id: string
  readonly membership: Membership
  readonly announced: boolean
  readonly said: boolean
}

type Send1 = Extract<FileAction, { readonly type: "send" }>

/** Pieces in which it reads from its own disk. */
const piece = 50_000
/** Milliseconds that something with a file takes at most, if nothing troubles it, and so many more for each byte. */
const within = 20_000
const forEachByte = 0.1

export class Courier {
  private readonly owner: Owner
  private begun: ReadonlyArray<Begun> = []
  private readonly underWay = new Set<string>()
  private readonly seen = new WeakMap<Membership, Array<string>>()
  private files = 0

  constructor(owner: Owner) {
    this.owner = owner
  }

  /** A message with a file was heard. */
  sees(membership: Membership, id: string): void {
    const files = this.seen.get(membership) ?? []
    if (!files.includes(id)) files.push(id)
    this.seen.set(membership, files)
  }

  does(running: Running, action: FileAction): void {
    switch (action.type) {
      case "send":
        return this.send(running, action)
      case "resume":
        return this.resume(running, action.channel)
      case "fetch":
      case "spy":
        return this.fetch(running, action)
      case "sayAgain":
        return this.sayAgain(running, action.channel, action.back)
      case "retract":
        return this.retract(running, action.channel, action.back)
      case "offer":
        return
    }
  }

  private get judge() {
    return this.owner.world.judge
  }

  private send(running: Running, action: Send1): void {
    const { owner } = this
    const { channel, content, quits, size } = action
    if (!owner.isIn(channel)) return
    const membership = owner.membership(channel)
    const { time } = owner.world
    const name = `${owner.runName().replace("/", "-")}.${this.files++}`
    const sent: Sent = { name, user: owner.user, label: membership.label, content, size, at: time.now }
    this.judge.files.asks(sent)
    owner.tell(`sends file ${name} to ${sent.label}, ${size} bytes of content ${content}`)
    this.uploads(running, membership, sent, action, undefined, quits)
  }

  private resume(running: Running, channel: string): void {
    const { owner } = this
    const membership = owner.membership(channel)
    const begun = this.begun.findLast((one) => one.membership === membership && !this.underWay.has(one.id))
    if (begun === undefined || !owner.isIn(channel)) return
    owner.tell(`goes on with file ${begun.sent.name} in ${channel}`)
    this.uploads(running, membership, begun.sent, begun, begun.id, undefined)
  }

  private uploads(
    running: Running,
    membership: Membership,
    sent: Sent,
    { announced, said }: Pick<Send1, "announced" | "said">,
    resume: string | undefined,
    quits: Send1["quits"],
  ): void {
    const { judge, owner } = this
    const { client, process } = running
    const { files } = judge
    const { sha256 } = judge.contents.of(sent)
    let id = resume
    const begins = (file: string): void => {
      if (id !== undefined) this.forget(id)
      id = file
      this.begun = [...this.begun, { sent, id, membership, announced, said }]
      this.underWay.add(id)
    }
    if (id !== undefined) this.underWay.add(id)
    const source: FileSource = {
      name: sent.name,
      size: sent.size,
      sha256: announced ? sha256 : undefined,
      read: (offset) => this.bytesOf(sent, offset),
    }
    const upload = client.upload(membership.name, source, {
      resume,
      onStarted: (file) => owner.isCurrent(process) && begins(file),
      onProgress: (bytes) => owner.isCurrent(process) && id !== undefined && files.acknowledged(id, bytes),
    })
    const wanted = quits === undefined ? Effect.asSome(upload) : Effect.timeoutOption(upload, quits.after)
    const asked = this.asks(`the upload of ${sent.name}`, sent.size)
    const enteredAt = membership.roster === undefined ? undefined : membership.since
    process.run(wanted, (exit) => {
      files.end(asked.job)
      if (id !== undefined) this.underWay.delete(id)
      if (!owner.isCurrent(process)) return
      if (Exit.isFailure(exit)) {
        owner.tell(`file ${sent.name} is refused: ${String(exit.cause)}`)
        return this.refused(asked, { membership, enteredAt, id, cause: exit.cause, what: `file ${sent.name}` })
      }
      const info = Option.getOrUndefined(exit.value)
      if (info === undefined) owner.tell(`stops sending file ${sent.name}`)
      else this.arrived(sent, info)
      if (quits?.cancels === true && id !== undefined) return this.cancel(running, membership, sent, id)
      const content = sent.content % 4 === 0 ? "" : `file ${sent.name}`
      if (info !== undefined && said) this.say(running, membership, info.id, content)
    })
  }

  private arrived(sent: Sent, info: FileInfo): void {
    this.owner.tell(`file ${sent.name} has come whole`)
    this.judge.files.whole(info.id, info)
    this.forget(info.id)
  }

  private say({ client }: Running, { name }: Membership, file: string, content: string): void {
    const send: Send = (id) => client.publish(name, content, { id, file })
    this.owner.say(name, { type: "Message", content, file }, send)
  }

  private cancel({ client, process }: Running, { name }: Membership, sent: Sent, id: string): void {
    const { files } = this.judge
    this.forget(id)
    files.cancels(id)
    this.owner.tell(`cancels file ${sent.name}`)
    process.run(client.cancelUpload(name, id), (exit) => {
      if (!this.owner.isCurrent(process) || Exit.isFailure(exit)) return
      this.owner.tell(`file ${sent.name} is cancelled`)
      files.cancelled(id)
    })
  }

  private fetch({ client, process }: Running, action: Extract<FileAction, { readonly type: "fetch" | "spy" }>): void {
    const { judge, owner } = this
    const { back, channel, type } = action
    const membership = owner.membership(channel)
    const ids = type === "spy" ? [...judge.files.all].map(({ record }) => record.id) : (this.seen.get(membership) ?? [])
    const id = ids.at(-1 - back)
    if (id === undefined) return
    const name = judge.files.get(id)?.sent.name ?? id
    owner.tell(`${type === "spy" ? "guesses" : "reads"} file ${name} in ${membership.label}`)
    const asked = this.asks(`the download of ${name}`, judge.files.get(id)?.sent.size ?? 0)
    const gets = () => this.owner.isCurrent(process) && judge.files.gets(owner.name, owner.user, id, asked.at)
    const reading = Effect.scoped(
      Effect.flatMap(client.download(channel, id), ({ bytes }) =>
        Stream.runCollect(Stream.tap(bytes, () => Effect.sync(gets))),
      ),
    )
    const quits = action.type === "fetch" ? action.quits : undefined
    const wanted = quits === undefined ? Effect.asSome(reading) : Effect.timeoutOption(reading, quits)
    process.run(wanted, (exit) => {
      judge.files.end(asked.job)
      if (!owner.isCurrent(process)) return
      if (Exit.isFailure(exit)) {
        const reason = reasonOf(exit.cause)
        owner.tell(`cannot read file ${name}: ${String(exit.cause)}`)
        const isCertain = reason !== undefined && permanent.has(reason)
        if (
          (isCertain || this.wasFine(asked)) &&
          judge.files.mustBeReadable(owner.user, membership.label, id, asked.at)
        )
          judge.fail("what a message carries can be read", `${owner.name} cannot read ${name}: ${String(exit.cause)}`)
        return
      }
      if (Option.isNone(exit.value)) return owner.tell(`stops reading file ${name}`)
      const bytes = Buffer.concat(exit.value.value)
      owner.tell(`has read file ${name}, ${bytes.length} bytes`)
      judge.files.read(owner.name, owner.user, id, bytes, asked.at)
    })
  }

  private sayAgain(running: Running, channel: string, back: number): void {
    const { membership, own } = this.ownIn(channel)
    const id = own.map(({ file }) => file.id).at(-1 - back)
    if (id === undefined || !this.owner.isIn(channel)) return
    this.say(running, membership, id, `again ${this.files++} of ${this.owner.runName()}`)
  }

  private retract({ client }: Running, channel: string, back: number): void {
    const { own } = this.ownIn(channel)
    const message = own.at(-1 - back)
    if (message === undefined) return
    const { seq: target } = message
    this.owner.say(channel, { type: "Deleted", target }, (id) => client.delete(channel, target, id))
  }

  /** Its own messages with files that it sees in a channel. */
  private ownIn(channel: string) {
    const membership = this.owner.membership(channel)
    const { view } = membership
    const own =
      membership.roster === undefined
        ? []
        : view.places.flatMap((seq) => {
            const file = view.fileAt(seq)
            return file !== undefined && this.judge.author(membership.channel, seq) === this.owner.user
              ? [{ seq, file }]
              : []
          })
    return { membership, own }
  }

  private refused(asked: Asked, { cause, enteredAt, id, membership, what }: Refused): void {
    const { judge, owner } = this
    const reason = reasonOf(cause)
    if (reason === "NoSuchFile" && id !== undefined) this.forget(id)
    if (reason === "NotMember" || reason === "Banned" || reason === "Muted" || reason === "ChannelArchived") {
      if (enteredAt === undefined) return
      return owner.doubts({ membership, enteredAt, askedAt: asked.at, reason, what: `${what} is refused: ${reason}` })
    }
    if (reason === "TooManyUploads" && judge.files.hasMany(owner.user)) return
    const isCertain = (reason !== undefined && permanent.has(reason)) || this.wasFine(asked)
    if (!isCertain || !judge.files.mustBeTaken(owner.user, membership.label, id, asked.at)) return
    judge.fail("nobody is refused without a reason", `${what} of ${owner.name} is refused: ${String(cause)}`)
  }

  private asks(what: string, size: number): Asked {
    const { owner } = this
    const at = owner.world.time.now
    const job = this.judge.files.begin({
      what: `${what} by ${owner.name}`,
      by: owner.runName(),
      at,
      within: within + size * forEachByte,
    })
    return { job, at, wasFine: owner.isFine() }
  }

  private wasFine({ wasFine }: Asked): boolean {
    return wasFine && this.owner.isFine()
  }

  private bytesOf(sent: Sent, offset: number): Stream.Stream<Uint8Array> {
    const { bytes } = this.judge.contents.of(sent)
    const count = Math.ceil((bytes.length - offset) / piece)
    const starts = Array.from({ length: count }, (_, at) => offset + at * piece)
    return Stream.map(Stream.fromIterable(starts), (start) => bytes.slice(start, start + piece))
  }

  private forget(id: string): void {
    this.begun = this.begun.filter((one) => one.id !== id)
  }
}

interface Refused {
  readonly membership: Membership
  readonly enteredAt: number | undefined
  readonly id: string | undefined
  readonly cause: Cause.Cause<unknown>
  readonly what: string
}

interface Asked {
  readonly job: Parameters<World["judge"]["files"]["end"]>[0]
  readonly at: number
  readonly wasFine: boolean
}

/** What no other try would change, and what is a mistake where there is no reason for it. */
const permanent = new Set<string>([
  "NoSuchFile",
  "Forbidden",
  "Banned",
  "NoSuchChannel",
  "FileTooLarge",
  "FileQuota",
  "TooManyUploads",
  "WrongOffset",
  "HashMismatch",
  "FileRefused",
  "Internal",
  "InvalidFrame",
  "NotSupported",
])

const reasonOf = (cause: Cause.Cause<unknown>): string | undefined => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error instanceof RequestError ? error.reason : undefined
}
