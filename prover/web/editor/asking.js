// Requests to the service, from this page only: the key that came behind the `#` of its address goes
// with each, and the browser adds the cookie.

const KEY = "prover-key";
const arrived = location.hash.match(/^#key=([\w-]+)$/);
if (arrived) {
  localStorage.setItem(KEY, arrived[1]);
  history.replaceState(null, "", location.pathname);
}

/** This tab's name for itself, so that tabs take turns. */
const tab = sessionStorage.getItem("prover-tab") ?? crypto.randomUUID();
sessionStorage.setItem("prover-tab", tab);

/** Why the service did not do what it was asked for. */
export class Refused extends Error {
  constructor(status, detail, hint) {
    super(detail);
    this.status = status;
    this.hint = hint;
  }
}

/** The response; raises `Refused`, also when the service isn't there (status 0). */
export async function ask(method, path, { body, signal } = {}) {
  const headers = { "Prover-Page": localStorage.getItem(KEY) ?? "", "Prover-Client": `page ${tab}` };
  if (body) headers["Content-Type"] = "application/json";
  const request = { method, headers, signal, body: body && JSON.stringify(body), cache: "no-store" };
  let response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, "The service does not answer.", "Start it with `prover serve --open`.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if ([401, 403].includes(response.status)) throw new Refused(response.status, "This page is not let in any more.", "Open it anew with `prover serve --open`.");
  throw new Refused(response.status, problem.detail ?? response.statusText, problem.hint ?? "");
}

/** The events of a stream, one by one. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

/** The run that a search is: it goes on by itself for a while when this page is gone. */
export async function startSearch(body) {
  const leave = new AbortController();
  const response = await ask("POST", "/v1/prove", { body, signal: leave.signal });
  const run = response.headers.get("Prover-Run");
  leave.abort();
  return run;
}
