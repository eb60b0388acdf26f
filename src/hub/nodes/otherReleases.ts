/**
 * What a node of a later release says that this one has no word for. Where it can be left out it is, and whoever waits for
 * an answer gets one: so nodes of two releases are one service while one is replaced by the other (docs/adr/0061).
 */
import * as Result from "effect/Result"
import { ChannelEvent, UserEvent } from "../../domain/ChannelEvent.ts"
import { Notice } from "../../peers/Notice.ts"
import { Outcome } from "../channel/ChannelCommand.ts"
import { decodeEach, decodeMessage } from "./NodeCodec.ts"
import { NodeMessage } from "./NodeMessage.ts"

/** A message of which nothing was understood. */
export interface Unread {
  /** In words, for the log. */
  readonly what: string
  /** What is said to whoever waits for an answer. */
  readonly answer: NodeMessage | undefined
}

export interface Batch {
  readonly messages: ReadonlyArray<NodeMessage>
  readonly unread: ReadonlyArray<Unread>
}

type Fields = Readonly<Record<string, unknown>>

interface Typed {
  readonly members: ReadonlyArray<{ readonly fields: { readonly type: { readonly literal: string } } }>
}

const typesOf = ({ members }: Typed): ReadonlySet<unknown> => new Set(members.map(({ fields }) => fields.type.literal))

const messages = typesOf(NodeMessage)
const events = typesOf(ChannelEvent)
const userEvents = typesOf(UserEvent)
const outcomes = typesOf(Outcome)
const notices = typesOf(Notice)

/** Of these somebody waits for the answer. */
const questions: ReadonlySet<unknown> = new Set(["Bring", "Disconnect", "List", "Count", "Inquire", "Post"])

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null

/** Whether its type is one that there is. */
const isOf = (types: ReadonlySet<unknown>, value: unknown): boolean => isFields(value) && types.has(value["type"])

/** Words of another node, in the log. */
const quoted = (said: unknown): string => JSON.stringify(String(said).slice(0, 60))

const answerTo = (request: unknown, link?: number): NodeMessage | undefined =>
  typeof request !== "number" ? undefined : { type: "NotUnderstood", request, ...(link !== undefined && { link }) }

const refusal = { type: "Refused", error: { reason: "NotSupported", detail: "What came of it was not understood" } }

/** Without the events that there are not here, and with a refusal in place of an answer that nobody here understands. */
const withoutUnknown = (turn: Fields): Fields | undefined => {
  const { answers, events: told } = turn
  if (!Array.isArray(answers) || !Array.isArray(told)) return undefined
  return {
    ...turn,
    events: told.filter((event) => isOf(events, event)),
    answers: answers.map((answer: unknown) =>
      isFields(answer) && !isOf(outcomes, answer["outcome"]) ? { ...answer, outcome: refusal } : answer,
    ),
  }
}

/** Undefined where something is wrong that no later release would say. */
const unreadOf = (value: Fields): Unread | undefined => {
  const { command, event, link, notice, request, type } = value
  if (typeof type !== "string") return undefined
  if (!messages.has(type)) return { what: `a message ${quoted(type)}`, answer: answerTo(request) }
  if (type === "Command" && typeof link === "number" && isFields(command) && typeof command["type"] === "string") {
    return { what: `a command ${quoted(command["type"])}`, answer: answerTo(command["request"], link) }
  }
  if (type === "Told" && isFields(notice) && !isOf(notices, notice)) {
    return { what: `a notice ${quoted(notice["type"])}`, answer: undefined }
  }
  if (type === "Tell" && isFields(event) && !isOf(userEvents, event)) {
    return { what: `an event ${quoted(event["type"])}`, answer: undefined }
  }
  if (questions.has(type) && typeof request === "number") {
    return { what: `a question ${quoted(type)}`, answer: answerTo(request) }
  }
  return undefined
}

/** The messages of a batch, and what of it is from a later release; or what is wrong with it. */
export const readBatch = (text: string): Result.Result<Batch, string> => {
  const unread: Array<Unread> = []
  const read = decodeEach(text, (value, problem) => {
    if (!isFields(value)) return Result.fail(problem)
    if (value["type"] === "Turn") {
      const rest = withoutUnknown(value)
      return rest === undefined ? Result.fail(problem) : decodeMessage(rest)
    }
    const found = unreadOf(value)
    if (found === undefined) return Result.fail(problem)
    unread.push(found)
    return Result.succeed(undefined)
  })
  return Result.map(read, (messages) => ({ messages, unread }))
}
