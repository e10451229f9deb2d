// The map of the command centre: the site's own vector data, vehicles, plans, findings.
// It draws with Leaflet, asks no outside host for anything, and emits "pick" when a place is clicked.
import { leaflet as L } from "nicegui-leaflet";
import { loadResource } from "../../static/utils/resources.js";

const STYLES = {
  boundary: { color: "#8a93a0", weight: 1, dashArray: "6 6", fill: false },
  lawn: { stroke: false, fillColor: "var(--map-lawn)", fillOpacity: 1 },
  plaza: { color: "var(--map-edge)", weight: 1, fillColor: "var(--map-plaza)", fillOpacity: 1 },
  road: { color: "var(--map-road)", lineCap: "butt", opacity: 1 },
  walkway: { color: "var(--map-walkway)", lineCap: "square", opacity: 1 },
  crossing: { color: "var(--map-crossing)", lineCap: "butt", opacity: 1, dashArray: "3 3" },
  building: { color: "var(--map-building-edge)", weight: 1.5, fillColor: "var(--map-building)", fillOpacity: 1 },
  keep_out: { color: "#c2410c", weight: 2, dashArray: "4 4", fillColor: "#ea580c", fillOpacity: 0.18 },
  no_fly: { color: "#7c3aed", weight: 2, dashArray: "8 5", fillColor: "#8b5cf6", fillOpacity: 0.12 },
  ceiling: { color: "#7c3aed", weight: 1.5, dashArray: "2 6", fillColor: "#8b5cf6", fillOpacity: 0.05 },
};
const ORDER = ["boundary", "lawn", "road", "plaza", "walkway", "crossing", "keep_out", "tree", "parked_car", "building", "ceiling", "no_fly", "pad", "kiosk"];
const COLOURS = { robot: "#1d4ed8", drone: "#a21caf" };
const SHAPES = {
  robot: '<path d="M0,-13 L9,10 L0,5 L-9,10 Z"/>',
  drone: '<path d="M0,-13 L4,-3 L12,-8 L6,1 L12,10 L0,5 L-12,10 L-6,1 L-12,-8 L-4,-3 Z"/>',
};

const TRAIL_POINTS = 600;
const TRAIL_STEP_M = 0.2;
const TRAIL_BREAK_M = 100;
const SILENT_AFTER_MS = 7000; // the page's server says "alive" every 2 s

// Names come from files and units: they are text, never HTML.
function text(words) {
  const span = document.createElement("span");
  span.textContent = words;
  return span;
}

function metresPerPixel(map) {
  const centre = map.getCenter();
  return (40075016.686 * Math.cos((centre.lat * Math.PI) / 180)) / Math.pow(2, map.getZoom() + 8);
}

