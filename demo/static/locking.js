// Two windows that change the same notice, each with the version that it has read.
import { exchange } from "./exchange.js";

for (const box of document.querySelectorAll(".window")) open(box);

function open(box) {
  const [form, place] = [box.querySelector("form"), box.querySelector(".exchange")];
  const [version, conflict] = [box.querySelector(".version"), box.querySelector(".conflict")];
  const { headline, text } = form.elements;
  let etag = "";
  let theirs = null;

  async function send(method, more = {}, body = "") {
    const headers = { Accept: "application/json", ...more };
    const answer = await exchange({ method, url: box.dataset.url, headers, body, cookies: false }, place);
    if (answer.response?.ok) etag = answer.response.headers.get("ETag");
    return answer;
  }

  function fill(notice) {
    headline.value = notice.headline;
    text.value = notice.text;
    version.textContent = `This window has version ${notice.version}.`;
    conflict.hidden = true;
  }

  async function read() {
    const { response, data } = await send("GET");
    if (response?.ok) fill(data);
  }

  async function save() {
    const body = JSON.stringify({ headline: headline.value, text: text.value });
    const more = { Authorization: "Bearer demo-token", "Content-Type": "application/json", "If-Match": etag };
    const { response, data } = await send("PATCH", more, body);
    if (response?.ok) {
      fill(data);
      version.textContent = `Saved. This window has version ${data.version}.`;
    } else if (response?.status === 412) {
      await showConflict();
    } else {
      version.textContent = "Not saved: see the answer.";
    }
  }

  // Without exchange(): the answer to show is the 412.
  async function showConflict() {
    const response = await fetch(box.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" });
    theirs = await response.json();
    etag = response.headers.get("ETag");
    conflict.querySelector(".their-headline").textContent = theirs.headline;
    conflict.querySelector(".their-text").textContent = theirs.text;
    conflict.hidden = false;
    version.textContent = "Not saved.";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  box.querySelector("[data-do=read]").addEventListener("click", read);
  box.querySelector("[data-do=theirs]").addEventListener("click", () => fill(theirs));
  box.querySelector("[data-do=mine]").addEventListener("click", save);
  read();
}
