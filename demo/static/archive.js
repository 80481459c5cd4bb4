// The archive of a selection, with its progress.
import { begin, chunks, count, fetchOptions } from "./exchange.js";

const form = document.querySelector("#choice");
const [cancel, save, progress, report, note] = ["cancel", "save", "progress", "report", "note"].map((id) => document.getElementById(id));
const place = document.querySelector("#selection .exchange");
let controller = null;

cancel.addEventListener("click", () => controller.abort());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!controller) download();
});

async function download() {
  controller = new AbortController();
  cancel.hidden = false;
  save.hidden = true;
  note.textContent = "";
  progress.value = 0;
  const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  const request = { method: "GET", url, headers: { Accept: "*/*" } };
  const show = begin(request, place);
  const started = performance.now();
  const parts = [];
  let [response, received] = [null, 0];
  const detail = () => `${count(received)} in ${Math.round(performance.now() - started).toLocaleString()} ms`;
  try {
    response = await fetch(url, { ...fetchOptions(request), signal: controller.signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    progress.max = Number(response.headers.get("Content-Length"));
    for await (const chunk of chunks(response)) {
      parts.push(chunk);
      received += chunk.length;
      progress.value = received;
      report.textContent = `${received.toLocaleString()} of ${progress.max.toLocaleString()} bytes.`;
    }
    save.href = URL.createObjectURL(new Blob(parts, { type: "application/zip" }));
    save.hidden = false;
    note.textContent = "Done. The archive is complete.";
    show({ response, detail: detail() });
  } catch (error) {
    note.textContent = error.name === "AbortError" ? "Cancelled." : error.message;
    show({ response, detail: detail(), note: note.textContent });
  }
  cancel.hidden = true;
  controller = null;
}
