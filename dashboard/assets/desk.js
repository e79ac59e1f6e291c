/* The data page: links that only change what is shown, and deeds after their question was answered.
   The form is made by desk_form.js, files are sent and followed by desk_uploads.js. */
(function () {
    "use strict";

    let plan = null;
    let uploads = null;

    function parts() {
        return window.quanyu.deskParts;
    }

    function again() {
        parts().setProps("desk", { data: window.location.search.slice(1) });
    }

    /* Go to an address of this page, and to the part of it that the link is about. */
    function show(link) {
        window.history.pushState({}, "", link.getAttribute("href"));
        again();
        const part = parts().byId(link.dataset.goes || "");
        if (part) {
            part.scrollIntoView({ block: "start" });
        }
    }

    function form() {
        if (plan.is_open) {
            window.quanyu.deskForm(plan, uploads.upload);
        }
    }

    /* ---- deeds ------------------------------------------------------------------------------------------------ */

    /* What a person says about the columns of a file, field by field; throws where a field has two of them. */
    function columns(button) {
        const chosen = {};
        button.closest(".naming").querySelectorAll("select").forEach(function (select) {
            if (select.value && chosen[select.value]) {
                const field = select.selectedOptions[0].textContent;
                throw new Error(plan.words.problem_twice.replace("{field}", field));
            }
            if (select.value) {
                chosen[select.value] = select.dataset.header;
            }
        });
        return chosen;
    }

    function failed(button, error) {
        const next = button.nextElementSibling;
        const line = parts().make("p", { "class": "is-problem", role: "alert" }, [error.message]);
        if (next && next.matches("p.is-problem")) {
            next.replaceWith(line);
        } else {
            button.after(line);
        }
        button.disabled = false;
    }

    function onSnapshot(button) {
        const address = "/data/snapshots/" + encodeURIComponent(button.dataset.snapshot) + "/" + button.dataset.deed;
        uploads.post(address, {}).then(again).catch(function (error) { failed(button, error); });
    }

    function onUpload(button) {
        const deed = button.dataset.deed;
        const id = button.dataset.upload;
        const step = deed === "columns" ? "check" : deed;
        let body = {};
        try {
            body = deed === "columns" ? { columns: columns(button) } : {};
        } catch (error) {
            failed(button, error);
            return;
        }
        uploads.post("/data/uploads/" + id + "/" + step, body).then(function () {
            parts().setProps("upload", { data: null });
            if (deed === "discard") {
                uploads.forget();
                form();
            } else {
                uploads.watch(id);
            }
        }).catch(function (error) { failed(button, error); });
    }

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target : null;
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        const link = target && target.closest("a[data-desk]");
        if (link && isPlain) {
            event.preventDefault();
            show(link);
            return;
        }
        const button = target && target.closest("button[data-deed]");
        if (button && uploads) {
            button.disabled = true;
            parts().say("");
            (button.dataset.upload ? onUpload : onSnapshot)(button);
        }
    });

    /* The cases of a change become links when their line is opened. */
    document.addEventListener("toggle", function (event) {
        const holder = event.target instanceof Element && event.target.matches("details.entry[open]") && event.target.querySelector("[data-cases]");
        if (!holder || holder.querySelector("a")) {
            return;
        }
        JSON.parse(holder.dataset.cases).reverse().forEach(function (id) {
            holder.prepend(parts().make("a", { href: holder.dataset.address + encodeURIComponent(id) }, [id]));
        });
    }, true);

    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_desk = {
        form: function (given) {
            if (uploads) {
                uploads.stop();
            }
            plan = given || null;
            uploads = plan ? window.quanyu.deskUploads(plan) : null;
            if (plan) {
                form();
                uploads.resume();
            }
            return plan ? "1" : "";
        },
    };
})();
