const film = document.querySelector("#film");
for (const button of document.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    film.currentTime = Number(button.dataset.seek);
  });
}

const toggle = document.querySelector("#toggle");
const progress = document.querySelector("#progress");
const report = document.querySelector("#report");
const note = document.querySelector("#note");
const LINE = 16;
let received = 0;
let begun = ""; // of a line whose end has not come yet
let etag = "";
let controller = null;

toggle.addEventListener("click", () => (controller ? controller.abort() : download()));

async function download() {
  controller = new AbortController();
  toggle.textContent = "Pause";
  note.textContent = "";
  try {
    const headers = received ? { Range: `bytes=${received}-`, "If-Range": etag } : {};
    const response = await fetch(toggle.dataset.url, { headers, cache: "no-store", signal: controller.signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    if (response.status !== 206) {
      if (received) note.textContent = "The file has changed, so all of it comes again.";
      received = 0;
      begun = "";
    }
    etag = response.headers.get("ETag");
    progress.max = received + Number(response.headers.get("Content-Length"));
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      check(value);
      received += value.length;
      progress.value = received;
      report.textContent = `${response.status}: ${received.toLocaleString()} of ${progress.max.toLocaleString()} bytes.`;
      // This machine is too fast to watch.
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    note.textContent = "Done, and every line is right.";
    received = 0;
    begun = "";
  } catch (error) {
    if (error.name === "AbortError") note.textContent = "Paused. What has come is kept.";
    else note.textContent = `${error.message} Resume asks for the rest.`;
  }
  controller = null;
  toggle.textContent = received ? "Resume" : "Start";
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
