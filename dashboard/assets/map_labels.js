/* Names of areas: legible on any ground by an edge in the ground's colour, never one over another, large areas first.
   A sign stands beside the name of an area beyond the definition's threshold. */
(function () {
    "use strict";

    /* Two lines where a name is long and has a place to break. */
    function broken(name, context, widest) {
        if (context.measureText(name).width <= widest) {
            return [name];
        }
        const middle = name.length / 2;
        let best = -1;
        for (let at = 1; at < name.length - 1; at += 1) {
            if ((name[at] === " " || name[at] === "-" || name[at] === "/" || name[at] === "(") && Math.abs(at - middle) < Math.abs(best - middle)) {
                best = at;
            }
        }
        if (best < 0) {
            return [name];
        }
        const isKept = name[best] === "-" || name[best] === "/";
        return [name.slice(0, best + (isKept ? 1 : 0)).trim(), name.slice(best).replace(isKept ? name[best] : "", "").trim()];
    }

    function shortened(name) {
        return name.length > 40 ? name.slice(0, 39) + "…" : name;
    }

    function overlaps(box, others) {
        return others.some(function (other) {
            return box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1];
        });
    }

    /* Names to try, most important first. */
    function wanted(scene) {
        const areas = scene.areas;
        const view = scene.view;
        const list = [];
        function add(at, rank) {
            const box = areas.boxes[at];
            const x = areas.labels[2 * at] * view.scale + view.x;
            const y = areas.labels[2 * at + 1] * view.scale + view.y;
            if (box && window.quanyu.paint.isVisible(box, scene)) {
                const width = (box[2] - box[0]) * view.scale;
                const height = (box[3] - box[1]) * view.scale;
                list.push({ at: at, rank: rank, x: x, y: y, width: width, height: height, size: width * height });
            }
        }
        scene.named.forEach(function (at) { add(at, 0); });
        if (!scene.isMoving) {
            scene.frontier.forEach(function (at) {
                if (scene.named.indexOf(at) < 0) {
                    add(at, 1);
                }
            });
        }
        scene.around.forEach(function (at) { add(at, 2); });
        return list.sort(function (a, b) { return a.rank - b.rank || b.size - a.size || a.at - b.at; });
    }

    const STYLES = [
        { weight: 600, size: 1, colour: "text", edge: 0.3 },
        { weight: 500, size: 0.75, colour: "event", edge: 0.3 },
        { weight: 500, size: 0.8, colour: "faint", edge: 0.26 },
    ];
    /* Beside the name of an area beyond the definition's threshold; alone where the name finds no room. */
    const MISSED = "▾";
    const HERE = [[0, 0]];
    const NEAR = HERE.concat([[0, -1], [0, 1], [-0.4, 0], [0.4, 0], [0, -1.8], [0, 1.8], [-0.4, -1], [0.4, -1], [-0.4, 1], [0.4, 1]]);

    /* What the names of one level end in alike ("街道", "社区"), left out where there is no room for all of it. */
    function ending(names) {
        if (names.length < 2) {
            return "";
        }
        let length = 0;
        const first = names[0];
        while (length < 2 && names.every(function (name) {
            return name.length > length + 2 && name[name.length - 1 - length] === first[first.length - 1 - length];
        })) {
            length += 1;
        }
        const found = first.slice(first.length - length);
        return /^[\u4e00-\u9fff]+$/.test(found) ? found : "";
    }

    function draw(context, scene) {
        const placed = [];
        const boxes = (scene.reserved || []).slice();
        const margin = scene.em * 0.16;
        const todo = [];
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.lineJoin = "round";
        const areas = scene.areas;
        const endings = [scene.named, scene.frontier, scene.around].map(function (list) {
            return ending(list.map(function (at) { return areas.names[at]; }));
        });
        wanted(scene).forEach(function (item) {
            const style = STYLES[item.rank];
            const whole = shortened(areas.names[item.at]);
            const cut = endings[item.rank] ? whole.slice(0, whole.length - endings[item.rank].length) : whole;
            const sign = scene.missed.has(item.at) ? "\u00a0" + MISSED : "";
            const tries = item.rank === 0
                ? [[whole + sign, 1, NEAR], [cut + sign, 1, NEAR], [cut + sign, 0.84, NEAR]]
                : [[whole + sign, 1, NEAR.slice(0, 3)], [cut + sign, 1, HERE]];
            if (sign) {
                tries.push([MISSED, 1, NEAR.slice(0, 3)]);
            }
            tries.some(function (one) {
                const em = scene.em * style.size * one[1];
                context.font = style.weight + " " + em + "px " + scene.colours.family;
                const texts = broken(one[0], context, Math.max(item.width * 0.92, em * 5));
                const width = Math.max.apply(null, texts.map(function (text) { return context.measureText(text).width; }));
                const height = em * 1.22 * texts.length;
                /* a name of the second rank only stands where its own area has room for it; the first may reach out */
                if (item.rank > 0 && one[0] !== MISSED && (width > item.width * 0.86 || height > item.height * 0.7)) {
                    return false;
                }
                return one[2].some(function (shift) {
                    const x = item.x + shift[0] * width;
                    const y = item.y + shift[1] * height;
                    const box = [x - width / 2 - margin, y - height / 2 - margin / 2, x + width / 2 + margin, y + height / 2 + margin / 2];
                    const isMoved = shift[0] !== 0 || shift[1] !== 0;
                    if (box[0] < 0 || box[1] < 0 || box[2] > scene.width || box[3] > scene.height || overlaps(box, boxes)
                        || (isMoved && !areas.contains(item.at, (x - scene.view.x) / scene.view.scale, (y - scene.view.y) / scene.view.scale))) {
                        return false;
                    }
                    boxes.push(box);
                    placed.push({ at: item.at, name: one[0], rank: item.rank, box: box });
                    todo.push({ texts: texts, x: x, y: y, em: em, style: style, font: context.font });
                    return true;
                });
            });
        });
        todo.reverse().forEach(function (label) {
            context.font = label.font;
            context.strokeStyle = scene.colours.halo;
            context.lineWidth = label.em * label.style.edge;
            context.fillStyle = scene.colours[label.style.colour];
            label.texts.forEach(function (text, line) {
                const y = label.y + (line - (label.texts.length - 1) / 2) * label.em * 1.22;
                context.strokeText(text, label.x, y);
                context.fillText(text, label.x, y);
            });
        });
        return placed;
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.labels = { draw: draw, MISSED: MISSED };
})();
