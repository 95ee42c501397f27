"use strict";
const list = document.querySelector("main");
const groups = [...list.querySelectorAll(".group")];
const form = document.querySelector(".tools form");
const kindRank = ["exact", "phash", "set", "burst", "clip"];
const value = (group, key) => Number(group.dataset[key]);
const orders = {
  report: () => 0,
  bytes: (a, b) => value(b, "bytes") - value(a, "bytes"),
  shots: (a, b) => value(b, "shots") - value(a, "shots"),
  kind: (a, b) => kindRank.indexOf(a.dataset.kind) - kindRank.indexOf(b.dataset.kind),
  time: (a, b) => value(a, "time") - value(b, "time"),
};

function sort() {
  const order = orders[form.elements.order.value];
  groups.sort((a, b) => order(a, b) || value(a, "place") - value(b, "place"));
  list.append(...groups);
}

function filter() {
  const kinds = new Set([...form.querySelectorAll("[name=kind]:checked")].map((box) => box.value));
  let shown = 0;
  for (const group of groups) {
    group.hidden = !kinds.has(group.dataset.kind) || (form.elements.cullable.checked && !value(group, "culled"));
    shown += !group.hidden;
  }
  document.getElementById("shown").textContent = `${shown} of ${groups.length} groups`;
}

form.addEventListener("change", (event) => (event.target.name === "order" ? sort() : filter()));
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
// A browser keeps the controls over a reload but not the order of the page.
sort();
filter();

const dialog = document.querySelector("dialog");
let current = null;

function show(look) {
  current = look;
  const small = look.querySelector("img");
  dialog.querySelector("img").src = small.src;
  dialog.querySelector("img").alt = small.alt;
  const words = look.closest("figure").querySelectorAll(".badge, .name, .facts, .reason");
  dialog.querySelector("span").textContent = [...words].map((part) => part.textContent).join(" \u00b7 ");
  if (!dialog.open) dialog.showModal();
}

function step(by) {
  const looks = [...current.closest(".strip").querySelectorAll(".look")];
  show(looks[(looks.indexOf(current) + by + looks.length) % looks.length]);
}

list.addEventListener("click", (event) => {
  const look = event.target.closest(".look");
  if (look) show(look);
});
dialog.addEventListener("click", (event) => {
  if (event.target.value) step(Number(event.target.value));
  else dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft" || event.key === "h") step(-1);
  else if (event.key === "ArrowRight" || event.key === "l") step(1);
});
dialog.addEventListener("close", () => current.focus());