export default {
  template: "<div></div>",
  props: { resourcePath: String, language: String },
  async mounted() {
    await this.$nextTick();
    await loadResource(window.path_prefix + `${this.resourcePath}/leaflet/leaflet.css`);
    this.map = L.map(this.$el, { attributionControl: false, zoomSnap: 0.1, maxZoom: 22, zoomControl: false });
    L.control.zoom({ position: "bottomright" }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.setView([29.868, 121.615], 17);
    this.lines = []; // [layer, width in metres]: streets are as wide as they are
    this.layers = { site: L.layerGroup().addTo(this.map), plans: L.layerGroup().addTo(this.map),
      findings: L.layerGroup().addTo(this.map), vehicles: L.layerGroup().addTo(this.map) };
    this.checkpoints = {}; // by beat: [dot, number]
    this.markers = {};
    this.trails = {};
    this.routes = {};
    this.dots = {};
    this.map.on("zoomend", () => this.widen());
    this.map.on("click", (e) => {
      if (!this.picking) return;
      this.$emit("pick", { lat: e.latlng.lat, lng: e.latlng.lng });
    });
    this.observer = new ResizeObserver(() => this.map.invalidateSize());
    this.observer.observe(this.$el);
    const wait = setInterval(() => {
      if (window.socket?.id === undefined) return;
      clearInterval(wait);
      this.heard = performance.now();
      this.watch = setInterval(() => this.say_if_cut_off(), 500);
      this.$emit("ready");
    }, 50);
  },
  unmounted() {
    clearInterval(this.watch);
    this.observer?.disconnect();
    this.map?.remove();
  },
  methods: {
    alive() {
      this.heard = performance.now();
      this.say_if_cut_off();
    },
    say_if_cut_off() {
      // A page without its server shows old things, and its STOP does nothing: that must be plain.
      const silent = performance.now() - this.heard > SILENT_AFTER_MS;
      document.body.classList.toggle("cut-off", silent || window.socket?.connected === false);
    },
    set_site(site, beats) {
      this.layers.site.clearLayers();
      this.lines = [];
      const bounds = L.latLngBounds([]);
      const features = [...site.features].sort((a, b) => ORDER.indexOf(a.properties.kind) - ORDER.indexOf(b.properties.kind));
      for (const feature of features) this.draw(feature, bounds);
      this.checkpoints = {};
      for (const beat of beats) {
        const points = beat.features.filter((f) => f.geometry.type === "Point");
        points.sort((a, b) => (a.properties.order ?? 0) - (b.properties.order ?? 0));
        this.checkpoints[beat.patrol.id] = points.map((f, i) => {
          const [lng, lat] = f.geometry.coordinates;
          const dot = L.circleMarker([lat, lng], { radius: 5, color: "#0f766e", weight: 2, fillColor: "#fff", fillOpacity: 1 });
          dot.bindTooltip(text(`${i + 1}. ${this.name(f)} · ${this.label(beat.patrol)}`)).addTo(this.layers.site);
          return [dot, i + 1];
        });
      }
      this.bounds = bounds;
      if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [10, 10] });
      this.widen();
    },
    show_beat(id) {
      // The checkpoints of the beat that is about to be sent, large and numbered.
      this.numbers?.remove();
      this.numbers = L.layerGroup().addTo(this.map);
      for (const [dot, number] of this.checkpoints[id] ?? [])
        L.marker(dot.getLatLng(), { icon: L.divIcon({ className: "checkpoint", html: `${number}`, iconSize: [24, 24] }), interactive: false }).addTo(this.numbers);
    },
    label(properties) {
      return (this.language === "zh-CN" && properties.name_zh) || properties.name || "";
    },
    limits(properties, name) {
      // What a pilot must know of an area: up to where it is open, and when it is not.
      const height = properties.kind === "ceiling" ? `≤ ${properties.ceiling_m} m` : "";
      return [name, height, properties.hours].filter(Boolean).join(" · ");
    },
    name(feature) {
      return this.label(feature.properties);
    },
    draw(feature, bounds) {
      const kind = feature.properties.kind;
      const c = feature.geometry.coordinates;
      let layer;
      if (kind === "tree") {
        layer = L.circle([c[1], c[0]], { radius: 1.6, stroke: false, fillColor: "#3f8f4f", fillOpacity: 0.75 });
      } else if (kind === "parked_car") {
        layer = L.circle([c[1], c[0]], { radius: 1.5, stroke: false, fillColor: "#64748b", fillOpacity: 0.9 });
      } else if (kind === "kiosk" || kind === "pad") {
        const text = kind === "kiosk" ? "警" : "H";
        layer = L.marker([c[1], c[0]], { icon: L.divIcon({ className: `place ${kind}`, html: text, iconSize: [22, 22] }),
          keyboard: false, bubblingMouseEvents: true, alt: this.name(feature) });
      } else if (kind in STYLES) {
        layer = L.geoJSON(feature, { style: { ...STYLES[kind], interactive: false } });
        const width = feature.properties.width_m || { road: 7, walkway: 3, crossing: 3 }[kind];
        if (width) layer.eachLayer((l) => this.lines.push([l, width]));
      } else return;
      const name = this.name(feature);
      if (name && ["building", "plaza"].includes(kind))
        layer.bindTooltip(text(name), { permanent: true, direction: "center", className: "place-name" });
      else if (kind === "ceiling" || (name && ["keep_out", "no_fly"].includes(kind))) {
        // At the area's upper edge: what stands inside it has its name in the middle.
        const edge = layer.getBounds();
        L.tooltip({ permanent: true, direction: "bottom", className: `place-name ${kind}` })
          .setLatLng([edge.getNorth(), edge.getCenter().lng]).setContent(text(this.limits(feature.properties, name))).addTo(this.layers.site);
      } else if (name && kind === "kiosk") layer.bindTooltip(text(name));
      layer.addTo(this.layers.site);
      if (layer.getBounds) bounds.extend(layer.getBounds());
    },
    widen() {
      const scale = metresPerPixel(this.map);
      for (const [layer, width] of this.lines) layer.setStyle({ weight: Math.max(1, width / scale) });
      this.$el.classList.toggle("far", this.map.getZoom() < 16.5);
    },
    trails_so_far(trails) {
      this.past = trails;
      for (const [id, points] of Object.entries(trails)) this.trails[id]?.setLatLngs(points);
    },
    vehicles_now(vehicles) {
      const seen = new Set(vehicles.map((v) => v.id));
      for (const v of vehicles) this.vehicle(v);
      for (const id of Object.keys(this.markers)) if (!seen.has(id)) this.forget(id);
    },
    forget(id) {
      for (const group of [this.markers, this.trails, this.routes]) {
        group[id]?.remove();
        delete group[id];
      }
    },
    vehicle(v) {
      const place = L.latLng(v.lat, v.lng);
      const colour = v.old ? "#6b7280" : COLOURS[v.kind];
      const html = `<svg width="36" height="36" viewBox="-18 -18 36 36" aria-hidden="true">` +
        `<g transform="rotate(${v.heading_deg})" fill="${colour}" stroke="#fff" stroke-width="2">${SHAPES[v.kind]}</g>` +
        (v.estop ? '<circle r="16" fill="none" stroke="#dc2626" stroke-width="3"/>' : "") + "</svg>";
      let marker = this.markers[v.id];
      if (!marker) {
        const line = { color: COLOURS[v.kind], interactive: false };
        marker = this.markers[v.id] = L.marker(place, { icon: L.divIcon({ className: `vehicle ${v.kind}`, html, iconSize: [36, 36] }),
          zIndexOffset: 1000, keyboard: false, bubblingMouseEvents: true });
        marker.bindTooltip(text(v.label), { permanent: true, direction: "right", offset: [16, 0], className: "vehicle-name" }).addTo(this.layers.vehicles);
        this.trails[v.id] = L.polyline(this.past?.[v.id] ?? [], { ...line, weight: 2.5, opacity: 0.55, className: `trail ${v.kind}` }).addTo(this.layers.plans);
        this.routes[v.id] = L.polyline([], { ...line, weight: 3, opacity: 0.9, dashArray: "2 7", className: `route ${v.kind}` }).addTo(this.layers.plans);
      } else {
        marker.setLatLng(place);
        marker.getElement().innerHTML = html;
        if (marker.said !== v.label) marker.setTooltipContent(text(v.label));
      }
      marker.said = v.label;
      marker.getElement().classList.toggle("old", v.old);
      marker.getTooltip().getElement()?.classList.toggle("old", v.old);
      let trail = this.trails[v.id].getLatLngs();
      if (trail.length && trail[trail.length - 1].distanceTo(place) > TRAIL_BREAK_M) trail = []; // it was carried
      if (v.placed && (!trail.length || trail[trail.length - 1].distanceTo(place) > TRAIL_STEP_M))
        this.trails[v.id].setLatLngs([...trail.slice(1 - TRAIL_POINTS), place]);
      this.routes[v.id].setLatLngs(v.route);
    },
    findings(list) {
      const seen = new Set();
      for (const f of list) {
        seen.add(f.id);
        const style = { radius: f.live ? 7 : 4, color: "#fff", weight: 1.5, fillColor: f.live ? "#dc2626" : "#9ca3af", fillOpacity: f.live ? 0.95 : 0.7 };
        let dot = this.dots[f.id];
        if (!dot) {
          dot = this.dots[f.id] = L.circleMarker([f.lat, f.lng], style).addTo(this.layers.findings);
          dot.on("click", () => this.picking || this.$emit("finding", f.id)); // a picked place may be a finding's
          dot.bindTooltip(text(f.label));
        } else {
          dot.setLatLng([f.lat, f.lng]);
          dot.setStyle(style);
          dot.setRadius(style.radius);
          dot.setTooltipContent(text(f.label));
        }
        dot.getElement()?.classList.add("finding-dot");
        dot.getElement()?.classList.toggle("live", f.live);
      }
      for (const id of Object.keys(this.dots)) if (!seen.has(id)) { this.dots[id].remove(); delete this.dots[id]; }
    },
    pick(on) {
      this.picking = on;
      this.$el.classList.toggle("picking", on);
      if (!on) this.unmark();
    },
    mark(places, closed, radius) { // what a person draws: a place, a line or an area, [lat, lng] each
      this.unmark();
      const red = { color: "#dc2626", weight: 2, dashArray: "6 6", interactive: false };
      const shape = closed ? L.polygon(places, { ...red, fillOpacity: 0.1 }) : L.polyline(places, red);
      this.marked = L.layerGroup([
        ...places.map((place) => L.circleMarker(place, { radius: 6, color: "#dc2626", weight: 3, fill: false, interactive: false })),
        ...(radius ? places.map((place) => L.circle(place, { ...red, radius, fill: false })) : []),
        ...(places.length > 1 ? [shape] : []),
      ]).addTo(this.map);
    },
    unmark() {
      this.marked?.remove();
      this.marked = undefined;
    },
    show_site() {
      if (this.bounds?.isValid()) this.map.fitBounds(this.bounds, { padding: [10, 10] });
    },
    show_units() {
      const places = Object.values(this.markers).map((m) => m.getLatLng());
      if (places.length) this.map.fitBounds(L.latLngBounds(places).pad(0.5), { maxZoom: 19 });
    },
    look_at(lat, lng) {
      this.map.setView([lat, lng], Math.max(this.map.getZoom(), 19));
    },
  },
};
