/** `natter/scenario`: crowds and disasters as plain data, and what plays them. */
export * as Activity from "./Activity.ts"
export * as Crowd from "./Crowd.ts"
export * as Expectation from "./Expectation.ts"
export * as Incident from "./Incident.ts"
export * as Player from "./Player.ts"
export * as Scenario from "./Scenario.ts"
export { Result } from "./Result.ts"
export { NotPossible, World } from "./World.ts"
