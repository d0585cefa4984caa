// The portal works without this file. It spares a reload, a double click and a lost file name.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // A summary of errors takes the focus also where the browser ignores autofocus on it.
  const summary = document.getElementById("errors");
  if (summary && document.activeElement !== summary) summary.focus();

  // A form is sent once; the server refuses a second one anyway. Back restores the buttons.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (button?.formMethod === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    button?.setAttribute("aria-busy", "true");
    // A lost connection or a download leaves the page: after ten seconds it may be sent again.
    setTimeout(() => free(form), 10000);
  });
  const free = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach(free);
  });

  // A question opens over the page; without a script its link leads to a page with the same words.
  document.querySelectorAll("[data-dialog]").forEach((link) => {
    const dialog = document.getElementById(link.dataset.dialog);
    if (!dialog?.showModal) return;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
  });

  // Back may ask for the page again, with a new token in it. The token stays with its place in the
  // browser's history, so that sending the same form again is still the same request.
  const token = document.querySelector("input[name=token]");
  if (token && history.state?.token) token.value = history.state.token;
  else if (token) history.replaceState({ token: token.value }, "");

  // The display tools change the page in place, so that nothing typed is lost.
  document.querySelectorAll("form.tools").forEach((form) => {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || !window.fetch) return;
      event.preventDefault();
      event.stopPropagation();
      const body = new URLSearchParams({ [button.name]: button.value, next: "/" });
      fetch(form.action, { method: "POST", body, redirect: "manual" })
        .then(() => {
          const name = button.name;
          const on = button.value !== "normal";
          if (on) root.dataset[name] = button.value;
          else delete root.dataset[name];
          const words = button.querySelector("span");
          [words.textContent, button.dataset.other] = [button.dataset.other, words.textContent];
          button.value = on ? "normal" : button.dataset.value;
        })
        .catch(() => form.submit());
    });
  });

  // Changing the language of a half-filled form keeps what was typed: in this tab only, for one
  // page load, and never a code, a hidden value or a file.
  const KEPT = "typed";
  const fields = () =>
    Array.from(
      document.querySelectorAll("main input[name], main select[name], main textarea[name]"),
    ).filter(
      (field) =>
        !["hidden", "file", "password", "submit"].includes(field.type) &&
        field.autocomplete !== "one-time-code",
    );
  const page = () => location.pathname.replace(/^\/en\//, "/") + location.search;
  const isTick = (field) => field.type === "checkbox" || field.type === "radio";
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    sessionStorage.removeItem(KEPT);
    if (kept && kept.page === page()) {
      const now = fields();
      kept.values.forEach(([name, value], index) => {
        const field = now[index];
        if (!field || field.name !== name) return;
        if (isTick(field)) field.checked = value;
        else field.value = value;
      });
    }
    document.querySelectorAll("[data-language]").forEach((link) => {
      link.addEventListener("click", () => {
        const values = fields().map((f) => [f.name, isTick(f) ? f.checked : f.value]);
        if (values.length) sessionStorage.setItem(KEPT, JSON.stringify({ page: page(), values }));
      });
    });
  } catch {
    // Storage is closed to us: the form opens empty in the other language.
  }

  // The staff's menu and the views of a list are strips on a phone: what is chosen is in sight.
  const bringToSight = () => {
    document.querySelectorAll(".staff-nav, .views").forEach((strip) => {
      const here = strip.querySelector("[aria-current]");
      if (!here || strip.scrollWidth <= strip.clientWidth) return;
      const [outer, inner] = [strip.getBoundingClientRect(), here.getBoundingClientRect()];
      strip.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
    });
  };
  bringToSight();
  document.fonts?.ready.then(bringToSight); // our letters are of another width

  // One box ticks all rows of the page; without a script each row is ticked by itself.
  document.querySelectorAll("[data-tick-all]").forEach((all) => {
    const form = document.getElementById(all.dataset.tickAll);
    if (!form) return;
    const boxes = Array.from(form.elements).filter((box) => box.name === "case");
    const show = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
    });
    boxes.forEach((box) => box.addEventListener("change", show));
    window.addEventListener("pageshow", show);
  });

  // Before a request: what fits the chosen type, as the page does when the address names it.
  document.querySelectorAll("[data-ways]").forEach((panel) => {
    const select = document.querySelector(`select[name="${panel.dataset.ways}"]`);
    if (!select) return;
    const rows = Array.from(panel.querySelectorAll("[data-types]"));
    const show = () => {
      rows.forEach((row) => {
        row.hidden = select.value !== "" && !row.dataset.types.split(" ").includes(select.value);
      });
      panel.hidden = rows.every((row) => row.hidden);
    };
    select.addEventListener("change", show);
    window.addEventListener("pageshow", show);
  });

  // The chosen files by name: the browser's own control speaks the browser's language.
  document.querySelectorAll("[data-upload]").forEach((box) => {
    if (box.closest("[data-send]")) return;
    const input = box.querySelector('input[type="file"]');
    const list = box.querySelector(".upload-names");
    if (!input || !list) return;
    input.addEventListener("change", () => {
      list.replaceChildren(
        ...Array.from(input.files, (file) => {
          const row = document.createElement("li");
          const name = document.createElement("bdi");
          name.textContent = file.name;
          row.append(name);
          return row;
        }),
      );
    });
  });

  // Files go one by one as soon as they are chosen: what fails loses one file and not the form.
  // What came is on the server. The form waits for those on their way, and goes on without a file.
  document.querySelectorAll("[data-send]").forEach((place) => {
    const form = place.closest("form");
    const input = place.querySelector('input[type="file"]');
    const outside = place.dataset.keptIn;
    const kept = outside ? document.getElementById(outside) : place.querySelector("[data-kept]");
    const sending = place.querySelector("[data-sending]");
    const pattern = place.querySelector("template[data-row]").content;
    const words = place.querySelector("template[data-words]").content;
    const word = (name) => words.querySelector(`[data-${name}]`).textContent;
    const most = Number(input.dataset.mostBytes || 0);
    const waiting = [];
    let replaced = "";
    let active = null;
    let button = null;
    const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
    const fields = (name, value) => {
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token());
      body.append(name, value);
      // What each file was said to be comes back with the list.
      kept.querySelectorAll("select").forEach((said) => body.append(said.name, said.value));
      return body;
    };

    const fail = (job, kind, why) => {
      const find = (name) => job.row.querySelector(name);
      find("li").className = "is-bad";
      find("[data-busy]").hidden = find("progress").hidden = true;
      find(`[data-${kind}]`).hidden = find(".file-why").hidden = false;
      find(".file-why").textContent = why;
      find("[data-again]").hidden = kind !== "failed";
      find("[data-drop]").firstChild.textContent = word("close");
      job.failed = true;
    };

    const next = () => {
      active = waiting.shift() || null;
      if (active) send(active);
      else if (button) {
        const pressed = button;
        button = null;
        pressed.removeAttribute("aria-busy");
        const bad = sending.querySelector(".is-bad");
        if (bad) bad.querySelector("button:not([hidden])").focus();
        else form.requestSubmit(pressed);
      }
    };

    const send = (job) => {
      const find = (name) => job.row.querySelector(name);
      find("li").className = "is-busy";
      find("[data-busy]").hidden = find("progress").hidden = job.failed = false;
      find("[data-failed]").hidden = find(".file-why").hidden = find("[data-again]").hidden = true;
      const body = fields(input.name, job.file);
      if (job.replace) body.append("replace", job.replace);
      const request = (job.request = new XMLHttpRequest());
      request.open("POST", place.dataset.send);
      request.timeout = 300000;
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const part = Math.round((100 * event.loaded) / event.total);
        find("progress").value = part;
        find("[data-part]").textContent = `${part}%`;
      });
      request.addEventListener("load", () => {
        if (request.status === 409) {
          location.reload();
        } else if (!request.responseURL.endsWith(place.dataset.send)) {
          fail(job, "failed", word("signed-out"));
        } else if (request.status !== 200) {
          fail(job, "failed", word("lost"));
        } else if (request.getResponseHeader("Content-Type").startsWith("text/plain")) {
          fail(job, "refused", request.responseText);
        } else {
          kept.innerHTML = request.responseText;
          job.row.remove();
        }
        next();
      });
      const lost = () => {
        fail(job, "failed", word("lost"));
        next();
      };
      request.addEventListener("error", lost);
      request.addEventListener("timeout", lost);
      request.addEventListener("abort", () => {
        job.row.remove();
        next();
      });
      request.send(body);
    };

    const add = (file, replace) => {
      const row = pattern.cloneNode(true).firstElementChild;
      const job = { file, replace, row, failed: false };
      row.querySelector("bdi").textContent = file.name;
      row.querySelectorAll(".visually-hidden").forEach((name) => (name.textContent = ` ${file.name}`));
      row.querySelector("[data-again]").addEventListener("click", () => {
        waiting.push(job);
        if (!active) next();
      });
      row.querySelector("[data-drop]").addEventListener("click", () => {
        if (job === active) {
          job.request.abort();
          return;
        }
        const index = waiting.indexOf(job);
        if (index >= 0) waiting.splice(index, 1);
        row.remove();
      });
      sending.append(row);
      if (most && file.size > most) fail(job, "refused", word("too-large"));
      else waiting.push(job);
    };

    input.addEventListener("change", () => {
      Array.from(input.files, (file, n) => add(file, n ? "" : replaced));
      replaced = input.value = "";
      if (!active) next();
    });
    input.addEventListener("cancel", () => (replaced = ""));

    // What a file is said to be is kept at once; the form keeps it again.
    kept.addEventListener("change", () => {
      const body = fields("action", "keep");
      fetch(location.href, { method: "POST", body, redirect: "error", keepalive: true }).catch(() => {});
    });

    kept.addEventListener("click", async (event) => {
      const pressed = event.target.closest("button");
      if (pressed?.dataset.replace) {
        replaced = pressed.dataset.replace;
        input.click();
      } else if (pressed?.name === "remove") {
        event.preventDefault();
        pressed.setAttribute("aria-busy", "true");
        try {
          const body = fields("remove", pressed.value);
          const answer = await fetch(place.dataset.send, { method: "POST", body, redirect: "error" });
          if (!answer.ok) throw new Error(answer.status);
          kept.innerHTML = await answer.text();
          input.focus();
        } catch {
          form.requestSubmit(pressed); // the plain way, whose page says what is wrong
        }
      }
    });

    form.addEventListener("submit", (event) => {
      if (!active && !waiting.length) return;
      event.preventDefault();
      event.stopPropagation();
      button = event.submitter;
      button?.setAttribute("aria-busy", "true");
    });
  });

  // The wait for a new code counts down, and its words go when it is over.
  document.querySelectorAll("[data-countdown]").forEach((words) => {
    const shown = words.querySelector("bdi");
    const end = Date.now() + Number(words.dataset.countdown) * 1000;
    const timer = setInterval(() => {
      const left = Math.ceil((end - Date.now()) / 1000);
      shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left > 0) return;
      clearInterval(timer);
      words.remove();
    }, 1000);
  });

  // A template is filled in by the server; so the page, and the files chosen on it, stay.
  document.querySelectorAll("[data-templates]").forEach((place) => {
    const text = document.getElementById(place.dataset.templates);
    const form = place.closest("form");
    const button = place.querySelector("button");
    let asks;
    button.addEventListener("click", async (event) => {
      if (asks === "plainly") return;
      event.preventDefault();
      if (asks) return;
      asks = "quietly";
      const body = new FormData(form, button);
      body.delete("attachments");
      try {
        const answer = await fetch(location.href, { method: "POST", body, redirect: "error" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        text.value = page.getElementById(text.id).value;
        text.dispatchEvent(new Event("input", { bubbles: true }));
        text.focus();
        asks = "";
      } catch {
        asks = "plainly";
        button.click();
      }
    });
  });

  // What is being typed is shown by the server, which alone knows the rules; the button does
  // the same without a script.
  document.querySelectorAll("form[data-preview]").forEach((form) => {
    const place = document.getElementById(form.dataset.previewPlace);
    let timer, asked;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        asked?.abort();
        asked = new AbortController();
        try {
          const answer = await fetch(form.dataset.preview, {
            method: "POST", body: new FormData(form), signal: asked.signal, redirect: "error",
          });
          if (answer.ok) place.innerHTML = await answer.text();
        } catch {
          // The last preview stays; the button shows the page anew.
        }
      }, 300);
    });
  });

  // A text that takes its time is kept while it is written: after a pause, when its field is left
  // and when the page is hidden. What two sendings may mix up is told apart by their turn.
  document.querySelectorAll("[data-keep]").forEach((place) => {
    const form = place.closest("form");
    const words = place.querySelector("span");
    const { turn, seen } = form.elements;
    const typed = () => {
      const body = new URLSearchParams(new FormData(form));
      ["turn", "seen"].forEach((name) => body.delete(name));
      return body.toString();
    };
    let last = typed();
    let timer, busy, pressed, stopped;

    const keep = async () => {
      clearTimeout(timer);
      const now = typed();
      if (busy || stopped || form.dataset.sent || now === last) return;
      busy = true;
      turn.value = Number(turn.value) + 1;
      const body = new URLSearchParams(new FormData(form));
      body.set("action", "keep");
      try {
        const answer = await fetch(location.href, {
          method: "POST", body, redirect: "error", keepalive: true, signal: AbortSignal.timeout(8000),
        });
        if (answer.ok) {
          const told = await answer.json();
          seen.value = told.seen;
          words.textContent = told.text;
          last = now;
        } else {
          stopped = answer.status === 409 || answer.status === 401;
          const { elsewhere, out, lost } = place.dataset;
          words.textContent = { 409: elsewhere, 401: out }[answer.status] || lost;
        }
      } catch {
        words.textContent = place.dataset.lost;
      }
      busy = false;
      if (pressed) form.requestSubmit(pressed);
      else if (words.textContent !== place.dataset.lost && typed() !== now) keep();
    };

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 1500);
    });
    form.addEventListener("focusout", keep);
    document.addEventListener("visibilitychange", () => document.hidden && keep());
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (busy) {
        event.preventDefault();
        event.stopPropagation();
        pressed ||= event.submitter;
        pressed?.setAttribute("aria-busy", "true");
        return;
      }
      pressed = undefined;
      turn.value = Number(turn.value) + 1;
    });
  });

  // While a case is in sight its page says so every twenty seconds, and shows who else looks at it
  // and whether it has changed. portal/work/presence.py counts on the twenty.
  document.querySelectorAll("form[data-looking]").forEach((form) => {
    const place = form.querySelector("[aria-live]");
    setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new FormData(form), redirect: "error",
        });
        const words = answer.ok ? (await answer.text()).trim() : place.innerHTML;
        if (words !== place.innerHTML.trim()) place.innerHTML = words;
      } catch {
        // The last words stay until the line is back.
      }
    }, 20_000);
  });

  // Print buttons need a script and appear only with it.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.addEventListener("click", () => window.print());
  });

  // The menu closes on Escape and gives the focus back.
  document.querySelectorAll("details.menu").forEach((menu) => {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
