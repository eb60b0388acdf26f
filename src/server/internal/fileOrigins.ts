import { parse } from "../../domain/IpAddress.ts"
import type { ServerSettings } from "../ServerSettings.ts"

/** Where browsers are led for a file, beside the service's own addresses. */
export const fileOrigins = ({
  api,
  fileStore,
  http: { filesOrigin },
}: Pick<ServerSettings, "api" | "http"> & Partial<Pick<ServerSettings, "fileStore">>): ReadonlyArray<string> => {
  const apart = filesOrigin === "" ? [] : [filesOrigin]
  if (!api.filesRedirect || fileStore?.kind !== "s3") return apart
  const { bucket, endpoint, pathStyle, region } = fileStore.s3
  const url = URL.parse(endpoint === "" ? `https://s3.${region}.amazonaws.com` : endpoint)
  // What is wrong with it is said where the store is opened.
  if (url === null) return apart
  // The client names it in the path, too, where it cannot be a part of a host's name.
  const inPath = pathStyle || bucket.includes(".") || parse(url.hostname.replace(/^\[|\]$/g, "")) !== undefined
  return [...apart, inPath ? url.origin : `${url.protocol}//${bucket}.${url.host}`]
}
