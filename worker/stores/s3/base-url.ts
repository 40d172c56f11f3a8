/**
 * Under which address the objects are: below the bucket's own host name when the endpoint has it (virtual-hosted), else
 * below endpoint and bucket (path-style, which R2, B2, Garage and SeaweedFS all take).
 */
export function toBaseUrl(endpoint: string, bucket: string): string {
  const isVirtualHosted = new URL(endpoint).hostname.startsWith(`${bucket.toLowerCase()}.`);
  return isVirtualHosted ? endpoint : `${endpoint}/${encodeURIComponent(bucket)}`;
}
