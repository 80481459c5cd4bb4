// A form that sends JSON, and shows each fault at its field.
import { exchange } from "./exchange.js";

const form = document.querySelector("#flight-form");
const faults = form.querySelector(".faults");
const place = document.querySelector("#flight .exchange");
const VALUES = {
  good: () => ({
    number: `XA${1000 + Math.floor(Math.random() * 9000)}`,
    origin: "EDDF",
    destination: "LSZH",
    departure: "2027-05-01T08:30:00+02:00",
    seats: "180",
    fare: "129.90",
  }),
  bad: () => ({ number: "one", origin: "EDDF", destination: "MOON", departure: "01/05/2027", seats: "0", fare: "cheap" }),
};

for (const button of document.querySelectorAll("[data-values]")) {
  button.addEventListener("click", () => {
    for (const [name, value] of Object.entries(VALUES[button.dataset.values]())) form.elements[name].value = value;
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = Object.fromEntries(new FormData(form));
  if (/^\d+$/.test(body.seats)) body.seats = Number(body.seats);
  body.is_charter = form.elements.is_charter.checked;
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const request = { method: "POST", url: form.dataset.url, headers, body: JSON.stringify(body) };
  const { response, data } = await exchange(request, place);
  const errors = response && response.ok ? [] : (data?.errors ?? [{ detail: data?.detail ?? "There was no answer." }]);
  show(errors);
});

function show(errors) {
  const elsewhere = [];
  for (const input of form.querySelectorAll("[aria-describedby]")) {
    input.removeAttribute("aria-invalid");
    form.querySelector(`#e-${input.name}`).textContent = "";
  }
  for (const { pointer = "", detail } of errors) {
    const name = pointer.replace("#/", "");
    const place = name && form.querySelector(`#e-${CSS.escape(name)}`);
    if (!place) elsewhere.push(detail);
    else {
      place.textContent = `${place.textContent} ${detail}`.trim();
      form.elements[name].setAttribute("aria-invalid", "true");
    }
  }
  faults.textContent = errors.length ? [`Not saved: ${errors.length === 1 ? "one fault" : `${errors.length} faults`}.`, ...elsewhere].join(" ") : "";
  form.querySelector("[aria-invalid]")?.focus();
}
