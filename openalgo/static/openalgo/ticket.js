// Tells what the order would need while the ticket is filled in, and names the side on the button that places it.
"use strict";

const form = document.querySelector(".ticket");
const cost = document.querySelector("[data-cost]");
const PAUSE = 400; // ms without a change
let timer = null;
let round = 0;

async function ask() {
  const mine = ++round;
  const filled = new URLSearchParams(new FormData(form));
  filled.delete("csrfmiddlewaretoken");
  filled.delete("token");
  const answer = await fetch(`${cost.dataset.cost}?${filled}`, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.ok && !answer.redirected && mine === round) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (fresh.innerHTML.trim() !== cost.innerHTML.trim()) {
      cost.replaceChildren(...fresh.childNodes);
    }
  }
}

function name() {
  const side = form.elements.action.value === "SELL" ? "Sell" : "Buy";
  form.querySelector(".place").textContent = `${side} ${form.dataset.name}`;
}

form.addEventListener("input", () => {
  name();
  clearTimeout(timer);
  timer = setTimeout(() => ask().catch(() => {}), PAUSE); // the server says it again when the order is placed
});
name();
