/**
 * Calls the API and returns its JSON. Whatever is not readable JSON, the challenge page included, becomes the status
 * `fetch_failure`, which no server sends.
 */
export async function callApi(endpoint, query, body) {
  const search = new URLSearchParams({ ...query, __cacheBust: String(Math.random()) });
  const options = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  try {
    const response = await fetch(`/api/${endpoint}?${search}`, options);
    if (response.status === 429) return { status: 'too_many_requests' };
    if (!response.ok) return { status: 'fetch_failure' };
    return await response.json();
  } catch {
    return { status: 'fetch_failure' };
  }
}

/** The embed gives up and shows why. */
export class Failure extends Error {}
