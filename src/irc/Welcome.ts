/** What a client is told when it is let in. */
import { maxReasonLength, maxStatusTextLength, maxTopicLength, maxNameLength } from "../domain/Limits.ts"
import { format } from "./Line.ts"
import type { Peer } from "./Peer.ts"
import { maxWatched } from "./Watched.ts"

/** Entries of history in one answer. */
export const maxHistory = 100
/** Channels or people that one command may name. */
export const maxTargets = 32

/** Lines of one message that a client says. */
export const maxMultilineLines = 100
/** Bytes of one: as many as it may have characters, so that none is too long that is not told so here. */
export const maxMultilineBytes = ({ session }: Peer): number => session.services.chat.settings.maxMessageLength

/** What clients have to know to speak with this server. */
const supported = ({ irc }: Peer): ReadonlyArray<string> => [
  "CASEMAPPING=ascii",
  "CHANTYPES=#",
  "CHANMODES=bq,,,imn",
  "PREFIX=(ov)@+",
  "MODES=4",
  `CHANNELLEN=${maxNameLength + 1}`,
  `NICKLEN=${maxNameLength}`,
  `TOPICLEN=${maxTopicLength}`,
  `KICKLEN=${maxReasonLength}`,
  `AWAYLEN=${maxStatusTextLength}`,
  `NETWORK=${irc.settings.network}`,
  `MONITOR=${maxWatched}`,
  `CHATHISTORY=${maxHistory}`,
  "MSGREFTYPES=msgid,timestamp",
  `TARGMAX=JOIN:${maxTargets},PART:${maxTargets},PRIVMSG:${maxTargets},NOTICE:${maxTargets},NAMES:${maxTargets},WHOIS:1,KICK:1`,
  "CLIENTTAGDENY=*,-draft/react,-draft/reply,-draft/unreact,-reply,-typing",
  "SAFELIST",
  "UTF8ONLY",
  "WHOX",
]

export const motd = (peer: Peer): void => {
  const { motd: text } = peer.irc.settings
  if (text === "") return peer.numeric("422", "There is no message of the day")
  peer.numeric("375", `- ${peer.serverName} message of the day -`)
  for (const line of text.split(/\\n|\n/)) peer.numeric("372", `- ${line.slice(0, 200)}`)
  peer.numeric("376", "End of the message of the day")
}

export const greet = (peer: Peer): void => {
  const { network } = peer.irc.settings
  peer.numeric("001", `Welcome to ${network}, ${peer.nick}`)
  peer.numeric("002", `Your host is ${peer.serverName}, running Natter`)
  peer.numeric("003", "This is one of several doors to the same chat")
  peer.say(`:${peer.serverName} 004 ${peer.nick} ${peer.serverName} natter i bimnoqv bqov`)
  // At most 13 of them in a line.
  const tokens = supported(peer)
  for (let at = 0; at < tokens.length; at += 12) {
    peer.say(format(peer.serverName, "005", peer.nick, ...tokens.slice(at, at + 12), "are supported by this server"))
  }
  motd(peer)
}
