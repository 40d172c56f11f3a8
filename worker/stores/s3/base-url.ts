/**
 * Address of the objects: below the endpoint if its host name contains the bucket (virtual-hosted), else below endpoint
 * and bucket (path-style, which R2, B2, Garage and SeaweedFS all accept).
 */
export function toBaseUrl(endpoint: string, bucket: string): string {
  const isVirtualHosted = new URL(endpoint).hostname.startsWith(`${bucket.toLowerCase()}.`);
  return isVirtualHosted ? endpoint : `${endpoint}/${encodeURIComponent(bucket)}`;
}
