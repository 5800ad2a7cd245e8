/* Lets a page's form be sent before its time: a worker finds the number that the challenge asks for,
   while whoever it is types. Plain enough for a browser of 2014, and for an address without TLS. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-challenge]");
  if (!form || typeof Worker === "undefined" || typeof JSON === "undefined") {
    return;
  }
  var field = document.getElementById("bukti");
  var said = document.getElementById("hitung");
  var worker = new Worker(form.getAttribute("data-worker"));
  var waiting = false;
  var running = true;

  function show(words) {
    said.hidden = false;
    said.lastElementChild.textContent = form.getAttribute("data-" + words);
  }

  function finish(proof, words) {
    running = false;
    field.value = proof;
    show(words);
    if (waiting) {
      form.submit();
    }
  }

  worker.onmessage = function (event) {
    finish(event.data, "ready");
  };
  worker.onerror = function () {
    finish("", "failed");
  };
  form.addEventListener("submit", function (event) {
    if (running) {
      event.preventDefault();
      waiting = true;
    }
  });
  show("working");
  worker.postMessage(form.getAttribute("data-challenge"));
})();
