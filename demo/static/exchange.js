// Send requests, and show what was sent and what came.

/** No more of a text than this is read. */
const LIMIT = 512 * 1024;
const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|xml)|image\/svg)/;

/** Send `request` and show it in `place` with its answer. Return the response, its text and, of JSON, its data. */
export async function exchange(request, place) {
  const show = begin(request, place);
  const started = performance.now();
  try {
    const response = await fetch(request.url, fetchOptions(request));
    const { text, size, isCut } = await read(response);
    const milliseconds = Math.round(performance.now() - started);
    let data = null;
    try {
      data = JSON.parse(text);
    } catch {
      // It is no JSON, and shown as it is.
    }
    const type = response.headers.get("Content-Type") ?? "";
    const amount = isCut ? `the first ${count(size)}` : count(size);
    show({
      response,
      detail: `${amount} in ${milliseconds.toLocaleString()} ms`,
      body: data !== null ? json(data) : size && TEXT.test(type) ? [text + (isCut ? "\n…" : "")] : [],
      note: noteOf(response, size, type),
    });
    return { response, text, data };
  } catch (error) {
    show({ detail: `The browser shows no answer: ${error.message}`, note: "It may have refused it, or the server is gone." });
    return { response: null, text: "", data: null };
  }
}

/** Show a request as sent. Return a function that shows what was answered. */
export function begin(request, place) {
  const [outcome, messages] = [place.querySelector(".outcome"), place.querySelector(".messages")];
  const start = `${request.method} ${new URL(request.url, location).href.slice(location.origin.length)}`;
  const sent = message("Request", [start, ...lines(Object.entries(allHeaders(request)))], request.body ? json(request.body) : []);
  place.className = "exchange waiting";
  place.setAttribute("aria-busy", "true");
  outcome.textContent = "Sent …";
  return ({ response, detail, body = [], note = "" }) => {
    const kind = !response || response.status >= 400 ? "failed" : response.status >= 300 ? "other" : "done";
    place.className = `exchange ${kind}`;
    place.removeAttribute("aria-busy");
    const status = response ? `${response.status} ${response.statusText}`.trim() : "No answer";
    outcome.replaceChildren(element("strong", status), " ", element("span", detail));
    const fields = response ? lines([...response.headers]) : [];
    const answered = message("Response", [status, ...fields]);
    const content = body.length ? message("Content", [], body) : element("div");
    content.className = "content";
    if (note) content.append(element("p", note));
    messages.replaceChildren(sent, answered, content);
  };
}

/** Return the options for fetch(). */
export function fetchOptions(request) {
  return {
    method: request.method,
    headers: allHeaders(request),
    body: request.body || undefined,
    credentials: request.cookies === false ? "omit" : "same-origin",
    cache: "no-store",
  };
}

/** Return the line that sends the request from a terminal. */
export function curl(request) {
  const words = ["curl", request.method === "HEAD" ? "-I" : "-i"];
  if (!["GET", "HEAD"].includes(request.method)) words.push("-X", request.method);
  words.push(quoted(new URL(request.url, location).href));
  for (const [name, value] of Object.entries(allHeaders(request))) words.push("-H", quoted(`${name}: ${value}`));
  if (needsToken(request)) words.push("-b", quoted(`csrftoken=${token()}`));
  if (request.body) words.push("-d", quoted(compact(request.body)));
  return words.join(" ");
}

export function count(bytes) {
  return bytes === 1 ? "1 byte" : `${bytes.toLocaleString()} bytes`;
}

/** Django wants the token of its cookie once more in a field, for whatever changes something. */
function allHeaders(request) {
  return needsToken(request) ? { ...request.headers, "X-CSRFToken": token() } : request.headers;
}

function needsToken(request) {
  return request.cookies !== false && !["GET", "HEAD", "OPTIONS"].includes(request.method);
}

function token() {
  return /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}

/** Yield the content of a response as it comes. */
export async function* chunks(response) {
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const { done, value } = reader ? await reader.read() : { done: true };
      if (done) return;
      yield value;
    }
  } finally {
    reader?.cancel();
  }
}

async function read(response) {
  const parts = [];
  let size = 0;
  for await (const chunk of chunks(response)) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= LIMIT) break;
  }
  return { text: await new Blob(parts).text(), size, isCut: size >= LIMIT };
}

function noteOf(response, size, type) {
  if (response.redirected) return `The browser has followed a redirect. This is what ${response.url} answered.`;
  if (size && !TEXT.test(type)) return `The content is ${type || "of no type"}.`;
  return size ? "" : "There is no content.";
}

function message(title, head, body = []) {
  const code = element("code", ...head.flatMap((line, i) => (i ? ["\n", ...line] : [line])));
  code.append(head.length && body.length ? "\n\n" : "", ...body);
  const pre = element("pre", code);
  pre.tabIndex = 0;
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", title);
  const copy = element("button", "Copy");
  copy.type = "button";
  copy.className = "copy";
  copy.setAttribute("aria-label", `Copy the ${title.toLowerCase()}`);
  copy.addEventListener("click", () => copyText(code.textContent, copy));
  const box = element("div", element("h3", title), element("div", pre, copy));
  box.lastChild.className = "copied";
  return box;
}

/** Copy a text, and say so on the button. */
export async function copyText(text, button) {
  const label = button.querySelector("span") ?? button;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not allowed";
  }
  setTimeout(() => (label.textContent = "Copy"), 1500);
}

function lines(fields) {
  return fields.map(([name, value]) => [marked("k", name), ": ", ...linked(value)]);
}

/** Return a text in parts, of which the URLs are links. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+|^\/[^\s/]\S*$)/).map((part, i) => (i % 2 ? link(part) : part));
}

function link(url) {
  const anchor = element("a", url);
  anchor.href = url;
  return anchor;
}

/** Return JSON in parts: indented, coloured, with links. What is none stays as it is. */
function json(source) {
  let text = source;
  try {
    text = JSON.stringify(typeof source === "string" ? JSON.parse(source) : source, null, 2);
  } catch {
    return [source];
  }
  return text.split(/("(?:[^"\\]|\\.)*"(?:\s*:)?|-?\b\d[\d.eE+-]*|\b(?:true|false|null)\b)/).map((part, i) => {
    if (i % 2 === 0) return part;
    if (part.endsWith(":")) return marked("k", part);
    if (!part.startsWith('"')) return marked("n", part);
    const found = linked(JSON.parse(part));
    return found.length > 1 ? element("span", '"', ...found, '"') : marked("s", part);
  });
}

function compact(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function marked(kind, text) {
  const span = element("span", text);
  span.className = kind;
  return span;
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}
