import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { channelStore } from "../suites/channelStore.ts"

channelStore("in memory", ChannelStore.layerMemory)
