/* The panel that opens from a number. A click on [data-open] writes what is opened into the address and into the one store; the
   server answers with the whole panel, later with pages of cases alone. Escape, Back and a click beside it close it. */
(function () {
    "use strict";

    /* what follows from the number it stands beside: its change, its count, why it is not shown */
    const BESIDE = ".number .change, .row > :is(.change, .n, .reason), .part > small, .video-row > :is(.n, .value), "
        + ".funnel-row > .share, .spell-row > :is(.median, .p90)";
    const WITH = ".number, .row, .part, .video-row, .funnel-row, .spell-row";
    let n = 0;
    let showing = "";

    function dialog() {
        return document.getElementById("opened-dialog");
    }

    function page() {
        return document.getElementById("page");
    }

    function ask(store, value) {
        n += 1;
        window.dash_clientside.set_props(store, { data: { n: n, base: window.quanyuAddress.closed(window.location.search), open: value } });
    }

    function show(value) {
        const panel = dialog();
        showing = value;
        panel.classList.add("is-waiting");
        /* the colours of the page it stands over */
        panel.style.cssText = page() ? page().style.cssText : "";
        panel.lang = document.documentElement.lang;
        panel.querySelector(".opened-close").setAttribute("aria-label", document.documentElement.lang === "en" ? "Close" : "关闭");
        if (!panel.open) {
            panel.showModal();
        }
        panel.scrollTop = 0;
        ask("opened", value);
    }

    function hide() {
        const was = showing;
        showing = "";
        if (dialog() && dialog().open) {
            dialog().close();
        }
        if (was && (document.activeElement === document.body || !document.activeElement)) {
            /* the number may have been drawn anew meanwhile */
            const number = Array.from(document.querySelectorAll("[data-open]")).find(function (one) { return one.dataset.open === was; });
            if (number) {
                number.focus();
            }
        }
    }

    /* What the address says. */
    function follow() {
        const wanted = window.quanyuAddress.opened(window.location.search);
        if (wanted && wanted !== showing) {
            show(wanted);
        } else if (!wanted) {
            hide();
        }
    }

    function open(value) {
        window.quanyuAddress.write(value);
        show(value);
    }

    function close() {
        if (window.quanyuAddress.opened(window.location.search)) {
            window.quanyuAddress.write("");
        }
        hide();
    }

    function copied(button) {
        const words = button.textContent;
        button.textContent = button.dataset.done;
        window.setTimeout(function () { button.textContent = words; }, 2000);
    }

    function copy(button) {
        const text = window.location.origin + window.location.pathname + "?" + button.dataset.copy;
        if (window.navigator.clipboard && window.isSecureContext) {
            window.navigator.clipboard.writeText(text).then(function () { copied(button); }, function () {});
            return;
        }
        /* without a secure address browsers only copy what is marked */
        const field = document.createElement("textarea");
        field.value = text;
        dialog().appendChild(field);
        field.select();
        if (document.execCommand("copy")) {
            copied(button);
        }
        field.remove();
        button.focus();
    }

    window.quanyuOpened = { follow: follow, open: open };
    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.quanyu_opened = {
        /* A click on a bucket of days, or on an hour of the week. */
        chart: function (clicked, drawn) {
            const point = clicked && clicked.points && clicked.points[0];
            if (point && drawn && drawn.layout.meta) {
                const first = String(point.x).slice(0, 10);
                const step = drawn.layout.meta.step;
                const last = new Date(new Date(first).getTime() + (step - 1) * 86400000).toISOString().slice(0, 10);
                const until = last < drawn.layout.meta.last ? last : drawn.layout.meta.last;
                open("accepted?window=&from=" + first + "&to=" + until);
            } else if (point && drawn) {
                open("accepted?hours=" + point.x + "-" + (Number(point.x) + 1) + "&weekday=" + (Number(point.y) + 1));
            }
            return window.dash_clientside.no_update;
        },

        settle: function () {
            dialog().classList.remove("is-waiting");
            const cases = document.getElementById("cases");
            if (cases) {
                cases.classList.remove("is-waiting");
            }
            return String(Date.now());
        },
    };

    document.addEventListener("click", function (event) {
        const target = event.target instanceof Element ? event.target : null;
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        if (!target || !isPlain) {
            return;
        }
        const number = target.closest("[data-open]");
        if (number) {
            event.preventDefault();
            open(number.dataset.open);
            return;
        }
        const beside = target.closest(BESIDE);
        const its = beside && beside.closest(WITH).querySelector("[data-open]");
        if (its) {
            event.preventDefault();
            open(its.dataset.open);
            return;
        }
        const turn = target.closest("[data-cases]");
        if (turn) {
            turn.closest(".opened").querySelectorAll(".opened-parts [data-cases]").forEach(function (one) {
                one.setAttribute("aria-pressed", String(one === turn || (one.getAttribute("aria-pressed") === "true" && !turn.closest(".opened-parts"))));
            });
            document.getElementById("cases").classList.add("is-waiting");
            ask("cases-asked", turn.dataset.cases);
            return;
        }
        if (target.closest("[data-copy]")) {
            copy(target.closest("[data-copy]"));
        } else if (target.closest("[data-close]") || target === dialog()) {
            close();
        }
    });

    /* Escape; the browser closes the dialog itself, the address follows */
    document.addEventListener("cancel", function (event) {
        if (event.target === dialog()) {
            event.preventDefault();
            close();
        }
    }, true);
})();
