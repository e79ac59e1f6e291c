/* Uploads of the data page: sending a file, following what becomes of it, and requests that change something.
   What became of a file is written by the server (store "upload"). */
(function () {
    "use strict";

    const POLL_MS = 600;
    const KEY = "quanyu-upload";

    /* The uploads of a page that was laid out with this plan; one is followed at a time. */
    function uploads(plan) {
        const parts = window.quanyu.deskParts;
        let watched = null;

        function problem(status, body) {
            const key = body && body.problem ? body.problem : status === 403 ? "forbidden" : status === 413 ? "too_big" : status ? "request" : "away";
            return plan.words["problem_" + key] || plan.words.problem_request;
        }

        function upload(file, query, send) {
            const bar = parts.byId("desk-sent");
            const request = new XMLHttpRequest();
            const before = watched;
            watched = null;
            if (before) {
                post("/data/uploads/" + before.id + "/discard", {}).catch(function () {});
            }
            parts.setProps("upload", { data: null });
            send.disabled = true;
            bar.hidden = false;
            bar.value = 0;
            parts.say(plan.words.sending);
            request.open("POST", "/data/uploads?" + query.toString());
            request.setRequestHeader("Content-Type", "application/octet-stream");
            request.setRequestHeader("X-Quanyu-Token", plan.token);
            request.upload.addEventListener("progress", function (event) {
                if (event.lengthComputable) {
                    bar.value = event.loaded / event.total;
                }
            });
            request.addEventListener("loadend", function () {
                let body = null;
                try {
                    body = JSON.parse(request.responseText);
                } catch (error) {
                    body = null;
                }
                bar.hidden = true;
                send.disabled = false;
                if (request.status === 201 && body) {
                    parts.say("");
                    watch(body.upload);
                } else if (request.status) {
                    parts.say(problem(request.status, body), true);
                } else {
                    /* a file that was saved again after it was chosen can no longer be read */
                    file.slice(0, 1).arrayBuffer().then(
                        function () { parts.say(problem(0, null), true); },
                        function () { parts.say(plan.words.problem_changed, true); }
                    );
                }
            });
            request.send(file);
        }

        function post(address, body) {
            return fetch(address, {
                method: "POST",
                credentials: "same-origin",
                cache: "no-store",
                headers: { "Content-Type": "application/json", "X-Quanyu-Token": plan.token },
                body: JSON.stringify(body),
            }).then(function (answer) {
                return answer.json().catch(function () { return null; }).then(function (found) {
                    if (!answer.ok) {
                        throw new Error(problem(answer.status, found));
                    }
                    return found;
                });
            }, function () {
                throw new Error(problem(0, null));
            });
        }

        function remember(id) {
            try {
                if (id) {
                    window.sessionStorage.setItem(KEY, id);
                } else {
                    window.sessionStorage.removeItem(KEY);
                }
            } catch (error) {
                /* without storage a reload forgets the upload, nothing more */
            }
        }

        function watch(id) {
            const mine = { id: id };
            watched = mine;
            remember(id);
            follow(mine);
        }

        function follow(mine) {
            if (watched !== mine) {
                return;
            }
            fetch("/data/uploads/" + mine.id + "?lang=" + plan.lang, { cache: "no-store", credentials: "same-origin" })
                .then(function (answer) {
                    if (answer.status === 404 || answer.status === 403) {
                        watched = null;
                        remember(null);
                        steps([]);
                        return null;
                    }
                    return answer.ok ? answer.json() : {};
                })
                .catch(function () { return {}; })
                .then(function (now) {
                    if (watched !== mine || now === null) {
                        return;
                    }
                    if (now.stage && now.stage !== "checking" && now.stage !== "publishing") {
                        steps([]);
                        parts.setProps("upload", { data: { id: mine.id, attempt: now.attempt, stage: now.stage, lang: plan.lang } });
                        return;
                    }
                    if (now.stage) {
                        steps(now.steps);
                    }
                    window.setTimeout(function () { follow(mine); }, POLL_MS);
                });
        }

        function steps(words) {
            const list = parts.byId("desk-steps");
            if (!list) {
                return;
            }
            list.replaceChildren.apply(list, words.map(function (text, position) {
                return parts.make("li", { "class": position === words.length - 1 ? "is-now" : "" }, [text]);
            }));
            list.classList.toggle("is-working", words.length > 0);
        }

        function forget() {
            watched = null;
            remember(null);
            steps([]);
        }

        /* Go on with what this tab handed in before it was loaded again. */
        function resume() {
            let last = null;
            try {
                last = window.sessionStorage.getItem(KEY);
            } catch (error) {
                last = null;
            }
            if (last && /^[0-9a-f]{32}$/.test(last)) {
                watch(last);
            }
        }

        function stop() {
            watched = null;
        }

        return { upload: upload, post: post, watch: watch, forget: forget, resume: resume, stop: stop };
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.deskUploads = uploads;
})();
