/** What a program of version 1 does with files: it offers its own in the lobby, and takes, refuses or passes over others. */
import { lobby } from "../../src/domain/ChannelName.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { Content } from "./Contents.ts"
import type { Job, Sent } from "./FileTrail.ts"
import type { World } from "./Person.ts"
import * as Rules from "./Rules.ts"

type Of<Type extends Message["type"]> = Extract<Message, { readonly type: Type }>

type FileMessage = Of<"FileTransferRequest" | "FileTransferResponse" | "FileChunk" | "FileTransferComplete">

interface Owner {
  readonly world: World
  readonly name: string
  readonly user: string
  readonly runName: () => string
  readonly tell: (line: string) => void
  readonly send: (message: Message) => void
}

/** What it offers, and then sends. */
interface Offer {
  readonly sent: Sent
  job: Job
  /** Once somebody takes it. */
  transfer: string | undefined
  /** Bytes and chunks that are on their way; undefined once no more are to be sent. */
  at: number | undefined
  chunks: number
}

/** What it was shown. */
interface Shown {
  readonly sent: Sent
  readonly choice: Choice
  readonly job: Job | undefined
  isTaking: boolean
  at: number
  chunks: number
}

type Choice = "takes" | "takes and stops" | "refuses" | "passes over"

/** Bytes of a chunk: each is a number in JSON. */
const chunk = 8192
/** Milliseconds in which an offer has an answer, and in which a file is through, or is not. */
const within = 90_000
/** What a server says of files where it does not name one. */
const aboutFiles = /file transfer|files as one may/

export class Version1Files {
  private readonly owner: Owner
  private files = 0
  private offer: Offer | undefined
  private shown = new Map<string, Shown>()

  constructor(owner: Owner) {
    this.owner = owner
  }

  /** The connection is no more. */
  out(): void {
    this.offer = undefined
    this.shown = new Map()
  }

  /** Whether an error is about a file. What it has answered, and is not given, has ended before. */
  isAbout(error: string): boolean {
    const { files } = this.owner.world.judge
    const isNamed = ({ sent }: { readonly sent: Sent }) => error.includes(sent.name)
    const named = [...this.shown.values()].filter((one) => isNamed(one))
    const isGeneral = aboutFiles.test(error)
    for (const { isTaking, job } of isGeneral ? this.shown.values() : named) {
      if (!isTaking && job !== undefined) files.end(job)
    }
    return isGeneral || named.length > 0 || (this.offer !== undefined && isNamed(this.offer))
  }

  /** An error that may be the answer to what it offers; then there is no other. */
  doubts(): void {
    const { offer, owner } = this
    if (offer !== undefined && offer.transfer === undefined) owner.world.judge.files.end(offer.job)
  }

  /** One at a time. */
  offers({ content, size }: Content): void {
    const { owner } = this
    if (this.offer !== undefined) return
    const { judge, time } = owner.world
    const name = `${owner.runName().replace("/", "-")}.${this.files++}`
    const sent: Sent = { name, user: owner.user, label: lobby, content, size, at: time.now }
    judge.files.asks(sent)
    owner.tell(`offers file ${name}, ${size} bytes of content ${content}`)
    this.offer = { sent, job: this.begins(`the offer of ${name}`), transfer: undefined, at: 0, chunks: 0 }
    owner.send({ type: "FileTransferRequest", filename: name, size, from: "" })
  }

  /** All that was sent is written: the next chunk of what somebody takes. */
  goesOn(): void {
    const { offer, owner } = this
    if (offer?.transfer === undefined || offer.at === undefined) return
    const { at, sent, transfer } = offer
    const { bytes } = owner.world.judge.contents.of(sent)
    const givesUp = sent.content % 7 === 0 && offer.chunks === 2
    if (at === sent.size || givesUp) {
      offer.at = undefined
      owner.tell(givesUp ? `gives up file ${sent.name}` : `has sent file ${sent.name}`)
      return owner.send({ type: "FileTransferComplete", transfer_id: transfer, success: !givesUp })
    }
    const data = [...bytes.subarray(at, at + chunk)]
    offer.at = at + data.length
    owner.send({ type: "FileChunk", transfer_id: transfer, chunk_id: offer.chunks++, data })
  }

  hear(message: FileMessage): void {
    switch (message.type) {
      case "FileTransferRequest":
        return this.isShown(message)
      case "FileTransferResponse":
        return this.isAnswered(message)
      case "FileChunk":
        return this.gets(message)
      case "FileTransferComplete":
        return this.isOver(message)
    }
  }

