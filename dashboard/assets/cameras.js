/* Cameras near an event, and one camera with its preview, in a card over the page. What it says comes from the server; all of it is
   written with textContent. Closing the card, or opening another camera, ends the stream. */
(function () {
    "use strict";

    const HERE = "#camera=";
    let card = null;
    let asked = 0;
    let stop = function () {};
    let came = null; /* what had the focus */
    let spot = null; /* where the camera of the card stands */

    function element(kind, name, text) {
        const made = document.createElement(kind);
        made.className = name || "";
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    function isEnglish() {
        return document.documentElement.lang === "en";
    }

    /* The address of a question, under the page's language and, where it is pinned, its snapshot. */
    function address(path, keys) {
        const query = new URLSearchParams(keys);
        const snapshot = new URLSearchParams(window.location.search).get("snapshot");
        query.set("lang", isEnglish() ? "en" : "zh");
        if (snapshot) {
            query.set("snapshot", snapshot);
        }
        return path + "?" + query.toString();
    }

    function ask(path, keys) {
        return window.fetch(address(path, keys), { credentials: "same-origin" }).then(function (answer) {
            if (!answer.ok) {
                throw new Error("status " + answer.status);
            }
            return answer.json();
        });
    }

    function sorry() {
        return isEnglish() ? "This cannot be read just now" : "暂时读不到";
    }

    /* ---- the card -------------------------------------------------------------------------------------------- */

    function close() {
        asked += 1;
        spot = null;
        stop();
        stop = function () {};
        if (card) {
            card.remove();
            card = null;
            if (window.quanyu && window.quanyu.map) {
                window.quanyu.map.pick();
            }
            if (came && came.isConnected && document.activeElement === document.body) {
                came.focus();
            }
        }
    }

    function open(title) {
        const before = card ? came : document.activeElement;
        close();
        came = before;
        card = element("section", "camera-card");
        card.setAttribute("role", "dialog");
        card.setAttribute("aria-label", title);
        const head = element("div", "camera-card-head");
        const button = element("button", "camera-close", "×");
        button.type = "button";
        button.setAttribute("aria-label", isEnglish() ? "Close" : "关闭");
        button.addEventListener("click", close);
        head.append(element("h2", "", title), button);
        const body = element("div", "camera-card-body");
        card.append(head, body);
        const dialog = document.getElementById("opened-dialog");
        const page = document.getElementById("page");
        card.style.cssText = page ? page.style.cssText : "";
        (dialog && dialog.open ? dialog : document.body).appendChild(card);
        button.focus({ preventScroll: true });
        return body;
    }

    /* ---- near an event --------------------------------------------------------------------------------------- */

    function list(holder, said) {
        const rows = said.cameras.map(function (camera) {
            const row = element("button", "near-camera");
            row.type = "button";
            row.dataset.camera = camera.id;
            row.append(element("span", "near-name", camera.name), element("span", "near-where", camera.where), element("span", "near-status", camera.status));
            row.addEventListener("click", function (event) {
                event.stopPropagation();
                show(camera.id);
            });
            return row;
        });
        holder.replaceChildren.apply(holder, [element("h4", "near-title", said.title)].concat(said.note ? [element("p", "quiet", said.note)] : [], rows));
    }

    function fill(holder, keys) {
        holder.dataset.asked = keys.event || "";
        const mine = holder.dataset.asked;
        return ask("/api/v1/cameras/near", keys).then(function (said) {
            if (holder.dataset.asked === mine) {
                list(holder, said);
            }
        }).catch(function () {
            delete holder.dataset.asked;
            holder.replaceChildren(element("p", "quiet", sorry()));
        });
    }

    function near(keys, title) {
        const body = open(title || "");
        fill(body, keys);
    }

    /* ---- one camera ------------------------------------------------------------------------------------------ */

    function show(id) {
        const body = open(id);
        const mine = asked;
        ask("/api/v1/camera", { id: id }).then(function (camera) {
            if (mine !== asked) {
                return; /* closed, or another was opened */
            }
            card.querySelector("h2").textContent = camera.name;
            card.setAttribute("aria-label", camera.name);
            const terms = element("dl", "camera-terms");
            camera.rows.forEach(function (pair) { terms.append(element("dt", "", pair[0]), element("dd", "", pair[1])); });
            const screen = element("div", "camera-screen");
            if (camera.preview) {
                body.append(screen);
                stop = play(screen, camera.preview);
            }
            body.append(terms);
            if (camera.note) {
                body.append(element("p", "quiet", camera.note));
            }
            look(camera, body);
        }).catch(function () {
            if (mine === asked) {
                body.replaceChildren(element("p", "quiet", sorry()));
            }
        });
    }

    /* On the map, where the page has one; else a way to the screen that has. */
    function look(camera, body) {
        if (camera.lon === null) {
            return;
        }
        const dialog = document.getElementById("opened-dialog");
        if (document.querySelector(".quanyu-leaflet")) {
            if (dialog && dialog.open) {
                document.body.appendChild(card); /* the map lies beneath the panel */
                dialog.querySelector("[data-close]").click();
            }
            spot = { lon: camera.lon, lat: camera.lat };
            if (window.quanyu && window.quanyu.map) {
                window.quanyu.map.pick(spot.lon, spot.lat); /* a map that is made later asks for it */
            }
            return;
        }
        const way = element("a", "camera-way", isEnglish() ? "On the map" : "在地图上看");
        const query = new URLSearchParams({ layers: "areas,overdue,video" });
        ["snapshot", "area", "lang"].forEach(function (key) {
            const value = new URLSearchParams(window.location.search).get(key);
            if (value) {
                query.set(key, value);
            }
        });
        way.href = "/?" + query.toString() + HERE + encodeURIComponent(camera.id);
        body.append(way);
    }

    /* ---- preview: each kind gives what ends it ------------------------------------------------------------------ */

    function play(screen, preview) {
        const words = element("p", "camera-words", preview.words.waiting);
        words.setAttribute("role", "status");
        screen.append(words);
        function say(text) {
            words.textContent = text;
            words.hidden = !text;
        }
        return { hls: stream, still: still, mjpeg: moving }[preview.kind](screen, preview, say);
    }

    function picture(screen, preview) {
        const image = element("img", "camera-picture");
        image.alt = preview.words.label;
        screen.prepend(image);
        return image;
    }

    function still(screen, preview, say) {
        const image = picture(screen, preview);
        let timer = 0;
        let n = 0;
        let isOver = false;
        function next() {
            n += 1;
            image.src = preview.address + (preview.address.indexOf("?") < 0 ? "?" : "&") + "t=" + Date.now() + "-" + n;
        }
        function again() {
            if (!isOver) {
                timer = window.setTimeout(next, preview.every_ms);
            }
        }
        image.addEventListener("load", function () { say(""); again(); });
        image.addEventListener("error", function () {
            if (!isOver) {
                say(preview.words.failed);
                again();
            }
        });
        next();
        return function () {
            isOver = true;
            window.clearTimeout(timer);
            image.removeAttribute("src");
        };
    }

    function moving(screen, preview, say) {
        const image = picture(screen, preview);
        let isOver = false;
        image.addEventListener("load", function () { say(""); });
        image.addEventListener("error", function () {
            if (!isOver) {
                say(preview.words.failed);
            }
        });
        image.src = preview.address;
        return function () {
            isOver = true;
            image.src = "data:,"; /* taking the address away alone leaves the connection open */
            image.remove();
        };
    }

    function stream(screen, preview, say) {
        const video = element("video", "camera-picture");
        let player = null;
        let isOver = false;
        video.muted = true;
        video.autoplay = true;
        video.playsInline = true;
        video.controls = true;
        video.setAttribute("aria-label", preview.words.label);
        video.addEventListener("playing", function () { say(""); });
        video.addEventListener("error", function () {
            if (!isOver) {
                say(preview.words.failed);
            }
        });
        screen.prepend(video);
        if (video.canPlayType("application/vnd.apple.mpegurl")) {
            video.src = preview.address;
        } else if (preview.player) {
            fetchPlayer(preview.player).then(function () {
                if (isOver) {
                    return;
                }
                if (!window.Hls || !window.Hls.isSupported()) {
                    say(preview.words.unplayable);
                    return;
                }
                player = new window.Hls();
                player.on(window.Hls.Events.ERROR, function (_, fault) {
                    if (fault.fatal && !isOver) {
                        say(preview.words.failed);
                    }
                });
                player.loadSource(preview.address);
                player.attachMedia(video);
            }).catch(function () { say(preview.words.unplayable); });
        } else {
            say(preview.words.unplayable);
        }
        return function () {
            isOver = true;
            if (player) {
                player.destroy();
            }
            video.pause();
            video.removeAttribute("src");
            video.load();
        };
    }

    let fetched = null;
    function fetchPlayer(source) {
        if (!fetched) {
            fetched = new Promise(function (done, failed) {
                const script = document.createElement("script");
                script.src = source;
                script.addEventListener("load", done);
                script.addEventListener("error", function () {
                    fetched = null;
                    failed(new Error("no player"));
                });
                document.head.append(script);
            });
        }
        return fetched;
    }

    /* ---- where it comes from ----------------------------------------------------------------------------------- */

    /* an event's line opens */
    document.addEventListener("toggle", function (event) {
        const line = event.target instanceof Element && event.target.matches("details[open]") ? event.target : null;
        const sheet = line && line.dataset.event !== undefined && line.querySelector(".sheet");
        if (!sheet) {
            return;
        }
        let holder = sheet.querySelector(".near");
        if (!holder) {
            holder = element("div", "near");
            sheet.append(holder);
        }
        if (holder.dataset.asked !== line.dataset.event) {
            fill(holder, { event: line.dataset.event });
        }
    }, true);

    /* a line that is drawn anew may be another event's */
    new MutationObserver(function (changes) {
        changes.forEach(function (change) {
            const line = change.target;
            const holder = line.querySelector(".near");
            if (holder) {
                holder.replaceChildren();
                delete holder.dataset.asked;
                if (line.open) {
                    fill(holder, { event: line.dataset.event });
                }
            }
        });
    }).observe(document.documentElement, { subtree: true, attributeFilter: ["data-event"] });

    /* a place in a list: on the map, where there is one */
    document.addEventListener("click", function (event) {
        const place = event.target instanceof Element && event.target.closest("[data-spot]");
        if (place && window.quanyu && window.quanyu.map) {
            const at = place.dataset.spot.split(",").map(Number);
            window.quanyu.map.pick(at[0], at[1]);
        }
    });

    /* a case, or a camera, in a list of what stands behind a number */
    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target : null;
        const row = target && target.closest(".opened tr[data-point], .opened tr[data-event]");
        if (row && window.getSelection().isCollapsed) {
            openRow(row);
        }
    });

    document.addEventListener("keydown", function (event) {
        if (event.key === "Escape" && card) {
            event.preventDefault();
            event.stopPropagation();
            close();
        } else if (event.key === "Enter" && event.target instanceof Element && event.target.matches(".opened tr[data-point], .opened tr[data-event]")) {
            openRow(event.target);
        }
    }, true);

    function openRow(row) {
        if (row.dataset.point !== undefined) {
            show(row.dataset.point);
        } else {
            near({ event: row.dataset.event }, row.dataset.event);
        }
    }

    window.addEventListener("popstate", close);
    window.addEventListener("pagehide", function () { stop(); });

    /* an address that ends in a camera */
    function follow() {
        if (window.location.hash.startsWith(HERE)) {
            const wanted = decodeURIComponent(window.location.hash.slice(HERE.length));
            whenLaid(function () { show(wanted); }, 300);
        }
    }

    /* The card has the page's colours and language. */
    function whenLaid(act, tries) {
        const frame = document.getElementById("frame");
        if (document.getElementById("page") && frame && frame.lang) {
            act();
        } else if (tries > 0) {
            window.setTimeout(whenLaid, 100, act, tries - 1);
        }
    }

    window.addEventListener("load", follow);
    window.addEventListener("hashchange", follow);

    window.quanyuCameras = { near: near, show: show, close: close, spot: function () { return spot; } };
})();
