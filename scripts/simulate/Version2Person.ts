/** Somebody whose program is the client library: does what the plan says, and writes down what it is told. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Client, type ClientEvent, make as makeClient } from "../../src/client/Client.ts"
import type { ClientState } from "../../src/client/ClientState.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { catalog, RequestError, type RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import type { Process } from "../../src/testing/simulation/Process.ts"
import * as WebSocketDialer from "../../src/testing/WebSocketDialer.ts"
import * as SimulatedDialer from "../../src/testing/simulation/SimulatedDialer.ts"
import { type Administration, isAdministration, perform } from "./Administering.ts"
import { Courier, type Refusal } from "./Courier.ts"
import type { Request } from "./Judge.ts"
import { Membership } from "./Membership.ts"
import { Person, type Sight, tryAgain } from "./Person.ts"
import { type Action, isFileAction } from "./Step.ts"

/** One run of the program. */
interface Run {
  readonly process: Process
  readonly scope: Scope.Closeable
  /** Where it is just going in or out. */
  readonly moving: Set<string>
  client: Client | undefined
}

/** It was told that it may not do something, though it believed to be a member. */
interface Doubt extends Refusal {
  readonly at: number
}

/** Time in which it hears why it was refused, if it is not troubled. */
const explainedWithin = 10_000

export class Version2Person extends Person {
  /** Where it wants to be. */
  readonly wanted = new Set<string>()
  readonly memberships = new Map<string, Membership>()
  private run: Run | undefined
  private doubts: ReadonlyArray<Doubt> = []
  private readonly courier: Courier

  constructor(...args: ConstructorParameters<typeof Person>) {
    super(...args)
    this.courier = new Courier({
      world: this.world,
      name: this.name,
      user: this.user,
      runName: () => this.runName,
      isFine: () => this.isFine,
      tell: (line) => this.tell(line),
      isCurrent: (process) => this.isCurrent(process),
      isIn: (channel) => this.wanted.has(channel) || this.memberships.get(channel)?.roster !== undefined,
      membership: (channel) => this.membership(channel),
      say: (channel, request, send) => this.run !== undefined && this.say(this.run, channel, request, send),
      doubts: (doubt) => this.doubted(doubt),
    })
  }

  get sights(): Iterable<Sight> {
    return [...this.memberships.values()].map(({ channel, label, roster, since }) => ({
      channel: channel?.id ?? label,
      names: roster?.names,
      since,
    }))
  }

  get isKeptOut(): boolean {
    return false
  }

  checkUpToDate(): void {
    const { judge } = this.world
    for (const name of this.wanted) {
      if (this.memberships.get(name)?.roster === undefined)
        judge.fail("everybody comes back", `${this.name} is not back in ${name}`)
    }
    for (const { isDirect, name } of judge.channels.all) {
      const parties = isDirect ? name.split("&") : []
      if (parties.includes(this.user)) this.membership(`@${parties.find((party) => party !== this.user)}`)
    }
    for (const membership of this.memberships.values()) membership.checkUpToDate()
  }

  override checkRefusals(): void {
    const { judge, time } = this.world
    for (const doubt of this.doubts) {
      const { at, enteredAt, membership, what } = doubt
      const isIn = membership.roster !== undefined && membership.since === enteredAt
      // Either it should know by now that it is out, or it hears what was said since.
      const isCertain = membership.toldOf > at || (this.isFine && time.now >= at + explainedWithin)
      if (isIn && isCertain)
        judge.fail("nobody is refused without a reason", `${this.name} is in ${membership.label}, and ${what}`)
      if (!isIn || isCertain) this.doubts = this.doubts.filter((other) => other !== doubt)
    }
  }

