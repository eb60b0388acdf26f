/** The settings of IRC. */
export interface IrcSettings {
  /** Whether it is spoken. */
  readonly enabled: boolean
  /** What clients take for the name of the server: the host of everybody who speaks. */
  readonly name: string
  /** What clients call the network. */
  readonly network: string
  /** What newcomers are told, its lines between `\n`; empty for nothing. */
  readonly motd: string
  /** Where people find the service with a browser, for the links to files; empty where nowhere. */
  readonly origin: string
}

export const defaults: IrcSettings = { enabled: true, name: "natter", network: "Natter", motd: "", origin: "" }

/** What the server can be called: no longer, so that every line has room for what is said. */
export const isServerName = (text: string): boolean => /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,30}[A-Za-z0-9])?$/.test(text)

/** What the network can be called. */
export const isNetworkName = (text: string): boolean => /^[\p{L}\p{N}._-]{1,32}$/u.test(text)
