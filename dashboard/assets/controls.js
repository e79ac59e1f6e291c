/* Controls are links; a click changes the address in the one store instead of loading the page. Also here: the clock, menus that
   close, dates of one's own, and the size of type for charts. Nothing here knows what a filter means. */
(function () {
    "use strict";

    const STORE = "selection";
    let address = window.quanyuAddress.closed(window.location.search);
    let scale = 0;
    let quiet = null;
    let arranged = null; /* what the server said of the scene, see panels/masthead.py */
    /* keys that no scene sets, see scenes/scene.py */
    const RESERVED = ["snapshot", "definition", "scene", "lang", "kiosk", "tour", "home", "open"];

    const PAINT_MS = 8000; /* charts do not wait longer for the map */

    function setProps(id, props) {
        window.dash_clientside.set_props(id, props);
    }

    function page() {
        return document.getElementById("page");
    }

    /* Whether a scene would bring the key back when it is taken away. */
    function isOfScene(key, now) {
        return page() && page().classList.contains("wall") && arranged ? (arranged.keys || []).indexOf(key) >= 0 : now.has("scene") && RESERVED.indexOf(key) < 0;
    }

    /* Another scene begins without what an earlier one was about; the tour keeps what it was started with. */
    function merged(query, changes, isTour) {
        const now = new URLSearchParams(query);
        const asked = new URLSearchParams(changes);
        if (asked.has("scene") && page() && !isTour) {
            (page().dataset.cleared || "").split(" ").forEach(function (key) { now.delete(key); });
        }
        asked.forEach(function (value, key) {
            now.delete(key);
            if (value !== "") {
                now.set(key, value);
            } else if (!asked.has("scene") && isOfScene(key, now)) {
                now.set(key, ",");
            }
        });
        return now.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%40/g, "@");
    }

    /* A quiet step takes the place of the one before in the browser's history. */
    function go(query, isQuiet) {
        address = query;
        quiet = isQuiet ? query : null;
        setProps(STORE, { data: query });
    }

    function change(changes) {
        const next = merged(address, changes);
        const here = page();
        if (here) {
            here.classList.add("is-waiting");
        }
        const lang = new URLSearchParams(next).get("lang") === "en" ? "en" : "zh-CN";
        if (here && here.lang !== lang) {
            /* other words everywhere: the page is laid anew, as on Back */
            window.history.pushState({}, "", window.location.pathname + (next ? "?" + next : ""));
            window.dispatchEvent(new PopStateEvent("popstate"));
            return;
        }
        go(next);
    }

    /* ---- callbacks -------------------------------------------------------------------------------------------- */

    /* The charts' library is asked for once the map stands, so that it holds up neither map nor numbers. */
    function painted() {
        const here = page();
        if (here && !here.dataset.painted && document.getElementById("map")) {
            here.dataset.painted = "1";
            setProps("painted", { data: true });
        }
    }
    window.addEventListener("quanyu:painted", painted);

    const controls = {
        graphs: function (isPainted, graphs) {
            return isPainted ? graphs : graphs.map(function () { return window.dash_clientside.no_update; });
        },

        push: function (query) {
            address = query || "";
            if (window.quanyuAddress.closed(window.location.search) !== window.quanyuAddress.closed(address)) {
                const where = window.location.pathname + (address ? "?" + address : "");
                window.history[quiet === address ? "replaceState" : "pushState"]({}, "", where);
                window.quanyuAddress.note();
            }
            return address;
        },

        settle: function () {
            const here = page();
            if (here) {
                here.classList.remove("is-waiting");
            }
            follow();
            window.requestAnimationFrame(measure);
            window.setTimeout(painted, PAINT_MS);
            return String(Date.now());
        },

        /* The panels of the scene in their order, each in its column, the others out of sight. Nothing is made or unmade. */
        arrange: function (told) {
            const here = page();
            if (!told || !here) {
                return window.dash_clientside.no_update;
            }
            arranged = told;
            here.classList.toggle("is-kiosk", Boolean(told.kiosk));
            ["left", "right", "foot"].forEach(function (column) {
                const slots = Array.from(here.querySelectorAll("." + column + " > .slot"));
                const standing = told.panels.filter(function (key) { return slots.some(function (slot) { return slot.dataset.panel === key; }); });
                slots.forEach(function (slot) {
                    const at = standing.indexOf(slot.dataset.panel);
                    slot.hidden = at < 0;
                    slot.style.setProperty("--order", 2 * at + 2);
                });
                here.className = here.className.replace(new RegExp("\\b" + column + "-\\d+\\b"), column + "-" + standing.length);
                if (column === "right") {
                    /* between two places, where a wide wall has two columns */
                    here.style.setProperty("--break", 2 * Math.ceil(standing.length / 2) + 1);
                }
            });
            window.dispatchEvent(new CustomEvent("quanyu:arranged", { detail: told }));
            return told.scene;
        },

        /* Sizes in a figure are in the root type size; here they become pixels. */
        figure: function (drawn, pixels) {
            if (!drawn) {
                return window.dash_clientside.no_update;
            }
            const em = (pixels || rootPixels()) * 0.875;
            const root = pixels || rootPixels();
            const layout = Object.assign({}, drawn.layout);
            if (layout.font) {
                layout.font = Object.assign({}, layout.font, { size: em * layout.font.size });
            }
            if (layout.margin) {
                layout.margin = Object.fromEntries(Object.entries(layout.margin).map(function (pair) {
                    return [pair[0], pair[1] * root];
                }));
            }
            if (layout.hoverlabel) {
                layout.hoverlabel = Object.assign({}, layout.hoverlabel, { font: Object.assign({}, layout.hoverlabel.font, { size: em }) });
            }
            if (layout.annotations) {
                layout.annotations = layout.annotations.map(function (one) {
                    return Object.assign({}, one, { font: Object.assign({}, one.font, { size: em * one.font.size }), xshift: one.xshift * root });
                });
            }
            return { data: drawn.data, layout: layout };
        },
    };

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_controls = controls;
    window.quanyuControls = { change: change, merged: merged, go: go, address: function () { return address; } };

    /* ---- clicks ----------------------------------------------------------------------------------------------- */

    function closeAll(but) {
        document.querySelectorAll("details.menu[open], details.evidence[open], details.line[open]").forEach(function (one) {
            if (one !== but && !one.contains(but)) {
                one.removeAttribute("open");
            }
        });
    }

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target : null;
        const link = target && target.closest("[data-change]");
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        if (link && isPlain) {
            event.preventDefault();
            change(link.dataset.change);
            closeAll(null);
            const summary = link.closest("details.menu");
            if (summary) {
                summary.querySelector("summary").focus();
            }
            return;
        }
        closeAll(target && target.closest("details"));
    });

    document.addEventListener("keydown", function (event) {
        if (event.key === "Escape") {
            const open = document.querySelector("details[open]");
            closeAll(null);
            if (open && open.querySelector("summary") && open.contains(document.activeElement)) {
                open.querySelector("summary").focus();
            }
        }
    });

    /* Two date fields, made when their menu is opened. */
    document.addEventListener("toggle", function (event) {
        const holder = event.target instanceof Element && event.target.matches("details.menu[open]") && event.target.querySelector("[data-dates]");
        if (!holder) {
            return;
        }
        const days = holder.dataset.dates.split("/");
        const inputs = days.map(function (day) {
            const input = document.createElement("input");
            input.type = "date";
            input.value = day;
            input.setAttribute("aria-label", holder.dataset.words);
            input.addEventListener("change", function () {
                if (inputs[0].value && inputs[1].value) {
                    change("window=&from=" + inputs[0].value + "&to=" + inputs[1].value);
                }
            });
            return input;
        });
        const label = document.createElement("span");
        label.textContent = holder.dataset.words;
        holder.replaceChildren(label, inputs[0], inputs[1]);
    }, true);

    /* ---- clock, age, sizes ------------------------------------------------------------------------------------ */

    function write(element, text) {
        if (element.textContent !== text) {
            element.textContent = text;
        }
    }

    function ago(seconds, lang) {
        const words = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
        if (seconds < 5400) {
            return words.format(-Math.max(0, Math.floor(seconds / 60)), "minute");
        }
        return seconds < 172800 ? words.format(-Math.floor(seconds / 3600), "hour") : words.format(-Math.floor(seconds / 86400), "day");
    }

    function tick() {
        const now = new Date();
        const here = page();
        document.querySelectorAll(".sentence, .versus").forEach(function (line) {
            line.title = line.textContent; /* it may be cut */
        });
        document.querySelectorAll("[data-clock]").forEach(function (one) {
            write(one, new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: one.dataset.clock }).format(now));
        });
        document.querySelectorAll("[data-age]").forEach(function (one) {
            const seconds = (now - new Date(one.dataset.age)) / 1000;
            write(one, seconds < -60 ? "" : ago(seconds, (here && here.lang) || "zh-CN"));
        });
    }

    /* The head is drawn anew with each answer; its clock is filled in before anybody sees it empty. */
    let followed = null;
    const filling = new MutationObserver(tick);
    function follow() {
        const head = document.getElementById("panel-masthead");
        if (head !== followed) {
            filling.disconnect();
            followed = head;
            if (head) {
                filling.observe(head, { childList: true, subtree: true });
            }
        }
        tick();
    }

    function rootPixels() {
        return parseFloat(window.getComputedStyle(document.documentElement).fontSize) || 16;
    }

    /* How many rows of a list are out of sight is said beneath it. */
    function measure() {
        document.querySelectorAll("[data-more]").forEach(function (note) {
            const rows = note.closest(".slot") && note.closest(".slot").querySelector(".rows");
            const isCut = Boolean(rows) && rows.scrollHeight > rows.clientHeight + 2;
            write(note, isCut ? note.dataset.more : "");
            if (rows) {
                rows.classList.toggle("is-cut", isCut);
            }
        });
        countRest();
    }

    /* Rows of bars that find no room wrap out of sight; how many there are is said in the heading. */
    function countRest() {
        document.querySelectorAll("[data-rest]").forEach(function (note) {
            const rows = note.closest(".bars").querySelector(".rows");
            const edge = rows.getBoundingClientRect().right;
            const inSight = Array.from(rows.children).filter(function (row) { return row.getBoundingClientRect().left < edge - 1; }).length;
            const rest = Number(note.dataset.all) - inSight;
            write(note, rest > 0 ? " · " + note.dataset.rest.replace("{n}", rest) : "");
        });
    }

    function resized() {
        const now = rootPixels();
        if (now !== scale && page() && page().classList.contains("wall")) {
            scale = now;
            setProps("scale", { data: now });
        }
        measure();
    }

    let waiting = 0;
    window.addEventListener("resize", function () {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(resized, 150);
    });
    window.addEventListener("popstate", function () {
        address = window.quanyuAddress.closed(window.location.search);
    });
    window.setInterval(tick, 5000);
})();
