/* The dialogue of files. Every file is a link, so that it can be saved without any script; a plain click fetches it here, with progress and a way to
   stop. What was received is put together in pieces that the browser may keep on disk. Very large files are left to the browser itself. */
(function () {
    "use strict";

    const PIECE = 8 << 20; /* bytes */
    const MOST_ROWS = 2000000;
    let dialog = null;
    let running = null;

    function make(name, text, className) {
        const element = document.createElement(name);
        if (text !== undefined) {
            element.textContent = text;
        }
        if (className) {
            element.className = className;
        }
        return element;
    }

    function filled(words, values) {
        return words.replace(/\{(\w+)\}/g, function (all, key) { return key in values ? values[key] : all; });
    }

    function size(bytes) {
        return bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
    }

    function whole(n) {
        return n.toLocaleString("en-US");
    }

    function show(opener) {
        const told = JSON.parse(opener.dataset.export);
        const page = document.getElementById("page");
        dialog = make("dialog", undefined, "export-dialog");
        dialog.style.cssText = page ? page.style.cssText : "";
        dialog.lang = document.documentElement.lang;
        const title = make("h2", told.title);
        title.id = "export-title";
        dialog.setAttribute("aria-labelledby", title.id);
        dialog.appendChild(title);
        told.lines.forEach(function (line) { dialog.appendChild(make("p", line, "quiet")); });
        const list = make("ul", undefined, "export-files");
        told.files.forEach(function (file) {
            const link = make("a");
            link.href = file.href;
            link.download = "";
            link.append(make("span", file.name), make("span", file.hint));
            link.addEventListener("click", function (event) {
                if (event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && told.total <= MOST_ROWS) {
                    event.preventDefault();
                    take(file, told);
                }
            });
            const item = make("li");
            item.appendChild(link);
            list.appendChild(item);
        });
        const progress = make("div", undefined, "export-progress");
        const foot = make("div", undefined, "export-foot");
        const close = make("button", told.words.close);
        close.type = "button";
        close.addEventListener("click", hide);
        foot.appendChild(close);
        dialog.append(list, progress, foot);
        dialog.addEventListener("close", function () {
            stop();
            dialog.remove();
            dialog = null;
            const again = document.contains(opener) ? opener : document.querySelector("[data-export]");
            if (again) {
                again.focus();
            }
        });
        document.body.appendChild(dialog);
        dialog.showModal();
    }

    function hide() {
        if (dialog) {
            dialog.close();
        }
    }

    function stop() {
        if (running) {
            running.abort();
        }
    }

    function nameOf(answer) {
        const said = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") || "");
        return said ? decodeURIComponent(said[1]) : "cases";
    }

    function save(parts, type, name) {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob(parts, { type: type }));
        link.download = name;
        link.click();
        window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
    }

    /* The answer in pieces; ``seen`` is told how many bytes and ends of lines there were. */
    function receive(answer, seen) {
        const reader = answer.body.getReader();
        const kept = { parts: [], held: [], bytes: 0, held_bytes: 0, lines: 0 };
        function pack() {
            kept.parts.push(new Blob(kept.held));
            kept.held = [];
            kept.held_bytes = 0;
        }
        function next() {
            return reader.read().then(function (got) {
                if (got.done) {
                    pack();
                    return kept.parts;
                }
                for (let at = got.value.indexOf(10); at >= 0; at = got.value.indexOf(10, at + 1)) {
                    kept.lines += 1;
                }
                kept.held.push(got.value);
                kept.held_bytes += got.value.length;
                kept.bytes += got.value.length;
                if (kept.held_bytes > PIECE) {
                    pack();
                }
                seen(kept.bytes, kept.lines);
                return next();
            });
        }
        return next();
    }

    function take(file, told) {
        const box = dialog.querySelector(".export-progress");
        const bar = make("progress");
        const words = make("p", told.words.asking);
        const cancel = make("button", told.words.cancel);
        const mine = running = new AbortController();
        let bytes = 0;
        cancel.type = "button";
        cancel.addEventListener("click", stop);
        bar.max = 1;
        bar.setAttribute("aria-label", file.name);
        box.replaceChildren(bar, words);
        dialog.querySelector(".export-foot").prepend(cancel);
        dialog.classList.add("is-busy");
        cancel.focus();

        function over(text) {
            cancel.remove();
            running = null;
            if (dialog) {
                dialog.classList.remove("is-busy");
                const said = make("p", text);
                said.setAttribute("role", "status");
                box.replaceChildren(said);
                box.dataset.done = String(bytes);
            }
        }

        window.fetch(file.href, { signal: mine.signal }).then(function (answer) {
            if (!answer.ok) {
                return answer.text().then(function (text) {
                    let reason = answer.status === 429 ? told.words.too_many : text.trim();
                    try {
                        reason = JSON.parse(text).error || reason;
                    } catch (error) { /* one plain sentence */ }
                    throw new Error(reason);
                });
            }
            const total = Number(answer.headers.get("X-Total-Rows"));
            const name = nameOf(answer);
            return receive(answer, function (received, lines) {
                bytes = received;
                if (file.lines && total) {
                    const rows = Math.min(lines, total);
                    bar.value = rows / total;
                    words.textContent = filled(told.words.rows, { rows: whole(rows), total: whole(total), size: size(bytes) });
                } else {
                    words.textContent = filled(told.words.bytes, { total: whole(total), size: size(bytes) });
                }
            }).then(function (parts) {
                save(parts, answer.headers.get("Content-Type"), name);
                over(filled(told.words.done, { name: name, size: size(bytes) }));
            });
        }).catch(function (error) {
            over(error.name === "AbortError" ? told.words.cancelled : filled(told.words.failed, { reason: error.message }));
        });
    }

    document.addEventListener("click", function (event) {
        const opener = event.target instanceof Element ? event.target.closest("[data-export]") : null;
        if (opener && event.button === 0 && !dialog) {
            show(opener);
        }
    });
})();