  protected start(process: Process): void {
    const run: Run = { process, scope: Scope.makeUnsafe(), moving: new Set(), client: undefined }
    this.run = run
    for (const membership of this.memberships.values()) membership.comesAnew = true
    const line = SimulatedDialer.make((answer) => this.dial(process, answer))
    const dialer = this.speaksWebSocket ? WebSocketDialer.over(line, { host: "natter", path: "/ws" }) : line
    const credentials = { username: this.user, password: Redacted.make("secret") }
    const live = Effect.gen({ self: this }, function* () {
      const client = yield* makeClient({ credentials, minVersion: 2 })
      const events = yield* client.subscribe
      yield* Effect.forkScoped(Stream.runForEach(events, (event) => Effect.sync(() => this.hear(run, event))))
      yield* Effect.forkScoped(Stream.runForEach(client.states, (state) => Effect.sync(() => this.is(run, state))))
      run.client = client
      for (const channel of this.wanted) this.settle(run, channel)
    }).pipe(Effect.provideService(Dialer, dialer), Scope.provide(run.scope))
    process.run(live, (exit) => {
      if (Exit.isFailure(exit)) this.failed(process, String(exit.cause))
    })
  }

  protected goodbye(process: Process): Effect.Effect<void> {
    const { run } = this
    return run?.process === process ? Scope.close(run.scope, Exit.void) : Effect.void
  }

  protected out(): void {
    this.doubts = []
    for (const membership of this.memberships.values()) membership.out(this.world.time.now)
  }

  protected does(action: Action): void {
    if (action.type === "join") this.wanted.add(action.channel)
    if (action.type === "leave") this.wanted.delete(action.channel)
    const { run } = this
    const client = run?.client
    if (run === undefined || client === undefined || !this.isCurrent(run.process)) return
    if (isAdministration(action)) return this.administer(run, client, action)
    if (isFileAction(action)) return this.courier.does({ process: run.process, client }, action)
    switch (action.type) {
      case "join":
      case "leave":
        return this.settle(run, action.channel)
      case "publish":
        for (let time = 0; time < action.times; time++) this.publish(run, client, action.channel, action.length)
        return
      case "edit":
      case "delete":
      case "react":
        return this.change(run, client, action)
      case "read":
        return this.read(run, client, action.channel)
      case "typing":
        return run.process.run(client.typing(action.channel))
      case "status":
        return run.process.run(client.setStatus(action.status))
      case "audit":
        return run.process.run(client.audit(action.channel), (exit) => {
          if (Exit.isFailure(exit)) return
          this.tell(`is shown the audit log of ${action.channel}`)
          this.world.judge.audit.shown(this.name, action.channel, exit.value.entries)
        })
    }
  }

  private is(run: Run, state: ClientState): void {
    const online = state._tag === "Online"
    if (!this.isCurrent(run.process)) return
    if (online) this.world.judge.registered.add(this.user)
    if (online !== this.isOnline) this.tell("because" in state ? `${state._tag}: ${String(state.because)}` : state._tag)
    this.isOnline = online
  }

  /** Goes in or out, whatever is wanted by now; one thing after the other, and again where it was refused. */
  private settle(run: Run, channel: string): void {
    const { client } = run
    const wanted = this.wanted.has(channel)
    const isIn = this.memberships.get(channel)?.roster !== undefined
    if (!this.isCurrent(run.process) || client === undefined || run.moving.has(channel) || wanted === isIn) return
    run.moving.add(channel)
    if (!wanted) this.tell(`leaves ${channel}`)
    const asked = { at: this.world.time.now, ofSomebody: this.world.judge.registered.has(channel.slice(1)) }
    const move: Effect.Effect<unknown, unknown> = wanted
      ? client.join(channel, { after: this.comingFrom(channel) })
      : client.leave(channel)
    run.process.run(move, (exit) => {
      if (this.isCurrent(run.process) && Exit.isFailure(exit)) {
        this.tell(`cannot move in ${channel}: ${String(exit.cause)}`)
        if (wanted) this.turnedAway(channel, exit.cause, asked)
      }
      this.world.time.after(Exit.isSuccess(exit) ? 1 : tryAgain, () => {
        run.moving.delete(channel)
        this.settle(run, channel)
      })
    })
  }

