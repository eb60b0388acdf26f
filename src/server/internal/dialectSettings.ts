/** The settings of the protocols of others. */
import * as Irc from "../../irc/IrcSettings.ts"
import { setting } from "./field.ts"
import { duration, int, type Kind, onOff, optional, optionalOrigin, text } from "./kind.ts"

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
  "mqtt.enabled": setting(
    "mqtt.enabled",
    onOff,
    "Whether MQTT 3.1.1 and 5 are spoken, wherever everything is, and at places of `mqtt` and `mqtts`",
  ),
  "mqtt.prefix": setting(
    "mqtt.prefix",
    held("one level of a topic: no `/`, `+`, `#` nor `$`", (prefix) => /^[^/+#$\p{Cc}]{1,64}$/u.test(prefix)),
    "What all topics begin with: `natter/lobby` is the channel `lobby`",
  ),
  "mqtt.session-expiry": setting(
    "mqtt.sessionExpiry",
    duration("0 seconds", "30 days"),
    "How long it is kept at most what a client that is gone had subscribed to, and how far it had got",
  ),
  "mqtt.max-sessions": setting(
    "mqtt.maxSessions",
    int(0, 1_000_000),
    "Clients that are gone of which that is kept; the one that has been gone for longest is forgotten",
  ),
  "mqtt.max-keep-alive": setting(
    "mqtt.maxKeepAlive",
    duration("5 seconds", "18 hours"),
    "How long a client of version 5 may be silent at most before it asks whether it is heard",
  ),
}
