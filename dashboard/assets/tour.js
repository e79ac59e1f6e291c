/* The tour: after so many seconds the next stop, as the server says with each answer. A touch, a key or the mouse stops it; some
   time after the last of them it goes back to where it was and on from there. Where it is stands in the address, so a reload loses
   nothing; what it will come back to after a touch is kept for the life of the tab. */
(function () {
    "use strict";

    const KEPT = "quanyu-tour";
    const TICK_MS = 500;
    const UNANSWERED_MS = 30000;
    const MOVED_PX = 8;

    let plan = null; /* changes, seconds, resume: of the stop that is shown */
    let own = null; /* the tour's own address; a person may have gone elsewhere */
    let shownAt = 0;
    let askedAt = 0; /* 0 while nothing is awaited */
    let touchedAt = 0;
    let isPaused = false;
    let at = null; /* where the mouse was last */

    function address() {
        return window.quanyuControls.address();
    }

    function keep() {
        try {
            if (own === null) {
                window.sessionStorage.removeItem(KEPT);
            } else {
                window.sessionStorage.setItem(KEPT, JSON.stringify({ own: own, touchedAt: touchedAt }));
            }
        } catch (error) {
            return; /* without storage a reload while it is stopped goes on from what is shown */
        }
    }

    function recall() {
        const opened = window.performance.getEntriesByType("navigation")[0];
        try {
            const kept = JSON.parse(window.sessionStorage.getItem(KEPT));
            if (kept && !(opened && opened.type === "navigate")) {
                own = kept.own;
                touchedAt = kept.touchedAt;
                isPaused = true;
            }
        } catch (error) {
            own = null;
        }
    }

    function go(query) {
        if (window.quanyuAddress.opened(window.location.search)) {
            window.quanyuAddress.write("");
            window.quanyuOpened.follow();
        }
        document.querySelectorAll("#page details[open]").forEach(function (one) { one.removeAttribute("open"); });
        window.quanyuCameras.close(); /* and with it the stream of a preview */
        own = query;
        askedAt = Date.now();
        keep();
        window.quanyuControls.go(query, true);
    }

    function say(words) {
        const line = document.querySelector(".touring");
        if (line && line.textContent !== words(line.dataset)) {
            line.textContent = words(line.dataset);
        }
    }

    function tick() {
        const now = Date.now();
        const left = plan ? touchedAt + plan.resume * 1000 - now : 0;
        if (!plan || document.getElementById("page") === null) {
            return;
        }
        if (left > 0) {
            isPaused = true;
            say(function (words) { return words.paused.replace("{n}", Math.ceil(left / 1000)); });
            return;
        }
        if (isPaused) {
            isPaused = false;
            shownAt = now;
            say(function (words) { return words.running; });
            if (own !== null && own !== address()) {
                go(own);
                return;
            }
        }
        if (askedAt && now - askedAt < UNANSWERED_MS) {
            return;
        }
        if (now - shownAt >= plan.seconds * 1000 && window.quanyuLive.isHeard()) {
            go(askedAt ? own : window.quanyuControls.merged(own, plan.changes, true));
        }
    }

    window.addEventListener("quanyu:arranged", function (event) {
        plan = event.detail.tour || null;
        if (!plan) {
            own = null;
            keep();
            return;
        }
        if (isPaused || Date.now() - touchedAt < plan.resume * 1000) {
            own = own === null ? address() : own;
        } else if (askedAt || own !== address()) {
            own = address();
            shownAt = Date.now();
        }
        askedAt = 0;
        keep();
        tick();
    });

    function touched(event) {
        if (event.type === "pointermove") {
            const before = at;
            at = { x: event.clientX, y: event.clientY };
            if (!before || Math.hypot(at.x - before.x, at.y - before.y) < MOVED_PX) {
                at = before || at;
                return;
            }
        }
        touchedAt = Date.now();
        window.dispatchEvent(new CustomEvent("quanyu:touched"));
        if (plan) {
            keep();
            tick();
        }
    }

    ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"].forEach(function (name) {
        window.addEventListener(name, touched, { capture: true, passive: true });
    });
    recall();
    window.setInterval(tick, TICK_MS);
})();
