/* Read aloud by the phone's own Vietnamese voice. Shown only where there is one; reads only when asked. ES5. */
(function () {
  var synth = window.speechSynthesis, current = null;
  if (!synth || !window.SpeechSynthesisUtterance) { return; }

  function voice() {
    var all = synth.getVoices(), i;
    for (i = 0; i < all.length; i += 1) {
      if (/^vi([-_]|$)/i.test(all[i].lang)) { return all[i]; }
    }
    return null;
  }

  function spoken(node) {
    /* Codes are read sign by sign, the secret never; "ông/bà" is said "ông bà". */
    var text = "", i, child, name;
    for (i = 0; i < node.childNodes.length; i += 1) {
      child = node.childNodes[i];
      if (child.nodeType === 3) { text += child.nodeValue; }
      if (child.nodeType !== 1) { continue; }
      name = " " + (child.getAttribute("class") || "") + " ";
      if (child.hidden || child.getAttribute("aria-hidden") === "true" || child.tagName === "BUTTON" ||
          child.tagName === "SCRIPT" || child.tagName === "SVG" || child.tagName === "svg" || name.indexOf(" code--secret ") >= 0) { continue; }
      if (name.indexOf(" code ") >= 0) { text += child.textContent.replace(/\s+/g, "").split("").join(", ") + ". "; continue; }
      text += spoken(child) + (/^(P|LI|DD|DT|H1|H2|H3|LABEL|LEGEND|DIV)$/.test(child.tagName) ? ". " : " ");
    }
    return text;
  }

  function clean(text) {
    return text.replace(/ông\/bà/gi, "ông bà").replace(/\s+/g, " ").replace(/(\s*\.)+/g, ".").replace(/^\s*\.\s*/, "");
  }

  function label(button, text) {
    var span = button.getElementsByTagName("span")[0];
    if (span) { span.textContent = text; }
  }

  function stop() {
    synth.cancel();
    if (current) { label(current, current.getAttribute("data-label")); }
    current = null;
  }

  function press(event) {
    var button = event.currentTarget, said;
    if (current === button) { stop(); return; }
    stop();
    said = new window.SpeechSynthesisUtterance(clean(spoken(document.getElementById("main"))));
    said.lang = "vi-VN"; said.voice = voice(); said.rate = 0.9;
    said.onend = function () { if (current === button) { stop(); } };
    current = button;
    label(button, button.getAttribute("data-stop") || "Dừng đọc");
    synth.speak(said);
  }

  function show() {
    var buttons = document.querySelectorAll(".listen"), i, span;
    if (!voice() || document.documentElement.lang !== "vi") { return; }
    for (i = 0; i < buttons.length; i += 1) {
      if (!buttons[i].hidden) { continue; }
      span = buttons[i].getElementsByTagName("span")[0];
      buttons[i].setAttribute("data-label", span ? span.textContent : "");
      buttons[i].addEventListener("click", press);
      buttons[i].hidden = false;
    }
  }

  if (synth.addEventListener) { synth.addEventListener("voiceschanged", show); } else { synth.onvoiceschanged = show; }
  document.addEventListener("htmx:afterSwap", function () { stop(); show(); });
  document.addEventListener("htmx:after:swap", function () { stop(); show(); });
  window.addEventListener("pagehide", stop);
  document.addEventListener("DOMContentLoaded", show);
  show();
}());

/* A phone that others use too: when the server has closed the session, the page goes as well. */
(function () {
  var timer = null;

  function rest() {
    var mark = document.querySelector("[data-rest]");
    window.clearTimeout(timer);
    if (mark) {
      timer = window.setTimeout(function () { window.location.replace(mark.getAttribute("data-to")); }, 1000 * mark.getAttribute("data-rest"));
    }
  }

  document.addEventListener("htmx:afterSwap", rest);
  document.addEventListener("htmx:after:swap", rest);
  document.addEventListener("DOMContentLoaded", rest);
  rest();
}());
