/** Which services there are, for tools that ask: both versions of the protocol have the same words. */
import { create, type DescFile, type Registry, toBinary } from "@bufbuild/protobuf"
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt"
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../generated/grpc/reflection/v1/reflection_pb.ts"
import { Code } from "./codes.ts"

const error = (errorCode: number, errorMessage: string) =>
  ({ case: "errorResponse", value: { errorCode, errorMessage } }) as const

const notFound = (what: string) => error(Code.NOT_FOUND, `there is no ${what}`)

/** A file, and all that it needs, each before those that need it. */
const withDependencies = (file: DescFile, into = new Set<DescFile>()): ReadonlySet<DescFile> => {
  for (const dependency of file.dependencies) withDependencies(dependency, into)
  return into.add(file)
}

/** As bytes, each once: anybody may ask, and a few bytes ask for many. */
const written = new WeakMap<DescFile, Uint8Array>()

const bytesOf = (file: DescFile): Uint8Array => {
  const bytes = written.get(file) ?? toBinary(FileDescriptorProtoSchema, file.proto)
  written.set(file, bytes)
  return bytes
}

const described = (file: DescFile) => ({
  case: "fileDescriptorResponse" as const,
  value: { fileDescriptorProto: [...withDependencies(file)].toReversed().map(bytesOf) },
})

export const answerWith =
  (registry: Registry, files: ReadonlyArray<DescFile>, services: ReadonlyArray<string>) =>
  (request: ServerReflectionRequest): ServerReflectionResponse => {
    const { host, messageRequest: asked } = request
    const messageResponse = () => {
      switch (asked.case) {
        case "listServices":
          return { case: "listServicesResponse" as const, value: { service: services.map((name) => ({ name })) } }
        case "fileByFilename": {
          const file = files.find(({ proto }) => proto.name === asked.value)
          return file === undefined ? notFound("such file") : described(file)
        }
        case "fileContainingSymbol": {
          // A method, or a field, is in the file of what it belongs to.
          const found = registry.get(asked.value) ?? registry.get(asked.value.replace(/\.[^.]*$/, ""))
          return found === undefined || !("file" in found) ? notFound("such symbol") : described(found.file)
        }
        case "allExtensionNumbersOfType":
          return registry.getMessage(asked.value) === undefined
            ? notFound("such message")
            : { case: "allExtensionNumbersResponse" as const, value: { baseTypeName: asked.value } }
        case "fileContainingExtension":
          return notFound("extension")
        case undefined:
          return error(Code.INVALID_ARGUMENT, "nothing is asked")
      }
    }
    return create(ServerReflectionResponseSchema, {
      validHost: host,
      originalRequest: request,
      messageResponse: messageResponse(),
    })
  }
