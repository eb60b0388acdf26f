/** How a connection begins: somebody says who it is, and is let in or not. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Disconnect } from "../../domain/Disconnect.ts"
import * as NameKey from "../../domain/NameKey.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { User } from "../../domain/User.ts"
import type { Protocol } from "../../session/Protocol.ts"
import type { Session } from "../../session/Session.ts"
import * as SignIn from "../../session/SignIn.ts"
import type { Entered } from "../Clients.ts"
import { ofSignIn } from "../codes.ts"
import { Conversation } from "../Conversation.ts"
import { decodeConnect } from "../decode.ts"
import { connected, notConnected } from "../encode.ts"
import { maxClientId, type MqttSettings, receiveMaximum, topicAliasMaximum } from "../MqttSettings.ts"
import { type Connect, PacketError } from "../Packet.ts"
import { ReasonCode } from "../ReasonCode.ts"
import { decode } from "./Input.ts"
import type { Common } from "./Peer.ts"
import { comeBack } from "./subscribing.ts"

/** A client of version 3.1.1 that names no time is given one: somebody who is gone is not waited for without end. */
const longest = Duration.toMillis(Duration.days(1))

const silence = new Uint8Array(0)

/** What a connection speaks until its `CONNECT` has come. */
export const opening = (common: Common, settings: MqttSettings): Protocol<Session> => {
  const protocol: Protocol<Session> = {
    encoding: common.encodings[5],
    renderer: common.renderer,
    isExclusive: () => false,
    hasDirects: true,
    joined: () => {},
    tellUser: () => {},
    ping: () => {},
    // In which version is not known.
    goodbye: () => silence,
    handle: (session, body) => {
      const packet = decodeConnect(body)
      if (!(packet instanceof PacketError)) return begin(common, settings, session, packet)
      const { code, message, version } = packet
      const goodbye = () => (version === undefined ? silence : notConnected(version, code, message))
      session.protocol = { ...protocol, goodbye }
      const reason = code === ReasonCode.unsupportedVersion ? "UnsupportedVersion" : "MalformedFrame"
      return Effect.fail(new Disconnect({ reason, detail: message }))
    },
  }
  return protocol
}

const begin = (
  common: Common,
  settings: MqttSettings,
  session: Session,
  connect: Connect,
): Effect.Effect<void, Disconnect> => {
  const conversation = new Conversation(common, session, connect)
  session.protocol = conversation
  const { authenticationMethod, cleanStart, clientId, version } = connect
  const refuse = (code: ReasonCode, message: string) => Effect.fail(conversation.refusal(code, message))
  if (authenticationMethod !== undefined) {
    return refuse(ReasonCode.badAuthenticationMethod, "one signs in by name and password, or by a token")
  }
  if (clientId.length > maxClientId) {
    return refuse(ReasonCode.clientIdNotValid, `a client identifier has at most ${maxClientId} characters`)
  }
  if (clientId === "" && version === 4 && !cleanStart) {
    return refuse(ReasonCode.clientIdNotValid, "who wants to be remembered needs a client identifier")
  }
  return Effect.matchEffect(signIn(session, connect), {
    onFailure: (error) => {
      session.services.meter.requestErrors.add(error.reason)
      return refuse(ofSignIn(error), error.message)
    },
    onSuccess: (user) => welcome(conversation, settings, user),
  })
}

/** A user name and a password; or a token as the password, whose owner has that name, if there is any. */
const signIn = (session: Session, { password, username = "" }: Connect): Effect.Effect<User, RequestError> => {
  const secret = password === undefined ? "" : decode(password)
  if (secret === undefined) return Effect.fail(new RequestError({ reason: "InvalidCredentials" }))
  const name = username === "" ? (session.connection.certificate?.account ?? "") : username
  if (secret !== "" && (username === "" || isToken(secret))) {
    return Effect.filterOrFail(
      SignIn.byToken(session, Redacted.make(secret)),
      (user) => username === "" || NameKey.isSame(user.name, username),
      () => new RequestError({ reason: "InvalidCredentials", detail: "The token is somebody else's" }),
    )
  }
  if (name === "") return Effect.fail(new RequestError({ reason: "NotAuthenticated", detail: "A user name is needed" }))
  return SignIn.byPassword(session, { username: name, password: Redacted.make(secret) })
}

/** As tokens of this service begin, and those of outside issuers. */
const isToken = (text: string): boolean => /^nat[a-z]*_|^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(text)

const welcome = (conversation: Conversation, settings: MqttSettings, user: User): Effect.Effect<void, Disconnect> => {
  const { common, connect } = conversation
  const isNameless = connect.clientId === ""
  const clientId = isNameless ? `natter-${common.clients.makeTag()}` : connect.clientId
  const key = { user: user.id, client: clientId }
  const entering = common.clients.enter(key, connect.cleanStart, (entered) => {
    if (entered.present) common.isBack(key)
    tell(conversation, settings, entered, isNameless ? clientId : undefined)
    return conversation.begin(key, entered)
  })
  return Effect.andThen(
    entering,
    // Another may have taken it over by now.
    Effect.suspend(() => (conversation.state === undefined ? Effect.void : comeBack(conversation, conversation.state))),
  )
}

/** That it is in, and on which terms. */
const tell = (
  conversation: Conversation,
  settings: MqttSettings,
  { present, state }: Entered,
  assignedClientId: string | undefined,
): void => {
  const { common, connect, session, version } = conversation
  state.expiry = common.clients.expiry(connect.sessionExpiry)
  conversation.isConnected = true
  const keepAlive = keepAliveOf(connect, settings)
  session.maySilent = keepAlive === 0 ? longest : keepAlive * 1500
  session.lookAt = Math.min(session.lookAt, session.elapsed() + session.maySilent)
  session.tell(
    connected(version, {
      sessionPresent: present,
      sessionExpiry: state.expiry === connect.sessionExpiry ? undefined : state.expiry,
      receiveMaximum,
      maximumPacketSize: session.services.settings.maxFrameBytes,
      topicAliasMaximum,
      assignedClientId,
      keepAlive: keepAlive === connect.keepAlive ? undefined : keepAlive,
    }),
  )
  session.caller?.memberships.opened()
}

/** Seconds; version 5 can be told that it is less than was wanted. */
const keepAliveOf = ({ keepAlive, version }: Connect, { maxKeepAlive }: MqttSettings): number => {
  const most = Math.floor(Duration.toSeconds(maxKeepAlive))
  return version === 5 && (keepAlive === 0 || keepAlive > most) ? most : keepAlive
}
