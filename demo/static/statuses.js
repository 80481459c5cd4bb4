// Each status of the table is sent, and its answer shown beside it.
import { curl, exchange } from "./exchange.js";

const place = document.querySelector("#sent .exchange");
const line = document.querySelector("#status-curl");

document.querySelector(".all-statuses table").addEventListener("click", async (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const request = { method: "GET", url: link.pathname, headers: { Accept: "*/*" } };
  line.textContent = curl(request);
  await exchange(request, place);
  document.querySelector("#sent").scrollIntoView({ block: "nearest" });
});
