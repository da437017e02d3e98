/* Sends files to the server as they are and shows how far that is. Dash's own upload would carry them
   through a callback as text. All that is said stands on the page: dashboard/components/upload.py. */
(function () {
  "use strict";

  var waiting = [], sending = null;

  function boxOf(event) {
    return event.target.closest ? event.target.closest(".upload") : null;
  }

  function part(box, name) {
    return box.querySelector(".upload-" + name);
  }

  function say(box, text) {
    part(box, "said").textContent = text;
  }

  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (one) { return one.startsWith(name + "="); })[0];
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function choose(box) {
    var input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.accept = ".ifc,.ifczip,.zip";
    input.addEventListener("change", function () { take(box, input.files); });
    input.click();
  }

  function take(box, files) {
    waiting = waiting.concat(Array.from(files));
    say(box, "");
    if (!sending) next(box);
  }

  function next(box) {
    var file = waiting.shift();
    box.classList.toggle("sending", Boolean(file));
    if (!file) return;
    if (file.size > Number(box.dataset.limit)) {
      say(box, file.name + ": " + box.dataset.toolarge);
      next(box);
      return;
    }
    send(box, file);
  }

  function send(box, file) {
    var bar = part(box, "bar"), percent = part(box, "percent");
    part(box, "name").textContent = file.name;
    bar.value = 0;
    percent.textContent = "";
    sending = new XMLHttpRequest();
    sending.upload.addEventListener("progress", function (event) {
      bar.value = event.loaded / file.size;
      percent.textContent = Math.floor(100 * bar.value) + "\u00a0%";
    });
    sending.addEventListener("load", function () {
      if (sending.status !== 201) say(box, file.name + ": " + reason(box, sending));
    });
    sending.addEventListener("error", function () { say(box, file.name + ": " + box.dataset.lost); });
    sending.addEventListener("loadend", function () {
      sending = null;
      next(box);
    });
    sending.open("POST", box.dataset.address);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.setRequestHeader("X-CSRFToken", cookie("_csrf_token"));
    sending.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    sending.send(file);
  }

  function reason(box, answer) {
    try {
      return JSON.parse(answer.responseText).detail || box.dataset.lost;
    } catch (_) {
      return box.dataset.lost;
    }
  }

  document.addEventListener("click", function (event) {
    var box = boxOf(event);
    if (box && event.target.closest(".upload-choose")) choose(box);
    if (box && event.target.closest(".upload-stop") && sending) {
      waiting = [];
      sending.abort();
    }
  });

  /* A file that misses the box must not replace the page. */
  ["dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var box = document.querySelector(".upload");
      if (!box || !event.dataTransfer || !Array.from(event.dataTransfer.types).includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("over", name === "dragover" && boxOf(event) === box);
      if (name === "drop" && boxOf(event) === box) take(box, event.dataTransfer.files);
    });
  });
})();
