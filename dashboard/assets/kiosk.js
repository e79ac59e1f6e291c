/* The screen on a display of its own. In kiosk view the controls are out of sight until somebody touches the screen, and for a
   while after. F takes the whole display and gives it back; digits choose a scene. */
(function () {
    "use strict";

    const AWAKE_MS = 20000;
    let timer = 0;

    function page() {
        return document.getElementById("page");
    }

    function sleep() {
        if (page()) {
            page().classList.remove("is-awake");
        }
    }

    function wake() {
        if (page() && page().classList.contains("is-kiosk")) {
            page().classList.add("is-awake");
            window.clearTimeout(timer);
            timer = window.setTimeout(sleep, AWAKE_MS);
        }
    }

    function fill() {
        const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
        done.catch(function () {}); /* the browser may refuse; nothing is lost */
    }

    function isTyping(target) {
        return target instanceof Element && target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
    }

    window.addEventListener("quanyu:touched", wake);
    document.addEventListener("click", function (event) {
        if (event.target instanceof Element && event.target.closest("[data-full]")) {
            fill();
        }
    });
    document.addEventListener("keydown", function (event) {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
        if (!isPlain || isTyping(event.target) || !page() || !page().classList.contains("wall")) {
            return;
        }
        if (event.key === "f" || event.key === "F") {
            fill();
        } else if (/^[1-9]$/.test(event.key)) {
            const tab = page().querySelectorAll(".tabs > .tab")[Number(event.key) - 1];
            if (tab) {
                tab.click();
            }
        }
    });
})();
