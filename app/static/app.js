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

  /* Photos go up as soon as they are chosen; several go one after the other, so that a cut line loses no more than one. */
  function chosen(event) {
    var input = event.currentTarget, files = input.files, list = [], place;
    if (!files || !files.length || !input.form) { return; }
    if (files.length === 1 || !window.FormData || !window.DOMParser) { label(input.form, ""); input.form.submit(); return; }
    for (place = 0; place < files.length; place += 1) { list.push(files[place]); }
    sendEach(input.form, input.name, list, 0, []);
  }

  function label(form, count) {
    var text = form.querySelector(".pick .btn");
    if (text) { text.lastChild.nodeValue = (english() ? "Sending" : "Đang gửi") + count + "…"; }
  }

  function english() { return document.documentElement.lang === "en"; }

  function sendEach(form, name, files, place, bad) {
    var data = new FormData(), address = form.action;
    if (place === files.length) { sent(address, files.length, bad); return; }
    label(form, " " + (place + 1) + "/" + files.length);
    each(form.querySelectorAll("input[type=hidden]"), function (field) { data.append(field.name, field.value); });
    data.append(name, files[place], files[place].name);
    ask("POST", address, data, function (page, status) {
      var why = page && (page.querySelector(".shots .bad .small") || (status >= 400 ? page.querySelector("main h1 + p, main p") : null));
      if (why) { bad.push([place + 1, why.textContent]); }
      if (!page) { bad.push([place + 1, english() ? "The line was cut. Send it again." : "Mạng đứt giữa chừng. Gửi lại ảnh này."]); }
      sendEach(form, name, files, place + 1, bad);
    });
  }

  function ask(method, address, data, then) {
    var request = new XMLHttpRequest();
    request.open(method, address);
    request.timeout = 180000;
    request.onload = function () { then(new DOMParser().parseFromString(request.responseText, "text/html"), request.status); };
    request.onerror = request.ontimeout = function () { then(null, 0); };
    request.send(data);
  }

  /* Where the server takes photos in pieces, the script that sends them so comes when it is needed. */
  function load(form) {
    var script;
    if (window.photosSent) { return; }
    window.photosSent = sent;
    script = document.createElement("script");
    script.src = form.getAttribute("data-script");
    document.head.appendChild(script);
  }

  /* All that arrived is shown by the server; what did not is told above it, photo by photo. */
  function sent(address, count, bad) {
    if (!bad.length) { window.location.href = address; return; }
    ask("GET", address, null, function (page) {
      var here = document.getElementById("page"), there = page && page.getElementById("page"), box = document.createElement("div");
      if (there) { here.innerHTML = there.innerHTML; }
      box.className = "errors"; box.setAttribute("role", "alert"); box.tabIndex = -1;
      box.innerHTML = "<h2></h2><ul></ul>";
      box.firstChild.textContent = english() ? "Received " + (count - bad.length) + " of " + count + " photos"
        : "Đã nhận " + (count - bad.length) + " trong " + count + " ảnh";
      each(bad, function (one) {
        var row = document.createElement("li"), link = document.createElement("a");
        link.href = "#photo";
        link.textContent = (english() ? "Photo " : "Ảnh ") + one[0] + ": " + one[1];
        row.appendChild(link); box.lastChild.appendChild(row);
      });
      here = document.querySelector("#main .wrap") || document.getElementById("main");
      here.insertBefore(box, here.firstChild);
      settle();
    });
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
    each(root.querySelectorAll("form[data-script]"), load);
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
