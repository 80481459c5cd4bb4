// A film to seek in, and a download that stops and goes on.
import { begin, chunks, count, fetchOptions } from "./exchange.js";

const film = document.querySelector("#film");
for (const button of document.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    film.currentTime = Number(button.dataset.seek);
  });
}

const [toggle, save, progress, report, note] = ["toggle", "save", "progress", "report", "note"].map((id) => document.getElementById(id));
const place = document.querySelector("#resume .exchange");
const LINE = 16;
let parts = []; // what has come
let received = 0;
let begun = ""; // of a line whose end has not come yet
let etag = "";
let controller = null;

toggle.addEventListener("click", () => (controller ? controller.abort() : download()));

async function download() {
  controller = new AbortController();
  toggle.textContent = "Pause";
  note.textContent = "";
  save.hidden = true;
  const headers = { Accept: "*/*", ...(received ? { Range: `bytes=${received}-`, "If-Range": etag } : {}) };
  const request = { method: "GET", url: toggle.dataset.url, headers };
  const show = begin(request, place);
  const [started, before] = [performance.now(), received];
  let response = null;
  try {
    response = await fetch(request.url, { ...fetchOptions(request), signal: controller.signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    if (response.status !== 206) {
      if (received) note.textContent = "The file has changed, so all of it comes again.";
      restart();
    }
    etag = response.headers.get("ETag");
    progress.max = received + Number(response.headers.get("Content-Length"));
    for await (const chunk of chunks(response)) {
      check(chunk);
      parts.push(chunk);
      received += chunk.length;
      progress.value = received;
      report.textContent = `${response.status}: ${received.toLocaleString()} of ${progress.max.toLocaleString()} bytes.`;
      // This machine is too fast to watch.
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    note.textContent = "Done, and every line is right.";
    save.href = URL.createObjectURL(new Blob(parts));
    save.hidden = false;
    show({ response, detail: taken(before, started) });
    restart();
  } catch (error) {
    if (error.name === "AbortError") note.textContent = "Paused. What has come is kept.";
    else note.textContent = `${error.message} Resume asks for the rest.`;
    show({ response, detail: taken(before, started), note: note.textContent });
  }
  controller = null;
  toggle.textContent = received ? "Resume" : "Start";
}

function taken(before, started) {
  return `${count(Math.max(received - before, 0))} in ${Math.round(performance.now() - started).toLocaleString()} ms`;
}

function restart() {
  parts = [];
  received = 0;
  begun = "";
}

function check(bytes) {
  let number = (received - begun.length) / LINE;
  const text = begun + new TextDecoder().decode(bytes);
  const end = text.length - (text.length % LINE);
  for (let start = 0; start < end; start += LINE, number++) {
    if (Number(text.slice(start, start + LINE)) !== number) throw new Error(`Line ${number} is wrong.`);
  }
  begun = text.slice(end);
}
