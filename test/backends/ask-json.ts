/**
 * What a backend's API answers; `undefined` when it has no such thing.
 * @throws Error for any other refusal
 */
export async function askJson<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url);
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
