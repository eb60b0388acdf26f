/** Bounds that are part of the contract with clients, not settings of one server. */

/** Characters (UTF-16 units) in a user or channel name. */
export const maxNameLength = 64
/** Characters in a client-made message id. */
export const maxMessageIdLength = 64
/** Characters in a channel's topic. */
export const maxTopicLength = 256
/** Characters in the text beside a status. */
export const maxStatusTextLength = 128
/** Characters in a password; a longer one only costs hashing time. */
export const maxPasswordLength = 1024
/** Characters in a token; those of outside issuers are long. */
export const maxTokenLength = 4096
/** Bytes of one frame's body, before any decompression and after it. */
export const maxFrameBytes = 64 * 1024
/** How many times larger than its compressed form a body may be. */
export const maxDecompressionRatio = 10
/** Levels of nesting in a frame's JSON or MessagePack. */
export const maxDepth = 32
/** Integers beyond this lose digits in JavaScript, so they are refused. */
export const maxInteger = Number.MAX_SAFE_INTEGER
/** Characters in a reaction. */
export const maxReactionLength = 32
/** Different reactions under one message. */
export const maxReactions = 20
/** Of them, those of one user: nobody takes the room of the others. */
export const maxOwnReactions = 5
/** Reactions to one message, all users' together. */
export const maxReacted = 1000
/** Entries in a page of history. */
export const maxPage = 300
/** Characters of content in a page of history or search, and of reactions and who reacted, where it has more than one entry. */
export const maxPageLength = 32 * 1024
/** Characters in what is searched for. */
export const maxSearchLength = 256
/** Hits in a page of search. */
export const maxHits = 50
/** Characters in where a page ended, as the caller carries it: room for the ids of two users, sealed. */
export const maxCursorLength = 2048
/** Characters in why somebody is put out or silenced. */
export const maxReasonLength = 256
/** Characters in what a file is called, and what it is taken for, as they are given. */
export const maxGivenLength = 4096
/** Milliseconds that a member has to wait between two messages. */
export const maxSlowMode = 4_294_967_295
