/**
 * The messages that nodes send all the time: somebody says something, and it is told. Nodes have proven to each other what
 * they are; that these are of their shape is seen here, in a tenth of the time that their schemas take. Whatever is not
 * exactly so is read by its schema.
 */
import type { NodeMessage } from "./NodeMessage.ts"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null

const isText = (value: unknown): boolean => typeof value === "string"
const isNumber = (value: unknown): boolean => typeof value === "number"
const isNumberOrNothing = (value: unknown): boolean => value === undefined || typeof value === "number"
const isTruthOrNothing = (value: unknown): boolean => value === undefined || typeof value === "boolean"
const isTextOrNothing = (value: unknown): boolean => value === undefined || typeof value === "string"

const isPerson = (value: unknown): boolean => isFields(value) && isText(value["id"]) && isText(value["name"])

/** A message as it was said, without what may be added to it later. */
const isSaid = (event: unknown): boolean =>
  isFields(event) &&
  event["type"] === "Message" &&
  isNumber(event["seq"]) &&
  isNumber(event["timestamp"]) &&
  isText(event["content"]) &&
  isTextOrNothing(event["id"]) &&
  isNumberOrNothing(event["replyTo"]) &&
  isPerson(event["from"]) &&
  !("file" in event || "edited" in event || "deleted" in event || "reactions" in event)

const durabilities: ReadonlySet<unknown> = new Set(["memory", "disk", "replicated"])

const isPublished = (answer: unknown): boolean => {
  if (!isFields(answer) || !isNumber(answer["request"])) return false
  const outcome = answer["outcome"]
  return (
    isFields(outcome) &&
    outcome["type"] === "Published" &&
    isNumber(outcome["seq"]) &&
    isNumber(outcome["timestamp"]) &&
    durabilities.has(outcome["durability"])
  )
}

const roles: ReadonlySet<unknown> = new Set(["admin", "member", "guest"])

const isRequester = (by: unknown): boolean => {
  if (!isFields(by) || !isPerson(by["user"]) || !roles.has((by["user"] as Fields)["role"])) return false
  const { address, limited, makesNone, namesAsOf, session } = by
  return (
    isTruthOrNothing(limited) &&
    isTruthOrNothing(makesNone) &&
    (namesAsOf === undefined || Number.isSafeInteger(namesAsOf)) &&
    isTextOrNothing(address) &&
    isTextOrNothing(session) &&
    !("trace" in by)
  )
}

const isPublish = (command: unknown): boolean =>
  isFields(command) &&
  command["type"] === "Publish" &&
  isNumber(command["request"]) &&
  isText(command["id"]) &&
  isText(command["content"]) &&
  isNumberOrNothing(command["replyTo"]) &&
  !("file" in command) &&
  isRequester(command["by"])

/** Whether it is one of them, and nothing is wrong with it. */
export const isFrequent = (value: unknown): value is NodeMessage => {
  if (!isFields(value) || !isNumber(value["link"])) return false
  if (value["type"] === "Command") return isPublish(value["command"])
  if (value["type"] !== "Turn") return false
  const { answers, channel, events, waiting } = value
  return (
    isText(channel) &&
    isNumber(waiting) &&
    Array.isArray(events) &&
    Array.isArray(answers) &&
    events.every(isSaid) &&
    answers.every(isPublished)
  )
}
