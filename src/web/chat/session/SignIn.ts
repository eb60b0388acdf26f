/** Who one is: by a cookie from before, or by a name that one gives. */
import { type Api, Refused } from "../../Api.ts"
import type { Me } from "../model/Chat.ts"
import type { Environment } from "../model/Environment.ts"

export interface SignedIn {
  readonly me: Me
  /** Signs in over the connection, for a while. */
  readonly token: string
  /** Whether the name was new. */
  readonly registered?: boolean
}

export interface Given {
  readonly username: string
  /** Empty for a guest. */
  readonly password: string
  /** Whether a name that is new is registered; undefined for a guest. */
  readonly register?: boolean
  /** An invitation to register. */
  readonly invite?: string | undefined
}

interface AccessToken {
  readonly token: string
}

interface Answer {
  readonly user: Me
  readonly registered?: boolean
  readonly token?: string
  readonly csrf_token?: string
  readonly access_token?: AccessToken
}

const kept = "natter.token"
/** There while a session has to be ended that could not be when somebody signed out. */
const outKey = "natter.out"
/** Milliseconds that one waits for the end of a session. */
const patience = 5000

/** A cookie is not given where anybody could read it on its way. */
const hasNoCookie = (error: unknown): boolean => error instanceof Refused && error.field === "cookie"

const take = (
  api: Api,
  env: Environment,
  { access_token, csrf_token, registered = false, token, user }: Answer,
): SignedIn => {
  api.csrf = csrf_token
  api.bearer = token
  env.keep(kept, token)
  env.keep(outKey, undefined)
  return { me: user, token: access_token?.token ?? token ?? "", registered }
}

export const signIn = async (api: Api, env: Environment, given: Given): Promise<SignedIn> => {
  api.bearer = api.csrf = undefined
  const post = (cookie: boolean) =>
    api.ask<Answer>("/session", { method: "POST", body: { ...given, ...(cookie ? { cookie } : {}) } })
  const answer = await post(true).catch((error: unknown) => {
    if (hasNoCookie(error)) return post(false)
    throw error
  })
  return take(api, env, answer)
}

/** A token for the connection; undefined where one has to sign in anew. */
export const anotherToken = async (api: Api): Promise<string | undefined> => {
  try {
    return (await api.ask<AccessToken>("/session/access-token", { method: "POST" })).token
  } catch (error) {
    if (error instanceof Refused && error.status !== 0 && error.status < 500) return undefined
    throw error
  }
}

/** Who one is already; undefined where nobody has signed in here. */
export const comeBack = async (api: Api, env: Environment): Promise<SignedIn | undefined> => {
  api.bearer = env.kept(kept)
  try {
    const { csrf_token, user } = await api.ask<Answer>("/session")
    api.csrf = csrf_token
    if (env.kept(outKey) !== undefined) {
      await signOut(api, env)
      return undefined
    }
    const token = await anotherToken(api)
    return token === undefined ? undefined : { me: user, token }
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      env.keep(kept, undefined)
      env.keep(outKey, undefined)
      api.bearer = undefined
      return undefined
    }
    throw error
  }
}

/** No script can take the cookie away: where the service cannot be reached that is done as soon as it can be. */
export const signOut = async (api: Api, env: Environment): Promise<void> => {
  env.keep(outKey, "on")
  await api.ask("/session", { method: "DELETE", signal: AbortSignal.timeout(patience) }).then(
    () => env.keep(outKey, undefined),
    (error: unknown) => error instanceof Refused && error.status === 401 && env.keep(outKey, undefined),
  )
  if (env.kept(outKey) !== undefined && api.bearer !== undefined) return void (api.csrf = api.bearer = undefined)
  env.keep(kept, undefined)
  api.bearer = api.csrf = undefined
}
