/* Small comforts around plain forms; every page works without this file. ES5. */
(function () {
  function each(list, act) { var i; for (i = 0; i < list.length; i += 1) { act(list[i]); } }

  /* After a swap the focus goes to what is wrong, else to the heading. */
  function settle() {
    var target = document.querySelector("#page .errors") || document.querySelector("#page h1");
    if (target) {
      if (!target.hasAttribute("tabindex")) { target.setAttribute("tabindex", "-1"); }
      target.focus();
      window.scrollTo(0, 0);
    }
    dress(document);
  }

  /* A failed request: what was saved stays, what was typed stays, pressing again is harmless. */
  function offline(form) {
    var note = document.getElementById("offline"), text;
    if (!note) {
      note = document.createElement("div");
      note.id = "offline"; note.className = "note note--warn"; note.setAttribute("role", "status");
      text = document.createElement("div");
      text.innerHTML = "<p><b></b></p><p></p>";
      note.appendChild(text);
      (form || document.querySelector("#main .wrap") || document.getElementById("main")).insertAdjacentElement("beforebegin", note);
    }
    var vi = document.documentElement.lang !== "en";
    note.getElementsByTagName("b")[0].textContent = vi ? "Mạng yếu, chưa gửi được." : "The line is weak, this was not sent.";
    note.getElementsByTagName("p")[1].textContent = vi
      ? "Những câu trước đã lưu. Chữ vừa gõ vẫn còn. Bấm gửi lại, bấm nhiều lần cũng không sao."
      : "Earlier answers are saved and what you typed is still here. Press again; pressing twice is harmless.";
    each(document.querySelectorAll("button[disabled]"), function (button) { button.disabled = false; });
  }

  function busy(form) {
    /* Values are sent before buttons sleep, so that the pressed button's own value goes along. */
    window.setTimeout(function () {
      each(form.querySelectorAll("button[type=submit]"), function (button) { button.disabled = true; });
      window.setTimeout(function () {
        each(form.querySelectorAll("button[type=submit]"), function (button) { button.disabled = false; });
      }, 15000);
    }, 0);
  }

  /* Photos go up as soon as they are chosen. */
  function chosen(event) {
    var form = event.currentTarget.form;
    if (event.currentTarget.files && event.currentTarget.files.length && form) {
      label(form);
      form.submit();
    }
  }

  function label(form) {
    var text = form.querySelector(".pick .btn");
    if (text) { text.lastChild.nodeValue = document.documentElement.lang === "en" ? "Sending…" : "Đang gửi…"; }
  }

  function copy(event) {
    var button = event.currentTarget, text = button.getAttribute("data-copy");
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(function () {
        button.firstChild.nodeValue = document.documentElement.lang === "en" ? "Copied" : "Đã chép";
      });
    }
  }

  function dress(root) {
    each(root.querySelectorAll("form[data-upload] input[type=file]"), function (input) {
      if (input.dressed) { return; }
      input.dressed = true;
      input.addEventListener("change", chosen);
      each(input.form.querySelectorAll("button[data-send]"), function (button) { button.hidden = true; });
    });
    each(root.querySelectorAll("button[data-copy]"), function (button) {
      if (button.dressed || !navigator.clipboard) { return; }
      button.dressed = true; button.hidden = false;
      button.addEventListener("click", copy);
    });
    each(root.querySelectorAll("button[data-print]"), function (button) {
      if (button.dressed) { return; }
      button.dressed = true; button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
  }

  document.addEventListener("submit", function (event) { busy(event.target); });
  each(["htmx:afterSwap", "htmx:after:swap"], function (name) { document.addEventListener(name, settle); });
  each(["htmx:sendError", "htmx:timeout", "htmx:error"], function (name) {
    document.addEventListener(name, function (event) { offline(event.target && event.target.tagName === "FORM" ? event.target : null); });
  });
  window.addEventListener("pageshow", function () {
    each(document.querySelectorAll("button[disabled]"), function (button) { button.disabled = false; });
  });
  if (document.querySelector(".errors")) { document.querySelector(".errors").focus(); }
  dress(document);
}());
