/* Boundaries and points as the server sends them: whole steps in Web Mercator, differences, five bits to a character.
   Decoded once; afterwards a view of the map is one scale and one shift. See layers/encoding.py. */
(function () {
    "use strict";

    const EARTH = 6378137;
    const CIRCUMFERENCE = 2 * Math.PI * EARTH;
    const TILE = 256;
    const TILES = [32000, 20000]; /* what stands in for a map where there are no boundaries, in steps */

    /* All whole numbers of one text. */
    function numbers(text) {
        const found = [];
        let value = 0;
        let shift = 0;
        for (let at = 0; at < text.length; at += 1) {
            const bits = text.charCodeAt(at) - 63;
            value += (bits & 31) * Math.pow(2, shift);
            if (bits & 32) {
                shift += 5;
            } else {
                found.push(value % 2 ? -(value + 1) / 2 : value / 2);
                value = 0;
                shift = 0;
            }
        }
        return found;
    }

    /* A run of points: x, y, x, y, … */
    function points(text) {
        const found = numbers(text);
        for (let at = 2; at < found.length; at += 1) {
            found[at] += found[at - 2];
        }
        return Int32Array.from(found);
    }

    function ringPath(path, ring) {
        path.moveTo(ring[0], ring[1]);
        for (let at = 2; at < ring.length; at += 2) {
            path.lineTo(ring[at], ring[at + 1]);
        }
        path.closePath();
    }

    function holds(rings, x, y) {
        let inside = false;
        rings.forEach(function (ring) {
            const last = ring.length - 2;
            let beforeX = ring[last];
            let beforeY = ring[last + 1];
            for (let at = 0; at < ring.length; at += 2) {
                const hereX = ring[at];
                const hereY = ring[at + 1];
                if ((hereY > y) !== (beforeY > y) && x < hereX + ((beforeX - hereX) * (y - hereY)) / (beforeY - hereY)) {
                    inside = !inside;
                }
                beforeX = hereX;
                beforeY = hereY;
            }
        });
        return inside;
    }

    /* The areas of one file: a tree in preorder, so that everything below a node is a range of indices. */
    class Areas {
        constructor(raw) {
            this.frame = raw.frame;
            this.first = raw.first;
            this.names = raw.names;
            this.codes = raw.codes;
            this.depths = Array.from(raw.depths, function (digit) { return parseInt(digit, 36); });
            this.labels = points(raw.labels);
            this.parents = [];
            this.lasts = new Array(raw.names.length);
            const open = [];
            this.depths.forEach(function (depth, at) {
                while (open.length && this.depths[open[open.length - 1]] >= depth) {
                    this.lasts[open.pop()] = at - 1;
                }
                this.parents.push(open.length ? open[open.length - 1] : -1);
                open.push(at);
            }, this);
            open.forEach(function (at) { this.lasts[at] = this.depths.length - 1; }, this);
            this.rings = raw.rings.map(function (text) { return text ? text.split(" ").map(points) : []; });
            this.hasOutlines = this.rings.some(function (rings) { return rings.length > 0; });
            if (!this.hasOutlines) {
                this.tile(0, [0, 0, TILES[0], TILES[1]]);
            }
            this.boxes = this.rings.map(function (rings) {
                if (!rings.length) {
                    return null;
                }
                const box = [Infinity, Infinity, -Infinity, -Infinity];
                rings.forEach(function (ring) {
                    for (let at = 0; at < ring.length; at += 2) {
                        box[0] = Math.min(box[0], ring[at]);
                        box[1] = Math.min(box[1], ring[at + 1]);
                        box[2] = Math.max(box[2], ring[at]);
                        box[3] = Math.max(box[3], ring[at + 1]);
                    }
                });
                return box;
            });
            this.paths = new Array(this.rings.length);
            this.deepest = Math.max.apply(null, this.depths);
        }

        get size() {
            return this.names.length;
        }

        /* Without boundaries every area is a tile in the tile of the area above: a picture of what belongs together, not of places. */
        tile(at, box) {
            const below = this.children(at);
            const width = box[2] - box[0];
            const height = box[3] - box[1];
            if (at > 0) {
                this.rings[at] = [Int32Array.from([box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3]])];
            }
            const head = at > 0 && below.length ? height * 0.2 : 0; /* room for its name above the tiles in it */
            this.labels[2 * at] = (box[0] + box[2]) / 2;
            this.labels[2 * at + 1] = head ? box[1] + head * 0.55 : (box[1] + box[3]) / 2;
            const columns = Math.max(1, Math.min(below.length, Math.round(Math.sqrt((below.length * width) / height / 1.6))));
            const lines = Math.ceil(below.length / columns);
            const gap = Math.min(width, height) * 0.035;
            below.forEach(function (node, order) {
                const line = Math.floor(order / columns);
                /* the last line may hold fewer, which are wider */
                const across = line === lines - 1 ? below.length - line * columns : columns;
                const left = box[0] + gap + ((width - gap) * (order - line * columns)) / across;
                const top = box[1] + head + gap + ((height - head - gap) * line) / lines;
                this.tile(node, [left, top, left + (width - gap) / across - gap, top + (height - head - gap) / lines - gap]);
            }, this);
        }

        /* Position in this file of an area of the snapshot, or -1. */
        at(areaIx) {
            const at = areaIx - this.first;
            return at >= 0 && at < this.size ? at : -1;
        }

        path(at) {
            if (!this.paths[at]) {
                const path = new Path2D();
                this.rings[at].forEach(function (ring) { ringPath(path, ring); });
                this.paths[at] = path;
            }
            return this.paths[at];
        }

        /* Outlines of several areas as one path, for strokes. */
        mesh(list) {
            const path = new Path2D();
            list.forEach(function (at) {
                this.rings[at].forEach(function (ring) { ringPath(path, ring); });
            }, this);
            return path;
        }

        /* Areas of one depth at or below a node, and leaves above that depth: together they cover the node once. */
        frontier(at, depth) {
            const found = [];
            for (let node = at; node <= this.lasts[at]; node += 1) {
                if (this.depths[node] === depth || (this.depths[node] < depth && this.lasts[node] === node)) {
                    found.push(node);
                }
            }
            return found;
        }

        children(at) {
            const found = [];
            for (let node = at + 1; node <= this.lasts[at]; node = this.lasts[node] + 1) {
                found.push(node);
            }
            return found;
        }

        ancestor(at, depth) {
            let node = at;
            while (node >= 0 && this.depths[node] > depth) {
                node = this.parents[node];
            }
            return node;
        }

        contains(at, x, y) {
            const box = this.boxes[at];
            return Boolean(box) && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3] && holds(this.rings[at], x, y);
        }

        /* Box in steps of an area, or of all that hangs below where it has no outline of its own. */
        extent(at) {
            if (this.boxes[at]) {
                return this.boxes[at];
            }
            let box = null;
            for (let node = at + 1; node <= this.lasts[at]; node += 1) {
                const other = this.boxes[node];
                if (other) {
                    box = box
                        ? [Math.min(box[0], other[0]), Math.min(box[1], other[1]), Math.max(box[2], other[2]), Math.max(box[3], other[3])]
                        : other.slice();
                }
            }
            return box;
        }
    }

    /* Scale and shift from steps to pixels of the map's container, for a zoom and a centre in pixels of the world at that zoom. */
    function transform(frame, zoom, left, top) {
        const world = TILE * Math.pow(2, zoom);
        return {
            scale: (frame.step / CIRCUMFERENCE) * world,
            x: (frame.x / CIRCUMFERENCE + 0.5) * world - left,
            y: (0.5 - frame.y / CIRCUMFERENCE) * world - top,
        };
    }

    /* Degrees of a point in steps: [lat, lon] as Leaflet wants them. */
    function degrees(frame, x, y) {
        const east = frame.x + x * frame.step;
        const north = frame.y - y * frame.step;
        return [(Math.atan(Math.sinh(north / EARTH)) * 180) / Math.PI, ((east / EARTH) * 180) / Math.PI];
    }

    /* Steps of a point in degrees. */
    function steps(frame, lon, lat) {
        const east = (lon * Math.PI * EARTH) / 180;
        const north = Math.asinh(Math.tan((lat * Math.PI) / 180)) * EARTH;
        return { x: (east - frame.x) / frame.step, y: (frame.y - north) / frame.step };
    }

    window.quanyu = window.quanyu || {};
    window.quanyu.geometry = { Areas: Areas, numbers: numbers, points: points, transform: transform, degrees: degrees, steps: steps };
})();
