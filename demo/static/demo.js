// Every page: buttons that copy, and forms that send the request which they hold.
import { copyText, curl, exchange } from "./exchange.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copyText(document.getElementById(button.dataset.copy).textContent, button));
}

for (const form of document.querySelectorAll("[data-request-form]")) connect(form);

function connect(form) {
  const { method, url, fields, body, cookies } = form.elements;
  const example = form.closest(".example");
  const [place, line] = [example.querySelector(".exchange"), example.querySelector(".shell code")];
  const presets = [...example.querySelectorAll("[data-request]")];
  const seen = {}; // what later requests need of earlier answers

  function request() {
    const headers = {};
    for (const text of fields.value.split("\n")) {
      const [name, value] = [text.slice(0, text.indexOf(":")).trim(), text.slice(text.indexOf(":") + 1).trim()];
      if (name && value) headers[name] = value;
    }
    const content = method.value === "GET" || method.value === "HEAD" ? "" : (body?.value.trim() ?? "");
    if (content && !("Content-Type" in headers)) headers["Content-Type"] = "application/json";
    return { method: method.value, url: url.value, headers, body: content, cookies: cookies.checked };
  }

  function fill(button) {
    const preset = JSON.parse(button.dataset.request);
    seen["{number}"] = `XA${1000 + Math.floor(Math.random() * 9000)}`;
    const complete = (text) => text.replaceAll(/\{(?:ETag|Location|number)\}/g, (name) => seen[name] ?? name);
    method.value = preset.method;
    url.value = complete(preset.url);
    fields.value = complete(preset.fields);
    fields.rows = Math.max(fields.value.split("\n").length, 1);
    if (body) body.value = complete(preset.body);
    cookies.checked = preset.cookies;
    for (const each of presets) each.toggleAttribute("data-chosen", each === button);
    showLine();
  }

  async function send() {
    const { response } = await exchange(request(), place);
    if (response?.headers.has("ETag")) seen["{ETag}"] = response.headers.get("ETag");
    if (response?.status === 201) seen["{Location}"] = response.headers.get("Location");
  }

  function showLine() {
    line.textContent = curl(request());
  }

  for (const button of presets) {
    button.addEventListener("click", async () => {
      const needed = /\{(ETag|Location)\}/.exec(button.dataset.request)?.[0];
      if (needed && !(needed in seen)) {
        fill(presets[0]);
        await send();
      }
      fill(button);
      await send();
    });
  }
  form.addEventListener("input", showLine);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  // A link in an answer is the next request.
  place.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    method.value = "GET";
    url.value = link.href.slice(location.origin.length);
    showLine();
    send();
  });

  fill(presets[0]);
  if (form.hasAttribute("data-at-once")) send();
}
