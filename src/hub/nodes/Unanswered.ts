/** What was asked of a channel and is not answered: in the order in which it was asked, to be asked again elsewhere. */
import type { ChannelEvent } from "../../domain/ChannelEvent.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { Answer, ChannelCommand, ChannelTurn } from "../channel/ChannelCommand.ts"

/** Numbers that no request of a link gets: that of being attached, and from there on those of whoever waits for no answer. */
export const attaching = 2 ** 30

/** Whether it says that a session came or went. */
const isOf = (session: SessionId, event: ChannelEvent): boolean =>
  (event.type === "Entered" || event.type === "Exited" || event.type === "PutOut") && event.session === session

export class Unanswered {
  private readonly commands = new Map<number, ChannelCommand>()
  private readonly freshId: () => MessageId
  private last = attaching

  constructor(freshId: () => MessageId) {
    this.freshId = freshId
  }

  get size(): number {
    return this.commands.size
  }

  get(request: number): ChannelCommand | undefined {
    return this.commands.get(request)
  }

  all(): Iterable<ChannelCommand> {
    return this.commands.values()
  }

  /** Notes a command, and gives it as it is to be sent, each time. */
  note(command: ChannelCommand): ChannelCommand {
    switch (command.type) {
      // They would come too late.
      case "SetAppearance":
      case "Typing":
      case "ShowPresence":
        return command
      case "Leave": {
        // Behind the entering it is meant for, should that be asked for again.
        const { request = ++this.last } = command
        return this.keep(request, { ...command, request })
      }
      case "Publish": {
        // Asked again it must not be said twice.
        const { id = this.freshId() } = command
        return this.keep(command.request, command.id === undefined ? { ...command, id } : command)
      }
      default:
        return this.keep(command.request, command)
    }
  }

  private keep(request: number, command: ChannelCommand): ChannelCommand {
    this.commands.set(request, command)
    return command
  }

  /** These are answered. Gives those answers that somebody waits for. */
  settle(answers: ReadonlyArray<Answer>): ReadonlyArray<Answer> {
    let waits = true
    for (const { request } of answers) {
      this.commands.delete(request)
      waits &&= request < attaching
    }
    return waits ? answers : answers.filter(({ request }) => request < attaching)
  }

  /**
   * The same events, and that those are out who have left by one of these answers without an event that says so: it was a
   * refusal, or the channel did not know that they were in. Nobody asks for it again.
   */
  withExits({ answers, events }: Pick<ChannelTurn, "answers" | "events">): ReadonlyArray<ChannelEvent> {
    let all = events
    for (const { request } of answers) {
      const command = this.commands.get(request)
      if (command?.type !== "Leave" || events.some((event) => isOf(command.session, event))) continue
      all = [...all, { type: "Exited", session: command.session }]
    }
    return all
  }

  /** What is said to whoever asked for such as are meant, if it is refused. */
  refusals(isMeant: (command: ChannelCommand) => boolean, error: RequestError): ReadonlyArray<Answer> {
    return [...this.commands].flatMap(([request, command]): ReadonlyArray<Answer> =>
      isMeant(command) ? [{ request, outcome: { type: "Refused", error } }] : [],
    )
  }

  /** The channel is not there any more: whoever asked has to look for it again. */
  gone(): ReadonlyArray<Answer> {
    const answers = Array.from(this.commands.keys(), (request): Answer => ({ request, outcome: { type: "Gone" } }))
    return this.settle(answers)
  }
}
