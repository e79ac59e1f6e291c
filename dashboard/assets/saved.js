/* The dialogue of views kept by name: the views, a field to keep this one, and its link with snapshot and definition. */
(function () {
    "use strict";

    function make(name, text, className) {
        const element = document.createElement(name);
        if (text !== undefined) {
            element.textContent = text;
        }
        if (className) {
            element.className = className;
        }
        if (name === "button") {
            element.type = "button";
        }
        return element;
    }

    /* The page's address as it is kept live. */
    function address() {
        const now = new URLSearchParams(window.quanyuAddress.closed(window.location.search));
        ["kiosk", "tour", "home", "snapshot"].forEach(function (key) { now.delete(key); });
        return now.toString();
    }

    /* The same with the snapshot that is shown, which the head names. */
    function shown() {
        const now = new URLSearchParams(address());
        const head = document.querySelector(".age time");
        if (head) {
            now.set("snapshot", head.title);
        }
        return now.toString();
    }

    function asked(body) {
        const how = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
        return window.fetch("/views?" + shown(), how).then(function (answer) {
            return answer.json().then(function (found) {
                if (!answer.ok) {
                    throw new Error(found.error || String(answer.status));
                }
                return found;
            }, function () { throw new Error(String(answer.status)); });
        });
    }

    function fill(dialog) {
        let words = { failed: "{reason}" };
        const holder = make("div", "", "saved-items");
        const close = make("button", "×", "saved-close");
        close.setAttribute("aria-label", document.documentElement.lang === "en" ? "Close" : "关闭");
        close.addEventListener("click", function () { dialog.close(); });
        dialog.append(close, holder);
        const said = make("p", "", "saved-said");
        said.setAttribute("role", "status");

        function fail(error) {
            said.textContent = words.failed.replace("{reason}", error.message);
        }

        function change(body) {
            asked(body).then(draw).catch(fail);
        }

        function line(view, mayWrite) {
            const item = make("li");
            const link = make("a", view.name, "saved-link");
            link.href = view.href;
            link.appendChild(make("small", view.is_pinned ? words.pinned : words.live));
            item.appendChild(link);
            if (mayWrite) {
                const rename = make("button", words.rename);
                const remove = make("button", words.delete);
                rename.addEventListener("click", function () { renaming(item, view); });
                remove.addEventListener("click", function () {
                    if (remove.dataset.sure) {
                        change({ do: "delete", id: view.id });
                    } else {
                        remove.dataset.sure = "1";
                        remove.textContent = words.sure;
                    }
                });
                item.append(rename, remove);
            }
            return item;
        }

        function form(value, submit) {
            const made = make("form");
            const field = make("input");
            field.type = "text";
            field.maxLength = 60;
            field.required = true;
            field.value = value;
            field.placeholder = words.name;
            field.setAttribute("aria-label", words.name);
            const keep = make("button", words.keep);
            keep.type = "submit";
            made.append(field, keep);
            made.addEventListener("submit", function (event) {
                event.preventDefault();
                submit(field.value);
            });
            return made;
        }

        function renaming(item, view) {
            const made = form(view.name, function (name) { change({ do: "rename", id: view.id, name: name }); });
            item.replaceChildren(made);
            made.querySelector("input").select();
        }

        function draw(found) {
            words = found.words;
            const list = make("ul");
            found.views.forEach(function (view) { list.appendChild(line(view, found.may_write)); });
            const parts = [found.views.length ? list : make("p", words.none, "quiet")];
            if (found.may_write) {
                const box = make("input");
                box.type = "checkbox";
                const label = make("label");
                label.append(box, document.createTextNode(words.this_snapshot));
                const made = form("", function (name) {
                    change({ do: "save", name: name, page: window.location.pathname, query: box.checked ? found.pinned : address() });
                });
                made.appendChild(label);
                parts.push(made);
            } else {
                parts.push(make("p", words.elsewhere, "quiet"));
            }
            const copy = make("button", words.copy, "saved-copy");
            copy.dataset.link = window.location.pathname + "?" + found.pinned;
            copy.addEventListener("click", function () { copied(copy, words); });
            said.textContent = "";
            holder.replaceChildren.apply(holder, parts.concat([copy, said]));
            holder.dataset.filled = String(found.views.length);
        }

        asked().then(draw).catch(function (error) {
            holder.replaceChildren(said);
            fail(error);
        });
    }

    function copied(button, words) {
        const text = window.location.origin + button.dataset.link;
        function done() { button.textContent = words.copied; }
        if (window.navigator.clipboard && window.isSecureContext) {
            window.navigator.clipboard.writeText(text).then(done, function () {});
            return;
        }
        /* without a secure address browsers only copy what is marked */
        const field = document.createElement("textarea");
        field.value = text;
        button.parentElement.appendChild(field);
        field.select();
        if (document.execCommand("copy")) {
            done();
        }
        field.remove();
        button.focus();
    }

    document.addEventListener("click", function (event) {
        const menu = event.target instanceof Element ? event.target.closest("a[href='#views']") : null;
        if (!menu || event.button !== 0) {
            return;
        }
        event.preventDefault();
        const page = document.getElementById("page");
        const dialog = make("dialog", undefined, "export-dialog saved-dialog");
        dialog.style.cssText = page ? page.style.cssText : "";
        dialog.lang = document.documentElement.lang;
        dialog.setAttribute("aria-label", menu.textContent);
        dialog.addEventListener("close", function () {
            dialog.remove();
            const again = document.querySelector("a[href='#views']");
            if (again) {
                again.focus();
            }
        });
        document.body.appendChild(dialog);
        dialog.showModal();
        fill(dialog);
    });
})();