  /** Whoever may not enter wants to no more, and had better been told so with good reason. */
  private turnedAway(
    channel: string,
    cause: Cause.Cause<unknown>,
    asked: { readonly at: number; readonly ofSomebody: boolean },
  ): void {
    const { judge } = this.world
    const reason = reasonOf(cause)
    if (reason !== "Banned" && reason !== "Forbidden" && reason !== "NoSuchUser") return
    this.wanted.delete(channel)
    // Who had never signed in when it asked had no account.
    if (reason === "NoSuchUser" && !asked.ofSomebody) return
    if (!judge.hasRefused(this.user, channel, "enter", asked.at))
      this.world.judge.fail(
        "nobody is refused without a reason",
        `${this.name} may be in ${channel}, and hears ${reason}`,
      )
  }

  /** The last it has heard. Where it never was it wants to hear everything, or nothing but what comes. */
  private comingFrom(channel: string): number | undefined {
    const membership = this.membership(channel)
    if (membership.at === undefined && this.isCurious) membership.at = 0
    return membership.at
  }

  private publish(run: Run, client: Client, channel: string, length: number): void {
    const membership = this.memberships.get(channel)
    // Only somebody absent-minded speaks where nobody hears it.
    if (!this.wanted.has(channel) && membership?.roster === undefined) return
    // Where one has to wait between two messages nobody writes ahead.
    const mine = [...this.world.judge.waiting()].some(({ by }) => by === this.runName)
    if ((membership?.slowMode ?? 0) > 0 && mine) return
    const content = `${this.runName}.${this.words} ${"x".repeat(length)}`
    this.say(run, channel, { type: "Message", content }, (id) => client.publish(channel, content, id))
  }

  private read(run: Run, client: Client, name: string): void {
    const membership = this.memberships.get(name)
    const { at, channel } = membership ?? {}
    if (at === undefined || at === 0 || channel === undefined) return
    this.tell(`has read ${name} up to #${at}`)
    // Another program may know it by another name, or it may be another channel by now: then nothing is certain.
    const isCertain = () => membership?.name === name && membership.channel === channel
    this.world.judge.marks(this.user, channel, at)
    run.process.run(client.read(name, at), (exit) => {
      if (Exit.isSuccess(exit) && isCertain()) this.world.judge.marked(this.user, channel, at)
    })
  }

  /** Does something to one of the last messages it has seen. */
  private change(
    run: Run,
    client: Client,
    { back, channel, type }: Extract<Action, { readonly type: "edit" | "delete" | "react" }>,
  ): void {
    const membership = this.memberships.get(channel)
    if (membership?.roster === undefined) return
    const own = (seq: number) => this.world.judge.author(membership.channel, seq) === this.user
    const places = membership.view.places.filter((seq) => type === "react" || own(seq))
    const target = places.at(-1 - back)
    if (target === undefined) return
    if (type === "delete") {
      return this.say(run, channel, { type: "Deleted", target }, (id) => client.delete(channel, target, id))
    }
    if (type === "edit") {
      const content = `edit ${this.words} of ${this.runName}`
      return this.say(run, channel, { type: "Edited", target, content }, (id) =>
        client.edit(channel, target, content, id),
      )
    }
    const on = this.words % 3 !== 0
    const reaction = this.words % 2 === 0 ? "yes" : "no"
    this.say(run, channel, { type: "Reacted", target, reaction, on }, (id) =>
      client.react(channel, target, reaction, on, id),
    )
  }

