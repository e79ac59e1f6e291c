/* The address is read when the application opens and on Back and Forward; the server then lays the page of that address.
   Pages write the address themselves with history.pushState. What is opened over a page is a key of the address too, but no part
   of the page: going back to the same page with the panel closed lays nothing anew. */
(function () {
    "use strict";
    let n = 0;
    let before = window.location.search;

    function here() {
        n += 1;
        before = window.location.search;
        return { n: n, path: window.location.pathname, query: window.location.search.slice(1) };
    }

    function closed(query) {
        return query.replace(/^\?/, "").split("&").filter(function (part) { return part && !part.startsWith("open="); }).join("&");
    }

    function opened(query) {
        const part = query.replace(/^\?/, "").split("&").find(function (one) { return one.startsWith("open="); });
        return part ? decodeURIComponent(part.slice(5).replace(/\+/g, " ")) : "";
    }

    /* The address now, with something open, or with nothing. */
    function write(value) {
        const query = [closed(window.location.search), value ? "open=" + encodeURIComponent(value) : ""].filter(Boolean).join("&");
        window.history.pushState({}, "", window.location.pathname + (query ? "?" + query : ""));
        before = window.location.search;
    }

    /* A page has written the address itself. */
    function note() {
        before = window.location.search;
    }

    window.quanyuAddress = { closed: closed, opened: opened, write: write, note: note };
    window.dash_clientside = window.dash_clientside || {};
    window.dash_clientside.address = {
        read: function () {
            return here();
        },
        name: function (laid) {
            if (!laid) {
                return window.dash_clientside.no_update;
            }
            document.title = laid.title;
            document.documentElement.lang = laid.lang === "en" ? "en" : "zh-CN";
            window.quanyuOpened.follow();
            return document.documentElement.lang;
        },
    };

    window.addEventListener("popstate", function () {
        const was = before;
        before = window.location.search;
        const isPanel = Boolean(opened(was)) || Boolean(opened(before));
        if (isPanel && closed(was) === closed(before)) {
            window.quanyuOpened.follow();
            return;
        }
        window.dash_clientside.set_props("address", { data: here() });
    });
})();
