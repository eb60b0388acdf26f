import type { RequestError } from "../../domain/RequestError.ts"
import type { Session } from "../../session/Session.ts"
import { ofPublish } from "../codes.ts"
import { acknowledged } from "../encode.ts"
import type { Connect, Publish } from "../Packet.ts"
import { ReasonCode } from "../ReasonCode.ts"

interface Answer {
  readonly packet: Publish
  code: ReasonCode | undefined
  reason: string | undefined
}

/**
 * Answers to messages, in the order in which these came: what was stored sooner waits for what came before it. Bounded by
 * the messages that are taken at once.
 */
export class Answers {
  private readonly session: Session
  private readonly connect: Connect
  private readonly inWords: boolean
  private readonly waiting: Array<Answer> = []
  private whenFewer: (() => void) | undefined

  constructor(session: Session, connect: Connect, inWords: boolean) {
    this.session = session
    this.connect = connect
    this.inWords = inWords
  }

  /** Messages that are not answered. */
  get count(): number {
    return this.waiting.length
  }

  /** Runs this once when there is one less. */
  onFewer(run: () => void): void {
    this.whenFewer = run
  }

  /** A message has come; what this returns is to be called when it is known what became of it. */
  expect(packet: Publish): (error: RequestError | undefined) => void {
    const answer: Answer = { packet, code: undefined, reason: undefined }
    this.session.unanswered++
    if (packet.qos > 0) this.waiting.push(answer)
    return (error) => {
      this.session.unanswered--
      // It has no word for no: its connection ends, and what is behind this comes again with the next.
      if (error !== undefined && this.connect.version === 4) return
      answer.code = error === undefined ? ReasonCode.success : ofPublish(error)
      answer.reason = this.inWords ? error?.message : undefined
      this.tell()
    }
  }

  private tell(): void {
    const { connect, session, waiting } = this
    while (waiting[0]?.code !== undefined) {
      const { code, packet, reason } = waiting.shift()!
      const step = packet.qos === 1 ? "PubAck" : "PubRec"
      session.tell(acknowledged(connect.version, step, packet.packetId, code, reason))
    }
    const run = this.whenFewer
    this.whenFewer = undefined
    run?.()
  }
}
