/** `natter`: the hub to embed and the protocol it speaks. The whole service is `natter/server`. */
export { ChannelStore } from "./channels/ChannelStore.ts"
export { History } from "./history/History.ts"
export { Hub } from "./embedding/Hub.ts"
export { HubSettings } from "./hub/HubSettings.ts"
export * as Protocol from "./protocol/index.ts"
