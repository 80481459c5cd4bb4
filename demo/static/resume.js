const film = document.querySelector("#film");
for (const button of document.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    film.currentTime = Number(button.dataset.seek);
  });
}

const toggle = document.querySelector("#toggle");
const progress = document.querySelector("#progress");
const report = document.querySelector("#report");
const LINE = 16;
let received = 0;
let etag = "";
let controller = null;

toggle.addEventListener("click", () => (controller ? controller.abort() : download()));

async function download() {
  controller = new AbortController();
  toggle.textContent = "Pause";
  try {
    const headers = received ? { Range: `bytes=${received}-`, "If-Range": etag } : {};
    const response = await fetch(toggle.dataset.url, { headers, cache: "no-store", signal: controller.signal });
    if (response.status !== 206) received = 0;
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
    report.textContent += " Done, and every line is right.";
    received = 0;
  } catch (error) {
    if (error.name !== "AbortError") report.textContent = error.message;
  }
  controller = null;
  toggle.textContent = received ? "Resume" : "Start";
}

function check(bytes) {
  const skipped = (LINE - (received % LINE)) % LINE;
  const line = new TextDecoder().decode(bytes.subarray(skipped, skipped + LINE - 1));
  if (line.length === LINE - 1 && Number(line) !== (received + skipped) / LINE) {
    throw new Error(`Byte ${received + skipped} belongs to line ${line}.`);
  }
}
