import { pageAdvice, pageText } from "./page_words.js";

/** The studio's HTTP interface (docs/studio.md) as functions. All of them throw ApiError, or AbortError where a signal says so. */

/** An answer that is an error: what, where, and what would work, in words for the page. */
export class ApiError extends Error {
  constructor({ kind, message, where, help }, status) {
    super(pageText(message));
    Object.assign(this, { name: "ApiError", kind, where, help: pageAdvice(help), status });
  }
}

export const isAbort = (error) => error?.name === "AbortError";

/** How often, and for how many seconds at most, a busy server is asked again. */
const kTries = 6, kLongestWait = 4;

/** A path with those fields of `query` that have a value. */
export function url(path, query = {}) {
  const fields = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  const text = new URLSearchParams(fields.map(([name, value]) => [name, value === true ? "1" : String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

function pause(seconds, signal) {
  return new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer);
      fail(new DOMException("cancelled", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, 1000 * seconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function errorOf(response) {
  const fallback = { kind: "internal", message: `The server answered ${response.status} ${response.statusText}`.trim() };
  const text = await response.text().catch(() => "");
  try {
    return new ApiError(JSON.parse(text).error ?? fallback, response.status);
  } catch {
    return new ApiError(fallback, response.status);
  }
}

/** The response to a request that may be sent again while the server is busy. */
async function request(method, path, { query, body, type, signal } = {}) {
  for (let tries = 1; ; ++tries) {
    let response;
    try {
      response = await fetch(url(path, query), { method, body, signal, headers: type ? { "Content-Type": type } : {} });
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new ApiError({ kind: "gone", message: "The studio does not answer", help: "Start fovea serve again and open the address that it prints." }, 0);
    }
    if (response.ok) return response;
    if (response.status !== 503 || tries === kTries) throw await errorOf(response);
    await pause(Math.min(Number(response.headers.get("Retry-After")) || 1, kLongestWait), signal);
  }
}

const jsonOf = async (response) => (response.status === 204 ? null : response.json());

export const get = async (path, query, signal) => jsonOf(await request("GET", path, { query, signal }));
export const post = async (path, fields, signal) =>
  jsonOf(await request("POST", path, { body: JSON.stringify(fields), type: "application/json", signal }));
export const patch = async (path, fields, signal) =>
  jsonOf(await request("PATCH", path, { body: JSON.stringify(fields), type: "application/json", signal }));
export const remove = async (path) => jsonOf(await request("DELETE", path));
/** Sends the bytes of a file. */
export const upload = async (path, query, file, signal) =>
  jsonOf(await request("POST", path, { query, body: file, type: "application/octet-stream", signal }));
export const blob = async (path, query, signal) => (await request("GET", path, { query, signal })).blob();

const numbers = (text) => (text ? text.split(",").map(Number) : null);
const decoded = (text) => (text === null ? null : decodeURIComponent(text));
const rectOf = (text) => {
  const list = numbers(text);
  return list && { x: list[0], y: list[1], width: list[2], height: list[3] };
};

/**
 * A raster of numbers: {values: Float32Array, width, height, range: [min, max], region: the photo's part that it covers, and what
 * the headers say of it}. For /api/map and /api/activation.
 */
export async function raster(path, query, signal) {
  const response = await request("GET", path, { query: { ...query, format: "f32" }, signal });
  const header = (name) => response.headers.get(`X-Fovea-${name}`);
  const [height, width] = numbers(header("Shape"));
  const probability = header("Probability");
  return {
    values: new Float32Array(await response.arrayBuffer()), width, height,
    range: numbers(header("Range")), levels: numbers(header("Levels")), region: rectOf(header("Region")),
    class: header("Class") === null ? null : Number(header("Class")), label: decoded(header("Label")), method: decoded(header("Method")),
    score: header("Score") === null ? null : Number(header("Score")),
    probability: probability === null || probability === "none" ? null : Number(probability),
    seconds: Number(header("Seconds") ?? 0),
  };
}

/**
 * Follows a job: `handlers` are {progress({done, total, text, place}), frame(fields)}. Resolves with the finished job. A signal
 * stops following and cancels the job.
 */
export function follow(job, handlers = {}, signal = undefined) {
  return new Promise((done, fail) => {
    const source = new EventSource(`/api/jobs/${job.id}/events`);
    const stop = () => {
      source.close();
      remove(`/api/jobs/${job.id}`).catch(() => {});
      fail(new DOMException("cancelled", "AbortError"));
    };
    const end = (finish) => (event) => {
      source.close();
      signal?.removeEventListener("abort", stop);
      finish(JSON.parse(event.data));
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    source.addEventListener("progress", (event) => handlers.progress?.(JSON.parse(event.data)));
    source.addEventListener("frame", (event) => handlers.frame?.(JSON.parse(event.data)));
    source.addEventListener("done", end(done));
    source.addEventListener("failed", end((ended) => fail(new ApiError(ended.error ?? { kind: "internal", message: "The job failed" }, 500))));
    source.addEventListener("cancelled", end(() => fail(new DOMException("cancelled", "AbortError"))));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;  // the browser connects again by itself
      signal?.removeEventListener("abort", stop);
      fail(new ApiError({ kind: "gone", message: "The studio does not answer any more", help: "Start fovea serve again and open the address that it prints." }, 0));
    });
  });
}

/** Starts a job and follows it. */
export async function runJob(fields, handlers, signal) {
  const job = await post("/api/jobs", fields, signal);
  if (job.state === "queued") handlers?.progress?.({ ...job.progress, place: job.place });
  return follow(job, handlers, signal);
}
