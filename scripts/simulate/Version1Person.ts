/** Somebody whose program speaks version 1, as programs did before there was a library for it: frames, and no more. */
import * as Effect from "effect/Effect"
import { lobby } from "../../src/domain/ChannelName.ts"
import { client1 } from "../../src/protocol/Encoding.ts"
import { Deframer } from "../../src/protocol/Framing.ts"
import type { Message } from "../../src/protocol/v1/Message.ts"
import type { ClientEnd } from "../../src/testing/simulation/Line.ts"
import type { Process } from "../../src/testing/simulation/Process.ts"
import type { Submission } from "./Judge.ts"
import { Person, type Sight, tryAgain } from "./Person.ts"
import type { Action } from "./Step.ts"
import { Version1Files } from "./Version1Files.ts"
import { Version1Lobby } from "./Version1Lobby.ts"

/** Silence before the program asks whether the server is still there, and the time that has for an answer. */
const pingAfter = 25_000
const pongWithin = 10_000

/** What the program sends without waiting for an answer. */
const maxSent = 6

/** What a server says to who is in the lobby no more, which is all that version 1 knows. */
const putOut = "You were put out of the channel"
const hasEnded = "The channel has ended"

/** One connection of a program. */
interface Conversation {
  readonly process: Process
  readonly end: ClientEnd
  readonly deframer: Deframer
  /** The last place in the lobby when it signed in. */
  readonly signedInAt: number
  readonly connectedAt: number
  heardAt: number
  /** What waits to be written; one piece is written behind the other. */
  unwritten: ReadonlyArray<Uint8Array>
  isWriting: boolean
  isOver: boolean
}

export class Version1Person extends Person {
  private conversation: Conversation | undefined
  private lobby: Version1Lobby | undefined
  private since = 0
  private unsent: ReadonlyArray<string> = []
  /** What has no answer yet. An error does not say what it answers: the echo of what was sent behind it tells. */
  private sent: ReadonlyArray<Submission> = []
  /** Errors that answer something of what was sent. */
  private errors = 0
  private readonly files = new Version1Files({
    world: this.world,
    name: this.name,
    user: this.user,
    runName: () => this.runName,
    tell: (line) => this.tell(line),
    send: (message) => this.conversation !== undefined && this.send(this.conversation, message),
  })

  get sights(): Iterable<Sight> {
    const { channels } = this.world.judge
    const { lobby: here, since } = this
    return [{ channel: channels.called(lobby)?.id ?? lobby, names: here && [...here.names], since }]
  }

  get isKeptOut(): boolean {
    const { judge } = this.world
    return !judge.mayEnter(this.user, judge.channels.called(lobby))
  }

  checkUpToDate(): void {
    this.lobby?.checkUpToDate()
  }

  protected start(process: Process): void {
    this.connect(process)
  }

  protected goodbye(): Effect.Effect<void> {
    const { conversation } = this
    if (conversation === undefined || conversation.isOver) return Effect.void
    conversation.isOver = true
    return Effect.andThen(conversation.end.end, conversation.end.abort)
  }

  protected out(): void {
    this.isOnline = false
    this.unsent = []
    this.sent = []
    this.errors = 0
    this.files.out()
    if (this.lobby === undefined) return
    this.lobby = undefined
    this.since = this.world.time.now
  }

  protected does(action: Action): void {
    // Of all that others can do, this version has messages and files in the lobby.
    if (action.type === "offer" && this.isOnline) return this.files.offers(action)
    if (action.type !== "publish" || action.channel !== lobby || !this.isOnline) return
    for (let time = 0; time < action.times; time++) {
      this.unsent = [...this.unsent, `${this.runName}.${this.words++} ${"x".repeat(action.length)}`]
    }
    this.sendNext()
  }

  private connect(process: Process): void {
    this.dial(process, (end) => {
      if (!this.isCurrent(process)) return end === undefined ? undefined : process.run(end.abort)
      if (end === undefined) return this.connectLater(process)
      const { judge, time } = this.world
      const signedInAt = judge.channels.called(lobby)?.last ?? 0
      const conversation: Conversation = {
        process,
        end,
        deframer: new Deframer(),
        signedInAt,
        connectedAt: time.now,
        heardAt: time.now,
        unwritten: [],
        isWriting: false,
        isOver: false,
      }
      this.conversation = conversation
      process.run(Effect.forever(Effect.map(end.pull, (bytes) => this.hear(conversation, bytes))), () =>
        this.lost(conversation, "the connection has ended"),
      )
      this.send(conversation, { type: "Login", username: this.user, password: "secret" })
      this.watch(conversation)
    })
  }

  private connectLater(process: Process): void {
    this.world.time.after(tryAgain, () => {
      if (this.isCurrent(process)) this.connect(process)
    })
  }

  private lost(conversation: Conversation, why: string): void {
    if (conversation.isOver) return
    conversation.isOver = true
    conversation.process.run(conversation.end.abort)
    if (!this.isCurrent(conversation.process)) return
    this.tell(why)
    this.world.judge.abandoned(this.runName)
    this.out()
    this.connectLater(conversation.process)
  }

