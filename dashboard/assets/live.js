/* The heartbeat of an open page: asks a tiny address which snapshot is in force, every three seconds with jitter and never
   twice at once. A new snapshot goes into the store "generation", and so does a new day where the data come from; a changed program
   or a server that was long away reloads the page, once it is sure to be given; silence, late data and a refused snapshot are said
   in words across the page. */
(function () {
    "use strict";

    const EVERY_MS = 3000;
    const AGAIN_MS = 1000; /* after an answer that did not come */
    const LIMIT_MS = 8000;
    const SILENCE_MS = 15000;
    const SPREAD_MS = 2000; /* so that a hundred walls do not come at once */
    const UNSHOWN_MS = 10000;
    const RELOADED = "quanyu-reloaded";
    const RELOADED_MS = 60000;
    const WORDS = {
        zh: {
            away: "连不上服务器，以下数据停在 {time}，正在重连…",
            degraded: "新快照未通过校验，仍显示上一份完好的数据。",
            down: "服务器上还没有可用的数据。",
            late: "数据迟到：快照已是 {hours} 小时前的。",
        },
        en: {
            away: "The server cannot be reached. What you see is as of {time}; trying again…",
            degraded: "A new snapshot failed verification; the last good one is still shown.",
            down: "The server has no data yet.",
            late: "Data are late: the snapshot is {hours} hours old.",
        },
    };

    let heardAt = Date.now();
    let failures = 0;
    let generation = null;
    let isLeaving = false;
    let asking = null; /* the open request */
    let isRefused = false; /* an answer was refused, not only slow: others may have been lost */
    let next = 0;
    let today = null; /* in the zone of the deployment */
    let shown = null; /* the snapshot that the page shows, where it says so */
    let askedAt = 0;
    let asked = 0;

    function words() {
        return document.documentElement.lang === "en" ? WORDS.en : WORDS.zh;
    }

    function banner(kind, values) {
        const element = document.getElementById("banner");
        if (!element) {
            return;
        }
        let text = kind ? words()[kind] : "";
        Object.entries(values || {}).forEach(function (pair) {
            text = text.replace("{" + pair[0] + "}", pair[1]);
        });
        if (element.textContent !== text) {
            element.textContent = text;
        }
        element.hidden = !kind;
        element.dataset.kind = kind || "";
    }

    /* The page is asked for first: a reload that fails would leave the browser's own error page for good. */
    function reload() {
        if (isLeaving) {
            return;
        }
        isLeaving = true;
        window.setTimeout(function () {
            fetch(window.location.href, { cache: "no-store", credentials: "same-origin" }).then(function (answer) {
                if (answer.ok) {
                    window.location.reload();
                } else {
                    isLeaving = false;
                }
            }, function () { isLeaving = false; });
        }, Math.random() * SPREAD_MS);
    }

    /* Once for each release: where two releases answer in turn, the page would never rest. */
    function isNews(build) {
        try {
            const before = JSON.parse(window.sessionStorage.getItem(RELOADED));
            if (before && before.build === build && Date.now() - before.at < RELOADED_MS) {
                return false;
            }
            window.sessionStorage.setItem(RELOADED, JSON.stringify({ build: build, at: Date.now() }));
        } catch (error) {
            return true;
        }
        return true;
    }

    /* Asks for the same address once more. */
    function ask() {
        asked += 1;
        askedAt = Date.now();
        window.dash_clientside.set_props("generation", { data: generation + "+" + asked });
    }

    function heard(said) {
        const element = document.getElementById("banner");
        if (!element) {
            return;
        }
        const wasRefused = isRefused;
        if (failures > 0 && Date.now() - heardAt > SILENCE_MS) {
            reload();
            return;
        }
        failures = 0;
        isRefused = false;
        heardAt = Date.now();
        if (said.build !== element.dataset.build && isNews(said.build)) {
            reload();
            return;
        }
        if (generation === null) {
            generation = element.dataset.generation;
        }
        const isNew = Boolean(said.generation) && said.generation !== generation;
        const isUnshown = shown !== null && said.generation !== shown && !isPinned() && Date.now() - askedAt > UNSHOWN_MS;
        if (isNew) {
            generation = said.generation;
            askedAt = Date.now();
            window.dash_clientside.set_props("generation", { data: generation });
        } else if (wasRefused || isUnshown) {
            ask();
        }
        if (said.status === "down" || said.status === "degraded") {
            banner(said.status);
        } else if (said.is_late) {
            banner("late", { hours: Math.floor(said.age_s / 3600) });
        } else {
            banner("");
        }
    }

    function isPinned() {
        return new URLSearchParams(window.location.search).has("snapshot");
    }

    function missed(status) {
        failures += 1;
        isRefused = isRefused || status !== null;
        if (status === 401) {
            reload();
        }
    }

    /* in the zone of the deployment, as the clock of the page is */
    function clockTime(instant) {
        const clock = document.querySelector("[data-clock]");
        const zone = clock ? { timeZone: clock.dataset.clock } : {};
        return new Date(instant).toLocaleTimeString("zh-CN", Object.assign({ hour12: false }, zone));
    }

    /* Windows such as "today" begin anew where the data come from, not where the page is looked at. */
    function roll() {
        const clock = document.querySelector("[data-clock]");
        if (!clock) {
            return;
        }
        const day = new Intl.DateTimeFormat("en-CA", { timeZone: clock.dataset.clock }).format(new Date());
        if (today !== null && today !== day && generation !== null) {
            ask();
        }
        today = day;
    }

    function watch() {
        roll();
        if (failures > 0 && Date.now() - heardAt > SILENCE_MS) {
            banner("away", { time: clockTime(heardAt) });
        }
    }

    function later(ms) {
        window.clearTimeout(next);
        next = window.setTimeout(beat, ms * (0.75 + Math.random() * 0.5));
    }

    function beat() {
        if (asking) {
            return;
        }
        const stop = new AbortController();
        asking = stop;
        const timer = window.setTimeout(function () { stop.abort(); }, LIMIT_MS);
        fetch("/api/v1/generation", { signal: stop.signal, cache: "no-store", credentials: "same-origin" })
            .then(function (answer) {
                if (!answer.ok) {
                    missed(answer.status);
                    return null;
                }
                return answer.json().then(heard);
            })
            .catch(function () { missed(stop.signal.aborted ? null : 0); })
            .finally(function () {
                asking = null;
                window.clearTimeout(timer);
                later(failures > 0 ? AGAIN_MS : EVERY_MS);
            });
    }

    window.addEventListener("quanyu:arranged", function (event) {
        shown = event.detail.snapshot;
    });
    /* the network is back: what was asked before may hang for good */
    window.addEventListener("online", function () {
        if (asking) {
            asking.abort();
        } else {
            beat();
        }
    });
    /* the machine was asleep */
    document.addEventListener("visibilitychange", function () {
        if (!document.hidden) {
            beat();
        }
    });
    window.quanyuLive = {
        isHeard: function () { return failures === 0; },
    };
    window.setInterval(watch, 1000);
    next = window.setTimeout(beat, EVERY_MS * Math.random());
})();
