/** Whether the service wants calls now, as gRPC's own tools ask. */
import { create } from "@bufbuild/protobuf"
import { Code, ConnectError } from "@connectrpc/connect"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as Status,
  HealthCheckResponseSchema,
} from "../generated/grpc/health/v1/health_pb.ts"
import type { Surroundings } from "../Surroundings.ts"

/** How often somebody who watches is told at the latest. */
const lookEvery = "1 second"

const answer = (status: Status): HealthCheckResponse => create(HealthCheckResponseSchema, { status })

export class Health {
  private readonly status: Effect.Effect<Status>
  private readonly services: ReadonlyArray<string>
  private readonly draining: Effect.Effect<unknown>

  constructor({ ready }: Surroundings, services: ReadonlyArray<string>, draining: Effect.Effect<unknown>) {
    this.services = services
    this.draining = draining
    this.status = Effect.map(ready, (ready) => (ready ? Status.SERVING : Status.NOT_SERVING))
  }

  check({ service }: HealthCheckRequest): Effect.Effect<HealthCheckResponse, ConnectError> {
    return this.knows(service)
      ? Effect.map(this.status, answer)
      : Effect.fail(new ConnectError(`there is no service ${service}`, Code.NotFound))
  }

  /** Each time that it changes; the last thing that is said is that the service wants none any more. */
  watch({ service }: HealthCheckRequest): Stream.Stream<HealthCheckResponse> {
    if (!this.knows(service)) {
      return Stream.concat(Stream.succeed(answer(Status.SERVICE_UNKNOWN)), Stream.fromEffect(Effect.never))
    }
    const ends = Effect.timeoutOrElse(Effect.as(this.draining, true), {
      duration: lookEvery,
      orElse: () => Effect.succeed(false),
    })
    const statuses = Stream.paginate(true, (first: boolean) =>
      Effect.flatMap(first ? Effect.succeed(false) : ends, (isLast) =>
        Effect.map(
          isLast ? Effect.succeed(Status.NOT_SERVING) : this.status,
          (status) => [[status], isLast ? Option.none() : Option.some(false)] as const,
        ),
      ),
    )
    return Stream.map(Stream.changes(statuses), answer)
  }

  private knows(service: string): boolean {
    return service === "" || this.services.includes(service)
  }
}
