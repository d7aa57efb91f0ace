/* Photos go up in pieces, so that a line that is cut often still brings them whole. Nothing is kept in the browser. ES5. */
(function () {
  var SHRINK_FROM = 500000, LONGEST = 2400, TRIES = 10;
  var FIRST = [], MIX = [], job = null;
  if (!window.FormData || !window.FileReader || !window.Uint8Array || !window.JSON || !window.Blob || !Blob.prototype.slice) { return; }

  /* SHA-256 (FIPS 180-4). Its numbers are the fractions of roots of the first primes. */
  (function () {
    var n, d;
    function fraction(root) { return ((root - Math.floor(root)) * 4294967296) | 0; }
    for (n = 2; MIX.length < 64; n += 1) {
      for (d = 2; d * d <= n && n % d; d += 1) { /* looks for a divisor */ }
      if (d * d > n) {
        if (FIRST.length < 8) { FIRST.push(fraction(Math.pow(n, 1 / 2))); }
        MIX.push(fraction(Math.pow(n, 1 / 3)));
      }
    }
  }());

  function turn(word, by) { return (word >>> by) | (word << (32 - by)); }

  /* Mixes whole blocks of 64 bytes into the state. */
  function mix(state, bytes) {
    var w = [], at, i, s, a, x, y;
    for (at = 0; at + 64 <= bytes.length; at += 64) {
      s = state.slice(0);
      for (i = 0; i < 64; i += 1) {
        if (i < 16) {
          a = at + 4 * i;
          w[i] = (bytes[a] << 24) | (bytes[a + 1] << 16) | (bytes[a + 2] << 8) | bytes[a + 3];
        } else {
          x = w[i - 15]; y = w[i - 2];
          w[i] = ((turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)) + w[i - 16]) | 0;
        }
        x = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + MIX[i] + w[i];
        y = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s = [(x + y) | 0, s[0], s[1], s[2], (s[3] + x) | 0, s[4], s[5], s[6]];
      }
      for (i = 0; i < 8; i += 1) { state[i] = (state[i] + s[i]) | 0; }
    }
  }

  /* The hash of all that went into the state and these last bytes; ``total`` bytes in all. */
  function hash(state, bytes, total) {
    var rest = bytes.length % 64, tail = new Uint8Array(rest < 56 ? 64 : 128), text = "", i;
    state = state.slice(0);
    mix(state, bytes);
    tail.set(bytes.subarray(bytes.length - rest));
    tail[rest] = 128;
    for (i = 1; i <= 4; i += 1) { tail[tail.length - i] = (total * 8) >>> (8 * (i - 1)); }
    mix(state, tail);
    for (i = 0; i < 8; i += 1) { text += ("0000000" + (state[i] >>> 0).toString(16)).slice(-8); }
    return text;
  }

  /* A photo is made smaller where the browser keeps it upright; whatever goes wrong, it is sent as it is. */
  function shrink(file, then) {
    var image, url, timer;
    function done(blob) {
      if (!image) { return; }
      window.clearTimeout(timer); URL.revokeObjectURL(url); image = null;
      then(blob && blob.size && blob.size < file.size ? blob : file);
    }
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SHRINK_FROM || !window.URL || !HTMLCanvasElement.prototype.toBlob ||
        window.getComputedStyle(document.documentElement).imageOrientation !== "from-image") { then(file); return; }
    image = new Image();
    timer = window.setTimeout(done, 15000);
    image.onerror = function () { done(null); };
    image.onload = function () {
      var canvas = document.createElement("canvas"), wide = image.naturalWidth, high = image.naturalHeight, paint;
      var scale = Math.min(1, LONGEST / Math.max(wide, high));
      if (wide * high > 40000000) { done(null); return; }
      try {
        canvas.width = Math.round(wide * scale); canvas.height = Math.round(high * scale);
        paint = canvas.getContext("2d");
        paint.fillStyle = "#fff"; paint.fillRect(0, 0, canvas.width, canvas.height);
        paint.drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(done, "image/jpeg", 0.85);
      } catch (error) { done(null); }
    };
    url = URL.createObjectURL(file);
    image.src = url;
  }

  function read(from, to, then) {
    var reader = new FileReader(), mine = job;
    reader.onload = function () { if (job === mine) { then(new Uint8Array(reader.result)); } };
    reader.onerror = function () { if (job === mine) { next(job.form.getAttribute("data-lost")); } };
    reader.readAsArrayBuffer(job.blob.slice(from, to));
  }

  /* Small answers: ``then`` gets one, or null when the line was cut or the server is busy. */
  function ask(method, address, key, fields, then) {
    var request = new XMLHttpRequest(), data = null, mine = job, name;
    function give(answer) { if (job === mine && then) { name = then; then = null; name(answer); } }
    if (method === "POST") {
      data = new FormData();
      data.append("_token", job.form.querySelector("[name=_token]").value);
      data.append("_key", key);
      for (name in fields) { if (fields.hasOwnProperty(name)) { data.append(name, fields[name]); } }
    }
    request.open(method, address);
    request.timeout = 60000;
    request.onload = function () {
      var answer = null;
      if (request.status >= 500) { give(null); return; }
      try { answer = JSON.parse(request.responseText); } catch (error) { /* a page: the session is over, or the form is too old */ }
      if (!answer) { window.location.href = job.page; return; }
      answer.status = request.status;
      give(answer);
    };
    request.onerror = request.onabort = request.ontimeout = function () { give(null); };
    request.send(data);
  }

  function note(text, weak) {
    var box = job.note;
    if (!box) {
      box = job.note = document.createElement("div");
      box.className = "note"; box.innerHTML = "<div><p><b></b></p><p role=status></p></div>";
      job.form.parentNode.insertBefore(box, job.form);
    }
    box.className = weak ? "note note--warn" : "note";
    box.getElementsByTagName("b")[0].textContent = text;
    box.getElementsByTagName("p")[1].textContent = weak ? job.form.getAttribute("data-weak") : "";
  }

  function show(weak) {
    var all = Math.ceil(job.blob.size / job.most), n = job.received === job.blob.size ? all : Math.floor(job.received / job.most);
    var photo = (document.documentElement.lang === "en" ? "Photo " : "Ảnh ") + (job.place + 1) + ". ";
    note(photo + job.form.getAttribute("data-part").replace("{n}", n).replace("{all}", all), weak);
  }

  /* The line was cut: smaller pieces, after a growing pause; first of all ask what has arrived. */
  function cut() {
    var mine = job;
    job.tries += 1;
    if (job.tries > TRIES) { giveUp(); return; }
    job.piece = Math.max(job.least, job.piece / 2);
    show(true);
    job.again = function () {
      if (job !== mine || !job.again) { return; }
      job.again = null;
      window.clearTimeout(job.timer);
      if (job.address) { ask("GET", job.address, "", null, stands); } else { begin(); }
    };
    job.timer = window.setTimeout(job.again, Math.min(30000, 500 * Math.pow(2, job.tries)));
  }

  /* No line any more: none of those that wait would arrive either. */
  function giveUp() {
    var why = job.form.getAttribute("data-lost");
    for (; job.place < job.files.length - 1; job.place += 1) { job.bad.push([job.place + 1, why]); }
    next(why);
  }

  /* What the server says of this photo decides what comes next. */
  function stands(answer) {
    if (!answer) { cut(); return; }
    if (answer.state === "done") { next(""); return; }
    if (answer.again) { cut(); return; }
    if (answer.say) { next(answer.say); return; }
    if (answer.received > job.received) { job.tries = 0; job.piece = Math.min(answer.piece, job.piece * 2); }
    job.address = answer.address; job.received = answer.received; job.least = answer.least; job.most = answer.piece;
    show(false);
    step();
  }

  function begin() {
    read(0, 16384, function (bytes) {
      ask("POST", job.form.getAttribute("data-pieces"), job.key, {
        size: job.blob.size, name: job.file.name || "", head: hash(FIRST, bytes, bytes.length)
      }, stands);
    });
  }

  function step() {
    var size = job.blob.size, from = job.hashed, to = Math.min(job.received, from + job.most);
    if (from < to) {  /* what has arrived goes into the hash of the whole */
      read(from, to, function (bytes) {
        if (to === size) { job.sum = hash(job.hash, bytes, size); } else { mix(job.hash, bytes); }
        job.hashed = to;
        step();
      });
    } else if (from === size) {
      ask("POST", job.address + "/xong", job.key + "-end", { sha256: job.sum }, stands);
    } else {
      to = Math.min(size, from + job.piece);
      read(from, to, function (bytes) {
        ask("POST", job.address, job.key + "-" + from + "-" + to, {
          start: from, sha256: hash(FIRST, bytes, bytes.length), piece: job.blob.slice(from, to)
        }, stands);
      });
    }
  }

  /* On to the next photo; ``why`` this one did not arrive. */
  function next(why) {
    var old = job, place = old.place + 1;
    if (why) { old.bad.push([place, why]); }
    if (place === old.files.length) {
      job = null;
      sleep(old.form, false);
      old.note.parentNode.removeChild(old.note);
      window.photosSent(old.page, place, old.bad);
      return;
    }
    start(old.form, old.files, place, old.bad, old.note);
  }

  function start(form, files, place, bad, box) {
    var mine = {
      form: form, files: files, place: place, bad: bad, note: box, file: files[place], blob: files[place], page: form.action.split("#")[0],
      key: form.querySelector("[name=_key]").value + "-" + place + "-" + new Date().getTime().toString(36),
      hash: FIRST.slice(0), hashed: 0, received: 0, most: 131072, piece: 131072, least: 16384, tries: 0
    };
    job = mine;
    show(false);
    shrink(mine.file, function (blob) { mine.blob = blob; show(false); begin(); });
  }

  /* Whoever goes on now would leave photos behind. */
  function sleep(form, asleep) {
    var buttons = document.querySelectorAll("main button[type=submit]"), i;
    for (i = 0; i < buttons.length; i += 1) { buttons[i].disabled = asleep; }
    form.querySelector("input[type=file]").disabled = asleep;
  }

  document.addEventListener("change", function (event) {
    var input = event.target, form = input.form, files = [], i;
    if (input.type !== "file" || !form || !form.hasAttribute("data-pieces") || !window.photosSent) { return; }
    event.stopPropagation();  /* app.js would send it whole */
    if (job) { return; }
    for (i = 0; i < input.files.length; i += 1) { files.push(input.files[i]); }
    if (!files.length) { return; }
    sleep(form, true);
    start(form, files, 0, [], null);
  }, true);
  window.addEventListener("online", function () { if (job && job.again) { job.again(); } });
}());
