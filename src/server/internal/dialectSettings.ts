/** The settings of the protocols of others. */
import * as Irc from "../../irc/IrcSettings.ts"
import { setting } from "./field.ts"
import { type Kind, onOff, optional, optionalOrigin, text } from "./kind.ts"

const held = (allowed: string, holds: (text: string) => boolean): Kind<string> => ({
  ...text(allowed),
  parse: (written) => (holds(written) ? written : undefined),
})

export const dialectSettings = {
  "irc.enabled": setting(
    "irc.enabled",
    onOff,
    "Whether IRC is spoken: where everything is, which its first bytes tell, and in places for `irc` and `ircs` (docs/GATEWAYS.md)",
  ),
  "irc.name": setting(
    "irc.name",
    held("1 to 32 letters, digits, dots and hyphens", Irc.isServerName),
    "What clients of IRC take for the name of the server, and of the host of everybody",
  ),
  "irc.network": setting(
    "irc.network",
    held("1 to 32 letters, digits, dots, hyphens and underscores", Irc.isNetworkName),
    "What clients of IRC call the network",
  ),
  "irc.motd": setting(
    "irc.motd",
    optional("text, its lines between \\n"),
    "The message of the day, which clients of IRC show to whoever comes in",
  ),
  "irc.origin": setting(
    "irc.origin",
    optionalOrigin,
    "Where people reach the service with a browser, as `https://chat.example.com`: files are links to there for clients of IRC; without it they are named alone",
  ),
}