  private isShown({ filename, from, size, transfer_id: id }: Of<"FileTransferRequest">): void {
    const { owner } = this
    const sent = owner.world.judge.files.sentAs(filename)
    if (sent === undefined || sent.size !== size || sent.user !== from || id === undefined)
      return this.fail("nothing is invented", `was shown ${filename} of ${size} bytes from ${from}`)
    if (sent === this.offer?.sent || this.shown.has(id))
      return this.fail("an offer is shown once, to the others", `was shown ${filename}`)
    this.mayBeShown(sent)
    const choice = choiceOf(`${filename} ${owner.name}`)
    owner.tell(`is shown file ${filename} from ${from}, and ${choice}${choice.startsWith("takes") ? "" : " it"}`)
    const takes = choice === "takes" || choice === "takes and stops"
    const job = takes ? this.begins(`taking ${filename}`) : undefined
    this.shown.set(id, { sent, choice, job, isTaking: false, at: 0, chunks: 0 })
    if (choice !== "passes over") owner.send({ type: "FileTransferResponse", accept: takes, transfer_id: id })
  }

  private mayBeShown(sent: Sent): void {
    const { judge, time } = this.owner.world
    const channel = judge.channels.called(lobby)
    if (channel === undefined) return
    const by = judge.someone(sent.user)
    if (!channel.during(sent.at, time.now, (record, end) => Rules.maySpeak(record, by, end)))
      this.fail("nobody speaks without the right to", `was shown ${sent.name}`)
    if (!channel.everAllowed(judge.someone(this.owner.user), sent.at, time.now))
      this.fail("nobody hears where it may not be", `was shown ${sent.name}`)
  }

  private isAnswered({ accept, transfer_id: id }: Of<"FileTransferResponse">): void {
    const { offer, owner } = this
    const shown = id === null ? undefined : this.shown.get(id)
    if (shown !== undefined) {
      if (!accept || shown.job === undefined) return this.fail("nobody gets what it has not taken", shown.sent.name)
      shown.isTaking = true
      return
    }
    if (offer === undefined) return this.fail("nothing is invented", `was answered ${id}, and offers nothing`)
    owner.tell(`hears that file ${offer.sent.name} is ${accept ? "taken" : "not taken"}`)
    owner.world.judge.files.end(offer.job)
    if (!accept || id === null) return void (this.offer = undefined)
    if (offer.transfer !== undefined) return this.fail("nobody is told twice to begin", offer.sent.name)
    offer.transfer = id
    offer.job = this.begins(`sending ${offer.sent.name}`)
    this.goesOn()
  }

  private gets({ chunk_id, data, transfer_id: id }: Of<"FileChunk">): void {
    const { owner } = this
    const shown = this.shown.get(id)
    if (shown?.isTaking !== true) return this.fail("nobody gets what it has not taken", `got a chunk of ${id}`)
    const { sent } = shown
    const { bytes } = owner.world.judge.contents.of(sent)
    const isNext = Buffer.from(data).equals(bytes.subarray(shown.at, shown.at + data.length))
    if (chunk_id !== shown.chunks || !isNext)
      return this.fail("a file is what was sent", `got chunk ${chunk_id} of ${sent.name} behind ${shown.at} bytes`)
    shown.at += data.length
    shown.chunks++
    if (shown.choice !== "takes and stops" || chunk_id > 0) return
    owner.tell(`takes file ${sent.name} no more`)
    owner.send({ type: "FileTransferComplete", transfer_id: id, success: false })
  }

  private isOver({ success, transfer_id: id }: Of<"FileTransferComplete">): void {
    const { offer, owner } = this
    const { files } = owner.world.judge
    const shown = this.shown.get(id)
    const what = shown?.sent ?? offer?.sent
    if (what === undefined) return this.fail("nothing is invented", `was told of the end of ${id}`)
    owner.tell(`hears that file ${what.name} is ${success ? "through" : "not to be had"}`)
    if (shown !== undefined) {
      // Chunks may still come that were on their way when it stopped.
      if (shown.choice !== "takes and stops") this.shown.delete(id)
      if (shown.job !== undefined) files.end(shown.job)
      if (!success) return
      if (shown.at !== what.size && shown.choice === "takes")
        this.fail("a file is what was sent", `got ${shown.at} bytes of ${what.name}`)
      files.counts.passed++
      return
    }
    if (offer?.transfer !== id) return this.fail("nothing is invented", `was told of the end of ${id}`)
    files.end(offer.job)
    this.offer = undefined
    if (success && offer.at !== undefined) this.fail("a file is what was sent", `${what.name} is not sent yet`)
  }

  private begins(what: string): Job {
    const { judge, time } = this.owner.world
    const { name, runName } = this.owner
    return judge.files.begin({ what: `${what} by ${name}`, by: runName(), at: time.now, within })
  }

  private fail(promise: string, detail: string): void {
    this.owner.world.judge.fail(promise, `${this.owner.name}: ${detail}`)
  }
}

const choices: ReadonlyArray<Choice> = ["takes", "takes", "takes", "takes and stops", "refuses", "passes over"]

/** The same for the same file and person, whatever else happens. */
const choiceOf = (text: string): Choice => {
  let sum = 0
  for (const letter of text) sum = (31 * sum + letter.codePointAt(0)!) % 1_000_003
  return choices[sum % choices.length]!
}
