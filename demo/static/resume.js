// Download a file in as many goes as it takes. If-Range asks for the rest only if the file is still the same.
const button = document.querySelector("#go");
const progress = document.querySelector("#progress");
const state = document.querySelector("#state");
let received = 0, size = 0, validator = null, running = null;

async function download() {
  const headers = received && validator ? {Range: `bytes=${received}-`, "If-Range": validator} : {};
  const response = await fetch(button.dataset.url, {headers, cache: "no-store", signal: running.signal});
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  if (response.status === 206) {
    size = Number(response.headers.get("Content-Range").split("/")[1]);
  } else {
    received = 0;
    size = Number(response.headers.get("Content-Length"));
  }
  // The entity tag of a file that has just changed is weak, and selects no range.
  const etag = response.headers.get("ETag");
  validator = etag && !etag.startsWith("W/") ? etag : response.headers.get("Last-Modified");
  const from = received;
  for (const reader = response.body.getReader(); ;) {
    const {done, value} = await reader.read();
    if (done) return;
    received += value.length;
    progress.value = received / size;
    state.value = `${response.status}: ${received.toLocaleString()} of ${size.toLocaleString()} bytes, this time from ${from.toLocaleString()}.`;
  }
}

button.addEventListener("click", async () => {
  if (running) return running.abort();
  running = new AbortController();
  button.textContent = "Stop";
  try {
    if (size && received === size) received = 0;
    await download();
    button.textContent = "Download again";
  } catch (error) {
    if (error.name !== "AbortError") state.value = error.message;
    button.textContent = "Go on";
  }
  running = null;
});
