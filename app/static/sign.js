/* A signature drawn with a finger. Without this file each tap adds a point. ES5. */
(function () {
  var form = document.querySelector("form[data-sign]");
  if (!form || !window.PointerEvent) { return; }
  var field = form.querySelector(".sign"), svg = field.querySelector("svg"), path = svg.querySelector("path");
  var ink = document.getElementById("ink"), strokes = [], drawing = false, i, hidden;
  try { strokes = JSON.parse(ink.value || "[]"); } catch (ignore) { strokes = []; }
  hidden = form.querySelectorAll("input[type=image], [data-taps]");
  for (i = 0; i < hidden.length; i += 1) { hidden[i].hidden = true; }
  field.className += " sign--live";

  function show() {
    var all = "", s, p;
    for (s = 0; s < strokes.length; s += 1) {
      for (p = 0; p < strokes[s].length; p += 1) { all += (p ? " L" : " M") + strokes[s][p][0] + " " + strokes[s][p][1]; }
    }
    path.setAttribute("d", all);
    ink.value = JSON.stringify(strokes);
  }

  function add(event) {
    var box = svg.getBoundingClientRect();
    var x = Math.round((event.clientX - box.left) * 1000 / box.width), y = Math.round((event.clientY - box.top) * 400 / box.height);
    strokes[strokes.length - 1].push([Math.min(Math.max(x, 0), 1000), Math.min(Math.max(y, 0), 400)]);
    show();
  }

  svg.addEventListener("pointerdown", function (event) {
    drawing = true; strokes.push([]); add(event);
    if (svg.setPointerCapture) { svg.setPointerCapture(event.pointerId); }
    event.preventDefault();
  });
  svg.addEventListener("pointermove", function (event) { if (drawing && strokes[strokes.length - 1].length < 400) { add(event); } });
  svg.addEventListener("pointerup", function () { drawing = false; });
  svg.addEventListener("pointercancel", function () { drawing = false; });
}());
