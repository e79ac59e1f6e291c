/* The heartbeat of an open page: asks a tiny address which snapshot is in force, every three seconds with jitter and never
   twice at once. A new snapshot goes into the store "generation"; a changed program reloads the page; silence, late data and a
   refused snapshot are said in words across the page. */
(function () {
    "use strict";

    const EVERY_MS = 3000;
    const LIMIT_MS = 10000;
    const SILENCE_MS = 15000;
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

    function reload() {
        if (!isLeaving) {
            isLeaving = true;
            /* spread, so that a hundred walls do not come at once */
            window.setTimeout(function () { window.location.reload(); }, Math.random() * 3000);
        }
    }

    function heard(said) {
        const element = document.getElementById("banner");
        if (!element) {
            return;
        }
        const wasAway = failures > 0 && Date.now() - heardAt > SILENCE_MS;
        if (said.build !== element.dataset.build || wasAway) {
            reload();
            return;
        }
        failures = 0;
        heardAt = Date.now();
        if (generation === null) {
            generation = element.dataset.generation;
        }
        if (said.generation && said.generation !== generation) {
            generation = said.generation;
            window.dash_clientside.set_props("generation", { data: generation });
        }
        if (said.status === "down" || said.status === "degraded") {
            banner(said.status);
        } else if (said.is_late) {
            banner("late", { hours: Math.floor(said.age_s / 3600) });
        } else {
            banner("");
        }
    }

    function missed(status) {
        failures += 1;
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

    function watch() {
        if (failures > 0 && Date.now() - heardAt > SILENCE_MS) {
            banner("away", { time: clockTime(heardAt) });
        }
    }

    function beat() {
        const stop = new AbortController();
        const timer = window.setTimeout(function () { stop.abort(); }, LIMIT_MS);
        fetch("/api/v1/generation", { signal: stop.signal, cache: "no-store", credentials: "same-origin" })
            .then(function (answer) {
                if (!answer.ok) {
                    missed(answer.status);
                    return null;
                }
                return answer.json().then(heard);
            })
            .catch(function () { missed(0); })
            .finally(function () {
                window.clearTimeout(timer);
                window.setTimeout(beat, EVERY_MS * (0.75 + Math.random() * 0.5));
            });
    }

    window.setInterval(watch, 1000);
    window.setTimeout(beat, EVERY_MS * Math.random());
})();
