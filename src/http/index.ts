/** `natter/http`: what can be asked over HTTP, and a client for it. Runs in a browser too. */
export { Api } from "./api/Api.ts"
export { Problem } from "./api/Problem.ts"
export { client, type Client, type ClientOptions } from "./Client.ts"
export { ChannelName } from "../domain/ChannelName.ts"
export { Username } from "../domain/Username.ts"
