/** What of it the tests use: it has no types of its own. */
declare module "irc-framework" {
  export class Client {
    readonly user: { readonly nick: string }
    connect(options: object): void
    quit(message?: string): void
    join(channel: string): void
    part(channel: string): void
    say(target: string, text: string): void
    action(target: string, text: string): void
    setTopic(channel: string, topic: string): void
    ban(channel: string, mask: string): void
    banlist(channel: string, done: (event: unknown) => void): void
    addMonitor(nick: string): void
    requestCap(capabilities: ReadonlyArray<string>): void
    whois(nick: string, done: (event: unknown) => void): void
    raw(...parts: ReadonlyArray<string>): void
    on(event: string, listener: (event: never) => void): void
    emit(event: string, ...rest: ReadonlyArray<unknown>): boolean
  }
}
