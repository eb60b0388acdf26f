/** Domain events and answers as version 1 says them: it knows one channel, the lobby, and has words for few things. */
import * as ByteCount from "../../domain/ByteCount.ts"
import type { ChannelEvent } from "../../domain/ChannelEvent.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { Message as Said } from "../../domain/Entry.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Username } from "../../domain/Username.ts"
import type { Message } from "./Message.ts"

/** Told to whoever is put out of the lobby, the only channel there is. */
export const putOut = "You were put out of the channel"

/** This version has no files that are there to be had later: what a message carries is said in words. */
const withFile = (content: string, { name, size }: NonNullable<Said["file"]>): string => {
  const file = `[file: ${name}, ${ByteCount.show(size)}]`
  return content === "" ? file : `${content} ${file}`
}

/** An event in the lobby; undefined where this version has no word for it. */
export const event = (event: ChannelEvent): Message | undefined => {
  switch (event.type) {
    case "Message": {
      // So is one that a node missed, and that was deleted before it had its link again.
      if (event.deleted === true) return undefined
      const { file, from, timestamp } = event
      const content = file === undefined ? event.content : withFile(event.content, file)
      return { type: "ChatMessage", from: from.name, content, timestamp: Math.floor(timestamp / 1000) }
    }
    case "Arrived":
      return { type: "UserJoined", username: event.user.name }
    case "Departed":
      return { type: "UserLeft", username: event.user.name }
    case "Offered": {
      const { from, name, size, transfer } = event
      return { type: "FileTransferRequest", filename: name, size, from: from.name, transfer_id: transfer }
    }
    case "PutOut":
      return { type: "Error", code: 403, message: putOut }
    case "Ended":
      return { type: "Error", code: 503, message: "The channel has ended" }
    case "Edited":
    case "Deleted":
    case "Reacted":
    case "ReadMarker":
    case "Typing":
    case "Presence":
    case "WholePresence":
    case "TopicChanged":
    case "Configured":
    case "Renamed":
    case "RoleChanged":
    case "Kicked":
    case "Gone":
    case "Entered":
    case "Exited":
      return undefined
  }
}

/** Who is here, for who has just come. */
export const userList = (users: ReadonlyArray<Username>): Message => ({ type: "UserList", users })

export const error = ({ message, status }: RequestError): Message => ({ type: "Error", code: status, message })

/** The end of a session. The bare five messages have no `Error`, the chat protocol has no `Disconnect`. */
export const goodbye = ({ message, reason, status }: Disconnect, bare: boolean): Message =>
  bare || reason === "Goodbye" ? { type: "Disconnect", reason: message } : { type: "Error", code: status, message }
