/** One event of a stream of Server-Sent Events. */
export interface ServerEvent {
  /** `message`, where it does not say. */
  readonly name: string
  readonly data: string
  readonly id: string | undefined
}

const lineEnd = /\r\n|\n|\r/

/** Finds the events in text that comes in pieces, as the HTML standard describes it. */
export class EventStreamParser {
  private rest = ""
  private name = ""
  private id: string | undefined
  private data: string | undefined

  /** Characters of a line that has not ended. */
  get unfinished(): number {
    return this.rest.length + (this.data?.length ?? 0)
  }

  push(text: string): ReadonlyArray<ServerEvent> {
    const events: Array<ServerEvent> = []
    const whole = this.rest + text
    // Behind a carriage return there may still come the newline that belongs to it.
    const held = whole.endsWith("\r") ? 1 : 0
    const lines = whole.slice(0, whole.length - held).split(lineEnd)
    this.rest = lines.pop()! + (held === 1 ? "\r" : "")
    for (const line of lines) {
      const event = this.line(line)
      if (event !== undefined) events.push(event)
    }
    return events
  }

  private line(line: string): ServerEvent | undefined {
    if (line === "") return this.dispatch()
    const colon = line.indexOf(":")
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1)
    if (field === "event") this.name = value
    else if (field === "id") this.id = value
    else if (field === "data") this.data = this.data === undefined ? value : `${this.data}\n${value}`
    return undefined
  }

  private dispatch(): ServerEvent | undefined {
    const { data, id, name } = this
    this.name = ""
    this.id = undefined
    this.data = undefined
    return data === undefined ? undefined : { name: name || "message", data, id }
  }
}
