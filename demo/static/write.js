const form = document.querySelector("#request");
const [method, url, body] = ["#method", "#url", "#body"].map((id) => document.querySelector(id));
const exchanges = document.querySelector("#exchanges");
const template = document.querySelector("#exchange");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
let last = "/flights/1/"; // the flight that was created last

for (const button of document.querySelectorAll("#examples button")) {
  button.addEventListener("click", () => {
    const path = button.dataset.url;
    method.value = button.dataset.method;
    url.value = path.startsWith("/") ? path : last + path;
    body.value = pretty(button.dataset.body ?? "");
    send();
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

async function send() {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const request = { method: method.value, headers };
  if (request.method !== "GET" && body.value.trim()) {
    headers["Content-Type"] = "application/json";
    request.body = body.value;
  }
  const started = performance.now();
  const response = await fetch(url.value, request);
  const text = await response.text();
  const time = Math.round(performance.now() - started);
  if (response.status === 201 && response.headers.has("Location")) last = response.headers.get("Location");

  const shown = template.content.cloneNode(true);
  const article = shown.querySelector("article");
  article.classList.toggle("failed", !response.ok);
  shown.querySelector(".sent").textContent = message(`${request.method} ${url.value}`, Object.entries(headers), request.body);
  const status = `${response.status} ${response.statusText}`.trim();
  shown.querySelector(".answered").textContent = message(`${status} (${time} ms)`, [...response.headers], pretty(text));
  exchanges.prepend(shown);
  article.scrollIntoView({ block: "nearest" });
}

function message(start, fields, content) {
  const names = ["content-type", "content-length", "location", "allow", "accept", "accept-patch"];
  const lines = fields.filter(([name]) => names.includes(name.toLowerCase())).map(([name, value]) => `${name}: ${value}`);
  return [start, ...lines].join("\n") + (content ? `\n\n${content}` : "");
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
