/* Two short tones when a new snapshot brings urgent events that were not on the screen before. Off until somebody switches it on
   for this device; made here, without any file. */
(function () {
    "use strict";

    const KEPT = "quanyu-sound";
    const TONES = [[660, 0], [880, 0.18]]; /* hertz, and seconds from now */
    const LENGTH_S = 0.16;
    const LOUD = 0.09;
    const WORDS = {
        zh: { on: "提示音：开", off: "提示音：关", hint: "有新的超期或将到期事件时响两声，仅此设备" },
        en: { on: "Sound: on", off: "Sound: off", hint: "Two tones for new overdue or due-soon events, on this device only" },
    };
    let audio = null;
    let known = new Set(); /* urgent events of what was shown last */
    let shown = null; /* and what that was: snapshot and address */
    let watched = null;

    function isOn() {
        try {
            return window.localStorage.getItem(KEPT) === "1";
        } catch (error) {
            return false;
        }
    }

    function turn(on) {
        try {
            window.localStorage.setItem(KEPT, on ? "1" : "0");
        } catch (error) {
            return; /* a browser that keeps nothing keeps quiet, too */
        }
        label();
        if (on) {
            play();
        }
    }

    function label() {
        document.querySelectorAll("[data-sound]").forEach(function (button) {
            const words = document.documentElement.lang === "en" ? WORDS.en : WORDS.zh;
            const text = isOn() ? words.on : words.off;
            if (button.textContent !== text) {
                button.textContent = text;
                button.title = words.hint;
            }
            button.setAttribute("aria-pressed", String(isOn()));
        });
    }

    function play() {
        audio = audio || new window.AudioContext();
        audio.resume().catch(function () {}); /* before a touch the browser may keep it silent */
        TONES.forEach(function (tone) {
            const start = audio.currentTime + tone[1];
            const source = audio.createOscillator();
            const gain = audio.createGain();
            source.frequency.value = tone[0];
            gain.gain.setValueAtTime(0, start);
            gain.gain.linearRampToValueAtTime(LOUD, start + 0.02);
            gain.gain.linearRampToValueAtTime(0, start + LENGTH_S);
            source.connect(gain).connect(audio.destination);
            source.start(start);
            source.stop(start + LENGTH_S);
        });
    }

    /* Whether the lines that have come hold an urgent event that the same view of an earlier snapshot did not hold. */
    function compare() {
        const list = watched && watched.querySelector(".events");
        if (!list) {
            return;
        }
        const urgent = new Set(Array.from(list.querySelectorAll(".line.is-overdue, .line.is-due-soon")).map(function (line) {
            return line.dataset.event;
        }));
        const now = { snapshot: list.dataset.snapshot, address: window.quanyuControls.address() };
        const isLater = shown !== null && shown.address === now.address && shown.snapshot !== now.snapshot;
        if (isLater && isOn() && Array.from(urgent).some(function (id) { return !known.has(id); })) {
            play();
        }
        known = urgent;
        shown = now;
    }

    const coming = new MutationObserver(compare);
    window.addEventListener("quanyu:arranged", function () {
        const panel = document.getElementById("panel-events");
        if (panel !== watched) {
            coming.disconnect();
            watched = panel;
            shown = null;
            if (panel) {
                coming.observe(panel, { attributes: true, attributeFilter: ["data-event", "data-snapshot"], childList: true, subtree: true });
            }
        }
        label();
        compare();
    });
    document.addEventListener("click", function (event) {
        if (event.target instanceof Element && event.target.closest("[data-sound]")) {
            turn(!isOn());
        }
    });
    document.addEventListener("toggle", label, true);
})();
