/**
 * What nodes say to each other, as text. A batch is the texts of its messages, put together: so what a channel tells
 * several nodes is made to text once, whatever else goes with it to each.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ChannelEvent } from "../../domain/ChannelEvent.ts"
import { isFrequent } from "./frequent.ts"
import { NodeMessage } from "./NodeMessage.ts"

// The text is made here: `Schema.fromJsonString` parses it in a fiber, which takes longer than all the rest.
const encode = Schema.encodeSync(Schema.toCodecJson(NodeMessage))
const decode = Schema.decodeUnknownResult(Schema.toCodecJson(NodeMessage))

/** What goes to several nodes goes to one right after the other: the text of the last is kept for the next. */
let last: { readonly events: ReadonlyArray<ChannelEvent>; readonly text: string } = { events: [], text: "[]" }

/** Events are values that JSON has words for. */
const eventsText = (events: ReadonlyArray<ChannelEvent>): string => {
  if (last.events !== events) last = { events, text: JSON.stringify(events) }
  return last.text
}

/** Errors, and how long something lasts, are more than JSON has words for. */
const isPlain = (message: NodeMessage): boolean => {
  switch (message.type) {
    case "Turn":
      return !message.answers.some(({ outcome }) => outcome.type === "Refused")
    case "Command":
      return message.command.type !== "Administer"
    default:
      return false
  }
}

const valueOf = (message: NodeMessage): object => (isPlain(message) ? message : (encode(message) as object))

const none: ReadonlyArray<ChannelEvent> = []

export const encodeMessage = (message: NodeMessage): string => {
  if (message.type !== "Turn" || message.events.length === 0) return JSON.stringify(valueOf(message))
  const { type, link, channel, answers, waiting } = message
  const rest = isPlain(message)
    ? { type, link, channel, answers, waiting }
    : { ...valueOf({ ...message, events: none }), events: undefined }
  return `${JSON.stringify(rest).slice(0, -1)},"events":${eventsText(message.events)}}`
}

export const joinBatch = (messages: ReadonlyArray<string>): string => `[${messages.join(",")}]`

const parse = (text: string) =>
  Result.try({ try: (): unknown => JSON.parse(text), catch: (error) => `it is no JSON: ${String(error)}` })

export const decodeMessage = (value: unknown): Result.Result<NodeMessage, string> =>
  isFrequent(value) ? Result.succeed(value) : Result.mapError(decode(value), ({ message }) => message)

/** The messages of a batch. `orElse` says what becomes of one that cannot be read: nothing, perhaps. */
export const decodeEach = (
  text: string,
  orElse: (value: unknown, problem: string) => Result.Result<NodeMessage | undefined, string>,
): Result.Result<ReadonlyArray<NodeMessage>, string> =>
  Result.flatMap(parse(text), (values) => {
    if (!Array.isArray(values)) return Result.fail("it is no list")
    const messages: Array<NodeMessage> = []
    for (const value of values as ReadonlyArray<unknown>) {
      const message = Result.orElse(decodeMessage(value), (problem) => orElse(value, problem))
      if (Result.isFailure(message)) return Result.fail(message.failure)
      if (message.success !== undefined) messages.push(message.success)
    }
    return Result.succeed(messages)
  })

/** The messages of a batch, or what is wrong with it. */
export const decodeBatch = (text: string): Result.Result<ReadonlyArray<NodeMessage>, string> =>
  decodeEach(text, (_, problem) => Result.fail(problem))