  /** Notices that the server is gone, whatever the network believes. */
  private watch(conversation: Conversation): void {
    const { time } = this.world
    const { heardAt, process } = conversation
    time.after(pingAfter, () => {
      if (conversation.isOver || !process.isAlive) return
      if (conversation.heardAt > heardAt) return this.watch(conversation)
      this.send(conversation, { type: "Ping" })
      time.after(pongWithin, () => {
        if (!process.isAlive) return
        if (conversation.heardAt === heardAt) this.lost(conversation, "hears nothing any more")
        else if (!conversation.isOver) this.watch(conversation)
      })
    })
  }

  private send(conversation: Conversation, message: Message): void {
    conversation.unwritten = [...conversation.unwritten, client1.encode(message)]
    this.write(conversation)
  }

  private write(conversation: Conversation): void {
    const { end, isOver, isWriting, process, unwritten } = conversation
    const [bytes, ...others] = unwritten
    if (isWriting || isOver) return
    if (bytes === undefined) return this.files.goesOn()
    conversation.unwritten = others
    conversation.isWriting = true
    process.run(Effect.ignore(end.send(bytes)), () => {
      conversation.isWriting = false
      this.write(conversation)
    })
  }

  private sendNext(): void {
    const { conversation } = this
    if (conversation === undefined) return
    while (this.sent.length < maxSent) {
      const [content, ...others] = this.unsent
      if (content === undefined) return
      this.unsent = others
      this.sent = [...this.sent, this.submit(content)]
      this.send(conversation, { type: "ChatMessage", from: "", content, timestamp: 0 })
    }
  }

  private submit(content: string): Submission {
    const { judge } = this.world
    const id = content.split(" ", 1)[0]!
    this.tell(`says ${id} in ${lobby}, Message`)
    return judge.submit({
      id,
      user: this.user,
      by: this.runName,
      name: lobby,
      meant: judge.channels.called(lobby),
      request: { type: "Message", content },
      number: Number(id.split(".")[1]),
    })
  }

  private hear(conversation: Conversation, bytes: Uint8Array): void {
    conversation.heardAt = this.world.time.now
    const bodies: Array<Uint8Array> = []
    conversation.deframer.push(bytes, bodies)
    for (const body of bodies) {
      const decoded = client1.decode(body)
      if (conversation.isOver) return
      if (decoded._tag === "Failure")
        return this.world.judge.fail("version 1 is spoken", `${this.name} heard ${decoded.failure.message}`)
      if (decoded.success.type !== "Connect") this.receive(conversation, decoded.success)
    }
  }

  private receive(conversation: Conversation, message: Message): void {
    switch (message.type) {
      case "LoginResponse":
        if (!message.success) this.lost(conversation, `is not let in: ${message.message}`)
        return
      case "UserList": {
        const { judge, time } = this.world
        this.lobby = new Version1Lobby(judge, this.name, this.user, conversation.signedInAt, message.users)
        this.since = time.now
        this.isOnline = true
        this.tell(`Online, in ${lobby}`)
        return
      }
      case "UserJoined":
        return void this.lobby?.names.add(message.username)
      case "UserLeft":
        return void this.lobby?.names.delete(message.username)
      case "ChatMessage":
        return this.heardMessage(message)
      case "Ping":
        return this.send(conversation, { type: "Pong" })
      case "FileTransferRequest":
      case "FileTransferResponse":
      case "FileChunk":
      case "FileTransferComplete":
        return this.files.hear(message)
      case "Error":
        return this.refused(conversation, message.message)
    }
  }

  private heardMessage(message: Extract<Message, { readonly type: "ChatMessage" }>): void {
    const { judge } = this.world
    if (this.lobby === undefined)
      return judge.fail("only members hear", `${this.name} heard "${message.content}", and is not in`)
    this.lobby.hear(message)
    const at = this.sent.findIndex((submission) => submission === judge.saying(message.content))
    const echoed = this.sent[at]
    if (echoed === undefined) return
    const [seq] = echoed.places.values()
    this.tell(`${echoed.id} is acknowledged as ${lobby} #${seq}`)
    judge.acknowledged(echoed, seq)
    this.errors -= at
    this.answered(at + 1)
  }

  private refused(conversation: Conversation, why: string): void {
    if (why === putOut || why === hasEnded) {
      const { judge } = this.world
      if (why === putOut && !judge.hasPutOut(this.user, lobby, conversation.connectedAt))
        judge.fail("nobody is refused without a reason", `${this.name} was put out of ${lobby}`)
      // It can only come back by another connection.
      this.excuse(0)
      return this.lost(conversation, why)
    }
    this.tell(`hears an error: ${why}`)
    if (this.files.isAbout(why)) return
    this.files.doubts()
    if (this.sent.length === 0) return
    this.errors++
    this.answered(0)
  }

  /** The first of what was sent have their answers; those without an echo were refused. */
  private answered(echoed: number): void {
    const { judge } = this.world
    // Where all the others were refused, nothing is behind them whose echo could tell.
    const isOver = this.errors >= this.sent.length - echoed
    const count = isOver ? this.sent.length : echoed
    if (isOver) this.errors = 0
    for (const submission of this.sent.slice(0, count)) {
      if (submission.state === "waiting") judge.refused(submission)
    }
    this.sent = this.sent.slice(count)
    this.sendNext()
  }
}
