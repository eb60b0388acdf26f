/** What the simulated service is set to. */
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"

/** How the service reaches its channels: by a call, or by what goes through encode and decode, as from another node. */
export const channelModes = ["direct", "encoded"] as const
export type ChannelMode = (typeof channelModes)[number]

export interface SimulationSettings {
  readonly channels: ChannelMode
}

export const isChannelMode = (text: string): text is ChannelMode => channelModes.some((mode) => mode === text)

/** The settings of a simulated service. */
export const settingsFor = ({ channels }: SimulationSettings): ServerSettings => ({
  ...defaults,
  hub: {
    ...defaults.hub,
    ...hubModes[channels],
  },
})

/** The hub's settings for each mode. */
const hubModes: Readonly<Record<ChannelMode, Partial<ServerSettings["hub"]>>> = {
  direct: {},
  encoded: { encodeChannels: true },
}