  private say(
    run: Run,
    name: string,
    request: Request,
    send: (id: MessageId) => Effect.Effect<ServerFrameOf<"Published">, unknown>,
  ): void {
    const { judge, time } = this.world
    const membership = this.membership(name)
    const number = this.words++
    const id = `${this.runName}.${number}`
    const where = membership.label
    const submission = judge.submit({
      id,
      user: this.user,
      by: this.runName,
      name: where,
      // Before this program is in it says it to whatever is called so by then.
      meant: membership.comesAnew ? undefined : membership.channel,
      request,
      number,
    })
    const { roster, since } = membership
    const askedAt = time.now
    const target = "target" in request ? ` of #${request.target}` : ""
    this.tell(`says ${id} in ${where}, ${request.type}${target}`)
    run.process.run(send(MessageId.make(id)), (exit) => {
      if (submission.state !== "waiting") return
      if (Exit.isSuccess(exit)) {
        this.tell(`${id} is acknowledged as ${where} #${exit.value.seq}`)
        return judge.acknowledged(submission, exit.value.seq)
      }
      this.tell(`${id} is refused: ${String(exit.cause)}`)
      judge.refused(submission)
      const reason = reasonOf(exit.cause)
      const file = request.type === "Message" ? request.file : undefined
      if (reason === "NoSuchFile" && judge.files.mustBeTaken(this.user, where, file, askedAt))
        judge.fail("nobody is refused without a reason", `${this.name} says a file in ${where}, and hears ${reason}`)
      if (roster === undefined) return
      this.doubted({ membership, askedAt, enteredAt: since, reason, what: `${id} is refused: ${reason}` })
    })
  }

  private doubted(refusal: Refusal): void {
    const { askedAt, membership, reason } = refusal
    const { judge, time } = this.world
    const isDoubtful =
      reason === "NotMember" ||
      ((reason === "Banned" || reason === "Muted" || reason === "ChannelArchived") &&
        !judge.hasRefused(this.user, membership.name, "speak", askedAt))
    if (!membership.isDirect && isDoubtful) this.doubts = [...this.doubts, { ...refusal, at: time.now }]
  }

  private administer(run: Run, client: Client, action: Administration): void {
    const done = perform(client, action, `${this.words++} of ${this.runName}`)
    const { judge, time } = this.world
    const { action: act, detail, effect, isSo, whom } = done
    const name = action.channel
    const asked = {
      by: this.user,
      program: this.runName,
      name,
      action: act,
      whom,
      detail,
      isSo,
      at: time.now,
      connections: this.dials,
    }
    judge.audit.ask(asked)
    const story = `${act} in ${name}${whom === undefined ? "" : `, ${whom}`}${detail === undefined ? "" : `, ${detail}`}`
    this.tell(`wants: ${story}`)
    run.process.run(effect, (exit) => {
      if (!this.isCurrent(run.process)) return
      this.tell(`${Exit.isSuccess(exit) ? "has done" : `was refused (${reasonOf(exit.cause)})`}: ${story}`)
      if (Exit.isSuccess(exit)) judge.audit.acknowledged(asked, this.dials)
    })
  }

  private hear(run: Run, event: ClientEvent): void {
    if (!this.isCurrent(run.process)) return
    const { channel } = event
    if (event.type === "Invited") {
      this.tell(`is invited to ${channel}`)
      this.wanted.add(channel)
      return this.settle(run, channel)
    }
    if (event.type === "Renamed") return this.renamed(channel, event.name)
    if (event.type === "Joined") this.tell(`is in ${channel} from #${event.seq} on`)
    if (event.type === "Left") {
      this.tell(`is out of ${channel}`)
      this.world.time.after(tryAgain, () => this.settle(run, channel))
    }
    const membership = this.membership(channel)
    membership.hear(event, this.world.time.now)
    if (event.type === "Message" && event.file !== undefined) this.courier.sees(membership, event.file.id)
  }

  /** It stays in the channel, and knows it by its new name from here on. */
  private renamed(from: string, to: string): void {
    this.tell(`hears that ${from} is called ${to}`)
    const membership = this.membership(from)
    this.memberships.delete(from)
    this.memberships.set(to, membership)
    membership.renamed(to)
    if (this.wanted.delete(from)) this.wanted.add(to)
  }

  /** What it knows of a channel, by what this program calls it. */
  private membership(name: string): Membership {
    const membership = this.memberships.get(name) ?? new Membership(this.world.judge, this.name, this.user, name)
    this.memberships.set(name, membership)
    return membership
  }
}

const reasonOf = (cause: Cause.Cause<unknown>): RequestErrorReason | undefined => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error instanceof RequestError && error.reason in catalog ? error.reason : undefined
}
